package runner

import (
	"cmp"
	"context"
	"sync"
	"sync/atomic"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"golang.org/x/sync/errgroup"
)

const (
	defaultConcurrency = 10     // items side by side, where the file says nothing
	maxDeferred        = 10_000 // rows that are kept in memory for a second pass
)

// loopRun runs the body of a loop for its items, several side by side, the
// steps of one item in order.
type loopRun struct {
	walk    *walk
	step    *program.Step
	at      *place
	tally   *tally
	stopped atomic.Bool // nothing new is begun

	list   eval.List // the rows by their index, where something reads them
	values *rowValues

	mu       sync.Mutex
	deferred []*deferred
	inner    memory // what the rows have written, for the row that the loop stands in
}

// deferred is a row that may be put off to the end.
type deferred struct {
	item   spooled
	memory *memory
	again  bool // it was put off, and its turn has come
	ended  bool
}

// rows runs the body for each kept item, and once more for those that failed
// for a passing reason. It begins no item once more rows have failed than may,
// or the walk is being stopped, and waits for those that have begun.
func (w *walk) rows(ctx context.Context, s *program.Step, at *place, items *spool) (ending, error) {
	l := &loopRun{walk: w, step: s, at: at, tally: &tally{items: items.count, most: allowed(s.Loop.Failures, items.count)}}
	if err := l.prepare(items); err != nil {
		return ending{status: Pending, stop: true}, unkept(err)
	}
	defer l.values.close()
	err := l.pass(ctx, items.count, func() (*deferred, bool, error) {
		item, ok, err := l.next(items)
		return &deferred{item: item, memory: &memory{last: l.full(), outer: l.at.memory}}, ok, err
	})
	if err == nil && !l.done() {
		err = l.lookForDoubts(ctx)
	}
	if err == nil && !l.done() {
		err = l.pass(ctx, int64(len(l.deferred)), l.again())
	}
	err = cmp.Or(err, l.leave())
	at.memory.add(&l.inner)
	l.tally.rest = w.opt.Run.standingRows(at, items.rows, int64(items.at), items.count)
	end := w.endLoop(ctx, s, at, l.tally, began(l.list))
	if err != nil {
		end = ending{status: worse(end.status, Pending), failure: l.tally.first, stop: true}
	}
	return end, err
}

// prepare makes room for the rows, where something reads them.
func (l *loopRun) prepare(items *spool) (err error) {
	if !l.step.UseRows {
		return nil
	}
	l.list = make(eval.List, items.count)
	if l.walk.opt.Run != nil {
		l.values, err = openRowValues(items.name, l.list, l.walk.opt.Inputs.Veil)
	}
	return err
}

// next gives the next item that is not settled. Those that an earlier stretch
// of the run has settled are counted.
func (l *loopRun) next(items *spool) (spooled, bool, error) {
	for {
		item, ok, err := items.next()
		if err != nil || !ok {
			return item, ok, err
		}
		status := items.before(item.index)
		if status == "" {
			return item, true, nil
		}
		l.settled(status)
	}
}

// settled counts a row that an earlier stretch of the run has settled. What it
// did is not looked at again: it is taken for all that it may have done.
func (l *loopRun) settled(status Status) {
	l.mu.Lock()
	l.inner.does(status, mayDoOnce(l.step))
	l.mu.Unlock()
	l.tally.add(ending{status: status})
	l.walk.record(func(r *Result) { r.Steps[l.step.Index].Before++ })
}

// pass runs the rows that next hands out, of which there are at most so many.
// All goroutines of a walk are started here: one for each row that may run side
// by side, not one for each row, so that a stack grows once.
func (l *loopRun) pass(ctx context.Context, rows int64, next func() (*deferred, bool, error)) error {
	var turn sync.Mutex // to call next
	take := func() (*deferred, bool, error) {
		turn.Lock()
		defer turn.Unlock()
		if l.done() {
			return nil, false, nil
		}
		row, ok, err := next()
		if err != nil {
			l.stopped.Store(true)
		}
		return row, ok, err
	}
	var group errgroup.Group
	for range min(int64(l.sideBySide()), rows) {
		group.Go(func() (err error) {
			defer l.survive(&err)
			for {
				row, ok, err := take()
				if err != nil || !ok {
					return err
				}
				if err := l.row(ctx, row); err != nil {
					return err
				}
			}
		})
	}
	return group.Wait()
}

// row runs the body for one item and counts what became of it.
func (l *loopRun) row(ctx context.Context, row *deferred) error {
	end, value, err := l.walk.row(ctx, l.step, l.at, row.item, row.memory)
	if err != nil {
		l.stopped.Store(true)
	}
	if l.putOff(row, end) {
		return err
	}
	return cmp.Or(err, l.ended(row, end, value))
}

// ended counts a row that has ended.
func (l *loopRun) ended(row *deferred, end ending, value eval.Object) error {
	row.ended = true
	l.tally.add(end)
	if row.memory.changed {
		l.walk.record(func(r *Result) { r.Steps[l.step.Index].Changed++ })
	}
	if row.memory.changed || row.memory.once {
		l.mu.Lock()
		l.inner.add(row.memory)
		l.mu.Unlock()
	}
	if l.list != nil {
		l.list[row.item.index] = value // each row has a place of its own
	}
	return l.keep(row, end.row(), value)
}

// putOff keeps a row for the second pass, if it ended so.
func (l *loopRun) putOff(row *deferred, end ending) bool {
	if end.deferred && !row.again {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.deferred = append(l.deferred, row)
	}
	return end.deferred
}

// keep records that a row has ended: first its value, where something reads
// it, and then that it is settled. A row that the result files could not tell
// of is not: the next stretch of the run tells of it.
func (l *loopRun) keep(row *deferred, status Status, value eval.Object) error {
	run := l.walk.opt.Run
	if run == nil {
		return nil
	}
	if err := l.walk.keepFailed(l.step, row, status); err != nil {
		return err
	}
	if l.values != nil && status != Pending {
		if err := l.values.add(row.item.index, value); err != nil {
			return err
		}
	}
	return run.row(l.at.rowPath(row.item.index), row.item.key, status)
}

// full reports whether no more rows can be put off.
func (l *loopRun) full() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.deferred) >= maxDeferred
}

// again hands out the rows that were put off, for the last time.
func (l *loopRun) again() func() (*deferred, bool, error) {
	at := 0
	return func() (*deferred, bool, error) {
		if at == len(l.deferred) {
			return nil, false, nil
		}
		row := l.deferred[at]
		row.again, row.memory.last = true, true
		at++
		return row, true, nil
	}
}

// done reports whether no further item is to be begun.
func (l *loopRun) done() bool {
	return l.stopped.Load() || l.tally.passedNow() && !l.walk.planning
}

func (l *loopRun) sideBySide() int {
	switch {
	case l.walk.opt.Concurrency > 0:
		return l.walk.opt.Concurrency
	case l.step.Source.ForEach.Concurrency > 0:
		return l.step.Source.ForEach.Concurrency
	}
	return defaultConcurrency
}

// began leaves out the rows that were not reached.
func began(list eval.List) eval.List {
	reached := list[:0]
	for _, row := range list {
		if row != nil {
			reached = append(reached, row)
		}
	}
	return reached
}
