package runner

import (
	"context"
	"errors"
	"net/http"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
	"github.com/tidwall/gjson"
)

// plain turns inputs into what the catalogue takes.
func plain(in eval.Object) (map[string]any, error) {
	out, err := eval.Plain(in)
	if err != nil {
		return nil, err
	}
	given, _ := out.(map[string]any)
	return given, nil
}

// ready is [plain] for inputs of which some are not known yet.
func ready(in eval.Object) map[string]any {
	out := make(map[string]any, len(in))
	for name, v := range in {
		out[name] = knownOrLater(v)
	}
	return out
}

// effectOf gives the effect of the step with these inputs.
func effectOf(s *program.Step, in eval.Object) steps.Effect {
	if !s.Action.EffectVaries() {
		return s.Action.Effect
	}
	return s.Action.EffectOf(ready(in))
}

// knownOrLater gives v with [steps.Later] in place of what is unknown.
func knownOrLater(v eval.Value) any {
	switch v := v.(type) {
	case *eval.Unknown:
		return steps.Later{}
	case eval.List:
		list := make([]any, len(v))
		for i, each := range v {
			list[i] = knownOrLater(each)
		}
		return list
	case eval.Object:
		return ready(v)
	}
	known, err := eval.Plain(v)
	if err != nil {
		return steps.Later{}
	}
	return known
}

// call makes one call and reads its answer.
func (w *walk) call(ctx context.Context, s *program.Step, at *place, given map[string]any) outcome {
	if s.Action.Paging != intercom.NoPages && (given["all"] == true || given["limit"] != nil) {
		data, calls, err := w.allPages(ctx, s, given)
		out := w.answered(s, at, data, err)
		out.calls = calls
		return out
	}
	req, err := s.Action.Request(given)
	if err != nil {
		return outcome{status: Failed, failure: w.failure(at, s.Source.Action, &codedError{code: "input", message: err.Error()})}
	}
	req.Retry = s.Retry
	if err := w.opt.Run.intent(ctx, s, at, given, req); err != nil {
		return outcome{status: Pending, fatal: err}
	}
	req.Sending = w.opt.Run.reminder(s, at, given, req)
	resp, err := w.Do(ctx, req)
	if err == nil {
		err = whole(s.Action, req, resp)
	}
	if err == nil {
		out := w.answered(s, at, s.Action.Data(resp), nil)
		out.calls = 1
		return out
	}
	if fatal := (*fatalError)(nil); errors.As(err, &fatal) {
		return outcome{status: Pending, fatal: fatal}
	}
	twin := &toTwin{walk: w, step: s, at: at, given: given}
	settled, err := s.Action.Resolve(ctx, twin, given, err)
	out := w.answered(s, at, settled.Data, err)
	out.calls = 1
	switch {
	case err != nil:
		return out
	case settled.Skipped:
		out.status, out.reason = Skipped, reasonConflict
	case twin.same:
		out.status = Unchanged
	}
	out.settled = &settled.Effect
	return out
}

// whole is the error of an answer that says done and lacks what the action
// gives; nil of any other.
func whole(action *steps.Action, req intercom.Request, resp intercom.Response) error {
	lacks := action.Lacks(resp)
	if lacks == "" {
		return nil
	}
	return &intercom.UnknownError{
		Method: req.Method, Path: req.Path, Status: resp.Status, RequestID: resp.RequestID,
		Applied: true, Err: errors.New("carried out, but the answer does not have " + lacks),
	}
}

// answered is the outcome of a call.
func (w *walk) answered(s *program.Step, at *place, data []byte, err error) outcome {
	var unknown *intercom.UnknownError
	var refused *intercom.APIError
	switch {
	case err == nil:
		out := outcome{status: Done, id: gjson.GetBytes(data, "id").String(), has: true}
		sent := s.Action.Effect == steps.Send                                // the journal keeps its version
		if s.Used || sent || at.writing == nil || at.writing.target != nil { // of other writes nobody looks at the answer
			out.data = eval.RawTrusted(data)
		}
		return out
	case errors.As(err, &unknown) && !intercom.IsRead(unknown.Method, unknown.Path):
		return outcome{status: InDoubt, applied: unknown.Applied, failure: w.failure(at, s.Source.Action, err)}
	case errors.As(err, &refused) && refused.Earlier != nil && !intercom.IsRead(refused.Method, refused.Path):
		return w.answeredLate(s, at, refused)
	}
	return outcome{status: Failed, failure: w.failure(at, s.Source.Action, err)}
}

// answeredLate is the outcome of a call that was refused when it was sent
// again. What takes a record away and then does not find it was done the first
// time; a body that is refused now was refused then, unless what it asked for may
// be so by now. Of all else it is not known whether it was applied.
func (w *walk) answeredLate(s *program.Step, at *place, refused *intercom.APIError) outcome {
	takesAway := s.Action.Goal == steps.Gone || s.Action.Goal == steps.Absent
	invalid := refused.Status == http.StatusBadRequest || refused.Status == http.StatusUnprocessableEntity
	switch {
	case refused.Status == http.StatusNotFound && takesAway:
		return outcome{status: Done}
	case invalid && s.Action.Retry == steps.Repeatable && !isLink(s.Action):
		return outcome{status: Failed, failure: w.failure(at, s.Source.Action, refused)}
	}
	return outcome{status: InDoubt, failure: w.failure(at, s.Source.Action, refused)}
}
