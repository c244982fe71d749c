package runner

import (
	"context"
	"fmt"
	"maps"
	"strconv"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/workflow"
)

// loop reads the items of a loop to the end, keeps them, and only then runs
// its body for each, so that what the body changes cannot disturb the list.
func (w *walk) loop(ctx context.Context, s *step, at *place) (ending, error) {
	items, after, err := w.items(ctx, s, at)
	if err != nil {
		return w.broken(s, at, s.source.ForEach.Node, err), nil
	}
	result := &w.result.Steps[s.index]
	if after != nil {
		result.After = origins(result.After, after)
		w.opt.On(Event{Listed: &Listed{Addr: at.addr(), After: after}})
		return w.deferred(s, at, after), nil
	}
	defer items.close()
	result.Read += items.read
	w.opt.On(Event{Listed: &Listed{Addr: at.addr(), Read: items.read, Items: items.count}})
	return w.rows(ctx, s, at, items)
}

// deferred ends a loop over a list that a plan cannot know.
func (w *walk) deferred(s *step, at *place, after []string) ending {
	if s.id != "" {
		unknown := &eval.Unknown{Origins: after, NotNull: true}
		at.steps[s.id] = eval.Object{"status": unknown, "error": &eval.Unknown{Origins: after}, "counts": unknown, "items": unknown}
	}
	return ending{status: Done}
}

// rows runs the body for each kept item and ends the loop.
func (w *walk) rows(ctx context.Context, s *step, at *place, items *spool) (ending, error) {
	tally := &tally{items: items.count, most: allowed(s.loop.failures, items.count)}
	var list eval.List
	for {
		item, ok, err := items.next()
		if err != nil || !ok {
			if err != nil {
				return ending{status: Failed}, err
			}
			break
		}
		end, value, err := w.row(ctx, s, at, item)
		tally.add(end)
		if s.useRows {
			list = append(list, value)
		}
		if err != nil {
			w.endLoop(ctx, s, at, tally, list)
			return ending{status: worse(tally.worst, Pending), failure: tally.first}, err
		}
		if tally.passed() && !w.planning {
			break
		}
	}
	return w.endLoop(ctx, s, at, tally, list), nil
}

// tally counts the rows of one loop.
type tally struct {
	counts Counts
	worst  Status
	first  *Failure // of a row
	items  int64    // rows in all
	most   int64    // rows that may fail
}

func (t *tally) add(end ending) {
	status := end.status
	if end.failure != nil {
		status = worse(status, Failed)
	}
	t.counts.add(status, 1)
	t.worst = worse(t.worst, status)
	if t.first == nil {
		t.first = end.failure
	}
}

// passed reports whether more rows failed than may: the limit is passed by the
// row after it.
func (t *tally) passed() bool { return t.counts.Failed+t.counts.InDoubt > t.most }

// allowed is the number of rows of a loop that may fail.
func allowed(limit *workflow.Limit, rows int64) int64 {
	switch {
	case limit == nil:
		return 0
	case limit.Of100:
		return int64(float64(rows) * limit.Percent / 100)
	}
	return limit.Count
}

// endLoop counts the loop, makes it visible and decides whether the walk goes
// on behind it. What failed within the limit is told by the rows.
func (w *walk) endLoop(ctx context.Context, s *step, at *place, t *tally, list eval.List) ending {
	t.counts.add(Pending, t.items-t.counts.Total)
	w.result.Steps[s.index].Rows.merge(t.counts)
	if at.outside() {
		w.result.Counts.merge(t.counts)
	}
	end := ending{status: t.worst}
	if t.counts.Pending > 0 {
		end.status = worse(end.status, Pending)
	}
	if t.passed() && !w.planning {
		end.failure, end.stop = t.first, !s.goesOn
		w.opt.On(Event{Failed: w.failure(at, s.source.ForEach.Node, t.error())})
	}
	w.keepLoop(s, at, end, t, list)
	if !end.stop && s.action == nil {
		if failure := w.asserts(ctx, s, at); failure != nil {
			w.failed(at, failure)
			end.failure, end.stop = failure, !s.goesOn
		}
	}
	return end
}

// error says that a loop was stopped, and why.
func (t *tally) error() error {
	failed := t.counts.Failed + t.counts.InDoubt
	return &codedError{
		code:    "max_failures",
		message: fmt.Sprintf("stopped: %d of %d items failed, and max_failures allows %d", failed, t.items, t.most),
		hint:    "mend what failed and run it again, or raise for_each.max_failures",
	}
}

