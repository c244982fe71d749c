package runner

import (
	"cmp"
	"context"
	"errors"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/steps"
)

// step runs one step where the walk stands: a loop, a group or an action.
func (w *walk) step(ctx context.Context, s *program.Step, at *place) (ending, error) {
	outer, at := at, at.in(s)
	if end, before := at.recall(s, outer); before {
		return end, nil
	}
	if w.stopped(ctx) {
		return at.notReached(w.tell([]*program.Step{s}, outer, Pending)), errStopped
	}
	end, err := w.begin(ctx, s, outer, at)
	if err == nil {
		at.remember(s, outer, end)
	}
	return end, err
}

// begin decides by the step's condition whether it is run, and runs it.
func (w *walk) begin(ctx context.Context, s *program.Step, outer, at *place) (ending, error) {
	holds, err := w.holds(ctx, s.Cond, at)
	if err != nil {
		return w.broken(s, at, s.Source.If, err), nil
	}
	if !holds {
		w.tell([]*program.Step{s}, outer, Skipped)
		w.tellEvent(Event{Ended: stepEnded(s, at, Skipped, "condition")})
		return ending{status: Skipped}, nil
	}
	switch {
	case s.Loop != nil:
		return w.loop(ctx, s, at)
	case s.Action == nil:
		return w.group(ctx, s, at)
	}
	return w.instance(ctx, s, at)
}

// holds evaluates a condition. One that a plan cannot decide counts as true
// and makes the place a possible one.
func (w *walk) holds(ctx context.Context, c *program.Condition, at *place) (bool, error) {
	if c == nil {
		return true, nil
	}
	holds, unknown, err := c.Expr.Cond(ctx, at.scope)
	if unknown != nil {
		at.possible = origins(at.possible, unknown.Origins)
		return true, nil
	}
	return holds, program.Placed(c.Node, err)
}

// broken ends a step that could not be begun.
func (w *walk) broken(s *program.Step, at *place, n *workflow.Node, err error) ending {
	return w.end(s, at, outcome{status: Failed, failure: w.failure(at, n, err)})
}

func (w *walk) group(ctx context.Context, s *program.Step, at *place) (ending, error) {
	end, err := w.steps(ctx, s.Steps, at)
	if err != nil || end.deferred {
		return end, err
	}
	if end.failure == nil {
		if failure := w.asserts(ctx, s, at); failure != nil {
			end.failure, end.stop = failure, true
			w.failed(s, at, failure)
		}
	}
	w.keep(s, at, outcome{status: end.status, failure: end.failure})
	end.stop = end.stop && !s.GoesOn
	return end, nil
}

// outcome is what became of one instance of an action.
type outcome struct {
	status    Status
	reason    string
	id        string // of the record, as Intercom answered
	data      eval.Value
	has       bool // there is data, which may be null
	failure   *Failure
	effect    steps.Effect  // of the call, by its inputs
	fatal     error         // the run cannot go on; nothing was sent
	permitted bool          // it is among the writes that the guards count
	stale     bool          // the plan that is applied foresaw something else
	note      string        // more about it, in words
	applied   bool          // of what is in doubt: Intercom said that it was done
	before    bool          // it ended so in an earlier stretch of the run
	earlier   bool          // it is in doubt since an earlier stretch of the run
	waits     *doubt        // its row is put off until this has been looked for
	open      *doubt        // of what is in doubt and may be sent again
	changes   []Change      // in a plan, what a write would change
	settled   *steps.Effect // what was done instead, where Intercom refused the call with a conflict
	planned   eval.Object   // in a plan, the inputs of a write
	holders   int64         // in a plan, of a delete: the contacts that have the record
	calls     int64         // of a read
	seen      *weighed      // in a plan that is kept, what the write was weighed against
}

// end counts an instance, tells of it and makes it visible to later steps.
func (w *walk) end(s *program.Step, at *place, out outcome) ending {
	w.count(s, at, out.status)
	w.countChange(s, at, out)
	w.keep(s, at, out)
	event := stepEnded(s, at, out.status, out.reason)
	event.Failure, event.After, event.Possible = out.failure, at.possible, at.possible != nil
	if out.effect == steps.Read && out.has {
		event.AffectedBy = w.affectedBy(s, at, s.Action)
		w.affects(s, event.AffectedBy)
	}
	event.Effect, event.With, event.Before, event.Changes, event.Note = out.effect, out.planned, out.before, out.changes, out.note
	if out.effect == steps.Read {
		w.billRead(s, at, out, event.AffectedBy != nil)
	}
	if w.planning {
		event.Undo, event.UndoNote = reversal(s, out)
	}
	w.tellEvent(Event{Ended: event})
	w.opt.Draft.ended(s, at, out, event)
	if out.failure != nil && at.outside() {
		w.fail(out.failure)
	}
	w.finding(s, at, out.failure)
	return ending{
		status: out.status, failure: out.failure, stop: out.failure != nil && !s.GoesOn,
		earlier: out.earlier, stale: out.stale && !at.outside(),
	}
}

