package runner

import (
	"context"
	"errors"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/steps"
)

// step runs one step where the walk stands: a loop, a group or an action.
func (w *walk) step(ctx context.Context, s *step, at *place) (ending, error) {
	outer, at := at, at.in(s)
	if w.stopped(ctx) {
		w.tell([]*step{s}, outer, Pending, "")
		return ending{status: Pending}, errStopped
	}
	holds, err := w.holds(ctx, s.cond, at)
	if err != nil {
		return w.broken(s, at, s.source.If, err), nil
	}
	if !holds {
		w.tell([]*step{s}, outer, Skipped, "condition")
		w.opt.On(Event{Ended: s.ended(at, Skipped, "condition")})
		return ending{status: Skipped}, nil
	}
	switch {
	case s.loop != nil:
		return w.loop(ctx, s, at)
	case s.action == nil:
		return w.group(ctx, s, at)
	}
	return w.instance(ctx, s, at)
}

// holds evaluates a condition. One that a plan cannot decide counts as true
// and makes the place a possible one.
func (w *walk) holds(ctx context.Context, c *condition, at *place) (bool, error) {
	if c == nil {
		return true, nil
	}
	holds, unknown, err := c.expr.Cond(ctx, at.scope)
	if unknown != nil {
		at.possible = append(at.possible, unknown.Origins...)
		return true, nil
	}
	return holds, placed(c.node, err)
}

// broken ends a step that could not be begun.
func (w *walk) broken(s *step, at *place, n *workflow.Node, err error) ending {
	return w.end(s, at, outcome{status: Failed, failure: w.failure(at, n, err)})
}

func (w *walk) group(ctx context.Context, s *step, at *place) (ending, error) {
	end, err := w.steps(ctx, s.steps, at)
	if err != nil {
		return end, err
	}
	if end.failure == nil {
		if failure := w.asserts(ctx, s, at); failure != nil {
			end.failure, end.stop = failure, true
			w.failed(at, failure)
		}
	}
	w.keep(s, at, outcome{status: end.status, failure: end.failure})
	end.stop = end.stop && !s.goesOn
	return end, nil
}

// outcome is what became of one instance of an action.
type outcome struct {
	status  Status
	reason  string
	data    eval.Value // Missing where there is none
	failure *Failure
	effect  steps.Effect  // of the call, by its inputs
	settled *steps.Effect // what was done instead, where Intercom refused the call with a conflict
	planned eval.Object   // in a plan, the inputs of a write
}

// end counts an instance, tells of it and makes it visible to later steps.
func (w *walk) end(s *step, at *place, out outcome) ending {
	w.count(s, at, out.status)
	w.countChange(s, at, out)
	w.keep(s, at, out)
	event := s.ended(at, out.status, out.reason)
	event.Failure, event.After, event.Possible = out.failure, at.possible, at.possible != nil
	event.Effect, event.With = out.effect, out.planned
	w.opt.On(Event{Ended: event})
	if out.failure != nil && at.outside() {
		w.fail(out.failure)
	}
	return ending{status: out.status, failure: out.failure, stop: out.failure != nil && !s.goesOn}
}

func (s *step) ended(at *place, status Status, reason string) *StepEnded {
	e := &StepEnded{Addr: at.addr(), Step: s.label, Status: status, Reason: reason}
	if s.action != nil {
		e.Action = s.action.Name
	}
	return e
}

// failed tells of a failure that is no instance's own.
func (w *walk) failed(at *place, f *Failure) {
	w.opt.On(Event{Failed: f})
	if at.outside() {
		w.fail(f)
	}
}

// keep makes what became of a step visible as steps.ID.
func (w *walk) keep(s *step, at *place, out outcome) {
	if s.id == "" {
		return
	}
	value := eval.Object{"status": eval.Value(string(out.status)), "error": nil}
	if out.failure != nil {
		value["error"] = eval.Object{"code": out.failure.Code, "message": out.failure.Message, "status": int64(out.failure.Status)}
	}
	if out.planned != nil || at.possible != nil {
		after := &eval.Unknown{Origins: []string{at.addr()}, Kind: eval.KindString, NotNull: true}
		value["status"] = after
		value["error"] = &eval.Unknown{Origins: after.Origins}
	}
	if _, none := out.data.(eval.Missing); !none && s.used && out.data != nil {
		value["data"] = out.data
	}
	at.steps[s.id] = value
}

