package intercom

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// windows is a server that counts calls in windows of ten seconds by a clock of
// its own.
type windows struct {
	limit   int
	foreign int           // calls of others in each window
	skew    time.Duration // its clock against ours
	silent  bool          // sends no rate headers
	counts  bool          // what remains is told without the call itself
	latency time.Duration

	mu                sync.Mutex
	window            int64
	used              int
	taken, turnedAway int
}

func (w *windows) RoundTrip(*http.Request) (*http.Response, error) {
	time.Sleep(w.latency)
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now().Add(w.skew)
	if window := (now.Unix() - 2) / 10; window != w.window { // not on a full ten seconds
		w.window, w.used = window, w.foreign
	}
	status := http.StatusOK
	if w.used++; w.used > w.limit {
		status = http.StatusTooManyRequests
		w.turnedAway++
	} else {
		w.taken++
	}
	if w.silent {
		return answer(status, `{}`), nil
	}
	left := w.limit - w.used
	if !w.counts {
		left++
	}
	return rated(status, w.limit, max(left, 0), time.Unix(w.window*10+12, 0), w.skew), nil
}

func TestPace(t *testing.T) {
	tests := []struct {
		name       string
		server     *windows
		calls      int
		turnedAway bool          // 429s are to be expected
		within     time.Duration // for all calls
	}{
		{"alone it is never turned away", &windows{limit: 20, latency: 50 * time.Millisecond}, 100, false, 52 * time.Second},
		{"alone it is never turned away, however its calls are counted", &windows{limit: 20, latency: 50 * time.Millisecond, counts: true}, 100, false, 62 * time.Second},
		{"a fast clock of the server's changes nothing", &windows{limit: 20, latency: 50 * time.Millisecond, skew: 7300 * time.Millisecond}, 100, false, 52 * time.Second},
		{"a slow clock of the server's changes nothing", &windows{limit: 20, latency: 50 * time.Millisecond, skew: -77 * time.Minute}, 100, false, 52 * time.Second},
		{"slow answers change nothing", &windows{limit: 20, latency: 4 * time.Second}, 100, false, 70 * time.Second},
		{"others use most of it", &windows{limit: 20, foreign: 15, latency: 50 * time.Millisecond}, 60, true, 150 * time.Second},
		{"without headers nothing is lost either", &windows{limit: 20, latency: 50 * time.Millisecond, silent: true}, 100, true, 4 * time.Minute},
		{"a storm loses nothing", &windows{limit: 2, latency: 50 * time.Millisecond, silent: true}, 60, true, 20 * time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, err := New(Config{Token: testToken, HTTPClient: &http.Client{Transport: tt.server}})
				if err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				doAll(t, c, 40, tt.calls)
				if tt.server.taken != tt.calls {
					t.Errorf("%d calls taken, want %d", tt.server.taken, tt.calls)
				}
				if got := tt.server.turnedAway; got > 0 != tt.turnedAway {
					t.Errorf("%d calls turned away", got)
				}
				if took := time.Since(start); took > tt.within {
					t.Errorf("took %v, want at most %v", took, tt.within)
				}
			})
		})
	}
}

// doAll makes calls from some workers at once, none of which may fail.
func doAll(t *testing.T, c *Client, workers, calls int) {
	queue := make(chan int, calls)
	for i := range calls {
		queue <- i
	}
	close(queue)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for range queue {
				if _, err := c.Do(t.Context(), Request{Method: "POST", Path: "/tickets"}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}

func TestUsedUpWindowIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// synctest begins on a full second, so the server's Date is exact.
		reset := time.Now().Add(7 * time.Second)
		c := newFake(t, func(*http.Request) (*http.Response, error) {
			return rated(200, 166, 0, reset, 0), nil
		})
		start := time.Now()
		for range 2 {
			if _, err := c.Do(t.Context(), Request{Method: "GET", Path: "/me"}); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := time.Since(start), 7*time.Second+lateness; got != want {
			t.Errorf("waited %v, want %v", got, want)
		}
		if got := c.RateLimit(); got.Limit != 166 || got.Remaining != 0 || !got.Reset.Equal(reset) || got.Calls != 2 {
			t.Errorf("rate limit = %+v", got)
		}
	})
}

