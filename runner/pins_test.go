package runner

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// tagThenRows lists its file behind a write, and so in a stretch of its own if
// the run is stopped there.
const tagThenRows = `{version: 1, vars: {file: rows.csv}, steps: [
	{id: t, action: createTag, with: {name: first}},
	{id: l, for_each: {file: FILE, key: item.n}, action: createTag, with: {name: "{{ item.n }}"}}]}`

const (
	rowsBefore = "n\na\nb\n"
	rowsAfter  = "n\nx\ny\n"
)

// TestAFileThatIsNotListedYetIsPinned stops a run in front of the loop that
// lists a file, and changes the file.
func TestAFileThatIsNotListedYetIsPinned(t *testing.T) {
	tests := []struct {
		name, file string
		flags      []string
		now        string
		want       []string // the files that changed
	}{
		{name: "a file that is named outright", file: "rows.csv", now: rowsAfter, want: []string{"rows.csv"}},
		{name: "a file that a var names", file: `"{{ vars.file }}"`, now: rowsAfter, want: []string{"rows.csv"}},
		{name: "a file with the same rows", file: "rows.csv", now: rowsBefore},
		{name: "a file of the same length", file: "rows.csv", now: "n\na\nc\n", want: []string{"rows.csv"}},
		{name: "a file that a step names is not known at the start", file: `"{{ steps.t.data.name == 'first' ? 'rows.csv' : 'other.csv' }}"`, now: rowsAfter},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, nil, untab(strings.Replace(tagThenRows, "FILE", tt.file, 1)), "rows.csv", rowsBefore)
			state := t.TempDir()
			b.stretch(filepath.Join(state, "runs", "run-1"), 1)
			b.write("rows.csv", tt.now)
			if diff := cmp.Diff(tt.want, changedOf(t, state)); diff != "" {
				t.Errorf("the files that changed differ (-want +got):\n%s", diff)
			}
		})
	}
}

