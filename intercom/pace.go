package intercom

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// pacer decides when each call goes: the governor knows Intercom's windows, the
// gate how many calls the server takes at a time, the breaker whether it works
// at all.
//
// Calls wait in a queue. Only the first of it sleeps on a timer; the others
// wait at the door, however many there are.
type pacer struct {
	start time.Time     // times are counted from here, by a clock that nobody can set
	door  chan struct{} // holds the first of the queue
	wake  chan struct{} // tells it to look again
	over  chan struct{} // closed by stop
	once  sync.Once     // of closing it

	mu        sync.Mutex
	governor  governor
	gate      gate
	breaker   breaker
	trying    bool          // one call goes alone, and the others wait for what becomes of it
	tried     bool          // that call is under way
	sleeps    time.Duration // until when the first of the queue does; zero when it is awake
	calls     int64
	throttled int64
}

// ticket is a call that was let go.
type ticket struct {
	sent  time.Duration
	alone bool // the others wait for it
}

// forever is how long to wait for an event.
const forever = time.Hour

func newPacer(cfg Config) *pacer {
	return &pacer{
		start:    time.Now(),
		door:     make(chan struct{}, 1),
		wake:     make(chan struct{}, 1),
		over:     make(chan struct{}),
		governor: newGovernor(cfg.RateShare, upTo),
		gate:     newGate(cfg.MaxInFlight),
		trying:   true, // nothing is known before the first answer
	}
}

// stop lets no further call go.
func (p *pacer) stop() { p.once.Do(func() { close(p.over) }) }

// ended gives why no further call is to go; nil while they are.
func (p *pacer) ended(ctx context.Context) error {
	select {
	case <-p.over:
		return ErrStopped
	default:
		return context.Cause(ctx)
	}
}

// acquire waits until a call may go, and counts it as flying until release. The
// error is the cause that ctx ended for, [ErrStopped], or an
// [*UnavailableError].
func (p *pacer) acquire(ctx context.Context) (ticket, error) {
	if err := p.ended(ctx); err != nil {
		return ticket{}, err
	}
	select {
	case p.door <- struct{}{}:
	case <-p.over:
		return ticket{}, ErrStopped
	case <-ctx.Done():
		return ticket{}, context.Cause(ctx)
	}
	defer func() { <-p.door }()
	for {
		t, wait, err := p.admit()
		if err != nil || wait <= 0 {
			return t, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-p.wake:
			timer.Stop()
		case <-p.over:
			timer.Stop()
			return ticket{}, ErrStopped
		case <-ctx.Done():
			timer.Stop()
			return ticket{}, context.Cause(ctx)
		}
	}
}

// admit lets a call go, or says how long to wait before asking again.
func (p *pacer) admit() (ticket, time.Duration, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Since(p.start)
	wait, err := p.wait(now)
	if err != nil || wait > 0 {
		p.sleeps = now + wait
		return ticket{}, wait, err
	}
	t := ticket{sent: now, alone: p.trying}
	p.sleeps, p.tried = 0, p.trying
	p.governor.take(now)
	p.calls++
	return t, 0, nil
}

// wait gives how long the next call has to wait.
func (p *pacer) wait(now time.Duration) (time.Duration, error) {
	wait, err := p.breaker.wait(now)
	if err != nil {
		return 0, err
	}
	if p.tried || !p.trying && p.gate.isFull(p.governor.flying) {
		return forever, nil
	}
	return max(wait, p.governor.wait(now)), nil
}

// release takes back a call that ended, and learns from its end.
func (p *pacer) release(t ticket, got result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Since(p.start)
	p.gate.learn(t.sent, now, p.governor.flying, got)
	p.breaker.learn(now, got.health, t.alone)
	p.governor.flying--
	switch {
	case got.Status != 0:
		p.governor.learn(t.sent, t.sent+got.trip, got.Status, got.Header)
	case got.wentOut():
		p.governor.lost()
	}
	if got.Status == http.StatusTooManyRequests {
		p.throttled++
	}
	p.tryAlone(t, got)

	if p.sleeps == 0 {
		return
	}
	if wait, err := p.wait(now); err != nil || now+wait < p.sleeps-time.Millisecond {
		select {
		case p.wake <- struct{}{}:
		default: // it is being woken
		}
	}
}

// tryAlone decides whether one call goes alone from now on. That is so at the
// start, after a 429 and after a pause of the breaker, until Intercom took one.
func (p *pacer) tryAlone(t ticket, got result) {
	if t.alone {
		p.tried = false
		p.trying = got.Status == 0
	}
	if p.governor.window.shut || p.breaker.isOpen {
		p.trying = true
	}
}

func (p *pacer) rate() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	g := &p.governor
	return g.share * float64(g.told.limit) / g.length.Seconds()
}

func (p *pacer) rateLimit() RateLimit {
	p.mu.Lock()
	defer p.mu.Unlock()
	g := &p.governor
	seen := RateLimit{Limit: g.told.limit, Remaining: g.told.remaining, Calls: p.calls, Throttled: p.throttled}
	if g.told.limit > 0 {
		seen.Reset = time.Unix(int64(g.told.reset/time.Second), 0)
		g.turn(time.Since(p.start))
		seen.Used = 1 - float64(max(g.window.remaining, 0))/float64(g.limit)
	}
	return seen
}
