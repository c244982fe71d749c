package runner

import (
	"context"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
)

// rowMoved says how the record of a row differs from what the plan that is
// applied listed, in the fields that the workflow reads; "" where it does not. A
// row that was begun before is not held against the plan again, since it may be
// the run itself that changed the record.
func (w *walk) rowMoved(ctx context.Context, s *program.Step, at *place, item spooled) (why string, err error) {
	if !w.opt.Run.planned() || w.opt.Run.plan.open[at.addr()] || w.opt.Run.begun(at) || at.memory.begun() {
		return "", nil
	}
	now, err := w.readAgain(ctx, s, item.value)
	if now == nil || err != nil {
		return "", err
	}
	for _, path := range s.Loop.Reads {
		if string(asJSON(valueAt(item.value, path))) != string(asJSON(valueAt(now, path))) {
			return "it was changed since: " + path, nil
		}
	}
	return "", nil
}

// readAgain reads the record that an item is, where the workflow reads more of
// it than its id. It is nil for all other items, and where the record is gone,
// which the step that writes to it will tell.
func (w *walk) readAgain(ctx context.Context, s *program.Step, item eval.Value) (eval.Value, error) {
	onlyID := len(s.Loop.Reads) == 0 || len(s.Loop.Reads) == 1 && s.Loop.Reads[0] == "id"
	if s.Loop.Action == nil || onlyID {
		return nil, nil
	}
	action, req, err := readOf(item)
	if action == nil || err != nil {
		return nil, err
	}
	req.Retry = s.Retry
	now, _, err := w.read(ctx, action, req)
	switch {
	case isGone(err):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return now.value, nil
}
