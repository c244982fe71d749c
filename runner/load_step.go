package runner

import (
	"fmt"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/steps"
)

// steps compiles steps in order. Each one that has an id is visible to those
// behind it.
func (l *loader) steps(sources []*workflow.Step) []*step {
	compiled := make([]*step, 0, len(sources))
	for _, source := range sources {
		compiled = append(compiled, l.step(source))
	}
	return compiled
}

// step compiles one step. A plain group adds no scope: the ids in it stay
// visible.
func (l *loader) step(source *workflow.Step) *step {
	s := &step{index: len(l.program.all), source: source, depth: l.depth, outer: l.current}
	l.program.all = append(l.program.all, s)
	defer l.enter(s)()
	l.identify(s)
	l.settings(s)
	l.depth++
	if source.ForEach != nil {
		l.loop(s)
	} else {
		s.cond = l.condition(source.If)
		l.body(s)
	}
	l.depth--
	l.secrets.step(s)
	if source.Action == nil {
		l.after(s)
	}
	if s.id != "" {
		l.see(s, l.stepType(s))
	}
	return s
}

// enter notes where the loader stands, until leave is called.
func (l *loader) enter(s *step) (leave func()) {
	l.current = s
	return func() { l.current = s.outer }
}

// body compiles what a step does, once or for each item.
func (l *loader) body(s *step) {
	if s.source.Action == nil {
		s.steps = l.steps(s.source.Steps)
		return
	}
	l.action(s)
	l.after(s)
}

// see makes a step visible to what follows.
func (l *loader) see(s *step, t *eval.Type) {
	l.ids[s.id] = s
	l.scope.addStep(s.id, t)
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

// after compiles what is looked at when the step has run. It can see the step
// itself: in a loop over an action, the answer for the item at hand.
func (l *loader) after(s *step) {
	if s.id != "" {
		self := *s
		if s.action != nil {
			self.loop = nil
		}
		l.see(s, l.stepType(&self))
	}
	for _, n := range s.source.Assert {
		if c := l.condition(n); c != nil {
			s.assert = append(s.assert, c)
		}
	}
	if u := s.source.Until; u != nil {
		l.until(s, u)
	}
}

func (l *loader) until(s *step, u *workflow.Until) {
	if s.action == nil {
		return // the file cannot have it, and that is reported
	}
	given, _ := s.with.sample().(map[string]any)
	if s.action.EffectOf(given) != steps.Read {
		l.problem(u.Node, "until repeats a read, and "+s.action.Name+" writes", "put until on a step that reads, behind this one")
	}
	if c := l.condition(u.Condition); c != nil {
		s.until = &until{c, u}
	}
}
