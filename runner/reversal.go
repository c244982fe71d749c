package runner

import (
	"github.com/flowrun-dev/flowrun/steps"
)

// Reversal is how much of a write undo could take back.
type Reversal string

// The reversals, from the best to the worst.
const (
	Fully  Reversal = "full"
	Partly Reversal = "partly"
	Never  Reversal = "none"
)

// ReversalOf says how much of a write could be taken back, and why not all of
// it. The effect is the one that the write has, which may be another than most
// calls of the action: a create of what is there already is an update.
func ReversalOf(action *steps.Action, effect steps.Effect, changes []Change) (Reversal, string) {
	undo := action.Undo
	if action.Effect == steps.Create && effect == steps.Update {
		undo = action.UndoUpdate
	}
	switch {
	case undo == nil:
		return Never, action.UndoNote
	case undo.Restore:
		return restored(action, changes)
	case action.UndoNote != "":
		return Partly, action.UndoNote
	}
	return Fully, ""
}

// restored says whether all old values would come back.
func restored(action *steps.Action, changes []Change) (Reversal, string) {
	for _, c := range changes {
		f, known := action.At(c.Path)
		if known && f.UndoNote != "" && (c.emptied() || isWord(f)) {
			return Partly, f.UndoNote
		}
	}
	return Fully, ""
}

// emptied reports whether the field had no value before, so that undo would
// have to empty it.
func (c Change) emptied() bool { return c.Before == nil || string(c.Before) == "null" }

// isWord reports whether a field takes one of a few words, some of which lead
// to others and never back.
func isWord(f steps.Field) bool { return f.Type.Enum != nil }

// reversal is that of an instance that wrote, or would write.
func (s *step) reversal(out outcome) (Reversal, string) {
	if out.effect == steps.Read || out.status != Done && out.status != InDoubt {
		return "", ""
	}
	r, note := ReversalOf(s.action, out.effect, out.changes)
	if s.blind && r != Never {
		return Never, "undo: false keeps nothing to take it back with"
	}
	return r, note
}
