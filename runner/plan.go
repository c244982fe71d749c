package runner

import (
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/steps"
)

// planWrite foresees a write: it is checked as far as its inputs are known,
// told and counted. What it would answer is known in part.
func (w *walk) planWrite(s *step, at *place, in eval.Object, effect steps.Effect) ending {
	if problems := s.action.Check(ready(in)); len(problems) > 0 {
		return w.broken(s, at, s.source.Action, &codedError{code: "input", message: problems[0].Error()})
	}
	return w.end(s, at, outcome{status: Done, effect: effect, planned: in, data: answerOf(s.action, in, at.addr())})
}

// answerOf is what a write would answer, as far as it can be known: the fields
// that are sent come back, all else is unknown until the step has run.
func answerOf(action *steps.Action, in eval.Object, addr string) eval.Value {
	after := []string{addr}
	answer := eval.Object{}
	for _, f := range action.Output.Fields {
		unknown := &eval.Unknown{Origins: after, Kind: kinds[f.Type.Kind], NotNull: !f.Type.Nullable}
		answer[f.Name] = unknown
		if sent, ok := echoed(action, f, in); ok {
			answer[f.Name] = sent
		}
	}
	if len(answer) == 0 {
		return &eval.Unknown{Origins: after}
	}
	return answer
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
func (w *walk) countChange(s *step, at *place, out outcome) {
	if out.status != Done && out.status != InDoubt {
		return
	}
	total, own := &w.result.Changes.Certain, &w.result.Steps[s.index].Changes.Certain
	if at.possible != nil || out.status == InDoubt {
		total, own = &w.result.Changes.Possible, &w.result.Steps[s.index].Changes.Possible
	}
	total.add(out.effect, 1)
	own.add(out.effect, 1)
}

// origins merges the names of steps that something waits for.
func origins(lists ...[]string) []string {
	all := slices.Concat(lists...)
	slices.SortFunc(all, strings.Compare)
	return slices.Compact(all)
}
