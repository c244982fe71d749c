package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
)

// doubt is a call of an instance of which nobody knows whether it was applied.
// Where it can only be searched for, its row is put off: when the other rows
// have been run, the calls in doubt are looked for together.
type doubt struct {
	step    *program.Step
	at      *place
	in      map[string]any
	sent    steps.Sent
	takes   bool      // it went to a contact that a create had found
	earlier bool      // it was in doubt when this stretch of the run began
	again   time.Time // a look before this would prove nothing; zero if there was none, or it will never

	stands outcome         // how the instance ends as long as no more is known
	found  *steps.Evidence // of the look; nil before it
}

// open gives the doubt that an instance is in: from an earlier pass over its
// row, or from an earlier stretch of the run.
func (w *walk) open(s *program.Step, at *place, before *journal.Instance) *doubt {
	if d := at.memory.doubtAt(at.addr()); d != nil {
		return d
	}
	open := sent(before)
	if open.First.IsZero() {
		return nil
	}
	d := &doubt{step: s, at: at, sent: open, takes: tookTwin(s, before), earlier: true, again: w.opt.Run.looks[at.addr()]}
	d.stands = w.inDoubt(d, notKnown("flowrun ended while it was on its way", d.again))
	if a := before.Answer; a != nil {
		d.stands.failure.Message, d.stands.failure.RequestID = a.Message, a.RequestID
	}
	return d
}

// inDoubt is the outcome of a call in doubt.
func (w *walk) inDoubt(d *doubt, err error) outcome {
	return outcome{status: InDoubt, applied: d.sent.Applied, earlier: d.earlier, failure: w.failure(d.at, d.step.Source.Action, err)}
}

const codeInDoubt = "in_doubt"

// notKnown says that nobody knows whether a call was applied, what was looked
// at, and what can be done.
func notKnown(note string, again time.Time) error {
	return &codedError{code: codeInDoubt, message: "sent, and not known whether it was applied: " + note, hint: hintOf(again)}
}

func hintOf(again time.Time) string {
	if again.IsZero() {
		return `look in Intercom, and then "flowrun resolve" says what is true`
	}
	return fmt.Sprintf(`"flowrun resume" looks again from %s on; that is conclusive`, again.Local().Format("15:04:05"))
}

// settle finds out what became of a call, or puts its row off until that can be
// found out. Known is false where it was not applied, so that it may be made.
func (w *walk) settle(ctx context.Context, d *doubt) (out outcome, known bool) {
	waits := d.at.memory.canWait()
	switch {
	case d.found != nil:
		return w.conclude(d)
	case time.Now().Before(d.again):
		return d.stands, true
	case waits && d.step.Action.Searched(d.in):
		return d.wait(), true
	}
	if err := w.lookFor(ctx, d); err != nil {
		return outcome{status: Pending, fatal: err}, true
	}
	if out, known = w.conclude(d); known && waits && !d.again.IsZero() {
		d.stands, d.found = out, nil
		return d.wait(), true
	}
	return out, known
}

// wait is the outcome of a call whose row is put off.
func (d *doubt) wait() outcome {
	out := d.stands
	out.waits = d
	return out
}

// conclude is the outcome of a call that was looked for, if it has one.
func (w *walk) conclude(d *doubt) (out outcome, known bool) {
	switch {
	case d.found.Verdict == steps.Applied:
		return outcome{status: Done, id: d.found.ID, has: true, data: eval.RawTrusted(d.found.Data)}, true
	case d.found.Verdict == steps.NotApplied:
		return outcome{}, false
	}
	out = w.inDoubt(d, notKnown(d.found.Note, d.found.Again))
	if d.stands.failure != nil {
		out.failure.RequestID = d.stands.failure.RequestID
	}
	return out, true
}

