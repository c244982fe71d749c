package runner

import (
	"cmp"
	"fmt"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
)

// minPercentItems is how many items a loop must have read for
// max_change_percent to mean anything.
const minPercentItems = 10

// Breach is a guard that a plan goes beyond, or that a run was about to.
type Breach struct {
	Guard string `json:"guard"`          // max_deletes
	Limit string `json:"limit"`          // as it was written: 10, or 2%
	Found string `json:"found"`          // what the plan comes to: 104, or 12 to 340
	Ack   string `json:"ack"`            // the acknowledgement that names exactly this: deletes=104
	Most  int64  `json:"-"`              // the number in it
	File  string `json:"file,omitempty"` // empty for a limit that the file does not set
	Line  int    `json:"line,omitempty"`
}

// Error says what the guard is, where it stands and what was found.
func (b Breach) Error() string {
	if b.File == "" {
		return fmt.Sprintf("%s is %s, and this comes to %s", program.GuardFlag(b.Guard), b.Limit, b.Found)
	}
	return fmt.Sprintf("%s:%d: %s is %s, and this comes to %s", b.File, b.Line, b.Guard, b.Limit, b.Found)
}

// Breaches are the guards that a plan goes beyond. What is possible counts as
// if it were certain, and a loop whose items nobody can know yet goes beyond
// every guard on what it might do.
func (p *Program) Breaches(plan *Result) []Breach {
	var all []Breach
	for _, g := range p.Limits {
		if g.Percent() {
			all = append(all, percentBreaches(p, g, plan)...)
			continue
		}
		certain, most, bounded := foreseen(p, g, plan)
		if !bounded || float64(most) > g.Most {
			all = append(all, breachOf(p, g, certain, most, bounded))
		}
	}
	return all
}

// percentBreaches are the loops that change too large a part of their items.
func percentBreaches(p *Program, g program.Guard, plan *Result) []Breach {
	var all []Breach
	for _, s := range plan.Steps {
		if s.Read >= minPercentItems && float64(s.Changed)*100 > g.Most*float64(s.Read) {
			b := breachOf(p, g, s.Changed, s.Changed, true)
			b.Found = fmt.Sprintf("%d of %d items of %s", s.Changed, s.Read, s.Label)
			all = append(all, b)
		}
	}
	return all
}

func breachOf(p *Program, g program.Guard, certain, most int64, bounded bool) Breach {
	b := Breach{Guard: g.Name, Limit: g.Text, Found: fmt.Sprint(most), Ack: fmt.Sprintf("%s=%d", g.Noun, most), Most: most}
	if g.Line > 0 {
		b.File, b.Line = p.File(), g.Line
	}
	switch {
	case !bounded:
		b.Found, b.Ack = fmt.Sprintf("%d or more", certain), ""
	case certain != most:
		b.Found = fmt.Sprintf("%d to %d", certain, most)
	}
	return b
}

// foreseen is how many writes a plan foresees that a guard counts: those that
// are certain, and at most. It is not bounded where a loop over items that are
// not known yet might make some.
func foreseen(p *Program, g program.Guard, plan *Result) (certain, most int64, bounded bool) {
	for _, effect := range g.Effects {
		certain += plan.Changes.Certain.Of(effect)
		most += plan.Changes.Certain.Of(effect) + plan.Changes.Possible.Of(effect)
	}
	for i, s := range plan.Steps {
		if s.After != nil && p.All[i].MayDo(g.Effects) {
			return certain, most, false
		}
	}
	return certain, most, true
}

// sentBefore counts the writes of earlier stretches of the run, by what its
// journal says: those that were applied, and those of which nobody knows.
func (r *Run) sentBefore(p *Program) (ByEffect, error) {
	if r == nil || r.past == nil || len(p.Limits) == 0 {
		return ByEffect{}, nil
	}
	var so Result
	if err := recount(r.Dir, &so, stepResults(p, &so)); err != nil {
		return ByEffect{}, err
	}
	sent := so.Changes.Certain
	for _, effect := range steps.Writes() {
		sent.add(effect, so.Changes.Possible.Of(effect))
	}
	return sent, nil
}

// permit counts a write that is about to be sent. It refuses the one that
// would go beyond a guard, whatever the plan said. What was acknowledged holds
// up to its number. A write that cannot be sent as it is fails instead: no plan
// has counted it.
func (w *walk) permit(s *program.Step, at *place, in eval.Object, effect steps.Effect) (failed *outcome, permitted bool) {
	if len(w.program.Limits) == 0 {
		return nil, true
	}
	if problems := s.Action.Check(ready(in)); len(problems) > 0 {
		err := &codedError{code: "input", message: problems[0].Error()}
		return &outcome{status: Failed, effect: effect, failure: w.failure(at, s.Source.Action, err)}, false
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
	for _, g := range w.program.Limits {
		if g.Percent() {
			continue
		}
		count := int64(0)
		for _, each := range g.Effects {
			count += w.sent.Of(each)
		}
		ack := w.opt.Acknowledged[g.Name]
		if count <= max(int64(g.Most), ack) {
			continue
		}
		b := breachOf(w.program, g, count, count, true)
		if ack > 0 {
			b.Limit += fmt.Sprintf(", acknowledged up to %d", ack)
		}
		breach = &b
	}
	return breach
}
