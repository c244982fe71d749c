package runner

import (
	"errors"
	"slices"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
)

// memory is what the steps of one row have come to so far, by address. A row
// that is run again finds there what it must not repeat.
type memory struct {
	ended map[string]remembered
	last  bool // there is no pass after this one

	changed bool         // the row has written something, or in a plan would
	wrote   map[int]bool // the places in the file of the steps that did; loops inside the row included
	once    bool         // the row has done what must not be done twice; loops inside the row included
	outer   *memory      // of the row around the loop; nil in an outermost one

	doubt   *doubt // that the row was put off for; nil without one
	counted string // address of the instance that the row was put off for, if the guards count it
}

// remembered is the end of a step, and its value in the name "steps".
type remembered struct {
	end   ending
	value eval.Value
}

// writes notes that a step of the row has written something.
func (m *memory) writes(index int) {
	if m.wrote == nil {
		m.wrote = map[int]bool{}
	}
	m.wrote[index] = true
}

// add takes over what the rows of a loop inside the row have written.
func (m *memory) add(inner *memory) {
	if m == nil {
		return
	}
	m.changed = m.changed || inner.changed
	m.once = m.once || inner.once
	for index := range inner.wrote {
		m.writes(index)
	}
}

// does notes that a step of the row has done what must not be done twice, if it
// has.
func (m *memory) does(status Status, once bool) {
	if m != nil && status == Done && once {
		m.once = true
	}
}

// mayDoOnce reports whether a step, or one inside it, may do what must not be
// done twice.
func mayDoOnce(s *program.Step) bool {
	if s.Action == nil {
		return slices.ContainsFunc(s.Steps, mayDoOnce)
	}
	return s.Action.Retry == steps.Once
}

// wroteBy reports whether a step of the row has written something, or one of
// the rows around it.
func (m *memory) wroteBy(index int) bool {
	for ; m != nil; m = m.outer {
		if m.wrote[index] {
			return true
		}
	}
	return false
}

// begun reports whether a step of the row has ended in an earlier pass, or has
// sent what may have been applied.
func (m *memory) begun() bool { return m != nil && (len(m.ended) > 0 || m.doubt != nil) }

// recall makes a step visible again that ended in an earlier pass.
func (p *place) recall(s *program.Step, outer *place) (ending, bool) {
	if p.memory == nil {
		return ending{}, false
	}
	before, ok := p.memory.ended[p.addr()]
	if ok && s.ID != "" {
		outer.steps[s.ID] = before.value
	}
	return before.end, ok
}

// remember keeps how a step ended.
func (p *place) remember(s *program.Step, outer *place, end ending) {
	if p.memory == nil || p.memory.last || end.deferred {
		return
	}
	if p.memory.ended == nil {
		p.memory.ended = map[string]remembered{}
	}
	p.memory.ended[p.addr()] = remembered{end, outer.steps[s.ID]}
}

// doubtAt gives the doubt that a row was put off for, if it is one of the
// instance with that address.
func (m *memory) doubtAt(addr string) *doubt {
	if m == nil || m.doubt == nil || m.doubt.at.addr() != addr {
		return nil
	}
	return m.doubt
}

// hasCounted reports whether the row was put off for the instance with that
// address, and the guards count it.
func (m *memory) hasCounted(addr string) bool { return m != nil && m.counted == addr }

// canWait reports whether the row can be put off.
func (m *memory) canWait() bool { return m != nil && !m.last }

// defers reports whether a failure is put off: its row is run again, from this
// step on, when all other rows have been. What is in doubt is put off only
// where sending it again does no harm; for other doubts see [doubt].
func (w *walk) defers(s *program.Step, at *place, out outcome) bool {
	if w.planning || !at.memory.canWait() || out.failure == nil {
		return false
	}
	harmless := out.status == Failed || out.open != nil && out.open.takes || s.Action != nil && s.Action.Retry == steps.Repeatable
	return harmless && passing(out.failure.err)
}

// passing reports whether an error may be gone the next time: Intercom or the
// network failed, or refused what an earlier attempt may have done.
func passing(err error) bool {
	if _, door := errors.AsType[*intercom.WriteRefusedError](err); door {
		return false
	}
	_, unknown := errors.AsType[*intercom.UnknownError](err)
	refused, late := errors.AsType[*intercom.APIError](err)
	return unknown || isUnsent(err) || late && refused.Earlier != nil
}

// isUnsent reports whether a call did not go out.
func isUnsent(err error) bool {
	_, ok := errors.AsType[*intercom.NotSentError](err)
	return ok
}