// keepLoop makes a loop visible as steps.ID.
func (w *walk) keepLoop(s *step, at *place, end ending, t *tally, list eval.List) {
	if s.id == "" {
		return
	}
	value := eval.Object{"status": eval.Value(string(end.status)), "error": nil, "counts": t.values(nil)}
	if w.planning && w.result.Steps[s.index].foresees(w.result.Steps[s.index+1:]) {
		after := &eval.Unknown{Origins: []string{at.addr()}, NotNull: true}
		value["status"], value["error"], value["counts"] = after, &eval.Unknown{Origins: after.Origins}, t.values(after)
	}
	if end.failure != nil {
		value["error"] = eval.Object{"code": end.failure.Code, "message": end.failure.Message, "status": int64(end.failure.Status)}
	}
	if s.useRows {
		value["items"] = list
	}
	at.steps[s.id] = value
}

// values are the counts as steps.ID.counts. In a plan the total is known and
// what becomes of the rows is not.
func (t *tally) values(after *eval.Unknown) eval.Object {
	counts := eval.Object{"total": t.counts.Total}
	for _, status := range Statuses {
		counts[string(status)] = t.counts.Of(status)
		if after != nil {
			counts[string(status)] = after
		}
	}
	return counts
}

// foresees reports whether a loop, or one of the steps inside it, would change
// anything. Behind are the steps after it in the file.
func (s *StepResult) foresees(behind []StepResult) bool {
	if s.Changes.Any() {
		return true
	}
	for _, inner := range behind {
		if inner.Depth <= s.Depth {
			return false
		}
		if inner.Changes.Any() {
			return true
		}
	}
	return false
}

// row runs the body of a loop for one item. The value is the row as an element
// of steps.ID.items.
func (w *walk) row(ctx context.Context, s *step, outer *place, item spooled) (ending, eval.Object, error) {
	at := *outer
	at.scope = outer.scope.Child()
	at.steps = maps.Clone(outer.steps)
	at.scope.Set("steps", at.steps)
	at.scope.Set(s.loop.as, item.value)
	at.scope.Set("index", item.index)
	at.row = item.place
	at.possible = append(at.possible[:len(at.possible):len(at.possible)], item.possible...)
	key := "[" + strconv.Quote(item.key) + "]"
	end, err := w.body(ctx, s, &at, key, item)
	status := end.status
	if end.failure != nil {
		status = worse(status, Failed)
	}
	addr := outer.prefix + s.label + key
	w.opt.On(Event{Row: &RowEnded{Addr: addr, Status: status, Failure: item.failure}})
	value := eval.Object{"key": item.key, "status": string(status)}
	if s.useRows {
		s.rowValue(&at, value)
	}
	return end, value, err
}

// body runs what is inside the loop for one item.
func (w *walk) body(ctx context.Context, s *step, at *place, key string, item spooled) (ending, error) {
	if item.failure != nil {
		item.failure.Addr = at.prefix + s.label + key
		w.tell(s.inside(), at.within(s.label+key+"."), Pending, "")
		return ending{status: Failed, failure: item.failure}, nil
	}
	if w.stopped(ctx) {
		return ending{status: Pending}, errStopped
	}
	if s.action != nil {
		at.key = key
		return w.instance(ctx, s, at)
	}
	return w.steps(ctx, s.steps, at.within(s.label+key+"."))
}

// within is the same place inside a row.
func (p *place) within(prefix string) *place {
	at := *p
	at.prefix += prefix
	return &at
}

// inside is what runs for each item of the loop.
func (s *step) inside() []*step {
	if s.action != nil {
		return nil
	}
	return s.steps
}

// rowValue adds what became of the steps of a row.
func (s *step) rowValue(at *place, value eval.Object) {
	if s.action != nil {
		if own, ok := at.steps[s.id].(eval.Object); ok && own["data"] != nil {
			value["data"] = own["data"]
		}
		return
	}
	inner := eval.Object{}
	for _, each := range s.steps {
		if each.id != "" {
			inner[each.id] = at.steps[each.id]
		}
	}
	value["steps"] = inner
}

// itemPlace names a row of a file for messages.
func itemPlace(file string, line int) string {
	if file == "" || line == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d", file, line)
}
