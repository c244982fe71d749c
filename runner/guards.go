package runner

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/steps"
)

// minPercentItems is how many items a loop must have read for
// max_change_percent to mean anything.
const minPercentItems = 10

// Breach is a guard that a plan goes beyond, or that a run was about to.
type Breach struct {
	Guard string `json:"guard"` // max_deletes
	Limit string `json:"limit"` // as the file has it
	Found string `json:"found"` // what the plan comes to: 104, or 12 to 340
	Ack   string `json:"ack"`   // the acknowledgement that names exactly this: deletes=104
	Most  int64  `json:"-"`     // the number in it
	File  string `json:"file"`
	Line  int    `json:"line"`
}

// Error says what the guard is, where it stands and what was found.
func (b Breach) Error() string {
	return fmt.Sprintf("%s:%d: %s is %s, and this comes to %s", b.File, b.Line, b.Guard, b.Limit, b.Found)
}

// guard is a limit on the number of writes with certain effects.
type guard struct {
	name, noun string
	limit      *workflow.Limit
	effects    []steps.Effect
}

var writes = []steps.Effect{steps.Create, steps.Update, steps.Archive, steps.Delete, steps.Send}

// guardsOf are the limits that a file sets on numbers of writes.
func guardsOf(g workflow.Guards) []guard {
	all := []guard{
		{"max_changes", "changes", g.MaxChanges, writes},
		{"max_creates", "creates", g.MaxCreates, []steps.Effect{steps.Create}},
		{"max_updates", "updates", g.MaxUpdates, []steps.Effect{steps.Update}},
		{"max_archives", "archives", g.MaxArchives, []steps.Effect{steps.Archive}},
		{"max_deletes", "deletes", g.MaxDeletes, []steps.Effect{steps.Delete}},
		{"max_sends", "sends", g.MaxSends, []steps.Effect{steps.Send}},
	}
	set := all[:0]
	for _, each := range all {
		if each.limit != nil {
			set = append(set, each)
		}
	}
	return set
}

// Guarded reports whether the file sets a guard.
func (p *Program) Guarded() bool {
	return len(p.guards) > 0 || p.file.Guards.MaxChangePercent != nil
}

// Breaches are the guards that a plan goes beyond. What is possible counts as
// if it were certain, and a loop whose items nobody can know yet goes beyond
// every guard on what it might do.
func (p *Program) Breaches(plan *Result) []Breach {
	var all []Breach
	for _, g := range p.guards {
		certain, most, bounded := g.count(p, plan)
		if bounded && most <= g.limit.Count {
			continue
		}
		all = append(all, p.breach(g.name, g.noun, g.limit, certain, most, bounded))
	}
	limit := p.file.Guards.MaxChangePercent
	if limit == nil {
		return all
	}
	for _, s := range plan.Steps {
		if s.Read >= minPercentItems && float64(s.Changed)*100 > limit.Percent*float64(s.Read) {
			b := p.breach("max_change_percent", "changes", limit, s.Changed, s.Changed, true)
			b.Found = fmt.Sprintf("%d of %d items of %s", s.Changed, s.Read, s.Label)
			all = append(all, b)
		}
	}
	return all
}

func (p *Program) breach(name, noun string, limit *workflow.Limit, certain, most int64, bounded bool) Breach {
	b := Breach{
		Guard: name, Limit: limit.Node.Text, Found: fmt.Sprint(most), Ack: fmt.Sprintf("%s=%d", noun, most), Most: most,
		File: p.File(), Line: limit.Node.Pos.Line,
	}
	switch {
	case !bounded:
		b.Found, b.Ack = fmt.Sprintf("%d or more", certain), ""
	case certain != most:
		b.Found = fmt.Sprintf("%d to %d", certain, most)
	}
	return b
}

// count is how many writes a plan foresees that the guard counts: those that
// are certain, and at most. It is not bounded where a loop over items that are
// not known yet might make some.
func (g guard) count(p *Program, plan *Result) (certain, most int64, bounded bool) {
	for _, effect := range g.effects {
		certain += plan.Changes.Certain.Of(effect)
		most += plan.Changes.Certain.Of(effect) + plan.Changes.Possible.Of(effect)
	}
	for i, s := range plan.Steps {
		if s.After != nil && p.all[i].mayDo(g.effects) {
			return certain, most, false
		}
	}
	return certain, most, true
}

// mayDo reports whether a step, or one inside it, has one of the effects.
func (s *step) mayDo(effects []steps.Effect) bool {
	for _, effect := range effects {
		given, _ := s.with.sample().(map[string]any)
		if s.action != nil && s.action.EffectOf(given) == effect {
			return true
		}
	}
	for _, inner := range s.steps {
		if inner.mayDo(effects) {
			return true
		}
	}
	return false
}

// Acknowledged reads acknowledgements such as deletes=104, and gives the number
// by the name of the guard. The error says what cannot be acknowledged.
func (p *Program) Acknowledged(texts []string) (map[string]int64, error) {
	all := map[string]int64{}
	for _, text := range texts {
		noun, number, _ := strings.Cut(text, "=")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("%q is no acknowledgement; write what and how many, such as deletes=104", text)
		}
		at := slices.IndexFunc(p.guards, func(g guard) bool { return g.noun == noun })
		if at < 0 {
			return nil, fmt.Errorf("%s sets no limit on %s, so that there is nothing to acknowledge", p.File(), noun)
		}
		all[p.guards[at].name] = n
	}
	return all, nil
}

// sentBefore counts the writes of earlier stretches of the run, by what its
// journal says: those that were applied, and those of which nobody knows.
func (r *Run) sentBefore(p *Program) (ByEffect, error) {
	if r == nil || r.past == nil || len(p.guards) == 0 {
		return ByEffect{}, nil
	}
	var so Result
	if err := recount(r.Dir, &so, stepResults(p, &so)); err != nil {
		return ByEffect{}, err
	}
	sent := so.Changes.Certain
	for _, effect := range writes {
		sent.add(effect, so.Changes.Possible.Of(effect))
	}
	return sent, nil
}

// permit counts a write that is about to be sent. It refuses the one that
// would go beyond a guard, whatever the plan said. What was acknowledged holds
// up to its number. A write that cannot be sent as it is fails instead: no plan
// has counted it.
func (w *walk) permit(s *step, at *place, in eval.Object, effect steps.Effect) (failed *outcome, permitted bool) {
	if len(w.program.guards) == 0 {
		return nil, true
	}
	if problems := s.action.Check(ready(in)); len(problems) > 0 {
		err := &codedError{code: "input", message: problems[0].Error()}
		return &outcome{status: Failed, effect: effect, failure: w.failure(at, s.source.Action, err)}, false
	}
	w.record(func(r *Result) {
		w.sent.add(effect, 1)
		r.Guard = cmp.Or(w.breached(), r.Guard)
		permitted = r.Guard == nil
	})
	return nil, permitted
}

// breached gives a guard that the writes so far go beyond.
func (w *walk) breached() (breach *Breach) {
	for _, g := range w.program.guards {
		count := int64(0)
		for _, each := range g.effects {
			count += w.sent.Of(each)
		}
		ack := w.opt.Acknowledged[g.name]
		if count <= max(g.limit.Count, ack) {
			continue
		}
		b := w.program.breach(g.name, g.noun, g.limit, count, count, true)
		if ack > 0 {
			b.Limit += fmt.Sprintf(", acknowledged up to %d", ack)
		}
		breach = &b
	}
	return breach
}
