package runner

import (
	"github.com/flowrun-dev/flowrun/internal/program"
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
		return restored(action, steps.Find(undo.Action), changes)
	case action.UndoNote != "":
		return Partly, action.UndoNote
	}
	return Fully, ""
}

// restored says whether all old values would come back, some or none, as undo
// itself decides it.
func restored(action *steps.Action, inverse *steps.Action, changes []Change) (how Reversal, note string) {
	back := 0
	for _, c := range changes {
		f, known := action.At(c.Path)
		if !known {
			continue
		}
		each := imageField{Input: f.Name, From: c.Before}
		if c.Secret {
			each.From = c.before
		}
		if at, _ := f.Shown(); f.Type.Open && c.Path != at {
			each.Member = c.Path
		}
		set, takes := inverse.Input(f.Name)
		old, why := oldValue(set, takes, each)
		if old != nil {
			back++
		}
		if note == "" {
			note = why
		}
	}
	switch {
	case note == "":
		return Fully, ""
	case back == 0:
		return Never, note
	}
	return Partly, note
}

// reversal is that of an instance that wrote, or would write.
func reversal(s *program.Step, out outcome) (Reversal, string) {
	if out.effect == steps.Read || out.status != Done && out.status != InDoubt {
		return "", ""
	}
	r, note := ReversalOf(s.Action, out.effect, out.changes)
	if s.Blind && r != Never {
		return Never, "undo: false keeps nothing to take it back with"
	}
	return r, note
}
