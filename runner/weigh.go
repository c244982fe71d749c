package runner

import (
	"context"
	"errors"
	"fmt"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
)

// verdict is what the record as it is says about a write: what it would do,
// or how the step ends without it.
type verdict struct {
	effect  steps.Effect
	changes []Change
	end     *outcome // set where nothing is to be sent
}

// weigh holds a write against the record that it is about. Target is nil where
// there is no way to look, or the file wants none.
func (w *walk) weigh(s *program.Step, at *place, in eval.Object, target *found) verdict {
	v := verdict{effect: effectOf(s, in)}
	if w.program.back != nil && target != nil && target.after == nil {
		v.end = w.weighBack(s, in, target)
	}
	switch {
	case v.end != nil:
	case target == nil || target.after != nil:
		v.changes = diff(s, in, nil)
	case s.Action.Goal == steps.Fields:
		w.weighFields(s, at, in, target, &v)
	case s.Action.Goal == steps.Present && target.lost():
		target.absent = errors.New("an earlier step of this plan deletes it: " + target.planned.by.String())
		v.end = w.refused(s, at, target)
	case s.Action.Goal == steps.Gone && target.value == nil, target.absent != nil && s.Action.Goal != steps.Present:
		v.end = w.refused(s, at, target)
	case target.absent != nil && target.contact != "":
		v.end = w.refused(s, at, target) // the contact itself is not there
	case s.Action.Goal == steps.Present && target.value != nil:
		v.end = &outcome{status: Unchanged, id: target.id(), has: true, data: target.value}
	case s.Action.Goal == steps.Absent && target.value == nil:
		v.end = &outcome{status: Unchanged, has: true}
	default:
		v.changes = diff(s, in, nil)
	}
	if v.end != nil {
		v.end.effect = v.effect
	}
	return v
}

// weighFields compares the fields that a step sets.
func (w *walk) weighFields(s *program.Step, at *place, in eval.Object, target *found, v *verdict) {
	creates := v.effect == steps.Create
	switch {
	case creates && takenAway(s, target) && !at.unsure(target.planned.by):
		v.end = &outcome{status: Failed, failure: w.failure(at, s.Source.Action, archivedTwin(target.planned.by))}
		return
	case target.value == nil && creates:
		v.changes = diff(s, in, nil)
		return
	case target.value == nil:
		v.end = w.refused(s, at, target)
		return
	case creates:
		v.effect = steps.Update
		if w.conflicts(s, at, in, target, v) {
			return
		}
	}
	v.changes = diff(s, in, target.value)
	if target.planned != nil && w.program.back == nil {
		w.weighPlanned(s, at, target.planned, v)
	}
	if v.end == nil && len(v.changes) == 0 {
		v.end = &outcome{status: Unchanged, id: target.id(), has: true, data: target.value}
	}
}

// weighPlanned holds a write against what an earlier one of the plan sets in
// the same record. Two that set one field differently would undo each other.
func (w *walk) weighPlanned(s *program.Step, at *place, earlier *planned, v *verdict) {
	left, path, other := earlier.left(v.changes, at.author())
	if v.changes = left; path == "" {
		return
	}
	err := &codedError{
		code:    "conflicting_writes",
		message: fmt.Sprintf("%s of this record is set to something else by %s", path, other),
		hint:    "set the field in one row and one step only; the last one to run would win",
	}
	v.end = &outcome{status: Failed, failure: w.failure(at, s.Source.Action, err)}
}

// conflicts deals with a createContact whose contact is there already. While
// applying, Intercom has the last word.
func (w *walk) conflicts(s *program.Step, at *place, in eval.Object, target *found, v *verdict) bool {
	if _, has := s.Action.Input("on_conflict"); !has {
		return false
	}
	policy := in["on_conflict"]
	if target.several > 1 && target.planned == nil && (policy == "update" || policy == "skip") {
		v.end = &outcome{status: Failed, failure: w.failure(at, s.Source.Action, ambiguous(int64(target.several), "contacts"))}
		return true
	}
	switch policy {
	case "update":
		return false
	case "skip":
		v.end = &outcome{status: Skipped, reason: reasonConflict, has: true, data: target.value}
		return true
	}
	v.effect, v.changes = steps.Create, diff(s, in, nil)
	if w.planning {
		v.end = &outcome{status: Failed, failure: w.failure(at, s.Source.Action, twin(target))}
	}
	return true
}

// twin says which contact it is that a createContact would meet.
func twin(target *found) error {
	message := "the contact " + idOf(target.value) + " has this external_id or email already"
	if target.planned != nil {
		message = "this external_id or email is already that of the contact of " + target.planned.by.String()
	}
	return &codedError{code: "conflict", message: message, hint: "on_conflict: update or skip would take that one"}
}

// takenAway reports whether a createContact would meet a contact that the plan
// archives or deletes.
func takenAway(s *program.Step, target *found) bool {
	_, meets := s.Action.Input("on_conflict")
	return meets && target.value == nil && target.planned != nil && target.planned.gone
}

// archivedTwin says that a contact keeps its names when it is taken away.
func archivedTwin(by author) error {
	return &codedError{
		code:    "conflict",
		message: by.String() + " takes the contact away that has this external_id or email, which keeps them",
		hint:    "leave the contact as it is, or bring it back with unarchiveContact",
	}
}

// unsure reports whether a write here, or an earlier one of the plan, may not be
// made: what is only possible contradicts nothing.
func (p *place) unsure(earlier author) bool { return p.possible != nil || earlier.possible }

// lost reports whether the plan deletes the very record, so that it can neither
// be brought back nor be given to anybody. One of its name can be made.
func (t *found) lost() bool {
	rec := t.planned
	return rec != nil && rec.gone && rec.final && !rec.by.possible && (t.contact != "" || t.field == "id")
}

// refused ends a write whose record is not there.
func (w *walk) refused(s *program.Step, at *place, target *found) *outcome {
	err := target.absent
	if err == nil {
		err = errors.New("not found or archived")
	}
	return &outcome{status: Failed, failure: w.failure(at, s.Source.Action, err)}
}

// target reads the record that a write is about. It is nil where there is no
// way to look, or the file wants none: undo: false saves the read, but for that of
// a write in doubt. In a plan the overlay sees to it
// that writes to a record come one at a time.
func (w *walk) target(ctx context.Context, s *program.Step, in eval.Object, open *doubt) (*found, error) {
	if s.Current == nil || s.Blind && !w.planning && !w.opt.Run.planned() && open == nil {
		return nil, nil
	}
	if w.planning {
		return w.find(ctx, s.Current, s.Retry, in, nil)
	}
	return w.find(ctx, s.Current, s.Retry, in, &w.turns)
}

// written keeps the records up to date that were read before a write. A record
// may have been read by another route than the one it is written by, and what
// became of a write may not be known: what is not certain is read again.
func (w *walk) written(s *program.Step, in eval.Object, target *found, out outcome) {
	key := ""
	if target != nil && out.status == Done && (s.Action.Goal == steps.Fields || len(target.match) > 0) {
		key = target.key // other answers are not the record
	}
	w.reads.drop(extentOf(s.Action, in, out.id), key)
	if key == "" {
		return
	}
	w.reads.change(key, func(r *keptRecord) {
		switch {
		case len(target.match) == 0:
			r.value = out.data
		case s.Action.Goal == steps.Absent:
			r.list.drop(target.value)
		default:
			r.list.put(target.value, out.data)
		}
	})
}
