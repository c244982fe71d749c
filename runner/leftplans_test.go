package runner

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestPlansThatNobodyAppliedAreFound(t *testing.T) {
	state := t.TempDir()
	at := func(name string) string { return filepath.Join(state, "runs", name) }
	now := time.Now()
	for _, name := range []string{".plan-1", ".plan-2", ".plan-new", "20261104-153012-k7q2", ".other"} {
		began := now.Add(-48 * time.Hour)
		if name == ".plan-new" {
			began = now
		}
		if err := errors.Join(os.MkdirAll(at(name), 0o700), os.Chtimes(at(name), began, began)); err != nil {
			t.Fatal(err)
		}
	}
	mustLeave := func(since time.Time, want ...string) {
		t.Helper()
		got, err := LeftPlans(state, since)
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
			t.Errorf("error %v, plans differ (-want +got):\n%s", err, diff)
		}
	}
	mustLeave(now.Add(-72 * time.Hour))
	mustLeave(now.Add(-24*time.Hour), at(".plan-1"), at(".plan-2"))
	mustLeave(now.Add(-24*time.Hour), at(".plan-1"), at(".plan-2")) // to look is not to touch
	release, err := HoldPlan(at(".plan-2"), "flowrun apply f.yaml")
	if err != nil {
		t.Fatal(err)
	}
	mustLeave(now.Add(time.Hour), at(".plan-1"), at(".plan-new"))
	if err := RemovePlan(at(".plan-2")); !IsLocked(err) {
		t.Errorf("the plan of another process is removed: %v", err)
	}
	release()
	if entries, err := os.ReadDir(at(".plan-2")); len(entries) > 0 || err != nil {
		t.Errorf("its process leaves %v in it, %v", entries, err)
	}
	if err := RemovePlan(at(".plan-2")); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(at(".plan-2")); err == nil {
		t.Error("it is still there")
	}
}
