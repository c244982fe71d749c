package runner

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
)

// A run without a folder, as a plan is, records nothing: the methods of a nil
// Run do nothing.

// intent records that a call is about to be made. When it returns, a call that
// must not be made twice is on record for good. After an error nothing may be
// sent.
func (r *Run) intent(ctx context.Context, s *program.Step, at *place, in map[string]any, req intercom.Request) error {
	if r == nil || intercom.IsRead(req.Method, req.Path) {
		return nil
	}
	class := s.Action.RetryOf(in)
	looked := s.Current != nil && !s.Blind // what it changes is to be known, even if the process ends now
	return r.journal.Intent(ctx, journal.Intent{
		Address: at.addr(), In: at.path, Op: s.Action.Op, Class: class.String(),
		Hash: digest(req.Body)[:16], Before: at.before(), Durable: class != steps.Repeatable || looked,
	})
}

// late is how long after its intent a call may go out.
const late = 10 * time.Second

// reminder records the intent of a call anew when its turn to go out comes late.
// When calls in doubt are looked for, it matters when they went out.
func (r *Run) reminder(s *program.Step, at *place, in map[string]any, req intercom.Request) func(context.Context) error {
	if r == nil || intercom.IsRead(req.Method, req.Path) || s.Action.RetryOf(in) == steps.Repeatable {
		return nil
	}
	recorded := time.Now()
	return func(ctx context.Context) error {
		if time.Since(recorded) < late {
			return nil
		}
		recorded = time.Now()
		if err := r.intent(ctx, s, at, in, req); err != nil {
			return &fatalError{err}
		}
		return nil
	}
}

// unsent records that a call did not go out behind its intent, which is then not
// taken for one in doubt. Of one that was in doubt before, it says nothing.
func (r *Run) unsent(s *program.Step, at *place, effect steps.Effect) error {
	before, err := r.before(at)
	if r == nil || err != nil || before != nil && len(before.Intents) > 0 {
		return err
	}
	return r.answer(s, at, outcome{status: Failed, effect: effect, reason: reasonUnsent})
}

// answer records what became of an instance: of a write always, of a read
// where something needs its data.
func (r *Run) answer(s *program.Step, at *place, out outcome) error {
	if r == nil || out.effect == steps.Read && !s.Used && out.failure == nil {
		return nil
	}
	a := journal.Answer{
		Address: at.addr(), In: at.path, Status: journal.Status(out.status), Reason: out.reason, Effect: out.effect.String(), RemoteID: out.id,
		Message: out.note,
	}
	if s.Action != nil && s.Action.Effect == steps.Send && out.status == Done {
		a.Version = textValue(valueAt(out.data, "updated_at"))
	}
	if out.status == InDoubt && out.applied {
		a.Reason = reasonApplied
	}
	if f := out.failure; f != nil {
		a.RequestID, a.HTTP, a.Code, a.Message = f.RequestID, f.Status, f.Code, f.Message
	}
	if out.has && s.Used {
		data, err := eval.AppendJSON(nil, out.data)
		if err != nil {
			return err
		}
		a.Data = r.veil.Hide(data)
	}
	r.made.add(a)
	if out.status != InDoubt {
		r.met.Delete(a.Address)
	}
	if s.Action != nil && out.effect != steps.Read {
		r.since.add(s, at, out)
	}
	return r.journal.Answer(a)
}

// row records that a row of a loop has ended.
func (r *Run) row(path journal.Path, key string, status Status) error {
	if r == nil || status == Pending {
		return nil
	}
	return r.journal.Row(journal.Row{Path: path, Key: key, Status: journal.Status(status)})
}

// listed records that the list of a loop is complete, which it is for good.
func (r *Run) listed(at *place, items *spool, src source) error {
	if r == nil {
		return nil
	}
	return r.list(&plannedList{Loop: at.addr(), In: at.path, File: filepath.Base(items.name), Count: items.count, Read: items.read, Source: src.note()})
}

// list records a list that is complete.
func (r *Run) list(l *plannedList) error {
	if l.Source != nil {
		text, err := json.Marshal(l.Source)
		if err != nil {
			return err
		}
		if err := r.journal.Note(journal.Note{Kind: noteSource, Address: l.Loop, In: l.In, Text: l.Source.Name, Data: text}); err != nil {
			return err
		}
	}
	return r.journal.List(journal.List{Loop: l.Loop, In: l.In, File: l.File, Count: l.Count, Read: l.Read})
}

// note says what a list was read from; nil where it was no file.
func (s *source) note() *sourceNote {
	if s.file == nil {
		return nil
	}
	return &sourceNote{Name: s.name, Path: s.path, Digest: s.digest, Header: s.header}
}

// planRead is the answer of a read as the plan had it.
func (r *Run) planRead(at *place) (eval.Value, bool, error) {
	if !r.planned() {
		return nil, false, nil
	}
	v, ok, err := r.plan.read(at)
	if err != nil {
		err = &fatalError{err}
	}
	return v, ok, err
}

// reasonApplied is why a call is in doubt of which Intercom said that it was
// done, in an answer that could not be read. It is never sent again.
const reasonApplied = "applied"

// reasonUnsent is why a call failed that was not sent, since the run was being
// stopped: it was not reached.
const reasonUnsent = "unsent"

// reopen goes on with a list that an earlier stretch of the run has read.
func (r *Run) reopen(known journal.Loop) (*spool, error) {
	file, err := os.Open(filepath.Join(r.Dir, filepath.Base(known.List.File)))
	if err != nil {
		return nil, &fatalError{fmt.Errorf("the list of %s: %w", known.Address, err)}
	}
	p := &spool{veil: r.veil, name: file.Name(), file: file, read: known.List.Read, count: known.List.Count, rows: known.Rows}
	p.lines = bufio.NewReaderSize(file, 64<<10)
	for _, note := range r.past.Notes {
		var source sourceNote
		if note.Kind == noteSource && note.Address == known.Address && json.Unmarshal(note.Data, &source) == nil {
			p.header = source.Header
		}
	}
	return p, nil
}

// before is what the journal says of an instance from an earlier stretch of
// the run; nil where it says nothing.
func (r *Run) before(at *place) (*journal.Instance, error) {
	if r == nil || r.past == nil {
		return nil, nil
	}
	return r.past.Instance(at.path, at.addr())
}

// begun reports whether an earlier stretch of the run has begun the row that
// the place stands in.
func (r *Run) begun(at *place) bool { return r.past.Begun(at.path) }

// loop is what the journal says of a loop.
func (r *Run) loop(at *place) (journal.Loop, error) {
	if r == nil || r.past == nil {
		return journal.Loop{Rows: new(journal.Rows)}, nil
	}
	return r.past.Loop(at.path, at.addr())
}
