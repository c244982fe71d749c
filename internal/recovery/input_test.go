package recovery_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/flowrun-dev/flowrun/runner"
	"github.com/google/go-cmp/cmp"
)

// TestInputChanged changes the rows in the file of a run that stopped half way.
// The run goes on with the rows it began with, and says that the file is not the
// one that it read.
func TestInputChanged(t *testing.T) {
	const rows = 60
	tests := []struct {
		name   string
		change func(rows []string) []string
	}{
		{"rows are edited", func(rows []string) []string {
			for i := range rows {
				rows[i] = "row-9" + rows[i][len("row-0"):]
			}
			return rows
		}},
		{"rows are put in front", func(rows []string) []string {
			return slices.Insert(rows, 0, "row-99998,x,1", "row-99999,x,1")
		}},
		{"rows are taken out", func(rows []string) []string { return rows[10:] }},
		{"all rows are taken out", func([]string) []string { return nil }},
		{"rows are put in another order", func(rows []string) []string { slices.Reverse(rows); return rows }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			p := newPlace(t, rows, 0)
			s := stretch{File: users.write(t, dir, rows), Dir: filepath.Join(dir, "runs", "run-1"), URL: p.http.URL}
			s.stopped(t, p, rows/2)
			writeFile(t, filepath.Join(dir, "rows.csv"), table(tt.change(tableRows(rows))...))
			mustTellOfChange(t, dir)
			r := s.must(t)
			affairOf(t, users, rows, p.server, s.Dir, r).mustHold(t)
		})
	}
}

// stopped begins a run and stops it behind a number of effects.
func (s stretch) stopped(t *testing.T, p *place, effects int) {
	t.Helper()
	stop := make(chan struct{})
	s.stop = stop
	p.set(applied, effects, func() { close(stop) })
	if r := s.must(t); !r.Interrupted || r.left() == 0 {
		t.Fatalf("the run was not stopped: %+v", r)
	}
}

func mustTellOfChange(t *testing.T, stateDir string) {
	t.Helper()
	past, err := runner.FindRun(stateDir, "last")
	if err != nil {
		t.Fatal(err)
	}
	changed, err := past.Changed()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"rows.csv"}, changed); diff != "" {
		t.Errorf("the files that changed differ (-want +got):\n%s", diff)
	}
}