func stepEnded(s *program.Step, at *place, status Status, reason string) *StepEnded {
	e := &StepEnded{Addr: at.addr(), Step: s.Label, Status: status, Reason: reason, Index: at.index()}
	if s.Action != nil {
		e.Action = s.Action.Name
	}
	return e
}

// failed tells of a failure that is no instance's own. The step may be nil.
func (w *walk) failed(s *program.Step, at *place, f *Failure) {
	w.tellEvent(Event{Failed: f})
	w.opt.Draft.failed(at, Event{Failed: f})
	if at.outside() {
		w.fail(f)
	}
	w.finding(s, at, f)
}

// keep makes what became of a step visible as steps.ID.
func (w *walk) keep(s *program.Step, at *place, out outcome) {
	if s.ID == "" {
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
	if out.has && s.Used {
		value["data"] = out.data
	}
	at.steps[s.ID] = value
}

// instance runs one action once.
func (w *walk) instance(ctx context.Context, s *program.Step, at *place) (ending, error) {
	before, err := w.opt.Run.before(at)
	if err != nil {
		return ending{}, err
	}
	if before != nil && before.Answer != nil && before.Answer.Status.Settled() {
		return w.restore(s, at, before.Answer), nil
	}
	if data, ok, err := w.opt.Run.planRead(at); ok || err != nil {
		return w.end(s, at, outcome{status: Done, data: data, has: ok, before: true}), err
	}
	in, err := s.With.Eval(ctx, at.scope)
	if err != nil {
		return w.broken(s, at, s.Source.Action, err), nil
	}
	given, open := in.(eval.Object), w.open(s, at, before)
	if effect := effectOf(s, given); effect != steps.Read {
		return w.write(ctx, s, at, given, effect, open)
	}
	return w.send(ctx, s, at, given, open)
}

// asserted is an outcome with the failure of what must hold after the step.
func (w *walk) asserted(ctx context.Context, s *program.Step, at *place, out outcome) outcome {
	if out.failure == nil && len(s.Assert) > 0 {
		w.keep(s, at, out)
		out.failure = w.asserts(ctx, s, at)
	}
	return out
}

// ended records the end of an instance, unless its row is put off.
func (w *walk) ended(s *program.Step, at *place, out outcome) (ending, error) {
	halts := out.failure != nil && w.halts(out.failure.err)
	if halts && out.status == Failed {
		w.tell([]*program.Step{s}, at, Pending)
		return ending{status: Pending, stop: true}, cmp.Or(w.opt.Run.unsent(s, at, out.effect), errStopped)
	}
	if out.waits != nil {
		return w.wait(s, at, out)
	}
	if !halts && w.defers(s, at, out) {
		if out.permitted {
			at.memory.counted = at.addr()
		}
		if out.open != nil {
			out.waits = out.open
			return w.wait(s, at, out)
		}
		return ending{stop: true, deferred: true}, nil
	}
	if err := cmp.Or(out.fatal, w.opt.Run.answer(s, at, out)); err != nil {
		return ending{status: Pending, stop: true}, err
	}
	if out.permitted && out.status != Done && out.status != InDoubt { // nothing was applied
		w.record(func(*Result) { w.sent.add(at.permitted(out), -1) })
	}
	end := w.end(s, at, out)
	if out.failure != nil && out.failure.Status == 401 {
		w.record(func(r *Result) { r.Unauthorized = true })
		return end, errStopped
	}
	if halts {
		return end, errStopped
	}
	return end, nil
}

// permitted is the effect that a write was counted with before it was sent.
func (p *place) permitted(out outcome) steps.Effect {
	if p.writing != nil {
		return p.writing.effect
	}
	return out.effect
}

// wait puts a row off whose call is in doubt. What is known of it by now is on
// record, in case the process ends before it is looked for or made again.
func (w *walk) wait(s *program.Step, at *place, out outcome) (ending, error) {
	d := out.waits
	out.waits = nil
	d.stands, at.memory.doubt = out, d
	end := ending{stop: true, deferred: true}
	if d.earlier {
		return end, nil
	}
	return end, w.opt.Run.answer(s, at, out)
}

// halts reports whether a call was not sent because nothing is any more: the
// run is being stopped, or Intercom does not work.
func (w *walk) halts(err error) bool {
	if !isUnsent(err) {
		return false
	}
	if unavailable, ok := errors.AsType[*intercom.UnavailableError](err); ok {
		w.record(func(r *Result) { r.Unavailable = unavailable.Error() })
		return true
	}
	return errors.Is(err, intercom.ErrStopped)
}

// asserts evaluates what must hold after a step.
func (w *walk) asserts(ctx context.Context, s *program.Step, at *place) *Failure {
	for _, c := range s.Assert {
		holds, unknown, err := c.Expr.Cond(ctx, at.scope)
		switch {
		case err != nil:
			return w.failure(at, c.Node, program.Placed(c.Node, err))
		case unknown == nil && !holds:
			return w.failure(at, c.Node, program.Placed(c.Node, &codedError{code: "assert", message: "this does not hold: " + c.Node.Text}))
		}
	}
	return nil
}