// changedOf gives the files of the last run that are not as they were.
func changedOf(t *testing.T, stateDir string) []string {
	t.Helper()
	past, err := FindRun(stateDir, "last")
	if err != nil {
		t.Fatal(err)
	}
	changed, err := past.Changed()
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

// write writes a file beside the workflow.
func (b *bench) write(name, text string) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(b.dir, name), []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// TestAFileThatChangedInFrontOfItsLoopFailsIt changes the file of a loop after
// the step before it, in the same stretch of the run.
func TestAFileThatChangedInFrontOfItsLoopFailsIt(t *testing.T) {
	b := newBench(t, nil, untab(strings.Replace(tagThenRows, "FILE", "rows.csv", 1)), "rows.csv", rowsBefore)
	state := t.TempDir()
	dir := filepath.Join(state, "runs", "run-1")
	b.then = func() { b.write("rows.csv", "n\nx,\n") } // which cannot be read either
	first := b.stretch(dir, 1000)
	want := "rows.csv has changed since the run began"
	if len(first.Failures) != 1 || first.Failures[0].Message != want || first.Failures[0].Code != "file" || first.Failures[0].Line != 3 {
		t.Fatalf("failures are %+v", first.Failures)
	}
	b.then = nil
	b.write("rows.csv", rowsBefore)
	if changed := changedOf(t, state); changed != nil {
		t.Errorf("put back, the files that changed are %q", changed)
	}
	last := b.stretch(dir, 1000)
	if last.Counts.Done != 3 || len(b.writes()) != 3 {
		t.Errorf("counts are %+v, and effects\n%v", last.Counts, b.writes())
	}
}

// TestAcceptedChangesAreListed: what a run has not listed is read as it is when
// the change is accepted, and not as it is later on.
func TestAcceptedChangesAreListed(t *testing.T) {
	b := newBench(t, nil, untab(strings.Replace(tagThenRows, "FILE", "rows.csv", 1)), "rows.csv", rowsBefore)
	state := t.TempDir()
	dir := filepath.Join(state, "runs", "run-1")
	b.stretch(dir, 1)
	b.write("rows.csv", rowsAfter)
	run, _, err := Reopen(dir, By{})
	if err == nil {
		err = errors.Join(run.AcceptChanges(), run.Close(nil))
	}
	if err != nil {
		t.Fatal(err)
	}
	if changed := changedOf(t, state); changed != nil {
		t.Errorf("once they are accepted, the files that changed are %q", changed)
	}
	b.write("rows.csv", rowsBefore)
	if diff := cmp.Diff([]string{"rows.csv"}, changedOf(t, state)); diff != "" {
		t.Errorf("the files that changed differ (-want +got):\n%s", diff)
	}
	b.write("rows.csv", rowsAfter)
	b.stretch(dir, 1000)
	want := []string{`POST /tags {"name":"first"}`, `POST /tags {"name":"x"}`, `POST /tags {"name":"y"}`}
	if diff := cmp.Diff(want, b.writes()); diff != "" {
		t.Errorf("effects differ (-want +got):\n%s", diff)
	}
}

// TestFilesAhead tells which files are pinned: all that are known at the start
// but the one that is listed at once.
func TestFilesAhead(t *testing.T) {
	tests := []struct {
		name, text string
		flags      []string
		want       []string
	}{
		{name: "the first step lists its file at once",
			text: `{version: 1, steps: [{for_each: {file: a.csv}, action: createTag, with: {name: x}}, {for_each: {file: b.csv}, action: createTag, with: {name: y}}]}`,
			want: []string{"b.csv"}},
		{name: "so does the first in a group",
			text: `{version: 1, steps: [{id: g, steps: [{for_each: {file: a.csv}, action: createTag, with: {name: x}}, {for_each: {file: a.csv}, action: createTag, with: {name: y}}]}]}`},
		{name: "a condition may pass over it",
			text: `{version: 1, steps: [{if: run.dry_run, for_each: {file: a.csv}, action: createTag, with: {name: x}}]}`,
			want: []string{"a.csv"}},
		{name: "a loop inside a loop",
			text: `{version: 1, steps: [{for_each: {in: [1]}, steps: [{for_each: {file: a.csv, as: row}, action: createTag, with: {name: x}}]}]}`,
			want: []string{"a.csv"}},
		{name: "a row names the file",
			text: `{version: 1, steps: [{for_each: {in: [a]}, steps: [{for_each: {file: "{{ item }}.csv", as: row}, action: createTag, with: {name: x}}]}]}`},
		{name: "an input of type file, which only a condition reads",
			text:  `{version: 1, inputs: {f: {type: file}, g: {type: file}}, steps: [{if: "inputs.f != ''", action: createTag, with: {name: x}}]}`,
			flags: []string{"f=/a.csv"}, want: []string{"/a.csv"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, nil, tt.text)
			inputs, err := b.program.Inputs(program.Given{Flags: tt.flags})
			if err != nil {
				t.Fatal(err)
			}
			w := &walk{program: b.program, opt: Options{Inputs: inputs}}
			scope, err := w.scope(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, w.filesAhead(t.Context(), scope), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("files differ (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAFileThatChangesWhileItIsReadIsRefused: half a list of before and half of
// now is no list, in a plan and in a run.
func TestAFileThatChangesWhileItIsReadIsRefused(t *testing.T) {
	b := newBench(t, nil, `{version: 1, steps: [{for_each: {file: rows.csv}, action: createTag, with: {name: x}}]}`, "rows.csv", rowsBefore)
	w := &walk{program: b.program}
	src, err := w.openFile(b.program.Steps[0].Loop, "rows.csv", "csv")
	if err != nil {
		t.Fatal(err)
	}
	defer src.close()
	if err := w.oneState(t.Context(), b.program.Steps[0], &src, nil); err != nil {
		t.Fatalf("a file that stays as it is: %v", err)
	}
	b.write("rows.csv", rowsBefore+"c\n")
	err = w.oneState(t.Context(), b.program.Steps[0], &src, errors.New("line 3: 7 cells, and the header has 1"))
	if err == nil || err.Error() != "rows.csv changed while it was read" {
		t.Errorf("error = %v", err)
	}
}
