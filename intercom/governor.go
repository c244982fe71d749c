package intercom

import (
	"math"
	"net/http"
	"time"
)

// governor says when calls may go, so that each of Intercom's windows is used
// up just as it ends and none is overrun. All it knows is in the rate headers,
// so that several processes with one token share a window without knowing of
// each other. Times are since the client was made. It needs a lock around it.
type governor struct {
	share  float64 // of each window that may be used
	random func(time.Duration) time.Duration

	clock   clock
	limit   int           // calls in a window; zero while Intercom has not said
	length  time.Duration // of a window
	step    time.Duration // from the reset before last to the last one
	window  window
	refused time.Duration // end of the last window that had a 429, until a call is taken again
	told    rate          // by the last answer

	flying  int           // calls without an answer
	last    time.Duration // when the last call was due
	trip    time.Duration // from a call to its answer, smoothed
	foreign float64       // calls of others in a second, before this window
	blind   int           // answers in a row without rate headers

	slow  float64       // what the speed is divided by; 1 is full speed
	until time.Duration // when slow ends
}

const (
	usualLength = 10 * time.Second
	usualLimit  = 1666                   // 10,000 a minute, Intercom's default
	catchUp     = 1.25                   // fastest speed, as a multiple of the one that uses a window evenly
	blindSpeed  = 0.9                    // the same without headers to go by
	isBlind     = 8                      // answers in a row without headers, before they are taken to be gone
	slowFor     = 5                      // windows
	slowest     = 4                      // what the speed is divided by at most
	burst       = 10 * time.Millisecond  // of calls that may catch up at once, since timers are late
	lateness    = 250 * time.Millisecond // at most, so that not all come back at once after a 429
)

func newGovernor(share float64, random func(time.Duration) time.Duration) governor {
	if share == 0 {
		share = 1
	}
	return governor{share: share, random: random, length: usualLength, slow: 1}
}

// wait gives how long a call has to wait; zero or less when it may go now.
func (g *governor) wait(now time.Duration) time.Duration {
	if g.limit == 0 {
		return 0
	}
	g.turn(now)
	if g.free(now) < 1 {
		return max(g.ends()-now, time.Millisecond)
	}
	return g.due(now) - now
}

// take counts a call that goes now.
func (g *governor) take(now time.Duration) {
	if g.limit > 0 {
		g.last = max(g.due(now), now-burst)
	}
	g.flying++
}

// free gives the number of calls that may go in this window. A flying call may
// be counted in this window or in the one before, or not yet, so it is counted
// here.
func (g *governor) free(now time.Duration) int {
	if g.window.shut {
		return 0
	}
	free := min(g.window.remaining-g.reserve(now), g.allowed()) - g.flying
	if free < 1 && g.window.isNew() && g.flying == 0 {
		return 1 // however small the limit is
	}
	return free
}

// allowed gives what is left of our share of this window.
func (g *governor) allowed() int { return int(g.share*float64(g.limit)) - g.window.ours }

// reserve gives the number of calls that are left to others, and to what
// Intercom counts otherwise than we do: the first answer of a recorded window
// said that the whole limit remained, so that the call itself was still to be
// taken off.
func (g *governor) reserve(now time.Duration) int {
	least := min(max(g.limit/40, 1), 2)
	return least + int(math.Ceil(1.5*g.others(now)*g.trip.Seconds()))
}

// others gives the calls of others in a second, as far as can be told. What was
// seen before this window counts as two seconds of it.
func (g *governor) others(now time.Duration) float64 {
	const before = 2
	if g.blind >= isBlind {
		return 0
	}
	w := &g.window
	calls := max(g.limit-w.remaining-w.ours-g.flying, 0)
	elapsed := max(now-(w.until-g.length-g.clock.ahead()), 0)
	return (g.foreign*before + float64(calls)) / (before + elapsed.Seconds())
}

