package runner

import (
	"slices"

	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/flowrun-dev/flowrun/internal/program"
)

// A stretch of a run that is stopped on its way says of what it did not reach how
// the stretches before it left that: what is done is done all the same, and what
// is in doubt stays so. What failed will be run again, and is pending.

// standing counts a step that is not reached, or the rows of a loop that was
// reached before. The place is where it stands.
func (w *walk) standing(s *program.Step, at *place) (c Counts, rows bool) {
	if s.Loop != nil {
		if known, err := w.opt.Run.loop(at); err == nil && known.List != nil {
			return w.opt.Run.standingRows(at, known.Rows, 0, known.List.Count), true
		}
	} else if before, err := w.opt.Run.before(at); err == nil && before != nil {
		c.add(stands(statusOf(*before)), 1)
		return c, false
	}
	c.add(Pending, 1)
	return c, false
}

// rowInDoubt reports whether the row that a place stands in was in doubt when
// this stretch of the run began.
func (w *walk) rowInDoubt(at *place) bool {
	loop := *at
	row := loop.path[len(loop.path)-1]
	loop.path, loop.key = loop.path[:len(loop.path)-1], ""
	known, err := w.opt.Run.loop(&loop)
	return err == nil && w.opt.Run.standingRows(&loop, known.Rows, row.Index, row.Index+1).InDoubt > 0
}

// standingRows counts the rows of a loop from one up to another.
func (r *Run) standingRows(at *place, rows *journal.Rows, from, to int64) (c Counts) {
	if from == to || r == nil || r.past == nil || rows == nil {
		return c
	}
	instances, err := r.past.Instances()
	if err != nil {
		return c // the journal was read when the run was taken up
	}
	open := rowsInDoubt(instances, at.path, at.addr())
	for index := from; index < to; index++ {
		c.add(stands(rowStatus(rows.Status(index), open[index])), 1)
	}
	return c
}

// rowsInDoubt are the rows of a loop, by their indexes, in which a call is in
// doubt. A process that was killed has said so of none.
func rowsInDoubt(instances []journal.Instance, in journal.Path, loop string) map[int64]bool {
	open := map[int64]bool{}
	for _, i := range instances {
		if len(i.In) > len(in) && slices.Equal(i.In[:len(in)], in) && i.In[len(in)].Loop == loop && statusOf(i) == InDoubt {
			open[i.In[len(in)].Index] = true
		}
	}
	return open
}

// stands is how a status stands when nothing was done since.
func stands(s Status) Status {
	if s == Failed {
		return Pending
	}
	return s
}
