package runner

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/steps"
)

// rowItem is the item of a loop around a place.
type rowItem struct {
	loop  *loop
	value eval.Value
	outer *rowItem
}

// weighed is what a plan keeps of a write beside its changes, to tell when it
// is applied whether anything has moved.
type weighed struct {
	Inputs string            `json:"inputs"`           // digest of those that are known
	Later  []string          `json:"later,omitempty"`  // those that are not known yet, or are secret
	Read   string            `json:"read,omitempty"`   // digest of what conditions and templates read of the record
	Before map[string]string `json:"before,omitempty"` // digests of what secrets replace, by path
}

// weighing is what is kept of a write that a plan foresees.
func (w *walk) weighing(s *step, at *place, in eval.Object, target *found, changes []Change) *weighed {
	if w.opt.Draft == nil {
		return nil
	}
	seen := &weighed{Later: s.later(in)}
	seen.Inputs = digestOf(in, seen.Later)
	if at.memory != nil && !at.memory.changed { // what the row itself changes is no news
		seen.Read = readOf(at, target)
	}
	for _, c := range changes {
		if c.Secret {
			if seen.Before == nil {
				seen.Before = map[string]string{}
			}
			seen.Before[c.Path] = seal(at.addr(), c.before)
		}
	}
	return seen
}

// later are the inputs that no digest can hold: what is not known yet, and what
// is made of a secret.
func (s *step) later(in eval.Object) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if _, some := eval.IsUnknown(in[name]); some || s.with.field(name).secretive() {
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

// readOf is a digest of the fields of a record that the workflow reads of the
// loop's item, where that is the same record.
func readOf(at *place, target *found) string {
	if target == nil || target.value == nil || target.list != nil || target.planned != nil {
		return ""
	}
	for row := at.items; row != nil; row = row.outer {
		if len(row.loop.reads) == 0 || row.loop.action == nil || idOf(row.value) != idOf(target.value) {
			continue
		}
		var text []byte
		for _, name := range slices.Sorted(maps.Keys(row.loop.reads)) {
			text = append(append(text, asJSON(valueAt(target.value, true, name))...), 0)
		}
		return digest(text)[:16]
	}
	return ""
}

// spared ends a write for which nothing is to be sent: the record is so already
// or cannot be written, or the plan that is applied foresaw something else. It
// is nil where the write is to be sent.
func (w *walk) spared(s *step, at *place, in eval.Object, target *found, v *verdict) *outcome {
	if v.end != nil {
		return v.end
	}
	return w.stale(s, at, in, target, v)
}

// stale holds a write against the plan that is applied. It ends the step where
// the plan foresaw another write, or none, or where the record has moved since:
// what was not approved is not written.
func (w *walk) stale(s *step, at *place, in eval.Object, target *found, v *verdict) *outcome {
	if !w.opt.Run.planned() || !w.opt.Run.plan.foresaw(at) {
		return nil
	}
	line, err := w.opt.Run.plan.find(at.addr())
	if err != nil {
		return &outcome{status: Pending, fatal: &fatalError{err}}
	}
	moved, why := line.moved(at, in, target, v)
	record := target.record()
	if _, before := w.stales.Load(record); before && why == "" {
		why = "an earlier step found that it was changed since"
	}
	if why == "" {
		return nil
	}
	if record != "" {
		w.stales.Store(record, true)
	}
	w.record(func(r *Result) { r.Stale++ })
	out := &outcome{status: Skipped, reason: reasonStale, effect: v.effect, note: why, changes: moved, stale: true}
	if target != nil && target.value != nil {
		out.data, out.has = target.value, true
	}
	if w.opt.OnStale == "fail" {
		err := &codedError{code: reasonStale, message: "this is not as it was when the plan was made: " + why, hint: "make a new plan"}
		out.status, out.reason, out.failure = Failed, "", w.failure(at, s.source.Action, err)
	}
	return out
}

// record names the record that was found, or that its list belongs to; "" where
// none was.
func (f *found) record() string {
	if f == nil || f.key == "" {
		return ""
	}
	_, path, _ := strings.Cut(f.key, " /")
	segments := strings.SplitN(strings.TrimRight(path, " ?"), "/", 3)
	if id := textValue(valueAt(f.value, true, "id")); f.list == nil && f.value != nil {
		return segments[0] + "/" + id
	}
	return segments[0] + "/" + segments[min(1, len(segments)-1)]
}

const reasonStale = "stale"

// moved says what differs from the plan: the fields, and in words. Before is
// what the plan saw, after is what is there now.
func (l *plannedLine) moved(at *place, in eval.Object, target *found, v *verdict) (fields []Change, why string) {
	if l == nil || l.Event == nil {
		return nil, "the plan foresaw no write here"
	}
	planned := l.Event.Ended
	switch {
	case planned.Status != Done:
		return nil, "the plan foresaw that this would be " + string(planned.Status)
	case planned.Effect != v.effect:
		return nil, "the plan foresaw " + nounOf(planned.Effect) + ", and this is " + nounOf(v.effect)
	case l.Seen == nil || digestOf(in, l.Seen.Later) != l.Seen.Inputs:
		return nil, "the plan foresaw other inputs"
	case l.Seen.Read != "" && l.Seen.Read != readOf(at, target):
		why = "what the workflow reads of the record is not as it was"
	}
	if target == nil || target.value == nil {
		return nil, why
	}
	for _, now := range v.changes {
		if c, same := l.compare(at, now); !same {
			fields = append(fields, c)
		}
	}
	if len(fields) > 0 {
		why = "it was changed since: " + pathsOf(fields)
	}
	return fields, why
}

// compare holds a field that a write would change now against what the plan saw
// in it.
func (l *plannedLine) compare(at *place, now Change) (moved Change, same bool) {
	i := slices.IndexFunc(l.Event.Ended.Changes, func(c Change) bool { return c.Path == now.Path })
	if i < 0 { // it had the value already that is to be written
		return Change{Path: now.Path, Before: now.After, After: now.Before, Secret: now.Secret}, false
	}
	planned := l.Event.Ended.Changes[i]
	switch {
	case planned.Since != nil: // an earlier step of the plan changed it
		return Change{}, true
	case now.Secret:
		return Change{Path: now.Path, Secret: true}, l.Seen.Before[now.Path] == seal(at.addr(), now.before)
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

func pathsOf(changes []Change) string {
	paths := make([]string, len(changes))
	for i, c := range changes {
		paths[i] = c.Path
	}
	return strings.Join(paths, ", ")
}

func nounOf(e steps.Effect) string {
	switch e {
	case steps.Update, steps.Archive:
		return "an " + e.String()
	}
	return "a " + e.String()
}
