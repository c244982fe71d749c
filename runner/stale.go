package runner

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/internal/secret"
	"github.com/flowrun-dev/flowrun/steps"
)

// weighed is what a plan keeps of a write beside its changes, to tell when it
// is applied whether anything has moved.
type weighed struct {
	Inputs string            `json:"inputs"`           // digest of those that are known
	Later  []string          `json:"later,omitempty"`  // those that are not known yet, or are secret
	Before map[string]string `json:"before,omitempty"` // digests of what secrets replace, by path
	Unseen bool              `json:"unseen,omitempty"` // nobody could look: an earlier step of the plan brings the record
	By     []string          `json:"by,omitempty"`     // of what is unchanged: the writes of the plan that make it so
	Made   string            `json:"made,omitempty"`   // the write of the plan that makes the record
}

// weighing is what is kept of a write that a plan foresees.
func (w *walk) weighing(s *program.Step, at *place, in eval.Object, target *found, changes []Change) *weighed {
	if w.opt.Draft == nil {
		return nil
	}
	given := target.given(in)
	seen := &weighed{Unseen: target != nil && target.after != nil, Later: later(s, given)}
	seen.Inputs = digestOf(given, seen.Later)
	if target != nil && target.planned != nil {
		seen.Made = target.planned.made
	}
	for _, c := range changes {
		if c.Secret {
			if seen.Before == nil {
				seen.Before = map[string]string{}
			}
			seen.Before[c.Path] = secret.Seal(at.addr(), c.before)
		}
	}
	return seen
}

// needless keeps of what is unchanged which writes of the plan make it so. Rows
// end in any order, and whichever comes first makes the write.
func (w *walk) needless(s *program.Step, at *place, in eval.Object, target *found, end *outcome) {
	if end.status != Unchanged || target == nil || target.by == nil {
		return
	}
	if end.seen = w.weighing(s, at, in, target, nil); end.seen != nil {
		end.seen.By = target.by
	}
}

// later are the inputs that no digest can hold: what is not known yet, and what
// is made of a secret.
func later(s *program.Step, in eval.Object) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if _, some := eval.IsUnknown(in[name]); some || s.With.Field(name).HoldsSecret() {
			names = append(names, name)
		}
	}
	return names
}

// digestOf is a digest of inputs but for some.
func digestOf(in eval.Object, but []string) string {
	known := maps.Clone(in)
	for _, name := range but {
		delete(known, name)
	}
	text, err := eval.AppendJSON(nil, known)
	if err != nil {
		return ""
	}
	return digest(text)[:16]
}

// spared ends a write for which nothing is to be sent: the record is so already
// or cannot be written, or the plan that is applied foresaw something else. It
// is nil where the write is to be sent.
func (w *walk) spared(s *program.Step, at *place, in eval.Object, target *found, v *verdict) *outcome {
	if v.end != nil {
		return v.end
	}
	return w.stale(s, at, in, target, v)
}

// stale holds a write against the plan that is applied. It ends the step where
// the plan foresaw another write, or none, or where the record has moved since:
// what was not approved is not written.
func (w *walk) stale(s *program.Step, at *place, in eval.Object, target *found, v *verdict) *outcome {
	if !w.opt.Run.planned() {
		return nil
	}
	line, err := w.opt.Run.plan.find(at.addr())
	if err != nil {
		return &outcome{status: Pending, fatal: &fatalError{err}}
	}
	foreseen, err := w.opt.Run.plan.foreseen(line, v)
	if err != nil {
		return &outcome{status: Pending, fatal: &fatalError{err}}
	}
	why := ""
	if w.opt.Run.plan.foresaw(s, at) {
		if failure := line.failed(); failure != nil {
			return &outcome{status: Failed, effect: v.effect, failure: failure}
		}
		why = line.differs(target.given(in), v, foreseen)
	}
	moved := foreseen.moved(target, v)
	if why = cmp.Or(why, movedIn(moved), at.moved, w.movedBefore(target.record())); why == "" {
		return nil
	}
	w.movedOn(target.record())
	out := &outcome{status: Skipped, reason: reasonStale, effect: v.effect, note: why, changes: moved, stale: true}
	if target != nil && target.value != nil {
		out.data, out.has = target.value, true
	}
	if w.opt.OnStale == "fail" {
		out.status, out.reason, out.failure = Failed, "", w.failure(at, s.Source.Action, moveError(why))
	}
	return out
}

// moveError is what --on-stale fail makes of a record that has moved.
func moveError(why string) error {
	return &codedError{code: reasonStale, message: "this is not as it was when the plan was made: " + why, hint: "make a new plan"}
}

// movedOn notes that something is left out because its record has moved.
func (w *walk) movedOn(record string) {
	w.record(func(r *Result) { r.Stale++ })
	if record != "" {
		w.stales.Store(record, true)
	}
}