// due gives when the next call should go so that the rest of the window is
// filled evenly, less what others will likely use of it. Half of the rest is
// ours in any case: the others may be flowruns that do the same.
func (g *governor) due(now time.Duration) time.Duration {
	left := max(g.ends()-now, 0)
	rest := float64(g.window.remaining - g.reserve(now))
	rest = max(rest-g.others(now)*left.Seconds(), rest/2)
	calls := max(min(rest, float64(g.allowed()))-float64(g.flying), 0.5)
	return g.last + max(time.Duration(float64(left)/calls), g.shortest())
}

// shortest gives the time between two calls at the fastest speed.
func (g *governor) shortest() time.Duration {
	speed := catchUp
	if g.blind >= isBlind {
		speed = blindSpeed
	}
	calls := speed * g.share * float64(g.limit) / g.slow
	return time.Duration(float64(g.length) / calls)
}

// ends gives when the window is over for certain.
func (g *governor) ends() time.Duration {
	return g.window.until - g.clock.ahead() + g.window.late
}

// lost counts a call that may or may not have been counted by Intercom.
func (g *governor) lost() {
	g.window.ours++
	g.window.remaining--
}

// learn takes in an answer.
func (g *governor) learn(sent, received time.Duration, status int, header http.Header) {
	g.smooth(received - sent)
	told, ok := readRate(header)
	if !ok {
		g.learnBlind(received, status)
		return
	}
	g.blind = 0
	seen := sighting{sent: sent, received: received, reset: told.reset, date: readDate(header)}
	g.measure(seen)
	if g.window.wasLeft(told.reset, sent) {
		g.clock.doubt()
	}
	jumped := g.clock.see(seen, g.length)
	if g.window.isOver(told.reset, sent) && !jumped {
		return
	}
	if !g.window.is(told.reset) {
		g.open(told.reset, received)
		g.window.remaining = told.remaining
	}
	g.limit, g.told = told.limit, told
	g.window.ours++
	g.window.remaining = min(g.window.remaining, told.remaining)
	g.judge(status, told.remaining > 0, received)
}

// learnBlind takes in an answer without rate headers: we count ourselves, by
// the windows as they last were. A server that never told a limit is not held
// to one before it turns a call away, and then to Intercom's usual one.
func (g *governor) learnBlind(now time.Duration, status int) {
	g.blind++
	first := g.limit == 0 && status == http.StatusTooManyRequests
	if first {
		g.limit, g.blind = usualLimit, isBlind
		g.window = window{until: now + g.length - g.clock.ahead(), since: now, remaining: g.ration()}
	}
	g.lost()
	g.judge(status, !first, now)
}

// judge acts on an answer's status in the current window. A 429 closes it.
func (g *governor) judge(status int, unexplained bool, now time.Duration) {
	w := &g.window
	again := g.refused != 0 && g.refused != w.until
	switch {
	case status != http.StatusTooManyRequests && again:
		g.refused = 0
	case status == http.StatusTooManyRequests && !w.shut:
		w.shut, w.late, g.refused = true, g.random(lateness), w.until
		g.brake(unexplained, again, now)
	}
}

// brake slows down after a 429 that came although calls remained: there is a
// limit that the headers do not show, such as that of the workspace, which all
// its apps share. One that comes to the first call of the next window again
// says the same, but not that half the speed is still too fast.
func (g *governor) brake(unexplained, again bool, now time.Duration) {
	switch {
	case again:
		g.slow = max(g.slow, 2)
	case unexplained && g.told.limit == 0:
		g.limit = max(g.limit/2, 1) // it was a guess
		return
	case unexplained:
		g.slow = min(2*g.slow, slowest)
	default:
		return
	}
	g.until = now + slowFor*g.length
}

// smooth takes in how long an answer took. One that was very slow counts as
// slow, not for what it was.
func (g *governor) smooth(trip time.Duration) {
	if g.trip == 0 {
		g.trip = trip
		return
	}
	g.trip += (min(trip, 4*g.trip) - g.trip) / 16
}

// ration gives the calls that a window has of which no answer was seen yet.
func (g *governor) ration() int {
	if g.blind >= isBlind {
		return int(math.Ceil(blindSpeed * float64(g.limit)))
	}
	return g.limit
}
