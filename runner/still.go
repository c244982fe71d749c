package runner

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/internal/secret"
	"github.com/flowrun-dev/flowrun/steps"
	"github.com/tidwall/gjson"
)

// still is what of a record must be as the run left it, for an undo to change
// it.
type still struct {
	expectation
	holder string      // somebody who has a record that nobody should have
	given  eval.Object // the inputs of the row, where some are left out of what is sent; else nil
}

// given are the inputs of a write as they stand in its row: what an undo leaves
// alone of a record is left out of them later, as the record is then.
func (f *found) given(in eval.Object) eval.Object {
	if f == nil || f.still == nil || f.still.given == nil {
		return in
	}
	return f.still.given
}

// expected gives what must still be so for an instance of an undo. It is nil
// where nothing must, as in every other program.
func (w *walk) expected(ctx context.Context, s *program.Step, at *place, in eval.Object) (*still, error) {
	back := w.program.back
	if back == nil || back.expect[s] == nil {
		return nil, nil
	}
	value, err := back.expect[s].Eval(ctx, at.scope)
	if err != nil || value == nil {
		return nil, err
	}
	want := &still{}
	if err := json.Unmarshal(asJSON(value), &want.expectation); err != nil {
		return nil, err
	}
	if want.Unused && s.Holders != nil {
		want.holder, err = w.holder(ctx, s, in)
	}
	return want, err
}

// holder finds somebody who has the record that is about to be deleted. The
// lists may be behind, so each one in them is asked.
func (w *walk) holder(ctx context.Context, s *program.Step, in eval.Object) (holder string, err error) {
	err = w.held(ctx, s.Holders, s.Retry, in, func(row []byte) (bool, error) {
		id := gjson.GetBytes(row, "id").String()
		has, err := w.has(ctx, s, in, id)
		if has {
			holder = "the contact " + id
		}
		return !has, err
	})
	for _, other := range s.Others {
		if holder != "" || err != nil {
			break
		}
		err = w.held(ctx, other, s.Retry, in, func(row []byte) (bool, error) {
			holder = "the " + gjson.GetBytes(row, "type").String() + " " + gjson.GetBytes(row, "id").String()
			return false, nil
		})
	}
	return holder, err
}

// has reports whether a contact has a record, or in a plan would still have it.
func (w *walk) has(ctx context.Context, s *program.Step, in eval.Object, contact string) (bool, error) {
	with := eval.Object{"contact_id": contact}
	maps.Copy(with, in)
	t, err := w.find(ctx, s.Link, s.Retry, with, nil)
	if err != nil || t == nil {
		return true, err
	}
	if w.planning {
		w.overlay.mu.Lock()
		w.overlay.see(t)
		w.overlay.mu.Unlock()
	}
	return t.value != nil && t.absent == nil, nil
}

// weighBack holds a write of an undo against what must still be so. It ends
// what is so already, and what somebody has changed since; or it takes the
// fields out of the inputs that are not to be put back.
func (w *walk) weighBack(s *program.Step, in eval.Object, target *found) *outcome {
	want := target.still
	gone := s.Action.Goal == steps.Gone && target.value == nil && target.absent != nil
	switch {
	case gone:
		return &outcome{status: Unchanged, has: true}
	case want != nil && target.value == nil && len(want.Fields) > 0 && s.Action.Effect == steps.Create:
		return conflict("it is not there any more") // what puts its fields back would make it again
	case want == nil || target.value == nil:
		return nil
	case want.holder != "":
		return conflict(want.holder + " has it")
	case w.program.back.onConflict == ForceConflict:
		return nil
	case want.Gone && s.Action.Goal == steps.Fields && len(diff(s, in, target.value)) > 0:
		again := conflict("it is there again, and not as it was")
		again.has, again.data = true, target.value // it gets back what the one before was linked to
		return again
	case want.Version != "" && want.Version != textValue(valueAt(target.value, "updated_at")):
		return conflict("it was changed since")
	}
	return cmp.Or(w.weighFieldsBack(s, in, target, want.Fields), filledIn(s, target))
}

// weighFieldsBack looks at each field that the run left in the record.
func (w *walk) weighFieldsBack(s *program.Step, in eval.Object, target *found, fields []imageField) *outcome {
	restores := s.Action.Goal == steps.Fields
	var first *outcome
	left := len(fields)
	for _, each := range fields {
		changed := w.changedSince(s, in, target, each, restores)
		if changed == "" {
			continue
		}
		end := conflict(changed)
		if !restores || w.program.back.onConflict != FieldConflict {
			return end
		}
		if first == nil {
			first, target.still.given = end, maps.Clone(in)
		}
		leave(in, each)
		left--
	}
	if left == 0 {
		return first
	}
	return nil
}

// filledIn ends a delete of a record in which somebody has filled in a field that
// the run left empty.
func filledIn(s *program.Step, target *found) *outcome {
	if !target.still.Only {
		return nil
	}
	if path := filled(s.Action, target.value, target.still.Fields); path != "" {
		return conflict(unescaped(path) + " was changed since")
	}
	return nil
}

// changedSince says that a field is neither as the run left it nor as it was
// before; empty if it is one of them. It does not repeat the value, which may
// be about a person.
func (w *walk) changedSince(s *program.Step, in eval.Object, target *found, each imageField, restores bool) string {
	path, f := fieldAt(s.Action, each)
	now := valueAt(target.value, path)
	if _, unknown := eval.IsUnknown(now); unknown {
		return ""
	}
	if each.Sealed != "" && secret.Seal(secret.SaltOf(each.Sealed), asJSON(now)) == each.Sealed {
		return ""
	}
	if each.Sealed == "" && same(f, now, jsonValue(each.To)) {
		return ""
	}
	if restores && same(f, now, inputAt(in, each)) {
		return ""
	}
	return unescaped(path) + " was changed since"
}

// fieldAt is where a record shows a field, and the rule for comparing it. An
// action that takes a record away shows what the one that made it set.
func fieldAt(action *steps.Action, each imageField) (string, steps.Field) {
	f, known := action.Input(each.Input)
	if !known {
		f = sameResource(action, each.Input)
	}
	path, _ := f.Shown()
	if each.Member == "" {
		return path, f
	}
	path += "." + gjson.Escape(each.Member)
	return path, steps.Field{Name: path}
}

// sameResource is the input of that name of another action on such records.
func sameResource(action *steps.Action, input string) steps.Field {
	for _, other := range steps.All() {
		if f, known := other.Input(input); known && other.Resource == action.Resource && other.Effect != steps.Read && f.In == steps.Body {
			return f
		}
	}
	return steps.Field{Name: input}
}

// inputAt is what a step sets a field to.
func inputAt(in eval.Object, each imageField) eval.Value {
	v := in[each.Input]
	if each.Member != "" {
		return valueAt(v, gjson.Escape(each.Member))
	}
	return v
}

// leave takes a field out of the inputs.
func leave(in eval.Object, each imageField) {
	if each.Member == "" {
		delete(in, each.Input)
		return
	}
	members, _ := fieldsOf(in[each.Input])
	delete(members, each.Member)
	if in[each.Input] = members; len(members) == 0 {
		delete(in, each.Input)
	}
}

func conflict(note string) *outcome {
	return &outcome{status: Skipped, reason: reasonConflict, note: note}
}

// reasonConflict is why an undo leaves a record alone, and a create that meets
// one with on_conflict: skip.
const reasonConflict = "conflict"
