package recovery_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/flowrun-dev/flowrun/internal/journal"
)

// TestOneProcessARun lets two processes take up one run at the same time: one
// goes on, the other one says at once who has the run, and sends nothing.
func TestOneProcessARun(t *testing.T) {
	races := size(t, 6, 50)
	rows := 20 * (races + 1) // more than the calls in flight that a winner leaves behind, so that the last one has a write, too
	dir := t.TempDir()
	p := newPlace(t, rows, 0)
	s := stretch{File: users.write(t, dir, rows), Dir: filepath.Join(dir, "run"), URL: p.http.URL}
	if said := start(t, order{Stretch: s, OnlyOpen: true}).failure(); said != "" {
		t.Fatal(said)
	}
	for range races {
		p.race(t, s)
	}
	p.close()
	r := s.finish(t, p.server)
	affairOf(t, users, rows, p.server, s.Dir, r).mustHold(t)
}

// race holds the winner at its first write until the other one has ended, and
// kills it then.
func (p *place) race(t *testing.T, s stretch) {
	t.Helper()
	goOn := make(chan struct{})
	defer close(goOn)
	p.set(arrived, 1, func() { <-goOn })
	racers := []*child{start(t, order{Stretch: s}), start(t, order{Stretch: s})}
	began := time.Now()
	winner, loser := 0, 1
	select {
	case <-racers[0].ended:
		winner, loser = 1, 0
	case <-racers[1].ended:
	case <-time.After(20 * time.Second):
		t.Fatal("neither of two processes was refused")
	}
	named := fmt.Sprintf("another process holds this run: recovery test, process %d on ", racers[winner].cmd.Process.Pid)
	if said := racers[loser].failure(); !strings.Contains(said, named) {
		t.Fatalf("after %s the loser said %q, which does not name the winner: %s", time.Since(began), said, named)
	}
	racers[winner].kill()
	<-racers[winner].ended
	if said := racers[winner].failure(); said != "" {
		t.Fatalf("the winner said %q", said)
	}
}

// TestTheRunIsFreeBehindAKill kills the process that has a run: the next one
// has it at once. Until then a third one is told who has it.
func TestTheRunIsFreeBehindAKill(t *testing.T) {
	times := size(t, 3, 30)
	rows := 20 * times // some are done each time
	dir := t.TempDir()
	p := newPlace(t, rows, 0)
	s := stretch{File: users.write(t, dir, rows), Dir: filepath.Join(dir, "run"), URL: p.http.URL}
	for range times {
		sprung, goOn := make(chan struct{}), make(chan struct{})
		p.set(arrived, 2, func() { close(sprung); <-goOn })
		holder := start(t, order{Stretch: s})
		holder.reaches(t, sprung)
		_, err := stretch{File: s.File, Dir: s.Dir, URL: s.URL}.run(t.Context())
		var locked *journal.LockedError
		if !errors.As(err, &locked) || locked.Holder.PID != holder.cmd.Process.Pid {
			t.Errorf("the error is %v, want one that names process %d", err, holder.cmd.Process.Pid)
		}
		holder.kill()
		<-holder.ended
		close(goOn)
		next := start(t, order{Stretch: s, OnlyOpen: true})
		if said := next.failure(); said != "" {
			t.Errorf("behind the death of its holder the run cannot be had: %s", said)
		}
	}
	p.close()
	r := s.finish(t, p.server)
	affairOf(t, users, rows, p.server, s.Dir, r).mustHold(t)
}
