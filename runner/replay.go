package runner

import (
	"strings"

	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
)

// Replay tells again what a run wrote, with the values from before and after
// where they are on record, and what failed or is in doubt. The events come in
// the order of the answers.
func (p *Past) Replay(on func(Event)) error {
	prog, err := p.Program()
	if err != nil {
		return err
	}
	all := func(string) bool { return true }
	err = eachDeed(p.Dir, all, func(d deed) error {
		if s := stepOf(prog, d.Addr); s != nil && d.Open == "" {
			on(Event{Ended: d.event(s)})
		}
		return nil
	})
	if err != nil {
		return err
	}
	left, err := p.Left()
	for _, l := range left {
		on(l.event(prog))
	}
	return err
}

// event is the end of the instance that made a write.
func (d deed) event(s *program.Step) *StepEnded {
	e := &StepEnded{Addr: d.Addr, Step: s.Label, Action: s.Action.Name, Status: Done}
	e.Effect, _ = steps.ParseEffect(d.Effect)
	if d.Image == nil {
		return e
	}
	for _, each := range d.Image.Fields {
		path, _ := fieldAt(s.Action, each)
		if member, hidden := strings.CutPrefix(path, "-"); hidden { // no record shows it
			path = each.Input + member
		}
		c := Change{Path: unescaped(path), Before: each.From, Absent: each.From == nil, After: each.To, Secret: each.Sealed != ""}
		if c.Secret {
			c.Before, c.After = nil, nil
		}
		e.Changes = append(e.Changes, c)
	}
	return e
}

// event is how the run told of what is not settled.
func (l *Left) event(prog *Program) Event {
	s, failure := stepOf(prog, l.Addr), l.Failure()
	if failure.File == "" {
		failure.File = prog.File()
	}
	if failure.Line == 0 && s != nil {
		failure.Line, failure.Column = s.Source.Action.Pos.Line, s.Source.Action.Pos.Column
	}
	switch {
	case l.told != nil && l.told.loose:
		return Event{Failed: failure}
	case l.told != nil && l.told.Step == "":
		return Event{Row: &RowEnded{Addr: l.Addr, Status: l.Status, Failure: failure}}
	}
	e := &StepEnded{Addr: l.Addr, Step: l.Step, Status: l.Status, Failure: failure}
	if s != nil {
		e.Action, e.Effect = s.Action.Name, s.Action.Effect
	}
	return Event{Ended: e}
}
