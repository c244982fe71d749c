package runner

import (
	"context"
	"maps"
	"slices"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
)

// found is the record that a write is about.
type found struct {
	key    string     // of the read, so that it is made once; empty where none was made
	value  eval.Value // the record; nil where there is none
	list   *roll      // it was looked for in; nil where it was read by its id
	after  []string   // in a plan: the steps that will tell; nothing else is known then
	still  *still     // in an undo: what must still be so of it
	absent error      // why it was not found: Intercom's refusal, or in a plan what was planned before

	look          *program.Lookup
	with, match   eval.Object
	kind          string // "contacts", "companies" or "tags"
	field, wanted string // what it was looked for by
	several       int    // how many were found; the first one is taken
	contact       string // of what belongs to a contact: Intercom's id of that one
	planned       *planned
	by            []string // in a plan: the writes that have made it so
	perhaps       string   // in a plan: a possible write before that takes it away
	leave         func()   // ends the turn of the write; may be nil
}

// release lets the next write look at the record.
func (t *found) release() {
	if t != nil && t.leave != nil {
		t.leave()
	}
}

// find reads the record, once it is its turn, which the caller releases. It is
// nil where the catalogue knows no way to look.
func (w *walk) find(ctx context.Context, l *program.Lookup, retry intercom.Retry, in eval.Object, turns *turns) (*found, error) {
	scope := eval.NewScope()
	scope.Set("with", in)
	for ; l != nil; l = l.Otherwise {
		holds, unknown, err := w.applies(ctx, l, scope)
		switch {
		case err != nil:
			return nil, err
		case unknown != nil:
			return &found{after: unknown.Origins}, nil
		case holds && l.Action.Paging == intercom.CursorBody && w.opt.Run.planned():
			return w.search(ctx, l, retry, scope, turns)
		case holds && l.Action.Paging == intercom.CursorBody && !w.planning:
			return nil, nil // a search lags behind writes: Intercom itself has the last word
		case holds:
			return w.look(ctx, l, retry, scope, turns)
		}
	}
	return nil, nil
}

// search looks as the plan did that is applied, and then reads by its id what it
// has found: a search lags behind writes.
func (w *walk) search(ctx context.Context, l *program.Lookup, retry intercom.Retry, scope *eval.Scope, turns *turns) (*found, error) {
	t, err := w.look(ctx, l, retry, scope, turns)
	if err != nil || t.value == nil {
		return t, err
	}
	action, req, err := readOf(t.value)
	if err == nil && action != nil {
		req.Retry, t.match = retry, nil
		err = w.fetch(ctx, t, action, req)
	}
	if err != nil {
		t.release()
		return nil, err
	}
	return t, nil
}

// findMade reads by its id the contact that an earlier write of the plan has made,
// as the plan foresaw, where the search does not show it yet. One that does not
// have the name any more is not the one that the plan meant.
func (w *walk) findMade(ctx context.Context, s *program.Step, at *place, t *found) error {
	if !w.opt.Run.planned() || t == nil || t.value != nil || t.look == nil || t.look.Action.Paging != intercom.CursorBody {
		return nil
	}
	line, err := w.opt.Run.plan.find(at.addr())
	if err != nil || line == nil || line.Seen == nil || line.Seen.Made == "" {
		return err
	}
	id, err := w.opt.Run.madeBy(line.Seen.Made)
	if err != nil || id == "" {
		return err
	}
	action, req, err := readOf(eval.Object{"type": "contact", "id": id})
	if err != nil {
		return err
	}
	req.Retry, t.match = s.Retry, nil
	if err := w.fetch(ctx, t, action, req); err != nil || t.value == nil {
		return err
	}
	if name := textValue(valueAt(t.value, t.field)); nameKey(t.kind, t.field, name) != nameKey(t.kind, t.field, t.wanted) {
		t.value = nil
	}
	return nil
}

// applies reports whether this is the way to look for a record.
func (w *walk) applies(ctx context.Context, l *program.Lookup, scope *eval.Scope) (bool, *eval.Unknown, error) {
	if l.Cond == nil {
		return true, nil, nil
	}
	return l.Cond.Cond(ctx, scope)
}

// look says what is looked for, and reads it unless the plan knows it already.
func (w *walk) look(ctx context.Context, l *program.Lookup, retry intercom.Retry, scope *eval.Scope, turns *turns) (*found, error) {
	with, err := evalAll(ctx, l.With, scope)
	if err != nil {
		return nil, err
	}
	match, err := evalAll(ctx, l.Match, scope)
	if err != nil {
		return nil, err
	}
	for _, values := range []eval.Object{with, match} {
		if unknown, some := eval.IsUnknown(values); some {
			return &found{look: l, with: with, match: match, after: unknown.Origins}, nil
		}
	}
	t := seek(l, with, match)
	if w.planning && w.overlay.knows(t) {
		return t, nil
	}
	given, err := plain(with)
	if err != nil {
		return nil, err
	}
	req, err := l.Action.Request(given)
	if err != nil {
		return nil, &codedError{code: "input", message: err.Error()}
	}
	req.Retry = retry
	if t.leave, err = turns.take(ctx, t.contact+" "+nameKey(t.kind, t.field, t.wanted)); err != nil {
		return nil, err
	}
	if err := w.fetch(ctx, t, l.Action, req); err != nil {
		t.release()
		return nil, err
	}
	return t, nil
}

// seek says by what a record is looked for.
func seek(l *program.Lookup, with, match eval.Object) *found {
	t := &found{look: l, with: with, match: match, kind: l.Action.Resource, field: "id"}
	by := with
	if len(match) > 0 {
		by = match
		if id := with["contact_id"]; id != nil {
			t.contact = textValue(id)
		}
	}
	for field, value := range by { // there is one
		t.wanted = textValue(value)
		if slices.Contains(nameFields[t.kind], field) && (len(match) > 0 || field == "external_id") {
			t.field = field
		}
	}
	return t
}

// fetch makes the read and picks the record out of its answer.
func (w *walk) fetch(ctx context.Context, t *found, action *steps.Action, req intercom.Request) error {
	read, key, err := w.read(ctx, action, req)
	t.key = key
	if intercom.IsGone(err) {
		t.value, t.absent = nil, err
		return nil
	}
	if err != nil {
		return err
	}
	if t.value = read.value; len(t.match) > 0 {
		t.in(read.list)
	}
	return nil
}

// in looks for the record in a list.
func (t *found) in(list *roll) {
	rows := list.find(t.look.Call, t.match)
	t.list, t.value, t.several = list, nil, len(rows)
	if len(rows) > 0 {
		t.value = rows[0]
	}
}

// inputsOf are those of a look-up, for a write with these inputs.
func inputsOf(ctx context.Context, l *program.Lookup, in eval.Object) (map[string]any, error) {
	scope := eval.NewScope()
	scope.Set("with", in)
	with, err := evalAll(ctx, l.With, scope)
	if err != nil {
		return nil, err
	}
	return plain(with)
}

func evalAll(ctx context.Context, templates map[string]*eval.Template, scope *eval.Scope) (eval.Object, error) {
	values := make(eval.Object, len(templates))
	for _, name := range slices.Sorted(maps.Keys(templates)) {
		v, err := templates[name].Eval(ctx, scope)
		if err != nil {
			return nil, err
		}
		if _, gone := v.(eval.Omit); !gone {
			values[name] = v
		}
	}
	return values, nil
}
