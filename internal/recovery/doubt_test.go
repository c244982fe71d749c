package recovery_test

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

const allDone = "all done"

// strict is the workload with a limit of failures, and a step behind the loop
// that makes the tag "all done".
func (w workload) strict(failures string) workload {
	w.failures = failures
	w.behind = `, {action: createTag, with: {name: ` + allDone + `}}`
	return w
}

// isAllDone reports whether the step behind the loop was run.
func isAllDone(server *sandbox.Server) bool {
	for _, e := range server.Ledger() {
		if strings.Contains(string(e.Body), allDone) {
			return true
		}
	}
	return false
}

// lost loses the answers of some of the calls that make something.
func (w workload) lost(server *sandbox.Server, count int) {
	server.Fail(sandbox.Fault{Kind: sandbox.FaultLost, Method: "POST", Path: w.path(), Count: count})
}

// TestADoubtHoldsUpNoOtherRow stops a run with a row in doubt, where no row may
// fail, and takes it up while it is too early to know more: the other rows are
// run, the row stays in doubt without being looked for in vain, and what follows
// the loop waits for it.
func TestADoubtHoldsUpNoOtherRow(t *testing.T) {
	const rows = 30
	for _, w := range []workload{leads.strict("0"), tickets.strict("0"), users.strict("0")} {
		t.Run(w.name, func(t *testing.T) {
			dir := t.TempDir()
			s := stretch{File: w.write(t, dir, rows), Dir: filepath.Join(dir, "run"), Width: 1}
			synctest.Test(t, func(t *testing.T) {
				stop := make(chan struct{})
				effects := 0
				server := sandbox.New(sandbox.Options{Data: data(rows), IndexLag: time.Minute, On: func(sandbox.Entry) {
					if effects++; effects == rows/2 {
						close(stop)
					}
				}})
				s.client, s.stop = server.Client(), stop
				if w.name == users.name { // is found at once if it is there
					server.Fail(sandbox.Fault{Kind: sandbox.FaultReset, Method: "POST", Path: w.path(), Count: 1})
				} else {
					w.lost(server, 1)
				}
				first := s.must(t)
				if n := first.rows(); n["in_doubt"] != 1 || n["pending"] < rows/3 || n["failed"] > 0 {
					t.Fatalf("the numbers of the first stretch are %v, want one row in doubt and many pending", n)
				}
				s.stop = nil
				for range 2 {
					time.Sleep(time.Second)
					if n := s.must(t).rows(); n["in_doubt"] != 1 || n["done"] != rows-1 {
						t.Errorf("the numbers behind it are %v, want one row in doubt and all others done", n)
					}
				}
				if isAllDone(server) {
					t.Error("what follows the loop was run with a row in doubt")
				}
				if n := lookups(server.Calls()); n > 2 {
					t.Errorf("%d requests were made to look for what cannot be known yet, want 2 at most", n)
				}
				time.Sleep(8 * time.Minute)
				last := s.must(t)
				affairOf(t, w, rows, server, s.Dir, last).mustHold(t)
				if !isAllDone(server) {
					t.Error("what follows the loop was not run in the end")
				}
			})
		})
	}
}

// TestRowsThatWaitStayInDoubt stops a run while rows wait for being looked for,
// by a signal and by the limit of failures: they are told of as in doubt, since
// some of them were applied.
func TestRowsThatWaitStayInDoubt(t *testing.T) {
	const rows, doubts = 40, 6
	tests := []struct {
		name    string
		allowed string
		stopAt  int // effects; 0 for never
	}{
		{"behind a signal", "100%", rows / 2},
		{"behind the limit of failures", "2", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := leads.strict(tt.allowed)
			dir := t.TempDir()
			s := stretch{File: w.write(t, dir, rows), Dir: filepath.Join(dir, "run"), Width: 1}
			synctest.Test(t, func(t *testing.T) {
				stop := make(chan struct{})
				effects := 0
				server := sandbox.New(sandbox.Options{Data: data(rows), IndexLag: time.Minute, On: func(sandbox.Entry) {
					if effects++; effects == tt.stopAt {
						close(stop)
					}
				}})
				s.client, s.stop = server.Client(), stop
				w.lost(server, doubts)
				first := s.must(t)
				v := affairOf(t, w, rows, server, s.Dir, first).judge()
				if len(v.InDoubt) != doubts || len(v.Twice)+len(v.Lies) > 0 || first.rows()["in_doubt"] != doubts { // nobody tells of rows that were not begun
					t.Errorf("the numbers are %v and the judge says %+v, want %d rows in doubt", first.rows(), v, doubts)
				}
				s.stop = nil
				time.Sleep(10 * time.Minute)
				affairOf(t, w, rows, server, s.Dir, s.must(t)).mustHold(t)
			})
		})
	}
}

// TestDoubtsAreLookedForTogether loses a third of the answers, and counts what
// it costs to find out what became of those calls.
func TestDoubtsAreLookedForTogether(t *testing.T) {
	const rows, doubts = 300, 100
	for _, w := range []workload{leads, tickets} {
		t.Run(w.name, func(t *testing.T) {
			w := w.blind()
			dir := t.TempDir()
			s := stretch{File: w.write(t, dir, rows), Dir: filepath.Join(dir, "run"), Width: 1}
			synctest.Test(t, func(t *testing.T) {
				server := sandbox.New(sandbox.Options{Data: data(rows)})
				s.client = server.Client()
				w.lost(server, doubts)
				affairOf(t, w, rows, server, s.Dir, s.must(t)).mustHold(t)
				if n := lookups(server.Calls()); n > doubts/10 {
					t.Errorf("%d requests were made to look for %d calls", n, doubts)
				}
			})
		})
	}
}
