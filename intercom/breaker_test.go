package intercom

import (
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestBreakerOpens(t *testing.T) {
	const second = time.Second
	tests := []struct {
		name         string
		well, failed int
		apart        time.Duration
		how          health
		open         bool
	}{
		{"half of twenty failed", 10, 10, 0, failing, true},
		{"half of twenty did not answer", 10, 10, 0, timedOut, true},
		{"fewer than half failed", 11, 10, 0, failing, false},
		{"fewer than twenty failed", 0, 19, 0, failing, false},
		{"twenty failed within ten seconds", 0, 20, second / 2, failing, true},
		{"twenty failed over a longer time", 0, 20, second, failing, false},
		{"connections were lost", 0, 40, 0, unclear, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b breaker
			now := time.Minute
			for range tt.well {
				b.learn(now, healthy, false)
			}
			for range tt.failed {
				b.learn(now, tt.how, false)
				now += tt.apart
			}
			if b.isOpen != tt.open {
				t.Errorf("open: %t, want %t", b.isOpen, tt.open)
			}
		})
	}
}

// trip opens a breaker.
func (b *breaker) trip(now time.Duration) {
	for range fewestCalls {
		b.learn(now, failing, false)
	}
}

func TestBreakerPausesLongerEachTimeAndGivesUp(t *testing.T) {
	var b breaker
	b.trip(0)
	now := time.Duration(0)
	for _, want := range []int{15, 30, 60, 120, 240, 300, 135} {
		wait, err := b.wait(now)
		if wait != time.Duration(want)*time.Second || err != nil {
			t.Fatalf("wait = %v, %v; want %ds", wait, err, want)
		}
		now += wait
		b.learn(now, failing, true)
	}
	_, err := b.wait(now)
	if gone, ok := errors.AsType[*UnavailableError](err); !ok || gone.Paused != 15*time.Minute {
		t.Errorf("error = %v, want unavailable after 15 minutes", err)
	}
}

func TestBreakerClosesAfterOneGoodCall(t *testing.T) {
	var b breaker
	b.trip(0)
	b.learn(time.Second, healthy, false) // sent before
	if !b.isOpen {
		t.Error("an old call closed it")
	}
	b.learn(16*time.Second, unclear, true)
	if !b.isOpen {
		t.Error("a call that was lost closed it")
	}
	b.learn(16*time.Second, healthy, true)
	if b.isOpen {
		t.Error("it is open after a good call")
	}
	b.trip(17 * time.Second)
	if b.pause != firstPause || b.paused != 2*firstPause {
		t.Errorf("pause of %v, %v in all; want 15s and 30s", b.pause, b.paused)
	}
}

// outage plays a server that fails for some time from its start.
func outage(long time.Duration, sent *atomic.Int32) fake {
	start := time.Now()
	return func(*http.Request) (*http.Response, error) {
		time.Sleep(100 * time.Millisecond)
		if time.Since(start) < long {
			sent.Add(1)
			return answer(503, `{}`), nil
		}
		return answer(200, `{}`), nil
	}
}

func TestOutageIsWaitedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int32
		c := newFake(t, outage(3*time.Minute, &sent))
		var group sync.WaitGroup
		var failed atomic.Int32
		for range 16 {
			group.Go(func() {
				for range 100 {
					if _, err := c.Do(t.Context(), Request{Method: "PUT", Path: "/contacts/1", Repeat: true}); err != nil {
						failed.Add(1)
					}
				}
			})
		}
		group.Wait()
		if sent := sent.Load(); sent > 60 {
			t.Errorf("%d calls sent to a server that fails", sent)
		}
		if failed.Load() > 2 {
			t.Errorf("%d of 1,600 calls failed", failed.Load())
		}
	})
}

func TestEndlessOutageEndsCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int32
		c := newFake(t, outage(time.Hour, &sent))
		start := time.Now()
		var group sync.WaitGroup
		var unavailable atomic.Int32
		for range 64 {
			group.Go(func() {
				_, err := c.Do(t.Context(), Request{Method: "POST", Path: "/tickets"})
				if _, ok := errors.AsType[*UnavailableError](err); ok {
					unavailable.Add(1)
					if outcome(err) != "not sent" {
						t.Errorf("a call that never went out ended %s: %v", outcome(err), err)
					}
				}
			})
		}
		group.Wait()
		if got, sent := unavailable.Load(), sent.Load(); got+sent != 64 || sent > 40 {
			t.Errorf("%d of 64 calls were sent, and %d were told that Intercom is unavailable", sent, got)
		}
		if took := time.Since(start); took < mostPaused || took > mostPaused+time.Minute {
			t.Errorf("gave up after %v", took)
		}
	})
}
