package runner

import (
	"cmp"
	"context"
	"time"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
)

// The pauses of until where the file says nothing.
const (
	untilInterval = 2 * time.Second
	untilTimeout  = 2 * time.Minute
)

// repeat makes the call, and makes it again until the step's until holds. A
// plan tries once.
func (w *walk) repeat(ctx context.Context, s *program.Step, at *place, given map[string]any) outcome {
	if s.Until == nil {
		return w.call(ctx, s, at, given)
	}
	deadline := time.Now().Add(cmp.Or(s.Until.Source.Timeout, untilTimeout))
	for try := 1; ; try++ {
		out := w.call(ctx, s, at, given)
		if out.failure != nil {
			return out
		}
		w.keep(s, at, out)
		holds, unknown, err := s.Until.Expr.Cond(ctx, at.scope)
		if err != nil {
			return outcome{status: Failed, failure: w.failure(at, s.Until.Node, program.Placed(s.Until.Node, err))}
		}
		if holds || unknown != nil {
			return out
		}
		if w.planning {
			return w.unmet(s, at, out)
		}
		if err := w.pause(ctx, s, deadline); err != nil {
			return outcome{status: Failed, failure: w.failure(at, s.Until.Node, program.Placed(s.Until.Node, err))}
		}
		w.tellEvent(Event{Waiting: &StepWaits{Addr: at.addr(), Try: try}})
	}
}

// unmet is the outcome of an until that does not hold while planning. It may
// come true through a write that is planned before it; else it is a failure
// that can be foreseen.
func (w *walk) unmet(s *program.Step, at *place, out outcome) outcome {
	if after := w.writers(); after != nil {
		out.data = &eval.Unknown{Origins: after, NotNull: true}
		return out
	}
	err := &codedError{code: "until", message: "this does not hold, and nothing before it would change that: " + s.Until.Node.Text}
	return outcome{status: Failed, failure: w.failure(at, s.Until.Node, program.Placed(s.Until.Node, err))}
}

// writers are the steps that would have written something so far.
func (w *walk) writers() (labels []string) {
	w.record(func(r *Result) {
		for _, step := range r.Steps {
			if step.Changes.Any() {
				labels = append(labels, step.Label)
			}
		}
	})
	return labels
}

// pause waits before the next try of an until.
func (w *walk) pause(ctx context.Context, s *program.Step, deadline time.Time) error {
	interval := cmp.Or(s.Until.Source.Interval, untilInterval)
	if time.Now().Add(interval).After(deadline) {
		return &codedError{
			code:    "timeout",
			message: "this did not come true in " + cmp.Or(s.Until.Source.Timeout, untilTimeout).String() + ": " + s.Until.Node.Text,
			hint:    "give it longer with until.timeout",
		}
	}
	select {
	case <-time.After(interval):
		return nil
	case <-w.opt.Stop:
		return errStopped
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
