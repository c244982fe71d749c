package intercom

import (
	"fmt"
	"time"
)

// UnavailableError says that Intercom kept failing: most calls ended with a 5xx
// or without an answer in time, whenever they were let through. Nothing more is
// sent. It is wrapped by the error of each call that waited or comes later, and
// what is not done yet should be left for another day.
type UnavailableError struct {
	Paused time.Duration // how long calls were held back, in all
}

func (e *UnavailableError) Error() string {
	return fmt.Sprintf("Intercom is unavailable: calls kept failing and were held back for %v in all", e.Paused)
}

// health is what the end of a call says about the server.
type health int

const (
	unclear  health = iota // nothing: the call did not go out, was stopped, or its connection was lost
	healthy                // it answered, be it with a refusal
	failing                // it answered with a 5xx or a 408
	timedOut               // it did not answer in time
)

func (h health) isTrouble() bool { return h == failing || h == timedOut }

// breaker holds all calls back when at least half of those in the last ten
// seconds, and of at least twenty, met trouble. After a pause one call goes by
// itself, and decides whether all may follow. It needs a lock around it.
type breaker struct {
	seconds [10]tally // the last ones, by second modulo ten
	isOpen  bool
	until   time.Duration // when one call may go
	pause   time.Duration // the last one; zero when there may be no more
	paused  time.Duration // in all
}

// tally counts the calls that ended in one second.
type tally struct {
	second       time.Duration
	calls, wrong int
}

const (
	fewestCalls  = 20
	firstPause   = 15 * time.Second
	longestPause = 5 * time.Minute
	mostPaused   = 15 * time.Minute // in all
)

// wait gives how long calls are held back. The error is an [*UnavailableError].
func (b *breaker) wait(now time.Duration) (time.Duration, error) {
	if !b.isOpen {
		return 0, nil
	}
	if b.pause == 0 {
		return 0, &UnavailableError{Paused: b.paused}
	}
	return b.until - now, nil
}

// learn takes in the end of a call. While calls are held back only the one that
// went by itself counts; the others were sent before.
func (b *breaker) learn(now time.Duration, h health, alone bool) {
	switch {
	case h == unclear || b.isOpen && !alone:
	case b.isOpen && h.isTrouble():
		b.open(now)
	case b.isOpen:
		*b = breaker{paused: b.paused}
	case b.count(now, h):
		b.open(now)
	}
}

// open begins a pause, twice as long as the last one, or gives up when calls
// were held back for long enough.
func (b *breaker) open(now time.Duration) {
	b.pause = min(max(2*b.pause, firstPause), longestPause, mostPaused-b.paused)
	b.paused += b.pause
	b.isOpen, b.until = true, now+b.pause
}

// count takes in a call and reports whether too many met trouble.
func (b *breaker) count(now time.Duration, h health) bool {
	second := now / time.Second
	t := &b.seconds[second%10]
	if t.second != second {
		*t = tally{second: second}
	}
	t.calls++
	if !h.isTrouble() {
		return false
	}
	t.wrong++

	calls, wrong := 0, 0
	for _, t := range b.seconds {
		if second-t.second < 10 {
			calls, wrong = calls+t.calls, wrong+t.wrong
		}
	}
	return calls >= fewestCalls && 2*wrong >= calls
}
