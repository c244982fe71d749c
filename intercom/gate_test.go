package intercom

import (
	"math"
	"testing"
	"time"
)

// end plays the end of a full gate's call.
func (g *gate) end(sent, now time.Duration, h health, trip time.Duration) {
	got := result{health: h, trip: trip}
	if h == healthy || h == failing {
		got.Status = 200
	}
	g.learn(sent, now, int(math.Ceil(g.bound)), got)
}

func TestGateGrowsAndShrinks(t *testing.T) {
	const second = time.Second
	good := func(g *gate, n int) {
		for range n {
			g.end(second, second, healthy, second/10)
		}
	}
	tests := []struct {
		name string
		most int
		do   func(g *gate)
		want float64
	}{
		{"it starts with eight", 128, func(g *gate) {}, 8},
		{"it grows with each answer at first", 128, func(g *gate) { good(g, 20) }, 28},
		{"it ends at its bound", 30, func(g *gate) { good(g, 63) }, 30},
		{"a small bound is kept from the start", 3, func(g *gate) { good(g, 9) }, 3},
		{"it does not grow when it is not used", 128, func(g *gate) {
			for range 20 {
				g.learn(0, 0, 3, result{Response: Response{Status: 200}, health: healthy})
			}
		}, 8},
		{"a failure cuts it by three tenths", 128, func(g *gate) { good(g, 12); g.end(0, second, failing, 0) }, 14},
		{"so does a time-out", 128, func(g *gate) { good(g, 12); g.end(0, second, timedOut, 0) }, 14},
		{"calls that were out together cut it once", 128, func(g *gate) {
			good(g, 12)
			g.end(0, second, failing, 0)
			g.end(0, 2*second, failing, 0)
		}, 14},
		{"calls sent later cut it again", 128, func(g *gate) {
			good(g, 92)
			g.end(0, second, failing, 0)
			g.end(second, 2*second, failing, 0)
		}, 49},
		{"two calls may always go", 128, func(g *gate) {
			for now := second; now < 20*second; now += second {
				g.end(now, now, failing, 0)
			}
		}, 2},
		{"a call that was stopped says nothing", 128, func(g *gate) { g.end(0, second, unclear, 0) }, 8},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGate(tt.most)
			tt.do(&g)
			if math.Abs(g.bound-tt.want) > 1e-9 {
				t.Errorf("bound = %v, want %v", g.bound, tt.want)
			}
		})
	}
}

func TestGateGrowsByOneInARoundTripAfterTrouble(t *testing.T) {
	g := newGate(128)
	for range 12 {
		g.end(0, 0, healthy, 0)
	}
	g.end(0, 1, failing, 0)
	for range 14 {
		g.end(1, 1, healthy, 0)
	}
	if g.bound < 14.9 || g.bound > 15 {
		t.Errorf("bound = %v after one round trip from 14, want about 15", g.bound)
	}
}

func TestGateShrinksWhenAnswersGetSlow(t *testing.T) {
	const milli = time.Millisecond
	tests := []struct {
		name   string
		usual  time.Duration
		slow   int // of the next 64
		trip   time.Duration
		shrink bool
	}{
		{"twice as slow is not yet slow", 100 * milli, 64, 200 * milli, false},
		{"slower than that is", 100 * milli, 64, 201 * milli, true},
		{"one in sixteen is enough", 100 * milli, 4, time.Second, true},
		{"fewer are not", 100 * milli, 3, time.Second, false},
		{"what is quick stays quick", milli, 64, 100 * milli, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGate(64)
			for range 64 {
				g.end(0, 0, healthy, tt.usual)
			}
			for i := range 64 {
				trip := tt.usual
				if i < tt.slow {
					trip = tt.trip
				}
				g.end(1, 1, healthy, trip)
			}
			if shrunk := g.bound < 64; shrunk != tt.shrink {
				t.Errorf("bound = %v", g.bound)
			}
		})
	}
}

func TestGateGetsUsedToASlowOperation(t *testing.T) {
	g := newGate(128)
	for i := range 64 * 100 {
		trip := 100 * time.Millisecond
		if i > 6400/2 {
			trip = 800 * time.Millisecond
		}
		now := time.Duration(i) * time.Millisecond
		g.end(now, now, healthy, trip)
	}
	if g.bound < 60 {
		t.Errorf("bound = %v long after answers got slow", g.bound)
	}
}
