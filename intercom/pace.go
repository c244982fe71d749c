package intercom

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// RateLimit is Intercom's allowance as last seen. It is per window; windows are
// ten seconds long and begin when Intercom says so.
type RateLimit struct {
	Limit     int       // calls in a window; zero while Intercom has not said
	Remaining int       // of them, when Intercom last answered
	Reset     time.Time // end of the window, by Intercom's clock
	Calls     int64     // requests this client has sent
}

const (
	window      = 10 * time.Second
	longestHold = time.Minute            // whatever the headers say
	lateness    = 250 * time.Millisecond // at most, so that not all return at once
)

// pacer holds calls back once the window's allowance is used up, until the next
// window. Intercom's own clock decides when that is: the Date of an answer says
// what it was when the answer left, and the time from then to the reset is the
// same on any clock.
type pacer struct {
	random func(time.Duration) time.Duration

	mu        sync.Mutex
	answered  bool          // until then calls go one at a time
	limit     int           // zero while Intercom has not said
	remaining int           // the lowest seen for this window
	reset     int64         // names this window; zero after it ended by our clock
	closed    int64         // names the window before
	ends      time.Time     // of this window, never too early
	flying    int           // calls without an answer
	changed   chan struct{} // closed when waiting calls should look again; nil when none waits
	seen      RateLimit
}

func newPacer(random func(time.Duration) time.Duration) *pacer {
	return &pacer{random: random}
}

// acquire waits until one more call fits the window, and counts it as flying.
// The error is the cause that ctx ended for.
func (p *pacer) acquire(ctx context.Context) error {
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		wait, changed := p.admit(time.Now())
		if changed == nil {
			return nil
		}
		select {
		case <-time.After(wait):
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// admit lets one call go and gives nil, or says how long to wait and what to
// watch meanwhile.
func (p *pacer) admit(now time.Time) (time.Duration, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.limit > 0 && !now.Before(p.ends) {
		p.turnOver(now)
	}
	if p.free() > 0 {
		p.flying++
		p.seen.Calls++
		return 0, nil
	}
	if p.changed == nil {
		p.changed = make(chan struct{})
	}
	if p.limit == 0 {
		return time.Hour, p.changed
	}
	return p.ends.Sub(now) + p.random(lateness), p.changed
}

// turnOver begins the next window, of which no answer has been seen yet.
func (p *pacer) turnOver(now time.Time) {
	p.closed, p.reset = p.reset, 0
	p.remaining = p.limit
	p.ends = now.Add(window)
}

// free gives the number of calls that may go now. A flying call may be counted
// in this window or in the one before, so it is counted here.
func (p *pacer) free() int {
	switch {
	case !p.answered:
		return 1 - p.flying
	case p.limit == 0:
		return math.MaxInt
	}
	return p.remaining - p.flying
}

// release takes back a flying call and learns from its answer, which is nil
// when there was none.
func (p *pacer) release(answer *http.Response) {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flying--
	before := p.ends
	if answer != nil {
		p.answered = true
		p.learn(answer, now)
	} else {
		p.remaining-- // it may have been counted
	}
	if p.changed != nil && (p.free() > 0 || p.ends.Before(before)) {
		close(p.changed)
		p.changed = nil
	}
}

// learn takes in what an answer that came at now says about the allowance.
func (p *pacer) learn(answer *http.Response, now time.Time) {
	limit, remaining, reset, ok := rateHeaders(answer.Header)
	if !ok {
		return
	}
	p.seen.Limit, p.seen.Remaining, p.seen.Reset = limit, remaining, time.Unix(reset, 0)
	// The first answer of a recorded window says that the whole limit remains:
	// the call it answers is still to be taken off.
	remaining = max(remaining-1, 0)
	if answer.StatusCode == http.StatusTooManyRequests {
		// With some of it remaining, another limit was met, such as that of the
		// whole workspace. The end of the window is the time to try again.
		remaining = 0
	}

	ends := now.Add(timeLeft(answer.Header, reset))
	switch {
	case reset == p.closed || reset < p.reset:
		return // a late answer
	case reset == p.reset:
		remaining = min(remaining, p.remaining)
		ends = earlier(ends, p.ends)
	default:
		p.closed, p.reset = p.reset, reset
	}
	p.limit, p.remaining, p.ends = limit, remaining, ends
}

// timeLeft gives the time from an answer to the reset, rounded up: Date has
// whole seconds. The longest of the answers' roundings is therefore less than a
// second too late, and none is too early.
func timeLeft(header http.Header, reset int64) time.Duration {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return window
	}
	return min(max(time.Unix(reset, 0).Sub(date), 0), longestHold)
}

// rateHeaders reads the three X-RateLimit headers, which come with every
// answer, errors included: calls per window, calls left, and the Unix second at
// which the window ends.
func rateHeaders(header http.Header) (limit, remaining int, reset int64, ok bool) {
	limit, err := strconv.Atoi(header.Get("X-Ratelimit-Limit"))
	if err != nil || limit <= 0 {
		return 0, 0, 0, false
	}
	remaining, err = strconv.Atoi(header.Get("X-Ratelimit-Remaining"))
	if err != nil {
		return 0, 0, 0, false
	}
	reset, err = strconv.ParseInt(header.Get("X-Ratelimit-Reset"), 10, 64)
	return limit, remaining, reset, err == nil && reset > 0
}

func (p *pacer) rateLimit() RateLimit {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
