package intercom

import (
	"net/http"
	"testing"
	"time"
)

// tell has g learn from an answer whose window of 100 calls ends at reset, told
// at date, both in seconds by the server's clock.
func tell(g *governor, sent, received time.Duration, status, remaining int, reset, date time.Duration) {
	g.flying--
	g.learn(sent, received, status, rated(status, 100, remaining, reset*time.Second, date*time.Second).Header)
}

func TestGovernorLearns(t *testing.T) {
	const second = time.Second
	tests := []struct {
		name string
		do   func(g *governor)
		at   time.Duration
		free int           // calls that may go
		ends time.Duration // when the window is over
	}{
		{"two calls are in reserve", func(g *governor) { tell(g, 0, 0, 200, 50, 1007, 1000) }, 0, 48, 7 * second},
		{"calls that fly are taken off", func(g *governor) {
			g.flying += 3
			tell(g, 0, 0, 200, 50, 1007, 1000)
		}, 0, 45, 7 * second},
		{"the lowest number counts, in whatever order answers come", func(g *governor) {
			tell(g, 0, 0, 200, 49, 1007, 1000)
			tell(g, 0, 0, 200, 50, 1007, 1000)
		}, 0, 47, 7 * second},
		{"the earliest end counts, since dates are rounded down", func(g *governor) {
			tell(g, 0, 0, 200, 50, 1007, 1000)
			tell(g, second*9/10, second*9/10, 200, 49, 1007, 1000)
		}, second, 47, 7 * second},
		{"a call without an answer may have been counted", func(g *governor) {
			tell(g, 0, 0, 200, 50, 1007, 1000)
			g.lost()
		}, 0, 47, 7 * second},
		{"a call turned away stops all, whatever remains", func(g *governor) { tell(g, 0, 0, 429, 50, 1007, 1000) }, 0, 0, 7 * second},
		{"the next window has the whole limit", func(g *governor) { tell(g, 0, 0, 200, 0, 1007, 1000) }, 7 * second, 98, 17 * second},
		{"so has one after a long pause", func(g *governor) { tell(g, 0, 0, 200, 0, 1007, 1000) }, 40 * second, 98, 47 * second},
		{"a late answer says nothing about the next window", func(g *governor) {
			tell(g, 0, 0, 200, 100, 1007, 1000)
			tell(g, 7*second, 7*second, 200, 100, 1017, 1007)
			tell(g, second, 8*second, 200, 3, 1007, 1001)
		}, 8 * second, 98, 17 * second},
		{"a late refusal says nothing either", func(g *governor) {
			tell(g, 0, 0, 200, 100, 1007, 1000)
			tell(g, 7*second, 7*second, 200, 100, 1017, 1007)
			tell(g, second, 8*second, 429, 0, 1007, 1001)
		}, 8 * second, 98, 17 * second},
		{"a window that was left too early is gone back to", func(g *governor) {
			tell(g, 0, 0, 200, 90, 1007, 1000)
			g.wait(7 * second)
			tell(g, 7*second, 7*second, 200, 5, 1007, 1005)
		}, 7 * second, 3, 9 * second},
		{"windows may begin elsewhere from now on", func(g *governor) {
			tell(g, 0, 0, 200, 90, 1009, 1000)
			tell(g, second, second, 200, 99, 1003, 1001)
		}, second, 97, 3 * second},
		{"their clock may be set back", func(g *governor) {
			tell(g, 0, 0, 200, 90, 5009, 5000)
			tell(g, second, second, 200, 99, 1003, 1001)
		}, second, 97, 3 * second},
		{"a share leaves the rest alone", func(g *governor) {
			g.share = 0.3
			tell(g, 0, 0, 200, 90, 1007, 1000)
			tell(g, 0, 0, 200, 80, 1007, 1000)
		}, 0, 28, 7 * second},
		{"others that call often get a larger reserve", func(g *governor) {
			tell(g, 3*second, 4*second, 200, 50, 1007, 1004) // fifty in seven seconds and the two before
		}, 4 * second, 50 - 2 - 9, 7 * second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGovernor(1, func(time.Duration) time.Duration { return 0 })
			g.flying = 3 // at most three answers are told
			tt.do(&g)
			g.flying = max(g.flying-2, 0)
			g.wait(tt.at)
			if free, ends := g.free(tt.at), g.ends(); free != tt.free || ends != tt.ends {
				t.Errorf("%d may go until %v, want %d until %v", free, ends, tt.free, tt.ends)
			}
		})
	}
}

func TestLengthOfWindowsIsLearned(t *testing.T) {
	tests := []struct {
		name   string
		resets []time.Duration // each told some seconds before
		before time.Duration
		want   time.Duration
	}{
		{"ten seconds is usual", []time.Duration{1010, 1020, 1030}, 9, 10 * time.Second},
		{"shorter ones show in their steps", []time.Duration{1010, 1012, 1014}, 1, 2 * time.Second},
		{"one short step shows nothing", []time.Duration{1010, 1012, 1022}, 1, 10 * time.Second},
		{"longer ones show in what is left of them", []time.Duration{1060}, 50, 50 * time.Second},
		{"nonsense shows nothing", []time.Duration{9999}, 5000, 10 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGovernor(1, upTo)
			for _, reset := range tt.resets {
				at := (reset - tt.before - 1000) * time.Second
				tell(&g, at, at, 200, 50, reset, reset-tt.before)
			}
			if g.length != tt.want {
				t.Errorf("length = %v, want %v", g.length, tt.want)
			}
		})
	}
}

// FuzzRateHeaders: whatever servers tell, nobody waits for ever, and a window
// always ends.
func FuzzRateHeaders(f *testing.F) {
	f.Add("1666", "12", "946684807", "Sat, 01 Jan 2000 00:00:00 GMT", 200, int64(100), int64(200))
	f.Add("83", "0", "5", "", 429, int64(0), int64(9e9))
	f.Add("9223372036854775807", "-9223372036854775808", "8589934592", "Fri, 31 Dec 9999 23:59:59 GMT", 503, int64(1), int64(1))
	f.Fuzz(func(t *testing.T, limit, remaining, reset, date string, status int, gap, trip int64) {
		g := newGovernor(1, upTo)
		now := time.Duration(0)
		hour := int64(time.Hour)
		told := http.Header{"X-Ratelimit-Limit": {limit}, "X-Ratelimit-Remaining": {remaining}, "X-Ratelimit-Reset": {reset}, "Date": {date}}
		usual := rated(200, 83, 10, 946684810*time.Second, 946684803*time.Second).Header
		for _, header := range []http.Header{told, usual, told} {
			sent := now + time.Duration(gap%hour).Abs()
			now = sent + time.Duration(trip%hour).Abs()
			g.learn(sent, now, status, header)
			if wait := g.ends() - now; g.limit > 0 && wait > 2*longestWindow {
				t.Fatalf("the window ends in %v", wait)
			}
			if wait := g.wait(now); wait > 30*time.Minute {
				t.Fatalf("wait of %v", wait)
			}
		}
	})
}
