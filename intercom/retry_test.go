package intercom

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDoEnds(t *testing.T) {
	write := Request{Method: "POST", Path: "/tickets", Body: []byte(`{}`)}
	repeatable := Request{Method: "PUT", Path: "/contacts/1", Body: []byte(`{}`), Repeat: true}
	read := Request{Method: "GET", Path: "/me"}
	search := Request{Method: "POST", Path: "/contacts/search", Body: []byte(`{}`)}
	scroll := Request{Method: "GET", Path: "/companies/scroll"}

	tests := []struct {
		name string
		req  Request
		do   fake
		sent int
		want string
	}{
		{"a write that is answered is done", write, says(200, `{}`), 1, "done"},
		{"a write is not sent again after a 500", write, says(500, `{}`), 1, "unknown"},
		{"a write is not sent again after a 408", write, says(408, `{}`), 1, "unknown"},
		{"a write whose answer was lost is not sent again", write, lose, 1, "unknown"},
		{"a write whose answer was cut off was applied", write, says(200, `{"id":"1`), 1, "applied"},
		{"a write answered by a web page was applied", write, says(200, `<p>`, "Content-Type: text/html"), 1, "applied"},
		{"a write that did not go out is sent five times", write, refuseConn, 5, "not sent"},
		{"a write that went out at last is done", write, inTurn(refuseConn, refuseConn, says(200, `{}`)), 3, "done"},
		{"a write turned away for its rate is sent until it is taken", write, inTurn(says(429, ``), says(429, ``), says(429, ``),
			says(429, ``), says(429, ``), says(429, ``), says(200, `{}`)), 7, "done"},
		{"a refusal is final", write, says(409, `{}`), 1, "refused"},
		{"a bad token is final", read, says(401, `{}`), 1, "refused"},
		{"a redirect is final", read, says(302, ``, "Location: https://example.com/"), 1, "refused"},
		{"a bad certificate is final", read, func(*http.Request) (*http.Response, error) {
			return nil, &tls.CertificateVerificationError{Err: errors.New("expired")}
		}, 1, "not sent"},

		{"a repeatable write is sent five times", repeatable, says(503, `{}`), 5, "unknown"},
		{"a repeatable write may come through", repeatable, inTurn(lose, says(504, `null`), says(200, `{}`)), 3, "done"},
		{"a refusal after a lost answer proves nothing", repeatable, inTurn(lose, says(404, `{}`)), 2, "refused after doubt"},
		{"what did not go out at last may have gone out before", repeatable, inTurn(lose, refuseConn), 5, "unknown"},
		{"an unreadable answer says done whatever follows", repeatable, inTurn(says(200, `{`), says(500, ``)), 5, "applied"},

		{"a read is repeatable without saying so", read, inTurn(says(500, ``), says(200, `{}`)), 2, "done"},
		{"a search is repeatable without saying so", search, inTurn(lose, says(200, `{}`)), 2, "done"},
		{"a page of the scroll comes once", scroll, lose, 1, "unknown"},
		{"a truncated read is read again", read, inTurn(says(200, `{"a`), says(200, `{}`)), 2, "done"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sent := 0
				c := newFake(t, func(req *http.Request) (*http.Response, error) {
					sent++
					return tt.do(req)
				})
				_, err := c.Do(t.Context(), tt.req)
				if got := outcome(err); got != tt.want {
					t.Errorf("ended %s, want %s: %v", got, tt.want, err)
				}
				if sent != tt.sent {
					t.Errorf("sent %d times, want %d", sent, tt.sent)
				}
			})
		})
	}
}

