package runner

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
)

// planWrite foresees a write: it is checked as far as its inputs are known, and
// held against the record as it is. What it would answer is known in part.
func (w *walk) planWrite(ctx context.Context, s *program.Step, at *place, in eval.Object, target *found) outcome {
	if problems := s.Action.Check(ready(in)); len(problems) > 0 {
		err := &codedError{code: "input", message: problems[0].Error()}
		return outcome{status: Failed, failure: w.failure(at, s.Source.Action, err)}
	}
	if failure := w.checkAttributes(ctx, s, at, in); failure != nil {
		return outcome{status: Failed, failure: failure}
	}
	others, err := w.namesakes(ctx, s, in, target)
	if err != nil {
		return outcome{status: Failed, failure: w.failure(at, s.Source.Action, err)}
	}
	out := w.planned(s, at, in, target, others)
	if out.status == Done && out.effect == steps.Delete {
		out.note, out.holders = w.along(ctx, s, in, target)
	}
	return out
}

// planned weighs a write against what the plan has made of its record so far,
// and adds it to that.
func (w *walk) planned(s *program.Step, at *place, in eval.Object, target *found, others []namesake) outcome {
	w.overlay.mu.Lock() // between what is seen and what is written nothing else is planned
	defer w.overlay.mu.Unlock()
	if target != nil && target.after == nil {
		w.overlay.see(target)
		if target.perhaps != "" {
			at.possible = origins(at.possible, []string{target.perhaps})
		}
	}
	v := w.weigh(s, at, in, target)
	if v.end == nil {
		w.weighNames(s, at, in, target, others, &v)
	}
	if v.end != nil {
		w.needless(s, at, in, target, v.end)
		return *v.end
	}
	answer := answerOf(s.Action, in, at.addr())
	if s.Action.Goal == steps.Fields && target != nil {
		if record, ok := fieldsOf(target.value); ok {
			answer = changed(maps.Clone(record), s.Action, in, at.addr())
		}
	}
	shown, _ := s.With.Shown(in).(eval.Object)
	out := outcome{status: Done, effect: v.effect, planned: shown, changes: v.changes, has: true, data: answer}
	out.seen = w.weighing(s, at, in, target, v.changes)
	if target != nil {
		w.overlay.write(s.Action, target, out, at.author())
	}
	return out
}

// author is who plans a write at a place.
func (p *place) author() author {
	return author{addr: p.addr(), row: p.row, possible: p.possible != nil}
}

// answerOf is what a write would answer, as far as it can be known: the fields
// that are sent come back, all else is unknown until the step has run.
func answerOf(action *steps.Action, in eval.Object, addr string) eval.Value {
	after := []string{addr}
	answer := eval.Object{}
	alike := map[ahead]*eval.Unknown{} // a plan keeps many answers
	for _, f := range action.Output.Fields {
		if sent, ok := echoed(action, f, in); ok {
			answer[f.Name] = sent
			continue
		}
		kind := ahead{program.KindOf(f.Type), !f.Type.Nullable}
		if alike[kind] == nil {
			alike[kind] = &eval.Unknown{Origins: after, Kind: kind.kind, NotNull: kind.notNull}
		}
		answer[f.Name] = alike[kind]
	}
	if len(answer) == 0 {
		return &eval.Unknown{Origins: after}
	}
	return answer
}

// ahead is what is known of a field before it is there.
type ahead struct {
	kind    eval.Kind
	notNull bool
}

// changed is a record with what a step sets. What Intercom makes of a field
// that it shows in another form, and the time of the change, are not known.
func changed(record eval.Object, action *steps.Action, in eval.Object, addr string) eval.Value {
	after := &eval.Unknown{Origins: []string{addr}}
	record["updated_at"] = after
	for _, f := range action.Inputs {
		sent, given := in[f.Name]
		path, shown := f.Shown()
		if !given || !shown || f.In != steps.Body {
			continue
		}
		members, open := openObject(f, sent)
		switch name, _, deeper := cutPath(path); {
		case open:
			old, _ := openObject(f, record[name])
			merged := maps.Clone(old)
			if merged == nil {
				merged = eval.Object{}
			}
			maps.Copy(merged, members)
			record[name] = merged
		case deeper:
			record[name] = after
		default:
			record[name] = sent
		}
	}
	return record
}

// echoed finds the input that Intercom answers with as the field f.
func echoed(action *steps.Action, f steps.Field, in eval.Object) (eval.Value, bool) {
	for _, input := range action.Inputs {
		if input.WireName() != f.Name || input.In != steps.Body || input.Type.Kind != f.Type.Kind || f.Type.Kind == steps.Object {
			continue
		}
		sent, ok := in[input.Name]
		return sent, ok
	}
	return nil, false
}

// countChange adds a write that was made, or is planned, to the result. One
// that is in doubt is a possible one.
func (w *walk) countChange(s *program.Step, at *place, out outcome) {
	if out.status != Done && out.status != InDoubt {
		return
	}
	if at.memory != nil && out.effect != steps.Read {
		at.memory.changed = true
		if w.planning {
			at.memory.writes(s.Index)
		}
	}
	w.record(func(r *Result) {
		total, own := &r.Changes, &r.Steps[s.Index].Changes
		for _, c := range []*Changes{total, own} {
			if at.possible != nil || out.status == InDoubt {
				c.Possible.add(out.effect, 1)
			} else {
				c.Certain.add(out.effect, 1)
			}
		}
	})
}

// origins merges the names of steps that something waits for.
func origins(lists ...[]string) []string {
	all := slices.Concat(lists...)
	slices.SortFunc(all, strings.Compare)
	return slices.Compact(all)
}
