package program

import (
	"fmt"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/steps"
)

// steps compiles steps in order. Each one that has an id is visible to those
// behind it.
func (l *loader) steps(sources []*workflow.Step) []*Step {
	compiled := make([]*Step, 0, len(sources))
	for _, source := range sources {
		compiled = append(compiled, l.step(source))
	}
	return compiled
}

// step compiles one step. A plain group adds no scope: the ids in it stay
// visible.
func (l *loader) step(source *workflow.Step) *Step {
	s := &Step{Index: len(l.program.All), Source: source, Depth: l.depth, Outer: l.current}
	l.program.All = append(l.program.All, s)
	defer l.enter(s)()
	l.identify(s)
	l.settings(s)
	l.depth++
	if source.ForEach != nil {
		l.loop(s)
	} else {
		s.Cond = l.condition(source.If)
		l.body(s)
	}
	l.depth--
	l.secrets.step(s)
	if source.Action == nil {
		l.after(s)
	}
	if s.ID != "" {
		l.see(s, l.stepType(s))
	}
	return s
}

// enter notes where the loader stands, until leave is called.
func (l *loader) enter(s *Step) (leave func()) {
	l.current = s
	return func() { l.current = s.Outer }
}

// body compiles what a step does, once or for each item.
func (l *loader) body(s *Step) {
	if s.Source.Action == nil {
		s.Steps = l.steps(s.Source.Steps)
		return
	}
	l.action(s)
	l.after(s)
}

// see makes a step visible to what follows.
func (l *loader) see(s *Step, t *eval.Type) {
	l.ids[s.ID] = s
	l.scope.addStep(s.ID, t)
}

// identify gives the step its id and the label that messages call it by.
func (l *loader) identify(s *Step) {
	name := "group"
	switch {
	case s.Source.ID != nil:
		s.ID = s.Source.ID.Text
		l.id(s.Source.ID)
		name = s.ID
	case s.Source.Action != nil:
		name = s.Source.Action.Text
	case s.Source.ForEach != nil:
		name = "for_each"
	}
	if l.labels[name]++; l.labels[name] > 1 {
		name = fmt.Sprintf("%s#%d", name, l.labels[name])
	}
	s.Label = name
}

// settings takes over what the step and the file's defaults say.
func (l *loader) settings(s *Step) {
	defaults := l.program.Source.Defaults
	if retry := first(s.Source.Retry, defaults.Retry); retry != nil {
		s.Retry = intercom.Retry{MaxAttempts: retry.MaxAttempts, Backoff: retry.Backoff, MinInterval: retry.MinInterval, MaxInterval: retry.MaxInterval}
	}
	if timeout := first(s.Source.Timeout, defaults.Timeout); timeout != nil {
		s.Retry.Timeout = timeout.Value
	}
	s.GoesOn = textOf(first(s.Source.OnError, defaults.OnError)) == "continue"
}

func first[T any](own, shared *T) *T {
	if own != nil {
		return own
	}
	return shared
}

// after compiles what is looked at when the step has run. It can see the step
// itself: in a loop over an action, the answer for the item at hand.
func (l *loader) after(s *Step) {
	if s.ID != "" {
		self := *s
		if s.Action != nil {
			self.Loop = nil
		}
		l.see(s, l.stepType(&self))
	}
	for _, n := range s.Source.Assert {
		if c := l.condition(n); c != nil {
			s.Assert = append(s.Assert, c)
		}
	}
	if u := s.Source.Until; u != nil {
		l.until(s, u)
	}
}

func (l *loader) until(s *Step, u *workflow.Until) {
	if s.Action == nil {
		return // the file cannot have it, and that is reported
	}
	given, _ := s.With.sample().(map[string]any)
	if s.Action.EffectOf(given) != steps.Read {
		l.problem(u.Node, "until repeats a read, and "+s.Action.Name+" writes", "put until on a step that reads, behind this one")
	}
	if c := l.condition(u.Condition); c != nil {
		s.Until = &Until{c, u}
	}
}
