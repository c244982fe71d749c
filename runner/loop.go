package runner

import (
	"context"
	"errors"
	"maps"
	"strconv"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
)

// loop reads the items of a loop to the end, keeps them, and only then runs
// its body for each, so that what the body changes cannot disturb the list.
func (w *walk) loop(ctx context.Context, s *program.Step, at *place) (ending, error) {
	items, after, err := w.items(ctx, s, at)
	var fatal *fatalError
	if errors.As(err, &fatal) || errors.Is(err, errStopped) {
		w.tell([]*program.Step{s}, at, Pending)
		return ending{status: Pending, stop: true}, err
	}
	if err != nil {
		return w.broken(s, at, s.Source.ForEach.Node, err), nil
	}
	if after != nil {
		w.record(func(r *Result) { r.Steps[s.Index].After = origins(r.Steps[s.Index].After, after) })
		w.tellEvent(Event{Listed: &Listed{Addr: at.addr(), After: after}})
		w.opt.Draft.open(s, at, after)
		w.bill.open()
		return w.deferred(s, at, after), nil
	}
	defer items.close()
	w.billList(s, at, items)
	w.checkSource(s, at, items)
	w.record(func(r *Result) { r.Steps[s.Index].Read += items.read })
	w.tellEvent(Event{Listed: &Listed{Addr: at.addr(), Read: items.read, Items: items.count, Before: items.settled(), AffectedBy: items.affected}})
	return w.rows(ctx, s, at, items)
}

// deferred ends a loop over a list that a plan cannot know.
func (w *walk) deferred(s *program.Step, at *place, after []string) ending {
	if s.ID != "" {
		unknown := &eval.Unknown{Origins: after, NotNull: true}
		at.steps[s.ID] = eval.Object{"status": unknown, "error": &eval.Unknown{Origins: after}, "counts": unknown, "items": unknown}
	}
	return ending{status: Done}
}

// endLoop counts the loop, makes it visible and decides whether the walk goes
// on behind it. What failed within the limit is told by the rows.
func (w *walk) endLoop(ctx context.Context, s *program.Step, at *place, t *tally, list eval.List) ending {
	passed := t.passed()
	t.counts.merge(t.rest)
	t.counts.add(Pending, t.items-t.counts.Total)
	w.record(func(r *Result) {
		r.Steps[s.Index].Before += t.rest.settled()
		r.Steps[s.Index].Rows.merge(t.counts)
		if at.outside() {
			r.Counts.merge(t.counts)
		}
	})
	end := ending{status: t.worst}
	if t.counts.Pending > 0 {
		end.status = worse(end.status, Pending)
	}
	switch {
	case !passed:
	case w.planning && at.outside(): // the plan goes on, and shows all there is
		w.failed(s, at, w.failure(at, s.Source.ForEach.Node, t.error(w.planning)))
	default:
		failure := w.failure(at, s.Source.ForEach.Node, t.error(w.planning))
		end.failure, end.stop, end.earlier = t.first, !s.GoesOn, !t.passedNow()
		w.tellEvent(Event{Failed: failure})
		w.exceeded(failure)
		w.finding(s, at, failure)
	}
	w.keepLoop(s, at, end, t, list)
	if !end.stop && s.Action == nil {
		if failure := w.asserts(ctx, s, at); failure != nil {
			w.failed(s, at, failure)
			end.failure, end.stop = failure, !s.GoesOn
		}
	}
	return end
}

// exceeded keeps that a loop has passed its limit of failures.
func (w *walk) exceeded(f *Failure) {
	if !w.planning {
		w.record(func(r *Result) {
			if len(r.Exceeded) < maxFindings {
				r.Exceeded = append(r.Exceeded, f)
			}
		})
	}
}

// keepLoop makes a loop visible as steps.ID.
func (w *walk) keepLoop(s *program.Step, at *place, end ending, t *tally, list eval.List) {
	if s.ID == "" {
		return
	}
	value := eval.Object{"status": eval.Value(string(end.status)), "error": nil, "counts": t.values(nil)}
	if w.planning && w.foresees(s) {
		after := &eval.Unknown{Origins: []string{at.addr()}, NotNull: true}
		value["status"], value["error"], value["counts"] = after, &eval.Unknown{Origins: after.Origins}, t.values(after)
	}
	if end.failure != nil {
		value["error"] = eval.Object{"code": end.failure.Code, "message": end.failure.Message, "status": int64(end.failure.Status)}
	}
	if s.UseRows {
		value["items"] = list
	}
	if s.UseRows && w.planning {
		value["items"] = knownAfter(list, at.addr())
	}
	at.steps[s.ID] = value
}

// knownAfter gives v with what is not known in it known after a loop as a
// whole: its rows are too many to name.
func knownAfter(v eval.Value, loop string) eval.Value {
	switch v := v.(type) {
	case *eval.Unknown:
		after := *v
		after.Origins = []string{loop}
		return &after
	case eval.List:
		list := make(eval.List, len(v))
		for i, each := range v {
			list[i] = knownAfter(each, loop)
		}
		return list
	case eval.Object:
		object := make(eval.Object, len(v))
		for name, each := range v {
			object[name] = knownAfter(each, loop)
		}
		return object
	}
	return v
}

