package runner

import (
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
)

// A plan makes every read as the workspace is now. What an earlier step of the
// plan will have written is not in the answer, so that an apply may read
// something else: such a read is made once and marked with those steps.

// affectedBy gives the labels of the steps before s whose planned writes may
// change what a read answers. Writes of other rows of the same loop do not
// count: they come before or after by chance.
func (w *walk) affectedBy(s *program.Step, at *place, read *steps.Action) (labels []string) {
	if !w.planning {
		return nil
	}
	first := s.Outermost()
	w.record(func(r *Result) {
		for i, each := range w.program.All[:s.Index] {
			written := i < first && r.Steps[i].Changes.Any() || at.memory.wroteBy(i)
			if written && each.Action != nil && touches(each.Action, read) {
				labels = append(labels, each.Label)
			}
		}
	})
	return labels
}

// affectedList is affectedBy for the list of a loop: a read of its own, or one
// that its list is taken from.
func (w *walk) affectedList(s *program.Step, at *place) (labels []string) {
	switch {
	case !w.planning:
		return nil
	case s.Loop.Action != nil:
		labels = w.affectedBy(s, at, s.Loop.Action)
	case s.Loop.In != nil && s.Loop.In.Template != nil:
		labels = w.inherited(s)
	}
	w.affects(s, labels)
	return labels
}

func (w *walk) inherited(s *program.Step) (labels []string) {
	for _, ref := range s.Loop.In.Template.Refs() {
		if len(ref.Path) < 2 || ref.Path[0] != "steps" {
			continue
		}
		at := slices.IndexFunc(w.program.All, func(each *program.Step) bool { return each.ID == ref.Path[1] })
		w.record(func(r *Result) { labels = origins(labels, r.Steps[at].AffectedBy) })
	}
	return labels
}

// affects notes that earlier steps may change what a step reads.
func (w *walk) affects(s *program.Step, labels []string) {
	if labels != nil {
		w.record(func(r *Result) { r.Steps[s.Index].AffectedBy = origins(r.Steps[s.Index].AffectedBy, labels) })
	}
}

// touches reports whether a write may change what a read answers: one under
// the same first segment of the path, one that takes a record away, which
// others refer to, and one of which nothing is known. A ticket may make a
// contact.
func touches(write, read *steps.Action) bool {
	own, other := segment(write), segment(read)
	switch {
	case own == "", other == "", write.Goal == steps.Gone, own == other:
		return true
	}
	return own == "tickets" && other == "contacts"
}

// segment is the first segment of the path of an action; "" for any.
func segment(action *steps.Action) string {
	_, path, _ := strings.Cut(action.Op, "/")
	first, _, _ := strings.Cut(path, "/")
	return first
}
