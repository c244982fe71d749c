package runner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/steps"
)

// steps compiles steps in order. Each one that has an id is visible to those
// behind it.
func (l *loader) steps(sources []*workflow.Step, see *view) []*step {
	var compiled []*step
	for _, source := range sources {
		s := l.step(source, see)
		compiled = append(compiled, s)
		if s.id != "" {
			see.add(s)
		}
	}
	return compiled
}

// add makes a step visible.
func (v *view) add(s *step) {
	v.env = v.env.Field([]string{"steps", s.id}, s.typ())
	v.steps[s.id] = s
}

// inside is what the body of a loop can see: all that is visible here, and
// what is added there without its being seen here.
func (v *view) inside() view { return view{env: v.env, steps: maps.Clone(v.steps)} }

// step compiles one step. A plain group adds no scope: its ids stay visible.
func (l *loader) step(source *workflow.Step, see *view) *step {
	s := &step{index: len(l.program.all), source: source, depth: l.depth}
	l.program.all = append(l.program.all, s)
	l.identify(s)
	s.cond = l.condition(source.If, *see)
	l.settings(s)
	l.depth++
	defer func() { l.depth-- }()

	body := *see
	if source.ForEach != nil {
		body = see.inside()
		l.loop(s, &body)
	}
	if source.Action != nil {
		l.action(s, body)
	} else {
		inner := body
		s.steps = l.steps(source.Steps, &inner)
		if s.loop == nil {
			see.env, body = inner.env, inner
		}
	}
	l.after(s, *see, body)
	return s
}

// identify gives the step its id and the label that messages call it by.
func (l *loader) identify(s *step) {
	name := "group"
	switch {
	case s.source.ID != nil:
		s.id = s.source.ID.Text
		l.id(s.source.ID)
		name = s.id
	case s.source.Action != nil:
		name = s.source.Action.Text
	case s.source.ForEach != nil:
		name = "for_each"
	}
	if l.labels[name]++; l.labels[name] > 1 {
		name = fmt.Sprintf("%s#%d", name, l.labels[name])
	}
	s.label = name
}

// settings takes over what the step and the file's defaults say.
func (l *loader) settings(s *step) {
	defaults := l.program.file.Defaults
	if retry := first(s.source.Retry, defaults.Retry); retry != nil {
		s.retry = intercom.Retry{MaxAttempts: retry.MaxAttempts, Backoff: retry.Backoff, MinInterval: retry.MinInterval, MaxInterval: retry.MaxInterval}
	}
	if timeout := first(s.source.Timeout, defaults.Timeout); timeout != nil {
		s.retry.Timeout = timeout.Value
	}
	s.goesOn = textOf(first(s.source.OnError, defaults.OnError)) == "continue"
}

func first[T any](own, shared *T) *T {
	if own != nil {
		return own
	}
	return shared
}

// action looks the action up and checks its inputs.
func (l *loader) action(s *step, see view) {
	if s.action = l.find(s.source.Action); s.action == nil {
		return
	}
	s.with = l.with(s.action, s.source.Action, s.source.With, see)
	l.grant(s)
}

func (l *loader) find(key *workflow.Node) *steps.Action {
	if action := steps.Find(key.Text); action != nil {
		return action
	}
	hint := `"flowrun actions list" shows them`
	if near := workflow.Nearest(key.Text, steps.Names()); near != "" {
		hint = fmt.Sprintf("did you mean %s?", near)
	}
	l.problem(key, fmt.Sprintf("there is no action %q", key.Text), hint)
	return nil
}

// with compiles the inputs of an action and holds them against the catalogue.
func (l *loader) with(action *steps.Action, key, with *workflow.Node, see view) *value {
	v := &value{node: key, kind: workflow.Map}
	if with != nil {
		before := len(l.problems)
		v = l.value(with, see, steps.Type{Kind: steps.Object, Fields: action.Inputs, Open: true})
		if len(l.problems) > before {
			l.checkNames(action, with)
			return v
		}
	}
	for _, f := range action.Inputs {
		l.checkTemplate(f, v.field(f.Name))
	}
	given, _ := v.sample().(map[string]any)
	for _, problem := range action.Check(given) {
		l.inputProblem(problem, key, with)
	}
	return v
}

// checkNames reports unknown inputs where the values are already known to be
// wrong.
func (l *loader) checkNames(action *steps.Action, with *workflow.Node) {
	for _, field := range with.Fields {
		if _, ok := action.Input(field.Key.Text); !ok {
			l.inputProblem(&steps.InputError{Action: action.Name, Input: field.Key.Text, Problem: "is not an input"}, field.Key, with)
		}
	}
}