func TestDoWaits(t *testing.T) {
	tests := []struct {
		name  string
		retry Retry
		first fake
		times int // that first is played
		want  time.Duration
	}{
		{"pauses double", Retry{}, says(500, ``), 4, 500*time.Millisecond + time.Second + 2*time.Second + 4*time.Second},
		{"pauses end at thirty seconds", Retry{MaxAttempts: 9}, says(500, ``), 8,
			(500*time.Millisecond)*63 + 30*time.Second + 30*time.Second},
		{"a constant pause is constant", Retry{Backoff: "constant", MinInterval: 5 * time.Second}, says(500, ``), 2, 10 * time.Second},
		{"a linear pause grows by itself", Retry{Backoff: "linear"}, says(500, ``), 3, 3 * time.Second},
		{"the longest pause holds", Retry{MaxInterval: time.Second}, says(500, ``), 4, 500*time.Millisecond + 3*time.Second},
		{"Retry-After is honoured", Retry{}, says(503, ``, "Retry-After: 40"), 1, 40 * time.Second},
		{"Retry-After is honoured up to five minutes", Retry{}, says(503, ``, "Retry-After: 9000"), 1, 5 * time.Minute},
		{"Retry-After may be a date", Retry{}, says(503, ``, "Date: Sun, 06 Nov 1994 08:49:37 GMT",
			"Retry-After: Sun, 06 Nov 1994 08:50:37 GMT"), 1, time.Minute},
		{"a hanging attempt is given up after thirty seconds", Retry{}, hang, 1, 30*time.Second + 500*time.Millisecond},
		{"each attempt has all of its time", Retry{}, hang, 4, 4*30*time.Second + (500+1000+2000+4000)*time.Millisecond},
		{"a timeout of its own counts instead", Retry{Timeout: 3 * time.Minute}, hang, 1, 3*time.Minute + 500*time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var steps []fake
				for range tt.times {
					steps = append(steps, tt.first)
				}
				c := newFake(t, inTurn(append(steps, says(200, `{}`))...))
				start := time.Now()
				if _, err := c.Do(t.Context(), Request{Method: "GET", Path: "/me", Retry: tt.retry}); err != nil {
					t.Fatal(err)
				}
				if got := time.Since(start); got != tt.want {
					t.Errorf("waited %v, want %v", got, tt.want)
				}
			})
		})
	}
}

// hang plays a server that took the request and is silent.
func hang(req *http.Request) (*http.Response, error) {
	lose(req) //nolint:errcheck // only what it reports counts
	<-req.Context().Done()
	return nil, req.Context().Err()
}

func TestAnswerThatStallsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newFake(t, func(req *http.Request) (*http.Response, error) {
			got := answer(200, ``)
			got.Body = stalled{req.Context()}
			return got, nil
		})
		start := time.Now()
		_, err := c.Do(t.Context(), Request{Method: "POST", Path: "/tickets"})
		want := "POST /tickets: 200: carried out, but the answer cannot be read: answer not complete within 1m0s"
		if outcome(err) != "applied" || err.Error() != want {
			t.Errorf("error = %v, want %s", err, want)
		}
		if got := time.Since(start); got != time.Minute {
			t.Errorf("gave up after %v, want a minute", got)
		}
	})
}

type stalled struct{ ctx context.Context }

func (s stalled) Read([]byte) (int, error) { <-s.ctx.Done(); return 0, s.ctx.Err() }
func (s stalled) Close() error             { return nil }

func TestSilentServerIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := newFake(t, hang).Do(t.Context(), Request{Method: "POST", Path: "/tickets"})
		if want := "POST /tickets: no answer: silence for 30s"; outcome(err) != "unknown" || err.Error() != want {
			t.Errorf("error = %v, want %s", err, want)
		}
	})
}

func TestStopping(t *testing.T) {
	stop := errors.New("asked to stop")
	tests := []struct {
		name string
		req  Request
		do   fake
		want string
	}{
		{"a call in flight is unknown", Request{Method: "POST", Path: "/tags"}, hang, "unknown"},
		{"a call that waits for its turn was not sent", Request{Method: "POST", Path: "/tags"}, says(429, ``), "not sent"},
		{"a call that waits to go out again was not sent", Request{Method: "POST", Path: "/tags"}, refuseConn, "not sent"},
		{"a call that waits to be repeated is unknown", Request{Method: "PUT", Path: "/contacts/1", Repeat: true},
			says(503, ``, "Retry-After: 60"), "unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(100*time.Millisecond, func() { cancel(stop) })
				_, err := newFake(t, tt.do).Do(ctx, tt.req)
				if got := outcome(err); got != tt.want {
					t.Errorf("ended %s, want %s: %v", got, tt.want, err)
				}
				if !errors.Is(err, stop) {
					t.Errorf("%v does not wrap the cause", err)
				}
			})
		})
	}
}

func TestDoReportsAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []Attempt
		c := newFake(t, inTurn(says(500, ``, "X-Request-Id: r1"), says(429, ``), says(200, `{}`)))
		c.log = func(a Attempt) { got = append(got, a) }
		if _, err := c.Do(t.Context(), Request{Method: "GET", Path: "/me"}); err != nil {
			t.Fatal(err)
		}
		want := []Attempt{
			{Method: "GET", Path: "/me", Status: 500, Try: 1, RequestID: "r1"},
			{Method: "GET", Path: "/me", Status: 429, Try: 2, Wait: 500 * time.Millisecond},
			{Method: "GET", Path: "/me", Status: 200, Try: 2, Wait: usualLength + lateness},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("attempts differ (-want +got):\n%s", diff)
		}
		if calls := c.RateLimit().Calls; calls != 3 {
			t.Errorf("%d calls counted, want 3", calls)
		}
	})
}

func TestBadRequestsAreNotSent(t *testing.T) {
	tests := []struct {
		name string
		req  Request
		err  string
	}{
		{"no method", Request{Path: "/me"}, `"" is not a method`},
		{"a method in small letters", Request{Method: "get", Path: "/me"}, `"get" is not a method`},
		{"no path", Request{Method: "GET"}, "must begin with a slash"},
		{"another host", Request{Method: "GET", Path: "//example.com/me"}, "empty segment"},
		{"an id that is missing", Request{Method: "DELETE", Path: "/contacts/"}, "is an id missing"},
		{"a way up", Request{Method: "GET", Path: "/contacts/../me"}, `"." or ".."`},
		{"a hidden way up", Request{Method: "GET", Path: "/contacts/%2e%2E/me"}, `"." or ".."`},
		{"a way up inside a segment", Request{Method: "GET", Path: "/contacts/a%2F..%2fme"}, `"." or ".."`},
		{"a query in the path", Request{Method: "GET", Path: "/me?a=b"}, `holds "?"`},
		{"a space in the path", Request{Method: "GET", Path: "/me too"}, `holds " "`},
		{"a bad escape", Request{Method: "GET", Path: "/me%zz"}, "bad escape"},
		{"a header of the client's", Request{Method: "GET", Path: "/me", Header: http.Header{"Idempotency-Key": {"1"}}}, "Idempotency-Key"},
		{"an unknown backoff", Request{Method: "GET", Path: "/me", Retry: Retry{Backoff: "often"}}, `"often"`},
		{"a negative interval", Request{Method: "GET", Path: "/me", Retry: Retry{MinInterval: -1}}, "below zero"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newFake(t, func(*http.Request) (*http.Response, error) {
				t.Error("the request went out")
				return answer(200, `{}`), nil
			})
			_, err := c.Do(t.Context(), tt.req)
			if outcome(err) != "not sent" || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error = %v, want not sent and %q", err, tt.err)
			}
		})
	}
}

func TestStopEndsWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		transport := fake(func(*http.Request) (*http.Response, error) {
			sent++
			return nil, &net.OpError{Op: "dial", Err: errors.New("refused")}
		})
		client, err := New(Config{Token: "test", HTTPClient: &http.Client{Transport: transport}})
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Millisecond, client.Stop)
		_, err = client.Do(t.Context(), Request{Method: "POST", Path: "/tags"})
		var unsent *NotSentError
		if !errors.As(err, &unsent) || !errors.Is(err, ErrStopped) || sent > 2 {
			t.Errorf("a call that waits for its next attempt ended with %v after %d", err, sent)
		}
		if _, err := client.Do(t.Context(), Request{Method: "GET", Path: "/tags"}); !errors.Is(err, ErrStopped) {
			t.Errorf("a call behind Stop ended with %v", err)
		}
	})
}
