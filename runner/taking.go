package runner

import (
	"context"
	"errors"
	"maps"
	"net/http"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
)

// make makes the call of an instance. A create that is to update the contact
// which the look before it has found goes to that one by its id. Where the contact
// is gone by then, or cannot be given what is sent, nothing was applied, and
// Intercom is asked as if nobody had looked.
func (w *walk) make(ctx context.Context, s *program.Step, at *place, given map[string]any, open *doubt) outcome {
	if at.writing.takes(s) {
		update, with := *s, maps.Clone(given)
		update.Action, with["contact_id"] = s.Action.Taking(), idOf(at.writing.target.value)
		delete(with, "on_conflict")
		out := w.again(ctx, &update, at, with, open)
		if out.open != nil {
			out.open.step, out.open.takes = s, true
		}
		if !out.missed() {
			return out
		}
	}
	if open != nil && open.takes {
		open = nil // it was about a contact that this create would not meet
	}
	return w.again(ctx, s, at, given, open)
}

// takes reports whether a write is a create that has found the very contact
// which Intercom would refuse it for. One that changes the email is not: the
// address may be that of somebody else, and then Intercom says whom it means.
func (write *writing) takes(s *program.Step) bool {
	return write != nil && write.effect == steps.Update && !s.Blind && write.target.isTwin(s, write.in)
}

// isTwin reports whether a create would meet the record that was found, and no
// other one.
func (t *found) isTwin(s *program.Step, in eval.Object) bool {
	if s.Action.Taking() == nil || in["on_conflict"] != "update" || t == nil || t.value == nil || t.several > 1 || valueAt(t.value, "role") != "user" {
		return false
	}
	for _, name := range nameFields["contacts"] {
		f, takes := s.Action.Input(name)
		if takes && in[name] != nil && !same(f, valueAt(t.value, name), in[name]) {
			return false
		}
	}
	return true
}

// missed reports whether a call was refused since its record is not there, or
// another one has what was sent. Nothing was applied, now or before.
func (out outcome) missed() bool {
	if out.status != Failed || out.failure == nil {
		return false
	}
	refused, ok := errors.AsType[*intercom.APIError](out.failure.err)
	return ok && (intercom.IsGone(refused) || refused.Status == http.StatusConflict)
}

// tookTwin reports whether the last call of an instance went to a contact that
// a create had found.
func tookTwin(s *program.Step, before *journal.Instance) bool {
	update := s.Action.Taking()
	return update != nil && before.Intents[len(before.Intents)-1].Op == update.Op
}
