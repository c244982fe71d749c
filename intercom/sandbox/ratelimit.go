package sandbox

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// windowPhase is where windows begin, counted from the Unix epoch. Intercom's
// are not aligned to multiples of ten: resets ending in 2 and 6 were recorded.
const windowPhase = 6 * time.Second

// rateWindow counts calls in windows of a fixed length, as Intercom does: what
// is left of one window is lost, and every answer says how much is left.
type rateWindow struct {
	limit        int
	length       time.Duration
	countCurrent bool // Remaining counts the call it comes with

	ends time.Time
	used int
}

// take counts one call, writes the rate headers, and refuses the call when the
// window is used up.
func (w *rateWindow) take(now time.Time, h http.Header) error {
	w.turn(now)
	remaining := max(0, w.limit-w.used)
	over := remaining == 0
	if !over {
		w.used++
	}
	if w.countCurrent && !over {
		remaining--
	}
	w.writeHeader(h, remaining)
	if over {
		return w.refusal()
	}
	return nil
}

func (w *rateWindow) spend(now time.Time, n int) {
	w.turn(now)
	w.used += n
}

// exhaust uses up the window and gives the refusal that follows.
func (w *rateWindow) exhaust(now time.Time, h http.Header) error {
	w.turn(now)
	w.used = max(w.used, w.limit)
	w.writeHeader(h, 0)
	return w.refusal()
}

// turn begins a new window when the current one is over.
func (w *rateWindow) turn(now time.Time) {
	if now.Before(w.ends) {
		return
	}
	since := (time.Duration(now.UnixNano()) - windowPhase) % w.length
	if since < 0 {
		since += w.length
	}
	w.ends = now.Add(w.length - since)
	w.used = 0
}

// writeHeader writes X-RateLimit-Reset in whole Unix seconds, rounded up.
func (w *rateWindow) writeHeader(h http.Header, remaining int) {
	reset := w.ends.Add(time.Second - 1).Unix()
	h.Set("X-RateLimit-Limit", strconv.Itoa(w.limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(remaining))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(reset, 10))
}

func (w *rateWindow) refusal() *refusal {
	seconds := strconv.FormatFloat(w.length.Seconds(), 'f', -1, 64)
	return refuse(http.StatusTooManyRequests, "rate_limit_exceeded",
		"%s", fmt.Sprintf("Exceeded rate limit of %d in %s_seconds", w.limit, seconds))
}
