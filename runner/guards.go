package runner

import (
	"cmp"
	"errors"
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
		return fmt.Sprintf("%s is %s, and this comes to %s", GuardFlag(b.Guard), b.Limit, b.Found)
	}
	return fmt.Sprintf("%s:%d: %s is %s, and this comes to %s", b.File, b.Line, b.Guard, b.Limit, b.Found)
}

// GuardFlag is a guard as the command line has it: --max-deletes.
func GuardFlag(name string) string { return "--" + strings.ReplaceAll(name, "_", "-") }

// guardKind is what a limit can be set on.
type guardKind struct {
	name, noun string
	effects    []steps.Effect // the writes that count
}

var guardKinds = []guardKind{
	{"max_changes", "changes", []steps.Effect{steps.Create, steps.Update, steps.Archive, steps.Delete, steps.Send}},
	{"max_creates", "creates", []steps.Effect{steps.Create}},
	{"max_updates", "updates", []steps.Effect{steps.Update}},
	{"max_archives", "archives", []steps.Effect{steps.Archive}},
	{"max_deletes", "deletes", []steps.Effect{steps.Delete}},
	{"max_sends", "sends", []steps.Effect{steps.Send}},
	{maxPercent, "changes", nil},
}

const maxPercent = "max_change_percent" // of the items of each loop

// Guards names the guards there are.
func Guards() []string {
	names := make([]string, len(guardKinds))
	for i, kind := range guardKinds {
		names[i] = kind.name
	}
	return names
}

// guard is a limit that is set.
type guard struct {
	guardKind
	text string  // as it was written
	most float64 // writes, or percent
	line int     // in the file; 0 where it does not stand there
}

// guardsOf are the limits that a file sets.
func guardsOf(g workflow.Guards) []guard {
	limits := []*workflow.Limit{g.MaxChanges, g.MaxCreates, g.MaxUpdates, g.MaxArchives, g.MaxDeletes, g.MaxSends, g.MaxChangePercent}
	var set []guard
	for i, limit := range limits {
		switch {
		case limit == nil:
		case limit.Of100:
			set = append(set, guard{guardKinds[i], limit.Node.Text, limit.Percent, limit.Node.Pos.Line})
		default:
			set = append(set, guard{guardKinds[i], limit.Node.Text, float64(limit.Count), limit.Node.Pos.Line})
		}
	}
	return set
}

// Guard sets a limit besides those of the file: a whole number or, for
// max_change_percent, a percentage. Of two limits on one thing the stricter one
// holds.
func (p *Program) Guard(name, text string) error {
	kind := guardKinds[slices.IndexFunc(guardKinds, func(k guardKind) bool { return k.name == name })]
	most, err := limitOf(kind, text)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(p.guards, func(g guard) bool { return g.name == name })
	switch {
	case i < 0:
		p.guards = append(p.guards, guard{kind, text, most, 0})
	case most < p.guards[i].most:
		p.guards[i] = guard{kind, text, most, 0}
	}
	return nil
}

func limitOf(kind guardKind, text string) (float64, error) {
	if kind.name != maxPercent {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return 0, fmt.Errorf("%s is a whole number, not %q", GuardFlag(kind.name), text)
		}
		return float64(n), nil
	}
	percent, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
	if err != nil || !(percent >= 0 && percent <= 100) {
		return 0, fmt.Errorf("%s is from 0%% to 100%%, not %q", GuardFlag(kind.name), text)
	}
	return percent, nil
}

// ownGuards are the limits that the file does not set, as text by name.
func (p *Program) ownGuards() map[string]string {
	own := map[string]string{}
	for _, g := range p.guards {
		if g.line == 0 {
			own[g.name] = g.text
		}
	}
	return own
}

// guardAgain sets limits that an earlier process was given.
func (p *Program) guardAgain(own map[string]string) (err error) {
	for name, text := range own {
		if !slices.Contains(Guards(), name) {
			return fmt.Errorf("there is no guard %q", name)
		}
		err = errors.Join(err, p.Guard(name, text))
	}
	return err
}

// Guarded reports whether a guard is set.
func (p *Program) Guarded() bool { return len(p.guards) > 0 }

// Breaches are the guards that a plan goes beyond. What is possible counts as
// if it were certain, and a loop whose items nobody can know yet goes beyond
// every guard on what it might do.
func (p *Program) Breaches(plan *Result) []Breach {
	var all []Breach
	for _, g := range p.guards {
		if g.name == maxPercent {
			all = append(all, p.percentBreaches(g, plan)...)
			continue
		}
		certain, most, bounded := g.count(p, plan)
		if !bounded || float64(most) > g.most {
			all = append(all, p.breach(g, certain, most, bounded))
		}
	}
	return all
}

// percentBreaches are the loops that change too large a part of their items.
func (p *Program) percentBreaches(g guard, plan *Result) []Breach {
	var all []Breach
	for _, s := range plan.Steps {
		if s.Read >= minPercentItems && float64(s.Changed)*100 > g.most*float64(s.Read) {
			b := p.breach(g, s.Changed, s.Changed, true)
			b.Found = fmt.Sprintf("%d of %d items of %s", s.Changed, s.Read, s.Label)
			all = append(all, b)
		}
	}
	return all
}

func (p *Program) breach(g guard, certain, most int64, bounded bool) Breach {
	b := Breach{Guard: g.name, Limit: g.text, Found: fmt.Sprint(most), Ack: fmt.Sprintf("%s=%d", g.noun, most), Most: most}
	if g.line > 0 {
		b.File, b.Line = p.File(), g.line
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
	for _, effect := range guardKinds[0].effects {
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
		if g.name == maxPercent {
			continue
		}
		count := int64(0)
		for _, each := range g.effects {
			count += w.sent.Of(each)
		}
		ack := w.opt.Acknowledged[g.name]
		if count <= max(int64(g.most), ack) {
			continue
		}
		b := w.program.breach(g, count, count, true)
		if ack > 0 {
			b.Limit += fmt.Sprintf(", acknowledged up to %d", ack)
		}
		breach = &b
	}
	return breach
}
