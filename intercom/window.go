package intercom

import "time"

// window is one of the spans of time in which Intercom counts calls. Its name
// is its reset. Resets were recorded that end in 0, 2 and 6, so nothing is
// assumed of when windows begin.
type window struct {
	reset     time.Duration // as last told by an answer, by Intercom's clock
	until     time.Duration // its end by Intercom's clock: reset, or what follows from it
	since     time.Duration // when it was first known: calls sent later are in it, or in a later one
	remaining int           // the lowest number told
	ours      int           // calls of ours that are counted in it
	shut      bool          // it had a 429
	late      time.Duration // how much later than its end calls go again
}

// isNew reports whether no call of ours is known to be counted in it.
func (w *window) isNew() bool { return w.ours == 0 && w.reset != w.until }

// is reports whether it is the window that an answer tells of.
func (w *window) is(reset time.Duration) bool { return w.reset == reset && w.until == reset }

// isOver reports whether the answer to a call sent at a given time tells of an
// earlier window. A reset that lies back is no proof: when the call was sent
// after this window began, Intercom has gone over to other windows, or the one
// before was left too early.
func (w *window) isOver(reset, sent time.Duration) bool {
	return !w.is(reset) && reset <= w.reset && sent < w.since
}

// wasLeft reports whether the answer to a call sent at a given time shows that
// the window before this one was still going on.
func (w *window) wasLeft(reset, sent time.Duration) bool {
	return w.reset == reset && w.until != reset && sent >= w.since
}

// open begins a window that an answer named.
func (g *governor) open(reset, now time.Duration) {
	if g.limit > 0 {
		g.foreign = g.others(now)
	}
	if step := reset - g.window.reset; step > 0 {
		if step == g.step && step < g.length {
			g.length = step
		}
		g.step = step
	}
	g.window = window{reset: reset, until: reset, since: now}
}

// turn begins the next window when the current one is over by the clock. Its
// reset follows from the last one that was told, until an answer comes.
func (g *governor) turn(now time.Duration) {
	if now < g.ends() {
		return
	}
	if g.slow > 1 && now >= g.until {
		g.slow = 1
	}
	g.foreign = g.others(now)
	w := g.window
	passed := (now+g.clock.ahead()-w.until)/g.length + 1
	g.window = window{reset: w.reset, until: w.until + passed*g.length, since: now, remaining: g.ration()}
}

// longestWindow bounds what is taken for the length of a window.
const longestWindow = time.Minute

// measure corrects the length of windows when more is left of one. That they
// are shorter shows in the steps from reset to reset, see open.
func (g *governor) measure(s sighting) {
	if s.date == 0 {
		return
	}
	if left := s.reset - s.date; left > g.length+time.Second && left <= longestWindow {
		g.length = left
	}
}
