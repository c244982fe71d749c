package runner

import (
	"fmt"
	"sync"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/workflow"
)

// tally counts the rows of one loop while they end, in any order.
type tally struct {
	items int64 // rows in all
	most  int64 // of them that may fail

	mu      sync.Mutex
	counts  Counts
	rest    Counts // of the rows that were not reached, as they stood before
	earlier int64  // of those in doubt, since an earlier stretch of the run
	worst   Status
	first   *Failure // of the rows, the one that was told first
}

func (t *tally) add(end ending) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts.add(end.row(), 1)
	t.worst = worse(t.worst, end.row())
	if end.row() == InDoubt && end.earlier {
		t.earlier++
	}
	if t.first == nil {
		t.first = end.failure
	}
}

// row is the status of a row that ended so: one whose steps were all right may
// still have failed, by an assert.
func (e ending) row() Status {
	if e.failure != nil {
		return worse(e.status, Failed)
	}
	return e.status
}

// passed reports whether more rows failed than may: the limit is passed by the
// row after it. What follows the loop is then not run.
func (t *tally) passed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.counts.Failed+t.counts.InDoubt > t.most
}

// passedNow reports whether more rows failed in this stretch of the run than
// may, so that no further one is begun. A row that was in doubt before and still
// is keeps nobody from running the others.
func (t *tally) passedNow() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.counts.Failed+t.counts.InDoubt-t.earlier > t.most
}

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

// error says that a loop was stopped, or in a plan would be, and why.
func (t *tally) error(planning bool) error {
	failed := t.counts.Failed + t.counts.InDoubt
	stopped, what := "stopped", "failed"
	switch {
	case planning:
		stopped, what = "would stop", "would fail"
	case t.counts.InDoubt > 0:
		what = "failed or are in doubt"
	}
	return &codedError{
		code:    "max_failures",
		message: fmt.Sprintf("%s: %d of %d items %s, and max_failures allows %d", stopped, failed, t.items, what, t.most),
		hint:    "mend what failed and run it again, or raise for_each.max_failures",
	}
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
