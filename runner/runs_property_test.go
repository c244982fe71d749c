package runner

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/steps"
	"github.com/google/go-cmp/cmp"
)

// TestRunsByChance runs workflows made by chance in the ways that must come to
// the same: at once, as a saved plan, and in parts. What the plan said for
// certain is what comes.
func TestRunsByChance(t *testing.T) {
	seeds, compared := uint64(60), 0
	if testing.Short() {
		seeds = 12
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			fakeTime(t, func(t *testing.T) {
				if runByChance(t, seed) {
					compared++
				}
			})
		})
	}
	if compared < int(seeds)/4 {
		t.Errorf("only %d of %d runs were held against another", compared, seeds)
	}
}

// runByChance reports whether the run could be held against its saved plan and
// its parts. A plan that leaves something open may do less than an apply, and
// what failed is tried again by each part.
func runByChance(t *testing.T, seed uint64) bool {
	text := names.Replace((&chance{Rand: rand.New(rand.NewPCG(seed, 0)), tame: true}).workflow())
	if _, problems := Load("workflow.json", []byte(text)); problems.Err() != nil {
		return false
	}
	defer func() {
		if t.Failed() {
			t.Log(text)
		}
	}()
	fresh := func() *keeper { return &keeper{bench: newBench(t, shop(), text), concurrency: 1} }

	whole := fresh()
	whole.plan()
	planned, open := endedOf(whole.events), openIn(whole.events)
	for _, e := range planned {
		if e.Failure != nil && e.Failure.Code == "conflicting_writes" {
			return false // a plan lets the first one write; without it, both do
		}
	}
	result := whole.stretch(filepath.Join(t.TempDir(), "run"), math.MaxInt)
	foretold(t, planned, endedOf(whole.events), open)
	if len(open) > 0 || len(result.Failures) > 0 || result.RowsLeft() {
		return false
	}

	saved := fresh()
	saved.applyPlan(saved.mustSave(), filepath.Join(t.TempDir(), "run"), "")
	if diff := cmp.Diff(whole.writes(), saved.writes()); diff != "" {
		t.Errorf("the saved plan writes something else (-apply +plan):\n%s", diff)
	}

	parts, dir := fresh(), filepath.Join(t.TempDir(), "run")
	for i := 1; parts.stretch(dir, i).Interrupted; i++ { // longer each time: it makes each read again that nothing refers to
	}
	if diff := cmp.Diff(whole.writes(), parts.writes()); diff != "" {
		t.Errorf("in parts it writes something else (-whole +parts):\n%s", diff)
	}
	return true
}

func endedOf(events []Event) map[string]*StepEnded {
	all := map[string]*StepEnded{}
	for _, e := range events {
		if e.Ended != nil {
			all[e.Ended.Addr] = e.Ended
		}
	}
	return all
}

// openIn gives the loops whose items a plan does not know for certain. What
// other rows of a loop around them will have written, it does not say.
func openIn(events []Event) (loops []string) {
	for _, e := range events {
		if l := e.Listed; l != nil && (l.AffectedBy != nil || l.After != nil || strings.Contains(l.Addr, "[")) {
			loops = append(loops, l.Addr)
		}
	}
	return loops
}

// foretold holds that an apply does what its plan said, outside of open loops
// and where the plan was certain.
func foretold(t *testing.T, planned, applied map[string]*StepEnded, open []string) {
	t.Helper()
	isOpen := func(addr string) bool {
		return slices.ContainsFunc(open, func(loop string) bool { return strings.HasPrefix(addr, loop+"[") })
	}
	for addr, a := range applied {
		if p := planned[addr]; a.Effect != steps.Read && a.Status == Done && !isOpen(addr) && (p == nil || p.Status != Done && !p.Possible) {
			t.Errorf("%s %s was applied (%s) and not foretold: %+v", addr, a.Action, a.Effect, p)
		}
	}
	for addr, p := range planned {
		a := applied[addr]
		switch {
		case isOpen(addr) || p.Possible || p.Effect == steps.Read:
		case a == nil:
			t.Errorf("%s %s was foretold (%s) and never came", addr, p.Action, p.Status)
		case a.Status != p.Status || a.Effect != p.Effect && p.Status == Done:
			t.Errorf("%s %s was foretold as %s %s and ended as %s %s: %v", addr, p.Action, p.Status, p.Effect, a.Status, a.Effect, a.Failure)
		}
	}
}
