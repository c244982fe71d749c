package runner

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// failsEverywhere has a failure of each kind: of a row before its first step, of
// a step before and after it was sent, of a loop and of the file.
const failsEverywhere = `{version: 1, steps: [
	{id: group, on_error: continue, assert: ["1 == 2"], steps: [{action: createTag, with: {name: t}}]},
	{id: gone, on_error: continue, for_each: {file: gone.csv}, action: createTag, with: {name: x}},
	{id: l, on_error: continue, for_each: {file: rows.csv, key: item.k, where: item.w != "no", types: {n: integer}, max_failures: 10}, steps: [
		{id: a, if: item.i == "yes", action: createTag, with: {name: "a {{ item.k }}"}},
		{id: b, assert: [item.n < 5], action: createTag, with: {name: "b {{ item.k }}"}},
		{id: c, action: updateContact, with: {contact_id: aaaaaaaaaaaaaaaaaaaaaaaa, name: "{{ item.k }}"}}]},
	{id: m, on_error: continue, for_each: {in: [1, 2]}, action: updateContact, with: {contact_id: aaaaaaaaaaaaaaaaaaaaaaaa, name: "{{ item }}"}}],
	outputs: {o: "{{ 1 + steps.gone.counts.done }}"}}`

// The columns are key, where, if and an integer.
const failingRows = "k,w,i,n\n,yes,yes,1\nk2,,yes,2\nk3,yes,,3\nk4,yes,yes,x\nk5,yes,yes,5\nk6,yes,yes,1\n"

// TestWhatFailedIsSaidAgainLater holds what is left of a run against what the
// run told while it went on.
func TestWhatFailedIsSaidAgainLater(t *testing.T) {
	b := newBench(t, nil, untab(failsEverywhere), "rows.csv", failingRows)
	state := t.TempDir()
	dir := filepath.Join(state, "runs", "run-1")
	for range 2 { // what is told again is the same, and told once
		result := b.stretch(dir, 1000)
		if err := SaveResult(dir, result); err != nil {
			t.Fatal(err)
		}
		told := toldBy(b.events)
		if len(told) < 9 {
			t.Fatalf("the run tells\n%s", strings.Join(told, "\n"))
		}
		if diff := cmp.Diff(told, saidLater(t, state)); diff != "" {
			t.Errorf("what is left differs from what was told (-told +left):\n%s", diff)
		}
		if diff := cmp.Diff(told, replayedFrom(t, state)); diff != "" {
			t.Errorf("what reports say differs from what was told (-told +replayed):\n%s", diff)
		}
	}
}

// TestWhatFailedIsSaidAfterAKill: a run whose process was killed has told of its
// rows and steps, and of nothing that it would have told at its end.
func TestWhatFailedIsSaidAfterAKill(t *testing.T) {
	b := newBench(t, nil, untab(failsEverywhere), "rows.csv", failingRows)
	state := t.TempDir()
	dir := filepath.Join(state, "runs", "run-1")
	b.stretch(dir, 1000)
	run, _, err := Reopen(dir, By{})
	if err == nil {
		err = run.Close(nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	told := toldBy(slices.DeleteFunc(b.events, func(e Event) bool { return e.Failed != nil }))
	if diff := cmp.Diff(told, saidLater(t, state)); diff != "" {
		t.Errorf("what is left differs from what was told (-told +left):\n%s", diff)
	}
}

func TestRowsAroundAnAddress(t *testing.T) {
	tests := []struct {
		addr string
		want []string
	}{
		{"tag", nil},
		{`mark["a@example.com"]`, []string{`mark["a@example.com"]`}},
		{`mark["a"].attach`, []string{`mark["a"]`}},
		{`outer["k[1]."].inner["say \"x\""].step`, []string{`outer["k[1]."]`, `outer["k[1]."].inner["say \"x\""]`}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, rowsAround(tt.addr)); diff != "" {
			t.Errorf("around %s (-want +got):\n%s", tt.addr, diff)
		}
	}
}

// TestWhatIsSettledIsNotLeft mends what made rows fail, one after the other.
func TestWhatIsSettledIsNotLeft(t *testing.T) {
	b := newBench(t, nil, `{version: 1, steps: [{id: l, for_each: {file: rows.csv, key: item.k}, action: updateContact, with: {contact_id: "{{ item.id }}", name: x}}]}`)
	state := t.TempDir()
	dir := filepath.Join(state, "runs", "run-1")
	b.stretch(dir, 1000)
	if left := saidLater(t, state); len(left) != 1 || !strings.Contains(left[0], "gone") && !strings.Contains(left[0], "rows.csv") {
		t.Errorf("without its file, left is\n%s", strings.Join(left, "\n"))
	}
	b.write("rows.csv", "k,id\n")
	b.stretch(dir, 1000)
	if left := saidLater(t, state); len(left) != 0 {
		t.Errorf("with a file, left is\n%s", strings.Join(left, "\n"))
	}
}

func toldBy(events []Event) []string {
	var told []string
	for _, e := range events {
		switch {
		case e.Ended != nil && e.Ended.Failure != nil:
			told = append(told, e.Ended.Failure.Error()+" "+e.Ended.Failure.Hint)
		case e.Row != nil && e.Row.Failure != nil:
			told = append(told, e.Row.Failure.Error()+" "+e.Row.Failure.Hint)
		case e.Failed != nil:
			told = append(told, e.Failed.Error()+" "+e.Failed.Hint)
		}
	}
	slices.Sort(told)
	return told
}

func saidLater(t *testing.T, stateDir string) []string {
	t.Helper()
	past, err := FindRun(stateDir, "last")
	if err != nil {
		t.Fatal(err)
	}
	left, err := past.Left()
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, l := range left {
		said = append(said, l.Failure().Error()+" "+l.Hint)
	}
	slices.Sort(said)
	return said
}

func replayedFrom(t *testing.T, stateDir string) []string {
	t.Helper()
	past, err := FindRun(stateDir, "last")
	if err != nil {
		t.Fatal(err)
	}
	var events []Event
	if err := past.Replay(func(e Event) { events = append(events, e) }); err != nil {
		t.Fatal(err)
	}
	return toldBy(events)
}