// movedBefore says that a record was found to have moved; "" if it was not.
func (w *walk) movedBefore(record string) string {
	if _, moved := w.stales.Load(record); moved {
		return "an earlier step found that it was changed since"
	}
	return ""
}

// foreseen is the line of the write that a plan foresees for an instance: its
// own, or that of the write which would have made it needless.
func (p *approved) foreseen(l *plannedLine, v *verdict) (*plannedLine, error) {
	if l == nil || l.Seen == nil {
		return l, nil
	}
	for _, addr := range l.Seen.By {
		other, err := p.find(addr)
		if err != nil {
			return nil, err
		}
		if other.makes(v) {
			return other, nil
		}
	}
	return l, nil
}

// makes reports whether a planned write has the effect of another one, and
// changes the same fields or more.
func (l *plannedLine) makes(v *verdict) bool {
	if l == nil || l.Event == nil || l.Event.Ended.Effect != v.effect {
		return false
	}
	return !slices.ContainsFunc(v.changes, func(now Change) bool {
		return !slices.ContainsFunc(l.Event.Ended.Changes, func(c Change) bool { return c.Path == now.Path })
	})
}

// failed is the failure that the plan foresaw, and showed; nil for none.
func (l *plannedLine) failed() *Failure {
	if l == nil || l.Event == nil || l.Event.Ended.Status != Failed {
		return nil
	}
	return l.Event.Ended.Failure
}

// differs says in what a write is not the one that the plan foresaw; "" where it
// is.
func (l *plannedLine) differs(in eval.Object, v *verdict, foreseen *plannedLine) string {
	if l == nil || l.Event == nil {
		return "the plan foresaw no write here"
	}
	planned := foreseen.Event.Ended
	switch {
	case planned.Status != Done:
		return "the plan foresaw that this would be " + string(planned.Status)
	case planned.Effect != v.effect:
		return "the plan foresaw " + nounOf(planned.Effect) + ", and this is " + nounOf(v.effect)
	case l.Seen == nil || digestOf(in, l.Seen.Later) != l.Seen.Inputs:
		return "the plan foresaw other inputs"
	}
	return ""
}

// moved gives the fields of a record that are not as the plan saw them. Before
// is what the plan saw, after is what is there now.
func (l *plannedLine) moved(target *found, v *verdict) (fields []Change) {
	if l == nil || l.Event == nil || l.Seen == nil || l.Seen.Unseen || target == nil || target.value == nil {
		return nil
	}
	for _, now := range v.changes {
		if c, same := l.compare(now); !same {
			fields = append(fields, c)
		}
	}
	return fields
}

// record names the record that was found, or the contact that it belongs to, or
// else what was looked for; "" where nothing was read.
func (f *found) record() string {
	switch {
	case f == nil || f.key == "":
		return ""
	case f.contact != "":
		return "contacts " + f.contact
	case f.value != nil:
		return f.kind + " " + idOf(f.value)
	case f.field == "id":
		return f.kind + " " + f.wanted
	}
	return nameKey(f.kind, f.field, f.wanted)
}

const reasonStale = "stale"

// compare holds a field that a write would change now against what the plan saw
// in it.
func (l *plannedLine) compare(now Change) (moved Change, same bool) {
	i := slices.IndexFunc(l.Event.Ended.Changes, func(c Change) bool { return c.Path == now.Path })
	if i < 0 { // it had the value already that is to be written
		return Change{Path: now.Path, Before: now.After, After: now.Before, Secret: now.Secret}, false
	}
	planned := l.Event.Ended.Changes[i]
	switch {
	case planned.Since != nil: // an earlier step of the plan changed it
		return Change{}, true
	case now.Secret:
		return Change{Path: now.Path, Secret: true}, l.Seen.Before[now.Path] == secret.Seal(l.address(), now.before)
	}
	return Change{Path: now.Path, Before: planned.Before, After: now.Before}, now.like(planned.Before)
}

// like reports whether the value before a change is another one, as far as
// Intercom tells them apart.
func (c *Change) like(before json.RawMessage) bool {
	if (c.Before == nil) != (before == nil) {
		return false
	}
	if bytes.Equal(c.Before, before) {
		return true
	}
	return c.Before != nil && same(c.field, eval.RawTrusted(c.Before), eval.RawTrusted(before))
}

// movedIn says in which fields a record has moved; "" for none.
func movedIn(changes []Change) string {
	if len(changes) == 0 {
		return ""
	}
	paths := make([]string, len(changes))
	for i, c := range changes {
		paths[i] = c.Path
	}
	return "it was changed since: " + strings.Join(paths, ", ")
}

func nounOf(e steps.Effect) string {
	switch e {
	case steps.Update, steps.Archive:
		return "an " + e.String()
	}
	return "a " + e.String()
}
