package journal

import (
	"errors"
	"math/rand/v2"
	"testing"
)

// What breaks when the code does. Each line was tried once; the names follow
// the list of mutants of the project, where they are on it.
//
//	Broken                                       Red
//	M3  intent written behind its call           the caller's tests
//	M4  segment.sync does not sync               TestNothingDurableIsLostWithThePower
//	M5  startSegment does not sync the folder    TestNothingDurableIsLostWithThePower
//	M10 Resume does not cut off a torn tail      TestNothingDurableIsLostWithThePower, TestATornTailIsCut
//	M12 the lock is not the system's             TestOneProcessAtATime, TestTheHolderIsNamedAndItsDeathFreesTheRun
//	    Resume does not sync what it has read    TestNothingDurableIsLostWithThePower
//	    any whole line behind a broken one is    TestNothingDurableIsLostWithThePower
//	    damage, or none is                       TestDamageIsRefused
//	    half a line is left behind a short write TestARunGoesOnWhenTheDiskHasRoomAgain
//	    writing goes on behind a failed sync     TestAFailedSyncIsFinalAndNothingIsLost
//	    late answers are not rescued             TestAFailedSyncIsFinalAndNothingIsLost
//	    the hash of the segment before is not    TestDamageIsRefused
//	    checked, or that of a seal
//	    a settled row is not let go, or another  TestTheStateIsThatOfAllRecords
//	    one is, or lines are merged before rows
//	    everyone who waits has a sync of his own TestManyWaitForOneSync

// The power fails, or the process is killed, at every call of the file system
// in turn, and then again while the run goes on. Whatever the disk makes of that, the journal opens,
// has what was reported as durable, and has nothing that was not written.
func TestNothingDurableIsLostWithThePower(t *testing.T) {
	opt := Options{SegmentSize: 1500, RescueDir: "/nowhere"}
	whole := newDisk()
	w, err := begin(whole, opt)
	if err != nil {
		t.Fatal(err)
	}
	w.run(14)
	if w.err != nil || w.durable != len(w.given) {
		t.Fatalf("the workload does not work: %v", w.err)
	}
	points := 2000
	if testing.Short() {
		points = 100
	}
	for point := range points {
		crash(t, opt, 1+point%(whole.calls+1), uint64(point))
		if t.Failed() {
			t.Fatalf("point %d", point)
		}
	}
}

func crash(t *testing.T, opt Options, call int, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 2))
	d := newDisk()
	d.loseAt(call, rnd)
	w, err := begin(d, opt)
	if err == nil {
		w.run(14)
	}
	for range 3 {
		if rnd.IntN(4) == 0 {
			d = d.afterKill()
		} else {
			d = d.afterPowerLoss(rnd)
		}
		got, err := recorded(d)
		if errors.Is(err, ErrNotBegun) && w.durable == 0 {
			return
		}
		if err != nil {
			t.Errorf("the journal does not open: %v", err)
			return
		}
		checkKept(t, w, got)
		d.loseAt(1+rnd.IntN(40), rnd)
		opt.FS = d
		w.given, w.err = got, nil
		if w.j, _, err = Resume("run", opt); err == nil {
			w.durable = len(got)
			w.run(6)
		}
	}
}
