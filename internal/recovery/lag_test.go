package recovery_test

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/flowrun-dev/flowrun/runner"
)

// TestIndexLag loses answers of calls that can only be searched for, in a
// workspace whose search lags: as long as the setting is above the lag, nothing
// is made twice.
func TestIndexLag(t *testing.T) {
	for _, lag := range []time.Duration{0, 30 * time.Second, 4 * time.Minute, 10 * time.Minute} {
		for _, w := range []workload{leads, tickets} {
			t.Run(lag.String()+" "+w.name, func(t *testing.T) {
				t.Parallel()
				w.behindLag(t, lag, lag+time.Minute, nil)
			})
		}
	}
}

// TestIndexLagAboveTheSetting is what happens when the setting is wrong: rows
// are made twice, and the run has on record which ones were sent again and why.
func TestIndexLagAboveTheSetting(t *testing.T) {
	leads.behindLag(t, 2*time.Hour, time.Minute, func(t *testing.T, a affair, dir string) {
		v := a.judge()
		if len(v.Twice) == 0 {
			t.Error("nothing was made twice")
		}
		past, err := runner.FindRun(filepath.Dir(filepath.Dir(dir)), "run-1")
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range v.Twice {
			story, err := past.Story(row)
			if err != nil {
				t.Fatal(err)
			}
			if !lookedAndSent(story) {
				t.Errorf("%s was made twice, and its story does not say so: %+v", row, story)
			}
		}
	})
}

// lookedAndSent reports whether a call was sent, looked for and sent again.
func lookedAndSent(story []runner.Moment) bool {
	stage := 0
	for _, m := range story {
		if m.What == []string{"sending", "lookup", "sending"}[stage] {
			stage++
		}
		if stage == 3 {
			return true
		}
	}
	return false
}

// behindLag applies the workload and takes it up, every ten minutes. Other
// demands than the promise are up to expect.
func (w workload) behindLag(t *testing.T, lag, setting time.Duration, expect func(*testing.T, affair, string)) {
	const rows = 60
	dir := t.TempDir()
	s := stretch{File: w.write(t, dir, rows), Dir: filepath.Join(dir, "runs", "run-1"), Lag: setting, Width: 1}
	synctest.Test(t, func(t *testing.T) {
		server := sandbox.New(sandbox.Options{Data: data(rows), IndexLag: lag})
		server.Fail(sandbox.Fault{Kind: sandbox.FaultLost, Method: "POST", Path: w.path(), Probability: 0.2})
		server.Fail(sandbox.Fault{Kind: sandbox.FaultReset, Method: "POST", Path: w.path(), Probability: 0.1})
		s.client = server.Client()
		r := s.must(t)
		server.Heal()
		for range 3 {
			time.Sleep(lag/2 + 5*time.Minute)
			r = s.must(t)
		}
		a := affairOf(t, w, rows, server, s.Dir, r)
		if expect != nil {
			expect(t, a, s.Dir)
			return
		}
		a.mustHold(t)
	})
}

// path is where the calls of a workload go that makes something.
func (w workload) path() string {
	if w.name == tickets.name {
		return "/tickets"
	}
	return "/contacts"
}
