package intercom

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// unix gives a time since 1970.
func unix(t time.Time) time.Duration { return time.Duration(t.UnixNano()) }

// usedUp plays a server whose window is used up and ends in nine seconds.
func usedUp(*http.Request) (*http.Response, error) {
	now := unix(time.Now())
	return rated(200, 100, 0, now.Truncate(time.Second)+9*time.Second, now), nil
}

func TestUsedUpWindowIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// synctest begins on a full second, so the server's Date is exact.
		reset := time.Now().Add(7 * time.Second)
		c := newFake(t, func(*http.Request) (*http.Response, error) {
			return rated(200, 166, 0, unix(reset), unix(time.Now())), nil
		})
		start := time.Now()
		for range 2 {
			if _, err := c.Do(t.Context(), Request{Method: "GET", Path: "/me"}); err != nil {
				t.Fatal(err)
			}
		}
		if got := time.Since(start); got != 7*time.Second {
			t.Errorf("waited %v, want 7s", got)
		}
	})
}

func TestRateLimitTells(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reset := time.Now().Add(7 * time.Second)
		c := newFake(t, inTurn(
			func(*http.Request) (*http.Response, error) {
				return rated(200, 100, 75, unix(reset), unix(time.Now())), nil
			},
			func(*http.Request) (*http.Response, error) {
				return rated(429, 100, 0, unix(reset), unix(time.Now())), nil
			},
			func(*http.Request) (*http.Response, error) {
				return rated(200, 100, 40, unix(reset.Add(10*time.Second)), unix(time.Now())), nil
			},
		))
		check := func(want RateLimit) {
			t.Helper()
			if diff := cmp.Diff(want, c.RateLimit()); diff != "" {
				t.Errorf("rate limit differs (-want +got):\n%s", diff)
			}
		}
		check(RateLimit{})
		c.Do(t.Context(), Request{Method: "GET", Path: "/me"}) //nolint:errcheck // only the pace counts
		check(RateLimit{Limit: 100, Remaining: 75, Reset: reset, Used: 0.25, Calls: 1})
		time.Sleep(8 * time.Second)
		check(RateLimit{Limit: 100, Remaining: 75, Reset: reset, Used: 0, Calls: 1})
		c.Do(t.Context(), Request{Method: "GET", Path: "/me"}) //nolint:errcheck // only the pace counts
		check(RateLimit{Limit: 100, Remaining: 40, Reset: reset.Add(10 * time.Second), Used: 0.6, Calls: 3, Throttled: 1})
	})
}

func TestNonsenseInRateHeadersIsSurvived(t *testing.T) {
	const longest = usualLength + lateness
	tests := []struct {
		name    string
		headers []string
		longest time.Duration
	}{
		{"words", []string{"X-RateLimit-Limit: many", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1"}, 0},
		{"a limit of none", []string{"X-RateLimit-Limit: 0", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 946684801"}, 0},
		{"a reset that no clock reaches", []string{"X-RateLimit-Limit: 9", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 99946684800"}, 0},
		{"a reset that is over", []string{"X-RateLimit-Limit: 9", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 5",
			"Date: Sat, 01 Jan 2000 00:00:00 GMT"}, longest},
		{"a reset in the far future", []string{"X-RateLimit-Limit: 9", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1946684800",
			"Date: Sat, 01 Jan 2000 00:00:00 GMT"}, longest},
		{"no date", []string{"X-RateLimit-Limit: 9", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 946684801"}, longest},
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
		s := newService(rules{limit: 3})
		doAll(t, s.client(t, Config{}), 10, 10)
		if s.refused > 0 {
			t.Errorf("%d calls turned away before the limit was known", s.refused)
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

func TestWaitingCallsCanBeStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newFake(t, usedUp)
		if _, err := c.Do(t.Context(), Request{Method: "GET", Path: "/me"}); err != nil {
			t.Fatal(err)
		}
		stop := errors.New("asked to stop")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(stop) })
		start := time.Now()
		var group sync.WaitGroup
		for range 3 { // one sleeps, and the others wait behind it
			group.Go(func() {
				_, err := c.Do(ctx, Request{Method: "GET", Path: "/me"})
				if outcome(err) != "not sent" || !errors.Is(err, stop) || time.Since(start) != time.Second {
					t.Errorf("after %v: %v", time.Since(start), err)
				}
			})
		}
		group.Wait()
		if _, err := c.Do(t.Context(), Request{Method: "GET", Path: "/me"}); err != nil {
			t.Errorf("a later call: %v", err)
		}
	})
}

func TestCallsInFlightAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		flying, most := 0, 0
		c, err := New(Config{Token: testToken, MaxInFlight: 3, HTTPClient: &http.Client{Transport: fake(func(*http.Request) (*http.Response, error) {
			mu.Lock()
			flying++
			most = max(most, flying)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			flying--
			mu.Unlock()
			return answer(200, `{}`), nil
		})}})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		doAll(t, c, 10, 31)
		if most != 3 || time.Since(start) != 11*time.Second {
			t.Errorf("%d calls at a time, %v in all; want 3 and 11s", most, time.Since(start))
		}
	})
}

func TestSharesAndBoundsAreChecked(t *testing.T) {
	tests := []struct {
		cfg  Config
		want string
	}{
		{Config{RateShare: 50}, "rate share 50 is not between 0 and 1"},
		{Config{RateShare: -0.1}, "rate share -0.1 is not between 0 and 1"},
		{Config{MaxInFlight: -1}, "-1 calls in flight are too few"},
	}
	for _, tt := range tests {
		tt.cfg.Token = testToken
		if _, err := New(tt.cfg); err == nil || err.Error() != tt.want {
			t.Errorf("error = %v, want %s", err, tt.want)
		}
	}
}