// checkTemplate reports a template whose type can never be what the input
// takes, and marks the one whose holes are segments of a path.
func (l *loader) checkTemplate(f steps.Field, v *value) {
	if v == nil || v.template == nil {
		return
	}
	v.segments = f.Segments
	gives := v.typ()
	if gives == nil || v.segments || fits(gives.Kind, kinds[f.Type.Kind]) {
		return
	}
	hint := ""
	if f.Type.Kind != steps.String && gives.Kind == eval.KindString {
		hint = "a template with text around it gives a string; int(...) or float(...) turns text into a number"
	}
	l.problem(v.node, fmt.Sprintf("%s must be %s, and this gives %s", f.Name, f.Type, kindWord[gives.Kind]), hint)
}

var kindWord = map[eval.Kind]string{
	eval.KindBool: "a boolean", eval.KindInt: "an integer", eval.KindNumber: "a number",
	eval.KindString: "a string", eval.KindList: "a list", eval.KindObject: "an object",
}

// fits reports whether a value of one kind may turn out to be of the other.
func fits(gives, wants eval.Kind) bool {
	number := gives == eval.KindInt || gives == eval.KindNumber
	switch wants {
	case eval.KindAny, gives:
		return true
	case eval.KindString:
		return gives == eval.KindAny || gives == eval.KindInt
	case eval.KindInt, eval.KindNumber:
		return gives == eval.KindAny || number
	}
	return gives == eval.KindAny
}

// inputProblem reports a problem of the catalogue at the input it is about.
func (l *loader) inputProblem(problem *steps.InputError, key, with *workflow.Node) {
	if with == nil {
		with = &workflow.Node{}
	}
	for _, field := range with.Fields {
		if field.Key.Text != problem.Input {
			continue
		}
		at, hint := field.Value, ""
		action := steps.Find(problem.Action)
		if _, known := action.Input(problem.Input); !known {
			at = field.Key
			if near := workflow.Nearest(problem.Input, inputNames(action)); near != "" {
				hint = fmt.Sprintf("did you mean %s?", near)
			}
		}
		l.problem(at, problem.Error(), hint)
		return
	}
	l.problem(key, problem.Error(), fmt.Sprintf(`"flowrun actions show %s" shows the inputs`, problem.Action))
}

func inputNames(action *steps.Action) []string {
	names := make([]string, len(action.Inputs))
	for i, f := range action.Inputs {
		names[i] = f.Name
	}
	return names
}

// grant holds the step's effect against the file's allow.
func (l *loader) grant(s *step) {
	given, _ := s.with.sample().(map[string]any)
	effect := s.action.EffectOf(given)
	if effect != steps.Delete && effect != steps.Send {
		return
	}
	granted := slices.ContainsFunc(l.program.file.Allow, func(n *workflow.Node) bool { return n.Text == effect.String() })
	if !granted {
		l.problem(s.source.Action, grantMessage(effect, s.action.Name), fmt.Sprintf("add to the file: allow: [%s]", strings.Join(l.grants(effect), ", ")))
	}
}

func (l *loader) grants(effect steps.Effect) []string {
	var names []string
	for _, n := range l.program.file.Allow {
		names = append(names, n.Text)
	}
	return append(names, effect.String())
}

func grantMessage(effect steps.Effect, action string) string {
	if effect == steps.Send {
		return action + " reaches customers, and the file does not allow that"
	}
	return action + " deletes for good, and the file does not allow that"
}

// after compiles what is looked at when the step has run: it can see the step
// itself. The last view is that of the body, which sees a loop's item.
func (l *loader) after(s *step, see, body view) {
	at := body
	if s.loop != nil && s.action == nil {
		at = see
	}
	if s.id != "" {
		at = at.inside()
		self := *s
		if s.action != nil {
			self.loop = nil // each instance looks at its own answer
		}
		at.env = at.env.Field([]string{"steps", s.id}, self.typ())
		at.steps[s.id] = s
	}
	for _, n := range s.source.Assert {
		if c := l.condition(n, at); c != nil {
			s.assert = append(s.assert, c)
		}
	}
	if u := s.source.Until; u != nil && u.Condition != nil {
		if c := l.condition(u.Condition, at); c != nil {
			s.until = &until{c, u}
		}
		given, _ := s.with.sample().(map[string]any)
		if s.action != nil && s.action.EffectOf(given) != steps.Read {
			l.problem(u.Node, "until repeats a read; "+s.action.Name+" writes", "")
		}
	}
}
