package runner

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/flowrun-dev/flowrun/steps"
)

// restore ends an instance as it ended in an earlier stretch of the run.
// Nothing is sent.
func (w *walk) restore(s *step, at *place, a *journal.Answer) ending {
	effect, _ := steps.ParseEffect(a.Effect)
	out := outcome{status: Status(a.Status), reason: a.Reason, effect: effect, before: true}
	if a.Data != nil {
		out.data, out.has = eval.RawTrusted(a.Data), true
	}
	return w.end(s, at, out)
}

// again makes the call of an instance. A call that must not be made twice and
// may have been made, in an earlier stretch of the run or just now, is looked
// for first, and made only when it is known not to have been.
func (w *walk) again(ctx context.Context, s *step, at *place, given map[string]any, before *journal.Instance) outcome {
	if s.action.EffectOf(given) == steps.Read || s.action.RetryOf(given) == steps.Repeatable {
		return w.repeat(ctx, s, at, given)
	}
	if open := sent(before); !open.First.IsZero() {
		if out, known := w.settle(ctx, s, at, given, open); known {
			return out
		}
	}
	began := time.Now()
	out := w.repeat(ctx, s, at, given)
	if out.status != InDoubt || ctx.Err() != nil {
		return out
	}
	var unknown *intercom.UnknownError
	just := steps.Sent{First: began, Last: time.Now(), Applied: errors.As(out.failure.err, &unknown) && unknown.Applied}
	if found, known := w.settle(ctx, s, at, given, just); known {
		if found.status == InDoubt {
			found.applied = just.Applied
			found.failure.RequestID = out.failure.RequestID
		}
		return found
	}
	return w.repeat(ctx, s, at, given)
}

// settle looks for what became of a call. Known is false where it was not
// applied, so that it may be made again.
func (w *walk) settle(ctx context.Context, s *step, at *place, in map[string]any, open steps.Sent) (out outcome, known bool) {
	w.settling <- struct{}{} // two calls that sent the same are told apart by what the first one found
	defer func() { <-w.settling }()
	open.Taken = func(id string) bool { return w.opt.Run.has(at, id) }
	evidence, err := s.action.Settle(ctx, w, in, open, w.opt.IndexLag)
	if err != nil {
		return outcome{status: InDoubt, applied: open.Applied, failure: w.failure(at, s.source.Action, doubt(err.Error(), time.Time{}))}, true
	}
	if err := w.opt.Run.looked(at, evidence); err != nil {
		return outcome{status: Pending, fatal: err}, true
	}
	switch evidence.Verdict {
	case steps.Applied:
		return outcome{status: Done, id: evidence.ID, has: true, data: eval.RawTrusted(evidence.Data)}, true
	case steps.NotApplied:
		return outcome{}, false
	}
	return outcome{status: InDoubt, applied: open.Applied, failure: w.failure(at, s.source.Action, doubt(evidence.Note, evidence.Again))}, true
}

// doubt says that nobody knows whether a call was applied, what was looked at,
// and what can be done.
func doubt(note string, again time.Time) error {
	hint := `look in Intercom, and then "flowrun resolve" says what is true`
	if !again.IsZero() {
		hint = fmt.Sprintf(`"flowrun resume" looks again; from %s on that is conclusive`, again.Local().Format("15:04:05"))
	}
	return &codedError{code: "in_doubt", message: "sent, and not known whether it was applied: " + note, hint: hint}
}

// sent says when the calls of an instance were on their way whose outcome is
// open. The process that was stopped behind an intent sent it within the time
// of an attempt, or not at all.
func sent(i *journal.Instance) steps.Sent {
	var s steps.Sent
	if i == nil || i.Answer != nil && i.Answer.Status != journal.InDoubt {
		return s
	}
	s.Applied = i.Answer != nil && i.Answer.Reason == reasonApplied
	for _, intent := range i.Intents {
		if s.First.IsZero() || intent.Time.Before(s.First) {
			s.First = intent.Time
		}
		if last := intent.Time.Add(time.Minute); last.After(s.Last) {
			s.Last = last
		}
	}
	return s
}

// looked records what a lookup found out, for good, before anything is done
// because of it.
func (r *Run) looked(at *place, evidence steps.Evidence) error {
	if r == nil {
		return nil
	}
	text, err := json.Marshal(map[string]string{"verdict": evidence.Verdict.String(), "id": evidence.ID})
	if err != nil {
		return err
	}
	note := journal.Note{Kind: "lookup", Address: at.addr(), In: at.path, Text: evidence.Note, Data: text}
	return cmp.Or(r.journal.Note(note), r.Sync())
}

// made knows which instance made which record, once somebody asks.
type made struct {
	mu sync.Mutex
	by map[string]string // address by Intercom's id; nil until the first question
}

// add takes in an answer.
func (m *made) add(a journal.Answer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.by != nil && a.RemoteID != "" && a.Effect != steps.Update.String() {
		m.by[a.RemoteID] = a.Address
	}
}

// has reports whether another instance of the run is known to have made the
// record with that id. Where the journal cannot tell, it says so of each.
func (r *Run) has(at *place, id string) bool {
	if r == nil {
		return false
	}
	r.made.mu.Lock()
	defer r.made.mu.Unlock()
	if r.made.by == nil && r.readMade() != nil {
		return true
	}
	by, ok := r.made.by[id]
	return ok && by != at.addr()
}

// readMade reads the journal for what was made so far.
func (r *Run) readMade() error {
	if err := r.Sync(); err != nil {
		return err
	}
	by := map[string]string{}
	for record, err := range journal.Records(r.Dir) {
		if err != nil {
			return err
		}
		if a := record.Answer; a != nil && a.RemoteID != "" && a.Effect != steps.Update.String() {
			by[a.RemoteID] = a.Address
		}
	}
	r.made.by = by
	return nil
}
