package intercom

import "time"

// clock knows how far Intercom's clock is ahead of the time since the client
// was made. This computer's own date is never asked: it may be wrong, and
// somebody may set it while calls are under way.
//
// Two things are known of a call that was sent at one moment and answered at
// another: between them, Intercom's clock showed the Date of the answer, which
// has whole seconds; and between them, it was in the window that the answer
// names. Each answer so gives two spans, and the truth is where all of them
// overlap. After some seconds of traffic that is about one round trip wide.
type clock struct {
	byReset, byDate span
}

// sighting is what one answer shows of Intercom's clock.
type sighting struct {
	sent, received time.Duration // since the client was made
	reset          time.Duration // end of the window, since 1970
	date           time.Duration // since 1970; zero when the answer has none
}

// see takes in a sighting, given the length of windows. It reports whether
// Intercom's clock is another than before, or was set: all that was known of
// it is then forgotten.
func (c *clock) see(s sighting, length time.Duration) (jumped bool) {
	byReset := span{known: true, low: s.reset - length - s.received, high: s.reset - s.sent}
	if jumped = c.byReset.gap(byReset) > length; jumped {
		*c = clock{}
	}
	c.byReset.narrow(byReset)
	if s.date > 0 {
		c.byDate.narrow(span{known: true, low: s.date - s.received, high: s.date + time.Second - s.sent})
	}
	return jumped
}

// doubt forgets what the resets showed, since a window was left too early.
func (c *clock) doubt() { c.byReset = span{} }

// ahead gives the least that Intercom's clock can be ahead: with it, windows
// seem to end too late rather than too early.
//
// The resets decide. They may be rounded to seconds, or be told by another
// computer than the Date, so that the two are a second apart; a Date that is
// further off is not to be believed.
func (c *clock) ahead() time.Duration {
	if !c.byDate.known {
		return c.byReset.low
	}
	for _, play := range []time.Duration{0, time.Second} {
		low := max(c.byReset.low, c.byDate.low-play)
		if low <= min(c.byReset.high, c.byDate.high+play) {
			return low
		}
	}
	return c.byReset.low
}

// span is where a number lies.
type span struct {
	known     bool
	low, high time.Duration
}

// gap gives how far two spans are apart; zero when they overlap.
func (s span) gap(other span) time.Duration {
	if !s.known {
		return 0
	}
	return max(s.low-other.high, other.low-s.high, 0)
}

// narrow takes in another span that holds the number. Clocks drift: when the
// two do not overlap, the number has moved, and it lies in the newer one, about
// as far from the border as the older one was.
func (s *span) narrow(newer span) {
	gap := s.gap(newer)
	switch {
	case !s.known:
		*s = newer
	case newer.high < s.low:
		s.low, s.high = max(newer.low, newer.high-gap), newer.high
	case newer.low > s.high:
		s.low, s.high = newer.low, min(newer.high, newer.low+gap)
	default:
		s.low, s.high = max(s.low, newer.low), min(s.high, newer.high)
	}
}
