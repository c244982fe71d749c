package runner

import (
	"context"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
)

// write plans a write, or makes it where it has to be made. Open is a call of it
// whose outcome is not known; nil where there is none.
func (w *walk) write(ctx context.Context, s *program.Step, at *place, in eval.Object, effect steps.Effect, open *doubt) (ending, error) {
	target, failed := w.aim(ctx, s, at, in, effect, open)
	defer target.release()
	switch {
	case failed != nil:
		return w.ended(s, at, *failed)
	case w.planning:
		out := w.planWrite(ctx, s, at, in, target)
		w.billWrite(s, at, in, target, out)
		return w.end(s, at, w.asserted(ctx, s, at, out)), nil
	}
	v := verdict{effect: effect}
	if target != nil || !s.Blind || w.opt.Run.planned() { // else nobody asks what it changes
		v = w.weigh(s, at, in, target)
	}
	if out := w.idle(s, at, in, target, &v, open); out != nil {
		return w.ended(s, at, w.asserted(ctx, s, at, *out))
	}
	if open == nil && !at.memory.hasCounted(at.addr()) { // a call in doubt is counted already
		if out, permitted := w.permit(s, at, in, v.effect); out != nil {
			return w.ended(s, at, *out)
		} else if !permitted {
			w.tell([]*program.Step{s}, at, Pending)
			return ending{status: Pending, stop: true}, errStopped
		}
	}
	image, err := w.imageOf(ctx, s, in, target, v.changes)
	if err != nil {
		return w.ended(s, at, outcome{status: Failed, effect: v.effect, permitted: true, failure: w.failure(at, s.Source.Action, err)})
	}
	at.writing = &writing{in, v.effect, target, image}
	return w.send(ctx, s, at, in, open)
}

// aim finds the record that a write is about, and what is expected of it. Where
// that fails, the instance ends so.
func (w *walk) aim(ctx context.Context, s *program.Step, at *place, in eval.Object, effect steps.Effect, open *doubt) (target *found, failed *outcome) {
	var err error
	if open == nil || open.takes || s.Action.RetryOf(ready(in)) == steps.Repeatable {
		if target, err = w.target(ctx, s, in, open); err == nil {
			err = w.findMade(ctx, s, at, target)
		}
		if err != nil {
			out := unread(open, outcome{effect: effect, failure: w.failure(at, s.Source.Action, err)})
			return target, &out
		}
	}
	if target == nil {
		return nil, nil
	}
	if target.still, err = w.expected(ctx, s, at, in); err != nil {
		return target, &outcome{status: Failed, effect: effect, failure: w.failure(at, s.Source.Action, err)}
	}
	return target, nil
}

// idle ends an instance for which nothing is to be sent; nil where something is.
func (w *walk) idle(s *program.Step, at *place, in eval.Object, target *found, v *verdict, open *doubt) *outcome {
	if open == nil || v.end != nil && v.end.note != "" {
		return w.spared(s, at, in, target, v)
	}
	return w.overtaken(open, in, target, *v)
}

// unread is the outcome of a write whose record could not be read before it. An
// earlier call may have been applied all the same.
func unread(open *doubt, out outcome) outcome {
	if open != nil {
		return open.stillOpen(out)
	}
	out.status = Failed
	return out
}

// send makes the call of an instance, and ends it.
func (w *walk) send(ctx context.Context, s *program.Step, at *place, given eval.Object, open *doubt) (ending, error) {
	if unknown, some := eval.IsUnknown(given); some {
		return w.end(s, at, outcome{status: Done, has: true, calls: 1, data: &eval.Unknown{Origins: unknown.Origins, NotNull: true}}), nil
	}
	ready, err := plain(given)
	if err != nil {
		return w.broken(s, at, s.Source.Action, err), nil
	}
	out := w.checkFound(s, at, ready, w.make(ctx, s, at, ready, open))
	if write := at.writing; write != nil {
		out.permitted, out.effect = true, write.effect
		if out.settled != nil {
			out.effect = *out.settled
		}
		w.written(s, write.in, write.target, out)
		at.memory.does(out.status, s.Action.RetryOf(ready) == steps.Once)
	}
	return w.ended(s, at, w.asserted(ctx, s, at, out))
}
