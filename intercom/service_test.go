package intercom

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"
)

// rules say how a service counts and answers. Times are since its start.
type rules struct {
	limit   int
	length  time.Duration                     // of a window; zero is ten seconds
	begins  func(time.Duration) time.Duration // where windows begin; nil is on full ten seconds
	skew    func(time.Duration) time.Duration // how far its clock is ahead; nil is a third of a second
	counts  bool                              // what remains is told without the call itself
	floor   bool                              // resets are rounded down, not up
	undated bool                              // answers have no Date
	silent  func(time.Duration) bool          // answers have no rate headers
	even    bool                              // every answer takes a tenth of a second
	closed  func(time.Duration) bool          // all calls are turned away, whatever remains
	total   int                               // a further limit, which no header tells; zero is none
	others  int                               // calls of another app in a window, in bursts
}

// service is a server that counts calls in windows by a clock of its own, as
// Intercom does. It must run under synctest.
type service struct {
	rules
	start time.Time

	mu      sync.Mutex
	random  *rand.Rand
	window  time.Duration // the number of the current one
	used    int           // in it
	counted               // of its clients
	foreign counted       // of the other app
	known   time.Duration // the number of a window that a client knows to be closed
	vain    int           // calls sent to that window
	inVain  int           // the most of them for one window
	peak    int           // the most calls taken in a window
}

// counted is what became of calls.
type counted struct{ taken, refused int }

func newService(r rules) *service {
	if r.length == 0 {
		r.length = 10 * time.Second
	}
	if r.begins == nil {
		r.begins = always[time.Duration](0)
	}
	if r.skew == nil {
		r.skew = always(time.Second / 3)
	}
	return &service{rules: r, start: time.Now(), random: rand.New(rand.NewPCG(1, 2)), known: -1}
}

// always gives a value at any time.
func always[T any](value T) func(time.Duration) T {
	return func(time.Duration) T { return value }
}

func (s *service) RoundTrip(*http.Request) (*http.Response, error) {
	trip := s.send()
	time.Sleep(trip / 2)
	answer, window := s.take(&s.counted)
	time.Sleep(trip / 2)
	if answer.StatusCode == http.StatusTooManyRequests {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.known = window
	}
	return answer, nil
}

// send takes note of a call that leaves, and gives how long its answer takes:
// about a tenth of a second, and up to three seconds for one in a hundred.
func (s *service) send() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.turn() == s.known {
		s.vain++
		s.inVain = max(s.inVain, s.vain)
	}
	if s.even {
		return 100 * time.Millisecond
	}
	trip := 60*time.Millisecond + time.Duration(s.random.ExpFloat64()*float64(40*time.Millisecond))
	if s.random.IntN(100) == 0 {
		trip += time.Duration(s.random.Float64() * 3 * float64(time.Second))
	}
	return trip
}

// turn begins the next window if it is time, and gives the number of the
// current one.
func (s *service) turn() time.Duration {
	at := time.Since(s.start)
	window := (s.clock() - s.begins(at)) / s.length
	if window != s.window {
		s.window, s.used, s.vain = window, 0, 0
	}
	return window
}

// clock gives the time since 1970 as the service has it.
func (s *service) clock() time.Duration {
	return unix(time.Now()) + s.skew(time.Since(s.start))
}

// take counts a call and answers it.
func (s *service) take(who *counted) (*http.Response, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	window, at := s.turn(), time.Since(s.start)
	status, left := http.StatusOK, max(s.limit-s.used, 0)
	if left == 0 || s.total > 0 && s.used >= s.total || s.closed != nil && s.closed(at) {
		status = http.StatusTooManyRequests
		who.refused++
	} else {
		who.taken++
		s.used++
		s.peak = max(s.peak, s.used)
	}
	header := http.Header{}
	if s.counts {
		left = max(left-1, 0)
	}
	if s.silent == nil || !s.silent(at) {
		s.rate(header, left, s.begins(at)+(window+1)*s.length)
	}
	return &http.Response{StatusCode: status, Header: header, Body: http.NoBody}, window
}

func (s *service) rate(header http.Header, left int, reset time.Duration) {
	if !s.floor {
		reset += time.Second - 1
	}
	header["X-Ratelimit-Limit"] = []string{strconv.Itoa(s.limit)}
	header["X-Ratelimit-Remaining"] = []string{strconv.Itoa(left)}
	header["X-Ratelimit-Reset"] = []string{strconv.FormatInt(int64(reset/time.Second), 10)}
	if !s.undated {
		header["Date"] = []string{time.Unix(0, int64(s.clock())).UTC().Format(http.TimeFormat)}
	}
}

// crowd plays the other app for some time. It comes in bursts, and does not
// care for limits.
func (s *service) crowd(long time.Duration) {
	const burst = 20
	for s.others > 0 && time.Since(s.start) < long {
		s.mu.Lock()
		pause := time.Duration(s.random.ExpFloat64() * float64(s.length) * burst / float64(s.others))
		calls := 1 + s.random.IntN(2*burst-1)
		s.mu.Unlock()
		time.Sleep(pause)
		for range calls {
			s.take(&s.foreign)
		}
	}
}

// drive has clients with 64 callers each make calls for some time, none of
// which may fail.
func (s *service) drive(t *testing.T, cfg Config, clients int, long time.Duration) {
	t.Helper()
	var group sync.WaitGroup
	group.Go(func() { s.crowd(long) })
	for range clients {
		c := s.client(t, cfg)
		for range 64 {
			group.Go(func() {
				for time.Since(s.start) < long {
					if _, err := c.Do(t.Context(), Request{Method: "POST", Path: "/tickets"}); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
	}
	group.Wait()
}

func (s *service) client(t *testing.T, cfg Config) *Client {
	t.Helper()
	cfg.Token, cfg.HTTPClient = testToken, &http.Client{Transport: s}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// doAll makes calls from some callers at once, none of which may fail.
func doAll(t *testing.T, c *Client, callers, calls int) {
	t.Helper()
	queue := make(chan int, calls)
	for i := range calls {
		queue <- i
	}
	close(queue)
	var group sync.WaitGroup
	for range callers {
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