// lookFor looks for calls of one action, together. What it found is on record
// when it returns; the error is that of the journal.
func (w *walk) lookFor(ctx context.Context, all ...*doubt) error {
	w.settling <- struct{}{} // two calls that sent the same are told apart by what the first one found
	defer func() { <-w.settling }()
	doubts := make([]steps.Doubt, len(all))
	for i, d := range all {
		doubts[i] = steps.Doubt{In: d.in, Sent: d.sent}
		doubts[i].Taken = func(id string) bool { return w.opt.Run.has(d.at, id) }
	}
	look := steps.Look{Do: w, Clock: &w.clock, Lag: w.opt.IndexLag}
	found, err := all[0].step.Action.Settle(ctx, look, doubts)
	if err != nil {
		for _, d := range all {
			d.found = &steps.Evidence{Note: err.Error()}
		}
		return nil
	}
	if err := w.opt.Run.looked(all, found); err != nil {
		return err
	}
	for i, d := range all {
		d.found, d.again = &found[i], found[i].Again
	}
	return nil
}

// lookTogether is how many calls are looked for at a time.
const lookTogether = 60

// lookForDoubts looks for the calls in doubt of rows that were put off.
func (l *loopRun) lookForDoubts(ctx context.Context) error {
	var order []*program.Step
	open := map[*program.Step][]*doubt{}
	for _, row := range l.deferred {
		d := row.memory.doubt
		if d == nil || d.repeats() || time.Now().Before(d.again) {
			continue
		}
		if open[d.step] == nil {
			order = append(order, d.step)
		}
		open[d.step] = append(open[d.step], d)
	}
	for _, s := range order {
		for all := range slices.Chunk(open[s], lookTogether) {
			if l.walk.stopped(ctx) {
				return nil
			}
			if err := l.walk.lookFor(ctx, all...); err != nil {
				return err
			}
		}
	}
	return nil
}

// leave ends the rows that were put off with a call in doubt and are not run
// again: they stay in doubt.
func (l *loopRun) leave() error {
	var failed error
	for _, row := range l.deferred {
		d := row.memory.doubt
		if d == nil || row.ended {
			continue
		}
		end := l.walk.end(d.step, d.at, d.stands)
		value := l.walk.endRow(l.step, l.at, d.at, row.item, end)
		failed = errors.Join(failed, l.ended(row, end, value))
	}
	return failed
}

// sent says when the calls of an instance were on their way whose outcome is
// open. The process that was stopped behind an intent sent it within the time
// of an attempt, or not at all.
func sent(i *journal.Instance) steps.Sent {
	var s steps.Sent
	if i == nil || i.Answer != nil && i.Answer.Status != journal.InDoubt {
		return s
	}
	for _, intent := range i.Intents {
		if s.First.IsZero() || intent.Time.Before(s.First) {
			s.First = intent.Time
		}
		if last := intent.Time.Add(late + time.Minute); last.After(s.Last) {
			s.Last = last
		}
	}
	if i.Answer != nil {
		s.Applied = i.Answer.Reason == reasonApplied
		if ended := i.Answer.Time; ended.Before(s.Last) && ended.After(s.First) {
			s.Last = ended
		}
	}
	return s
}

// noteLookup is the kind of note that says what a look found.
const noteLookup = "lookup"

// finding is the stored form of what a look found; fields may only be added.
type finding struct {
	Verdict string    `json:"verdict"`
	ID      string    `json:"id,omitempty"`   // of the record that the call made
	Again   time.Time `json:"again,omitzero"` // from when on another look may be conclusive
}

// looked records what was found out about calls, for good, before anything is
// done because of it.
func (r *Run) looked(all []*doubt, found []steps.Evidence) error {
	if r == nil {
		return nil
	}
	for i, d := range all {
		text, err := json.Marshal(finding{found[i].Verdict.String(), found[i].ID, found[i].Again})
		if err != nil {
			return err
		}
		note := journal.Note{Kind: noteLookup, Address: d.at.addr(), In: d.at.path, Text: found[i].Note, Data: text}
		if err := r.journal.Note(note); err != nil {
			return err
		}
		r.made.look(note)
	}
	return r.Sync()
}

// lookTimes gives from when on another look for a call may be conclusive, by
// the address of its instance, as the last looks said.
func lookTimes(notes []journal.Note) map[string]time.Time {
	times := map[string]time.Time{}
	for _, n := range notes {
		var f finding
		if n.Kind == noteLookup && json.Unmarshal(n.Data, &f) == nil {
			times[n.Address] = f.Again
		}
	}
	return times
}
