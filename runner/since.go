package runner

import (
	"encoding/json"
	"hash/maphash"
	"slices"
	"sync"
	"time"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
)

// since knows when each step last made of a record what it is to be, once
// somebody asks: a write in doubt must not be made again over what the run has
// written behind it. Of a record there is only a hash in memory.
type since struct {
	mu   sync.Mutex
	seed maphash.Seed
	at   map[writtenBy]time.Time // nil until the first question
}

// writtenBy is a record, by its hash, and the place in the file of a step.
type writtenBy struct {
	record uint64
	step   int
}

// add takes in what became of an instance.
func (k *since) add(s *program.Step, at *place, out outcome) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.at != nil {
		k.take(s, recordOf(s, at.path, at.writing.input, out.id), out.status, time.Now())
	}
}

// take takes in what became of a write. The record is as [recordOf] names it.
func (k *since) take(s *program.Step, record string, status Status, at time.Time) {
	if record == "" || status != Done && status != Unchanged {
		return
	}
	by := writtenBy{maphash.String(k.seed, record), s.Index}
	if at.After(k.at[by]) {
		k.at[by] = at
	}
}

// wroteSince reports whether a step has written a record since a time. Where the
// journal cannot tell, it says so of each.
func (r *Run) wroteSince(prog *Program, s *program.Step, record string, sent time.Time) bool {
	k := &r.since
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.at == nil && r.readWritten(prog) != nil {
		return true
	}
	at, wrote := k.at[writtenBy{maphash.String(k.seed, record), s.Index}]
	return wrote && !at.Before(sent)
}

// rewritten gives the step that has written the record of a call in doubt since,
// and would be overwritten if the call were made again; nil where none has.
func (w *walk) rewritten(open *doubt, in eval.Object, target *found, changes []Change) *program.Step {
	if w.opt.Run == nil {
		return nil
	}
	named := recordOf(open.step, open.at.path, (&writing{in: in}).input, target.id())
	unnamed := recordOf(open.step, open.at.path, (*writing)(nil).input, "")
	for _, s := range w.program.All {
		if !rewrites(s, open.step, changes) {
			continue
		}
		for _, record := range []string{named, unnamed} {
			if record != "" && w.opt.Run.wroteSince(w.program, s, record, open.sent.First) {
				return s
			}
		}
	}
	return nil
}

// readWritten reads the journal for what was written so far.
func (r *Run) readWritten(prog *Program) error {
	if err := r.Sync(); err != nil {
		return err
	}
	byLabel := map[string]*program.Step{}
	for _, s := range prog.All {
		byLabel[s.Label] = s
	}
	all := since{seed: maphash.MakeSeed(), at: map[writtenBy]time.Time{}}
	links := map[string]*image{} // of calls without an answer so far, by address
	for record, err := range journal.Records(r.Dir) {
		switch {
		case err != nil:
			return err
		case record.Intent != nil:
			if s := stepIn(byLabel, record.Intent.Address); s != nil && isLink(s.Action) && record.Intent.Before != nil {
				var before image
				if err := json.Unmarshal(record.Intent.Before, &before); err != nil {
					return err
				}
				links[record.Intent.Address] = &before
			}
		case record.Answer != nil:
			a := record.Answer
			if s := stepIn(byLabel, a.Address); s != nil {
				all.take(s, recordOf(s, a.In, links[a.Address].input, a.RemoteID), Status(a.Status), a.Time)
			}
			delete(links, a.Address)
		}
	}
	r.since.seed, r.since.at = all.seed, all.at
	return nil
}

// stepIn is the step of an instance; nil for a loop or a group.
func stepIn(byLabel map[string]*program.Step, addr string) *program.Step {
	parts := addrParts(addr)
	if s := byLabel[parts[len(parts)-1].label]; s != nil && s.Action != nil {
		return s
	}
	return nil
}

// input is a required input of the write, as text; "" where it is not kept.
func (b *image) input(name string) string {
	if b == nil {
		return ""
	}
	var text string
	if json.Unmarshal(b.With[name], &text) != nil {
		return string(b.With[name]) // a number
	}
	return text
}

// input is an input of the write, as text; "" where nothing is written.
func (b *writing) input(name string) string {
	if b == nil {
		return ""
	}
	return textValue(b.in[name])
}

// recordOf names what a write is about: a record by Intercom's id, or the link
// between two. Of a link that the journal does not name it is known in which row
// it was written. It is empty where nothing is known.
func recordOf(s *program.Step, in journal.Path, input func(name string) string, id string) string {
	if !isLink(s.Action) || s.Action.Resource == "contacts" {
		if id == "" {
			return ""
		}
		return s.Action.Resource + " " + id
	}
	contact, other := input("contact_id"), input(s.Action.Inputs[1].Name)
	if contact == "" || other == "" {
		return s.Action.Resource + " of row " + pathKey(in)
	}
	return s.Action.Resource + " " + other + " of " + contact
}

// rewrites reports whether a step makes something else of the record that both
// are about than another one does: it sets a field that the other one would
// change, or takes back what that does.
func rewrites(s, other *program.Step, changes []Change) bool {
	if s.Action == nil || s.Action.Resource != other.Action.Resource {
		return false
	}
	if other.Action.Goal != steps.Fields {
		return s.Action.Undo != nil && s.Action.Undo.Action == other.Action.Name
	}
	return slices.ContainsFunc(changes, func(c Change) bool {
		field := s.With.Field(c.input)
		return field != nil && (c.member == "" || field.Member(c.member) != nil)
	})
}
