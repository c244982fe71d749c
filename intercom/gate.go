package intercom

import (
	"slices"
	"time"
)

// gate bounds the calls in flight by how well the server copes: the bound
// grows by one in each round trip without trouble, and is cut by three tenths
// when a call fails or answers become slow. Until the first trouble it grows
// by one with each answer, so that a run does not spend its first windows on
// growing. It needs a lock around it.
type gate struct {
	most  float64
	bound float64
	known bool          // trouble has been met
	cut   time.Duration // when the bound was last cut

	trips [64]time.Duration // of the answers since p95 was last taken
	count int               // of them
	best  time.Duration     // the lowest p95
}

const (
	gateStart = 8
	gateFloor = 2
	gateCut   = 0.7
	// quick is how fast an answer may be and count as no faster: twice of less
	// shows nothing about the server.
	quick = 50 * time.Millisecond
)

func newGate(most int) gate {
	return gate{most: float64(most), bound: float64(min(gateStart, most))}
}

// isFull reports whether no call may join those that are flying.
func (g *gate) isFull(flying int) bool { return flying >= int(g.bound) }

// learn takes in the end of a call that was sent at a given time, when a number
// of calls were flying, itself included.
func (g *gate) learn(sent, now time.Duration, flying int, got result) {
	if got.Status != 0 && g.isSlow(got.trip) || got.health.isTrouble() {
		g.shrink(sent, now)
		return
	}
	// A bound that is not half used says nothing about a higher one.
	if got.health != healthy || float64(2*flying) < g.bound {
		return
	}
	if g.known {
		g.bound += 1 / g.bound
	} else {
		g.bound++
	}
	g.bound = min(g.bound, g.most)
}

// shrink cuts the bound, once for all calls that were in flight together.
func (g *gate) shrink(sent, now time.Duration) {
	if g.known && sent < g.cut {
		return
	}
	g.known, g.cut = true, now
	g.bound = max(g.bound*gateCut, min(gateFloor, g.most))
}

// isSlow takes in how long an answer took, and reports whether the 95th
// percentile of the last 64 is more than twice the lowest so far. Each time it
// is, the measure rises by half: an operation that is slow by itself, such as a
// search after many small writes, is soon taken as it is.
func (g *gate) isSlow(trip time.Duration) bool {
	g.trips[g.count] = trip
	if g.count++; g.count < len(g.trips) {
		return false
	}
	g.count = 0
	slices.Sort(g.trips[:])
	p95 := max(g.trips[len(g.trips)*95/100], quick)
	if g.best == 0 || p95 < g.best {
		g.best = p95
	}
	if p95 <= 2*g.best {
		return false
	}
	g.best += g.best / 2
	return true
}