func TestNonsenseInRateHeadersIsSurvived(t *testing.T) {
	tests := []struct {
		name    string
		headers []string
		longest time.Duration
	}{
		{"words", []string{"X-RateLimit-Limit: many", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1"}, 0},
		{"a limit of none", []string{"X-RateLimit-Limit: 0", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 946684801"}, 0},
		{"a reset that is over", []string{"X-RateLimit-Limit: 9", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 5",
			"Date: Sat, 01 Jan 2000 00:00:00 GMT"}, lateness},
		{"a reset in a far future", []string{"X-RateLimit-Limit: 9", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 99946684800",
			"Date: Sat, 01 Jan 2000 00:00:00 GMT"}, longestHold + lateness},
		{"no date", []string{"X-RateLimit-Limit: 9", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 946684801"}, window + lateness},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newFake(t, inTurn(says(200, `{}`, tt.headers...), says(200, `{}`)))
				start := time.Now()
				for range 2 {
					if _, err := c.Do(t.Context(), Request{Method: "GET", Path: "/me"}); err != nil {
						t.Fatal(err)
					}
				}
				if got := time.Since(start); got > tt.longest {
					t.Errorf("waited %v, want at most %v", got, tt.longest)
				}
			})
		})
	}
}

func TestFirstCallGoesAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &windows{limit: 3, latency: time.Second}
		c, err := New(Config{Token: testToken, HTTPClient: &http.Client{Transport: server}})
		if err != nil {
			t.Fatal(err)
		}
		doAll(t, c, 10, 10)
		if server.turnedAway > 0 {
			t.Errorf("%d calls turned away before the limit was known", server.turnedAway)
		}
	})
}

func TestFailedFirstCallLetsTheNextGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newFake(t, inTurn(lose, says(200, `{}`)))
		var group sync.WaitGroup
		for range 5 {
			group.Go(func() { c.Do(t.Context(), Request{Method: "POST", Path: "/tags"}) }) //nolint:errcheck // one fails
		}
		group.Wait()
		if got := c.RateLimit().Calls; got != 5 {
			t.Errorf("%d calls went out, want 5", got)
		}
	})
}

func TestCallThatWaitsForTheWindowCanBeStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newFake(t, func(*http.Request) (*http.Response, error) {
			return rated(200, 10, 0, time.Now().Add(9*time.Second), 0), nil
		})
		if _, err := c.Do(t.Context(), Request{Method: "GET", Path: "/me"}); err != nil {
			t.Fatal(err)
		}
		stop := errors.New("asked to stop")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(stop) })
		start := time.Now()
		_, err := c.Do(ctx, Request{Method: "GET", Path: "/me"})
		if outcome(err) != "not sent" || !errors.Is(err, stop) || time.Since(start) != time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}

func TestPacerLearns(t *testing.T) {
	// The server's window ends seven seconds after the start.
	tell := func(p *pacer, status, remaining int) {
		p.release(rated(status, 4, remaining, start().Add(7*time.Second), 0))
	}
	tests := []struct {
		name string
		do   func(p *pacer)
		free int           // calls that may go at once
		wait time.Duration // until one more may
	}{
		{"calls that fly are taken off", func(p *pacer) { fly(p, 2); tell(p, 200, 4) }, 2, 7 * time.Second},
		{"the lowest number counts, in whatever order answers come",
			func(p *pacer) { fly(p, 2); tell(p, 200, 3); tell(p, 200, 4) }, 2, 7 * time.Second},
		{"the earliest end counts, since Date is rounded down", func(p *pacer) {
			fly(p, 2)
			tell(p, 200, 3)
			time.Sleep(900 * time.Millisecond)
			tell(p, 200, 3)
		}, 2, 6100 * time.Millisecond},
		{"a call without an answer may have been counted",
			func(p *pacer) { fly(p, 2); tell(p, 200, 4); p.release(nil) }, 2, 7 * time.Second},
		{"a call turned away stops all, whatever remains", func(p *pacer) { fly(p, 1); tell(p, 429, 3) }, 0, 7 * time.Second},
		{"the next window has the whole limit", func(p *pacer) {
			fly(p, 1)
			tell(p, 200, 0)
			time.Sleep(8 * time.Second)
		}, 4, window},
		{"a late answer says nothing about the next window", func(p *pacer) {
			fly(p, 2)
			tell(p, 200, 0)
			late := rated(200, 4, 0, start().Add(7*time.Second), 0)
			time.Sleep(8 * time.Second)
			p.admit(time.Now())
			p.release(late)
		}, 3, window},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPacer(func(time.Duration) time.Duration { return 0 })
				tt.do(p)
				free := 0
				wait, changed := p.admit(time.Now())
				for ; changed == nil && free < 100; free++ {
					wait, changed = p.admit(time.Now())
				}
				if free != tt.free || wait != tt.wait {
					t.Errorf("%d may go, the next after %v; want %d and %v", free, wait, tt.free, tt.wait)
				}
			})
		})
	}
}

func TestWaitIsCutShortByABetterTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(func(time.Duration) time.Duration { return 0 })
		reset := start().Add(7 * time.Second)
		fly(p, 2)
		time.Sleep(900 * time.Millisecond) // of which Date says nothing
		p.release(rated(200, 4, 0, reset, 0))
		time.AfterFunc(100*time.Millisecond, func() { p.release(rated(200, 4, 0, reset, 0)) })
		if err := p.acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(start()); got != 7*time.Second {
			t.Errorf("waited until %v, want 7s", got)
		}
	})
}

// start is when the clock of synctest begins.
func start() time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }

// fly plays calls that are under way.
func fly(p *pacer, calls int) { p.flying += calls }
