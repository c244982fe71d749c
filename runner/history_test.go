package runner

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/google/go-cmp/cmp"
)

const oneTag = `{version: 1, steps: [{id: t, action: createTag, with: {name: first}}]}`

// TestARunWithoutItsJournalHasBegun takes the journal of a run away. Who is told
// that such a run never began applies it again, and has everything twice.
func TestARunWithoutItsJournalHasBegun(t *testing.T) {
	b := newBench(t, nil, oneTag)
	state := t.TempDir()
	dir := filepath.Join(state, "runs", "run-1")
	b.stretch(dir, 1000)
	segments, err := filepath.Glob(filepath.Join(dir, "journal-*"))
	if err != nil || len(segments) != 1 {
		t.Fatalf("segments are %q, %v", segments, err)
	}
	if err := os.Remove(segments[0]); err != nil {
		t.Fatal(err)
	}
	past, err := FindRun(state, "last")
	if past.Status != RunDamaged || !IsJournal(err) || !strings.Contains(past.Problem, "journal-000001.log: the segment is missing") {
		t.Errorf("the run is %s (%s), and the error is %v", past.Status, past.Problem, err)
	}
}

// TestARunThatNeverBegan has the files that are written before its journal.
func TestARunThatNeverBegan(t *testing.T) {
	state := t.TempDir()
	dir := filepath.Join(state, "runs", "run-1")
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(filepath.Join(dir, frozenInputs), []byte("{}"), 0o600)); err != nil {
		t.Fatal(err)
	}
	for range 2 { // without a journal, and with one that was cut short
		past, err := FindRun(state, "last")
		if past == nil || past.Status != RunEmpty || err != nil {
			t.Fatalf("the run is %+v, %v", past, err)
		}
		if err := os.WriteFile(filepath.Join(dir, "journal-000001.log"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestACallOnItsWayIsNotLeft looks at a run while its process goes on, and when
// it was killed.
func TestACallOnItsWayIsNotLeft(t *testing.T) {
	b := newBench(t, nil, oneTag)
	state := t.TempDir()
	dir := filepath.Join(state, "runs", "run-1")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	run, err := Begin(dir, b.program, Options{RunID: "run-1"}, By{})
	if err != nil {
		t.Fatal(err)
	}
	intent := journal.Intent{Address: "t", Op: "POST /tags", Durable: true}
	if err := errors.Join(run.journal.Intent(t.Context(), intent), run.Sync()); err != nil {
		t.Fatal(err)
	}
	if left := saidLater(t, state); len(left) != 0 {
		t.Errorf("while it goes on, left is\n%s", strings.Join(left, "\n"))
	}
	if err := run.Close(nil); err != nil {
		t.Fatal(err)
	}
	if left := saidLater(t, state); len(left) != 1 {
		t.Errorf("once it was killed, left is\n%s", strings.Join(left, "\n"))
	}
}

// TestAClockThatWasSetBack: the run that began last is the last one, and the one
// that took another back is known, whatever the clock says.
func TestAClockThatWasSetBack(t *testing.T) {
	noon := time.Date(2026, 11, 4, 12, 0, 0, 500_000_000, time.UTC)
	b := newBench(t, nil, oneTag)
	state := t.TempDir()
	var ids []string
	for _, now := range []time.Time{noon, noon.Add(-time.Hour), noon.Add(-30 * time.Minute), noon.Add(time.Minute)} {
		id := NewRunID(state, now)
		run, err := Begin(filepath.Join(state, "runs", id), b.program, Options{RunID: id, StartedAt: now}, By{})
		if err == nil {
			err = run.Close(nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		past, err := FindRun(state, "last")
		if err != nil || past.ID != id || !past.StartedAt.Equal(now) {
			t.Errorf("last is %s of %v, want %s of %v (%v)", past.ID, past.StartedAt, id, now, err)
		}
		ids = append(ids, id[:len("20261104-120000")])
	}
	want := []string{"20261104-120000", "20261104-120001", "20261104-120002", "20261104-120100"}
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Errorf("the ids differ (-want +got):\n%s", diff)
	}
}

// TestRunIDs: in the same second, chance tells runs apart, and the folders of
// others are no runs.
func TestRunIDs(t *testing.T) {
	now := time.Date(2026, 11, 4, 12, 0, 0, 0, time.UTC)
	state := t.TempDir()
	for _, name := range []string{"20261104-120000-k7q2", "run-1", "99999999-999999-zzzz", ".plan-1"} {
		if err := os.MkdirAll(filepath.Join(state, "runs", name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{state, t.TempDir()} {
		if id := NewRunID(dir, now); !regexp.MustCompile(`^20261104-120000-[a-z0-9]{4}$`).MatchString(id) {
			t.Errorf("the id is %s", id)
		}
	}
}
