package runner

import (
	"cmp"
	"slices"

	"github.com/flowrun-dev/flowrun/internal/program"
)

// Finding is something that would go wrong, found before anything is written.
// It has been told as the failure of its instance, of its row, or of neither.
type Finding struct {
	*Failure
	Blocks bool `json:"blocks,omitempty"` // it is about the whole plan; else it fails its row alone
}

// maxFindings is how many findings a result has at most.
const maxFindings = 1000

// findings keeps the first findings in the order of the file and its rows,
// those that block before all others, whichever is made first.
type findings struct {
	all    []placedFinding
	total  int64
	blocks int64
}

type placedFinding struct {
	Finding
	rows []int64 // where it stands in the lists around it
}

func (f *findings) add(at *place, failure *Failure, blocks bool) {
	f.total++
	if blocks {
		f.blocks++
	}
	f.all = append(f.all, placedFinding{Finding{failure, blocks}, at.index()})
	if len(f.all) == 2*maxFindings {
		f.cut()
	}
}

// cut sorts the findings and lets go of those that are too many.
func (f *findings) cut() {
	slices.SortStableFunc(f.all, func(a, b placedFinding) int {
		switch {
		case a.Blocks && !b.Blocks:
			return -1
		case b.Blocks && !a.Blocks:
			return 1
		}
		return cmp.Or(cmp.Compare(a.Line, b.Line), slices.Compare(a.rows, b.rows), cmp.Compare(a.Column, b.Column))
	})
	f.all = f.all[:min(len(f.all), maxFindings)]
}

// into writes the findings into the result of a plan.
func (f *findings) into(r *Result) {
	f.cut()
	for _, each := range f.all {
		r.Findings = append(r.Findings, each.Finding)
	}
	r.Found, r.Blocking = f.total, f.blocks
}

// finding adds a failure to what a plan has found. One that stands in a row fails
// the row, and one of a step that the workflow goes on after blocks nothing.
func (w *walk) finding(s *program.Step, at *place, f *Failure) {
	if w.planning && f != nil {
		w.record(func(*Result) { w.found.add(at, f, len(at.path) == 0 && (s == nil || !s.GoesOn)) })
	}
}

// once tells of a finding about the whole file, the first time that it is made.
func (w *walk) once(s *program.Step, f *Failure) {
	first := false
	w.record(func(*Result) {
		key := f.Code + " " + f.Message
		if first = !w.told[key]; first {
			w.told[key] = true
		}
	})
	if first {
		w.failed(s, &place{label: s.Label}, f)
	}
}
