package runner

import (
	"math/rand/v2"
	"testing"

	"github.com/flowrun-dev/flowrun/steps"
	"github.com/google/go-cmp/cmp"
)

// FuzzPlanWritesNothing plans workflows made by chance, of all actions, and
// holds that nothing of the workspace changes. The number is where chance
// begins.
func FuzzPlanWritesNothing(f *testing.F) {
	for seed := range uint64(4) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) { planByChance(t, seed) })
}

// TestPlansByChance holds that the workflows made by chance are of use: most of
// them load, and every action is planned.
func TestPlansByChance(t *testing.T) {
	loaded, planned := 0, map[string]bool{}
	for seed := range uint64(50) {
		events, ok := planByChance(t, seed)
		if ok {
			loaded++
		}
		for _, e := range events {
			if e.Ended != nil && (e.Ended.Status == Done || e.Ended.Status == Unchanged) {
				planned[e.Ended.Action] = true
			}
		}
	}
	if loaded < 40 {
		t.Errorf("%d of 50 workflows load", loaded)
	}
	for _, action := range steps.All() {
		if !planned[action.Name] {
			t.Errorf("%s was never planned", action.Name)
		}
	}
}

// planByChance makes a workflow, plans it, and looks at the workspace.
func planByChance(t *testing.T, seed uint64) ([]Event, bool) {
	t.Helper()
	text := names.Replace((&chance{Rand: rand.New(rand.NewPCG(seed, 0))}).workflow())
	if _, problems := Load("workflow.json", []byte(text)); problems.Err() != nil {
		t.Logf("%s\n%v", text, problems)
		return nil, false
	}
	b := newBench(t, shop(), text)
	before := b.server.Snapshot()
	b.plan()
	if n := len(b.server.Ledger()); n > 0 {
		t.Fatalf("the plan of seed %d made %d writes:\n%s\n%v", seed, n, text, b.writes())
	}
	if diff := cmp.Diff(before, b.server.Snapshot()); diff != "" {
		t.Fatalf("the plan of seed %d changed the workspace:\n%s\n%s", seed, text, diff)
	}
	return b.events, true
}
