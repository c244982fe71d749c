package runner

import (
	"context"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
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
		if shownAs(item.value, path) != shownAs(now, path) {
			return "it was changed since: " + path, nil
		}
	}
	return "", nil
}

// shownAs is a field of a record as text, alike in a search and in a read of the
// record: the one shows an empty email as null and the other as "", and each has
// an order of its own for the tags of a contact.
func shownAs(record eval.Value, path string) string {
	v := valueAt(record, path)
	if v == nil || string(asJSON(v)) == "null" {
		return `""`
	}
	if eval.KindOf(v) != eval.KindList && valueAt(v, "type") != "list" {
		return string(asJSON(v))
	}
	var rows []string
	for _, row := range elements(v) {
		rows = append(rows, string(asJSON(row)))
	}
	slices.Sort(rows)
	return strings.Join(rows, ",")
}

// rowRead is the read that shows the record that an item is, where the workflow
// reads more of it than its id. The action is nil for all other items.
func rowRead(s *program.Step, item eval.Value) (*steps.Action, intercom.Request, error) {
	onlyID := len(s.Loop.Reads) == 0 || len(s.Loop.Reads) == 1 && s.Loop.Reads[0] == "id"
	if s.Loop.Action == nil || onlyID {
		return nil, intercom.Request{}, nil
	}
	return readOf(item)
}

// readAgain makes that read. It is nil where there is none, and where the record
// is gone, which the step that writes to it will tell.
func (w *walk) readAgain(ctx context.Context, s *program.Step, item eval.Value) (eval.Value, error) {
	action, req, err := rowRead(s, item)
	if action == nil || err != nil {
		return nil, err
	}
	req.Retry = s.Retry
	now, _, err := w.read(ctx, action, req)
	switch {
	case intercom.IsGone(err):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return now.value, nil
}