// instance runs one action once.
func (w *walk) instance(ctx context.Context, s *step, at *place) (ending, error) {
	in, err := s.with.eval(ctx, at.scope)
	if err != nil {
		return w.broken(s, at, s.source.Action, err), nil
	}
	given := in.(eval.Object)
	effect := s.action.EffectOf(ready(given))
	if w.planning && effect != steps.Read {
		return w.planWrite(s, at, given, effect), nil
	}
	if unknown, some := eval.IsUnknown(in); some {
		return w.end(s, at, outcome{status: Done, data: &eval.Unknown{Origins: unknown.Origins, NotNull: true}}), nil
	}
	out := w.repeat(ctx, s, at, given)
	if out.effect = effect; out.settled != nil {
		out.effect = *out.settled
	}
	if out.failure == nil {
		w.keep(s, at, out)
		if failure := w.asserts(ctx, s, at); failure != nil {
			out.failure = failure
		}
	}
	end := w.end(s, at, out)
	if out.failure != nil && out.failure.Status == 401 {
		w.result.Unauthorized = true
		return end, errStopped
	}
	return end, nil
}

// asserts evaluates what must hold after a step.
func (w *walk) asserts(ctx context.Context, s *step, at *place) *Failure {
	for _, c := range s.assert {
		holds, unknown, err := c.expr.Cond(ctx, at.scope)
		switch {
		case err != nil:
			return w.failure(at, c.node, placed(c.node, err))
		case unknown == nil && !holds:
			return w.failure(at, c.node, placed(c.node, &codedError{code: "assert", message: "this does not hold: " + c.node.Text}))
		}
	}
	return nil
}

// The pauses of until where the file says nothing.
const (
	untilInterval = 2 * time.Second
	untilTimeout  = 2 * time.Minute
)

// repeat makes the call, and makes it again until the step's until holds. A
// plan tries once.
func (w *walk) repeat(ctx context.Context, s *step, at *place, in eval.Object) outcome {
	if s.until == nil {
		return w.call(ctx, s, at, in)
	}
	deadline := time.Now().Add(orDefault(s.until.source.Timeout, untilTimeout))
	for try := 1; ; try++ {
		out := w.call(ctx, s, at, in)
		if out.failure != nil {
			return out
		}
		w.keep(s, at, out)
		holds, unknown, err := s.until.expr.Cond(ctx, at.scope)
		if err != nil {
			return outcome{status: Failed, failure: w.failure(at, s.until.node, placed(s.until.node, err))}
		}
		if holds || unknown != nil || w.planning {
			return out
		}
		if err := w.pause(ctx, s, deadline); err != nil {
			return outcome{status: Failed, failure: w.failure(at, s.until.node, placed(s.until.node, err))}
		}
		w.opt.On(Event{Waiting: &StepWaits{Addr: at.addr(), Try: try}})
	}
}

// pause waits before the next try of an until.
func (w *walk) pause(ctx context.Context, s *step, deadline time.Time) error {
	interval := orDefault(s.until.source.Interval, untilInterval)
	if time.Now().Add(interval).After(deadline) {
		return &codedError{
			code:    "timeout",
			message: "this did not come true in " + orDefault(s.until.source.Timeout, untilTimeout).String() + ": " + s.until.node.Text,
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

func orDefault(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}

// call makes one call and reads its answer.
func (w *walk) call(ctx context.Context, s *step, at *place, in eval.Object) outcome {
	given, err := plain(in)
	if err != nil {
		return outcome{status: Failed, failure: w.failure(at, s.source.Action, err)}
	}
	if s.action.Paging != intercom.NoPages && (given["all"] == true || given["limit"] != nil) {
		data, err := w.allPages(ctx, s, given)
		return w.answered(s, at, data, err)
	}
	req, err := s.action.Request(given)
	if err != nil {
		return outcome{status: Failed, failure: w.failure(at, s.source.Action, &codedError{code: "input", message: err.Error()})}
	}
	req.Retry = s.retry
	resp, err := w.Do(ctx, req)
	if err == nil {
		return w.answered(s, at, s.action.Data(resp), nil)
	}
	settled, err := s.action.Resolve(ctx, w, given, err)
	out := w.answered(s, at, settled.Data, err)
	if err == nil {
		out.settled = &settled.Effect
	}
	if err == nil && settled.Skipped {
		out.status, out.reason = Skipped, "conflict"
	}
	return out
}

// answered is the outcome of a call.
func (w *walk) answered(s *step, at *place, data []byte, err error) outcome {
	var unknown *intercom.UnknownError
	switch {
	case err == nil:
		return outcome{status: Done, data: eval.RawTrusted(data)}
	case errors.As(err, &unknown) && !intercom.IsRead(unknown.Method, unknown.Path):
		return outcome{status: InDoubt, failure: w.failure(at, s.source.Action, err)}
	}
	return outcome{status: Failed, failure: w.failure(at, s.source.Action, err)}
}