// foresees reports whether a loop, or one of the steps inside it, would change
// anything.
func (w *walk) foresees(s *program.Step) (some bool) {
	w.record(func(r *Result) {
		some = r.Steps[s.Index].Changes.Any()
		for _, inner := range r.Steps[s.Index+1:] {
			if inner.Depth <= s.Depth {
				return
			}
			some = some || inner.Changes.Any()
		}
	})
	return some
}

// row runs the body of a loop for one item. The value is the row as an element
// of steps.ID.items. A row that is put off has not ended.
func (w *walk) row(ctx context.Context, s *program.Step, outer *place, item spooled, m *memory) (ending, eval.Object, error) {
	at := *outer
	at.memory, at.path = m, outer.rowPath(item.index)
	if w.opt.Draft != nil {
		at.order = outer.orderIn(s, item.index)
	}
	at.scope = outer.scope.Child()
	at.steps = maps.Clone(outer.steps)
	at.scope.Set("steps", at.steps)
	at.scope.Set(s.Loop.As, item.value)
	at.scope.Set("index", item.index)
	at.row = item.place
	if item.possible != nil {
		at.possible = origins(at.possible, item.possible)
	}
	w.estimate(s, item.value)
	key := "[" + strconv.Quote(item.key) + "]"
	end, err := w.body(ctx, s, &at, key, &item)
	if end.deferred {
		return end, nil, err
	}
	return end, w.endRow(s, outer, &at, item, end), err
}

// endRow tells of the end of a row, and gives it as an element of
// steps.ID.items.
func (w *walk) endRow(s *program.Step, outer, at *place, item spooled, end ending) eval.Object {
	addr := outer.prefix + s.Label + "[" + strconv.Quote(item.key) + "]"
	ended := Event{Row: &RowEnded{Addr: addr, Status: end.row(), Failure: item.failure}}
	w.tellEvent(ended)
	if item.failure != nil {
		w.opt.Draft.failed(at, ended)
	}
	w.finding(s, at, item.failure)
	value := eval.Object{"key": item.key, "status": string(end.row())}
	if s.UseRows {
		addSteps(s, at, value)
	}
	return value
}

// body runs what is inside the loop for one item. Where it fails before its
// first step, the item says why.
func (w *walk) body(ctx context.Context, s *program.Step, at *place, key string, item *spooled) (ending, error) {
	selected := true
	if item.possible != nil && !w.planning { // a plan could not decide it
		selected = w.selectedNow(ctx, s, at, item)
	}
	if !selected {
		w.tell(s.Inside(), at.within(s.Label+key+"."), Skipped)
		return ending{status: Skipped}, nil
	}
	w.billRow(s, at, item.value)
	if end, err := w.heldAgainst(ctx, s, at, item); err != nil || end.deferred {
		return end, err
	}
	if item.failure != nil {
		item.failure.Addr = at.prefix + s.Label + key
		w.tell(s.Inside(), at.within(s.Label+key+"."), Pending)
		return ending{status: Failed, failure: item.failure}, nil
	}
	if w.stopped(ctx) {
		return at.notReached(w.rowInDoubt(at)), errStopped
	}
	if s.Action != nil {
		at.key = key
		return w.instance(ctx, s, at)
	}
	return w.steps(ctx, s.Steps, at.within(s.Label+key+"."))
}

// heldAgainst looks whether the record of a row has moved since the plan that is
// applied. Where that cannot be read, the row is put off or not reached, or the
// item says why it failed.
func (w *walk) heldAgainst(ctx context.Context, s *program.Step, at *place, item *spooled) (ending, error) {
	moved, err := w.rowMoved(ctx, s, at, *item)
	at.moved = moved
	if err == nil {
		return ending{}, nil
	}
	if w.halts(err) || w.stopped(ctx) {
		return at.notReached(w.rowInDoubt(at)), errStopped
	}
	failure := w.failure(at, s.Source.ForEach.Node, err)
	if w.defers(s, at, outcome{status: Failed, failure: failure}) {
		return ending{stop: true, deferred: true}, nil
	}
	item.failure = failure
	return ending{}, nil
}

// notReached is the end of what is not begun any more. A row that was put off
// with a call in doubt stays so, and one that was in doubt before.
func (p *place) notReached(doubt bool) ending {
	end := ending{status: Pending, stop: true, deferred: p.memory != nil && p.memory.doubt != nil}
	if doubt {
		end.status, end.earlier = InDoubt, true
	}
	return end
}

// selectedNow decides whether where selects an item. One for which it cannot be
// evaluated has failed.
func (w *walk) selectedNow(ctx context.Context, s *program.Step, at *place, item *spooled) bool {
	at.possible = nil
	selected, err := w.holds(ctx, s.Loop.Where, at)
	if err != nil {
		item.failure = w.failure(at, s.Source.ForEach.Where, err)
	}
	return selected || err != nil
}

// addSteps adds what became of the steps of a row.
func addSteps(s *program.Step, at *place, value eval.Object) {
	if s.Action != nil {
		if own, ok := at.steps[s.ID].(eval.Object); ok && own["data"] != nil {
			value["data"] = own["data"]
		}
		return
	}
	inner := eval.Object{}
	for _, each := range s.Steps {
		if each.ID != "" {
			inner[each.ID] = at.steps[each.ID]
		}
	}
	value["steps"] = inner
}

// itemPlace names a row of a file for messages.
func itemPlace(file string, line int) string {
	if file == "" || line == 0 {
		return ""
	}
	return file + ":" + strconv.Itoa(line)
}
