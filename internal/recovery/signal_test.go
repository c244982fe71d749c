package recovery_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestInterruptedAnywhere sends signals to the process of a run, at moments of
// its traffic. It ends soon, and whatever was answered is on record: when the
// run is taken up, nothing has to be looked for and nothing is sent again.
func TestInterruptedAnywhere(t *testing.T) {
	for i, w := range []workload{users, leads, tickets} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			chance := rand.New(rand.NewPCG(uint64(i), 3))
			for range size(t, fewer(3), 30) {
				w.interrupted(t, chance)
			}
		})
	}
}

func (w workload) interrupted(t *testing.T, chance *rand.Rand) {
	const rows, drain = 100, 7 * time.Second
	dir := t.TempDir()
	p := newPlace(t, rows, 0)
	s := stretch{File: w.write(t, dir, rows), Dir: filepath.Join(dir, "run"), URL: p.http.URL}
	sign := []os.Signal{os.Interrupt, syscall.SIGTERM}[chance.IntN(2)]
	sprung := make(chan struct{})
	p.set(moment(chance.IntN(int(moments))), 1+chance.IntN(rows/2), func() { close(sprung) })
	c := start(t, order{Stretch: s})
	c.reaches(t, sprung)
	began := time.Now()
	interrupt(t, c, sign)
	first, ok := c.wait()
	if took := time.Since(began); !ok || took > drain {
		t.Fatalf("behind %s it ended after %s, and said %q", sign, took, c.failure())
	}
	if n := first.rows()["in_doubt"] + first.rows()["failed"]; n > 0 {
		t.Errorf("behind %s %d rows failed or are in doubt", sign, n)
	}
	last, ok := start(t, order{Stretch: s}).wait()
	if !ok || last.left() > 0 {
		t.Fatalf("the rest ended with %+v", last)
	}
	a := affairOf(t, w, rows, p.server, s.Dir, last)
	a.mustHold(t)
	if n := lookups(p.server.Calls()); n > 0 {
		t.Errorf("%d requests were made to look for what was answered", n)
	}
}

// lookups counts the requests by which flowrun finds out what became of a call.
func lookups(calls map[string]int) int {
	return calls["GET /me"] + calls["POST /contacts/search"] + calls["POST /tickets/search"]
}

// TestInterruptedTwice sends a second signal while the answers of what is in
// flight do not come: the process ends at once, and the rest is found later.
func TestInterruptedTwice(t *testing.T) {
	const rows, soon = 40, 2 * time.Second // half a second where nothing else runs
	dir := t.TempDir()
	p := newPlace(t, rows, 0)
	s := stretch{File: leads.write(t, dir, rows), Dir: filepath.Join(dir, "run"), URL: p.http.URL, Lag: settingLag}
	sprung, goOn := make(chan struct{}), make(chan struct{})
	p.set(arrived, 20, func() { close(sprung); <-goOn }) // and nobody else gets in
	c := start(t, order{Stretch: s})
	c.reaches(t, sprung)
	interrupt(t, c, os.Interrupt)
	select {
	case <-c.ended:
		t.Fatal("it ended at the first signal, with calls in flight")
	case <-c.draining:
	}
	began := time.Now()
	interrupt(t, c, os.Interrupt)
	<-c.ended
	if took := time.Since(began); took > soon {
		t.Errorf("behind the second signal it took %s", took)
	}
	close(goOn)
	p.close()
	r := s.finish(t, p.server)
	affairOf(t, leads, rows, p.server, s.Dir, r).mustHold(t)
}

// interrupt sends a signal.
func interrupt(t *testing.T, c *child, sign os.Signal) {
	t.Helper()
	if err := c.cmd.Process.Signal(sign); err != nil {
		t.Fatal(err)
	}
}
