package intercom

import (
	"testing"
	"time"
)

func TestClockLearns(t *testing.T) {
	const second, milli = time.Second, time.Millisecond
	// By our clock, theirs showed 1000 at zero, unless a case says otherwise.
	tests := []struct {
		name   string
		seen   []sighting
		ahead  time.Duration
		jumped bool
	}{
		{"a date has whole seconds", []sighting{{sent: 600 * milli, received: 700 * milli, reset: 1007 * second, date: 1000 * second}},
			1000*second - 700*milli, false},
		{"a date that is just over says more", []sighting{
			{sent: 600 * milli, received: 700 * milli, reset: 1007 * second, date: 1000 * second},
			{sent: 950 * milli, received: 1050 * milli, reset: 1007 * second, date: 1001 * second},
		}, 1000*second - 50*milli, false},
		{"a slow answer says nothing new", []sighting{
			{sent: 950 * milli, received: 1050 * milli, reset: 1007 * second, date: 1001 * second},
			{sent: 0, received: 4 * second, reset: 1007 * second, date: 1001 * second},
		}, 1000*second - 50*milli, false},
		{"without a date the window says it", []sighting{{sent: 0, received: 100 * milli, reset: 1007 * second}},
			997*second - 100*milli, false},
		{"a new window says it better", []sighting{
			{sent: 6800 * milli, received: 6900 * milli, reset: 1007 * second},
			{sent: 6900 * milli, received: 7000 * milli, reset: 1017 * second},
		}, 1000 * second, false},
		{"resets that are rounded up go before dates", []sighting{
			{sent: 950 * milli, received: 1050 * milli, reset: 1007 * second, date: 1001 * second},
			{sent: 6500 * milli, received: 6600 * milli, reset: 1017 * second, date: 1006 * second}, // 400 ms early
		}, 1000*second + 400*milli, false},
		{"resets that are rounded down make dates a second less certain", []sighting{
			{sent: 950 * milli, received: 1050 * milli, reset: 1007 * second, date: 1001 * second},
			{sent: 7300 * milli, received: 7400 * milli, reset: 1007 * second, date: 1007 * second}, // 300 ms late
		}, 999*second - 50*milli, false},
		{"a date that is far off is not believed", []sighting{
			{sent: 0, received: 100 * milli, reset: 1007 * second, date: 5000 * second},
		}, 997*second - 100*milli, false},
		{"a clock that runs ahead is followed", []sighting{
			{sent: 6900 * milli, received: 7000 * milli, reset: 1007 * second},
			{sent: 7000 * milli, received: 7050 * milli, reset: 1017 * second}, // 999.95 to 1000.1
			{sent: 16800 * milli, received: 16850 * milli, reset: 1027 * second},
		}, 1000*second + 150*milli, false},
		{"a clock that was set is believed", []sighting{
			{sent: 950 * milli, received: 1050 * milli, reset: 1007 * second, date: 1001 * second},
			{sent: 2950 * milli, received: 3050 * milli, reset: 87407 * second, date: 87403 * second},
		}, 87400*second - 50*milli, true},
		{"a clock that was set back is believed", []sighting{
			{sent: 950 * milli, received: 1050 * milli, reset: 1007 * second, date: 1001 * second},
			{sent: 2950 * milli, received: 3050 * milli, reset: 107 * second, date: 103 * second},
		}, 100*second - 50*milli, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var c clock
			var jumped bool
			for _, s := range tt.seen {
				jumped = c.see(s, usualLength)
			}
			if got := c.ahead(); got != tt.ahead || jumped != tt.jumped {
				t.Errorf("ahead by %v, jumped: %t; want %v and %t", got, jumped, tt.ahead, tt.jumped)
			}
		})
	}
}
