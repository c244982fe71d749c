package runner

import (
	"context"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
)

// again makes the call of an instance. A call that must not be made twice and
// may have been made, in an earlier stretch of the run or just now, is looked
// for first, and made only when it is known not to have been.
func (w *walk) again(ctx context.Context, s *program.Step, at *place, given map[string]any, open *doubt) outcome {
	if s.Action.EffectOf(given) == steps.Read || s.Action.RetryOf(given) == steps.Repeatable {
		return w.sendAgain(ctx, s, at, given, open)
	}
	if open != nil {
		open.in = given
		if out, known := w.settle(ctx, open); known {
			return out
		}
	}
	began := time.Now()
	out := w.repeat(ctx, s, at, given)
	if out.status != InDoubt || ctx.Err() != nil {
		return out
	}
	just := &doubt{step: s, at: at, in: given, sent: steps.Sent{First: began, Last: time.Now(), Applied: out.applied}, stands: out}
	if found, known := w.settle(ctx, just); known {
		return found
	}
	return w.repeat(ctx, s, at, given)
}

// sendAgain makes a call that may be made twice. What an earlier one did stays in
// doubt where this one brings no answer either, or does not go out.
func (w *walk) sendAgain(ctx context.Context, s *program.Step, at *place, given map[string]any, open *doubt) outcome {
	began := time.Now()
	out := w.repeat(ctx, s, at, given)
	switch {
	case open != nil && tookAway(s, out):
		return outcome{status: Done}
	case open != nil && out.failure != nil && isUnsent(out.failure.err):
		out = open.stillOpen(out)
	case out.status != InDoubt:
		return out
	}
	if open == nil {
		open = &doubt{step: s, at: at, sent: steps.Sent{First: began, Last: time.Now()}}
	}
	open.in, out.open, out.earlier = given, open, open.earlier
	return out
}

// stillOpen is the outcome of a call in doubt that could not be made again.
func (d *doubt) stillOpen(out outcome) outcome {
	out.status, out.open, out.earlier = InDoubt, d, d.earlier
	f := *out.failure
	f.Code, f.Message = codeInDoubt, "sent, and not known whether it was applied; to send it again: "+f.Message
	f.Hint = `"flowrun resume" sends it again; that does no harm if it was applied`
	out.failure = &f
	return out
}

// tookAway reports whether a call that was sent before has taken away what is
// not found any more.
func tookAway(s *program.Step, out outcome) bool {
	takesAway := s.Action.Goal == steps.Gone || s.Action.Goal == steps.Absent
	return takesAway && out.failure != nil && intercom.IsGone(out.failure.err)
}

// repeats reports whether the call is made again without a look for it.
func (d *doubt) repeats() bool { return d.takes || d.step.Action.RetryOf(d.in) == steps.Repeatable }
