package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
)

// Verdict is what a person found out about a call in doubt.
type Verdict string

// The verdicts. Both of the latter let resume send the call again; they differ
// in what is on record.
const (
	WasApplied Verdict = "applied"
	NotApplied Verdict = "not applied"
	SendAgain  Verdict = "to be sent again" // whatever became of it
)

// Decision is what a person decided about a call in doubt.
type Decision struct {
	Verdict  Verdict
	RemoteID string          // of the record, if it was applied
	Data     json.RawMessage // of the step, if it was applied; from [Doubts.Read]
	Who      string
}

// codeNotApplied is the code of a call of which a person decided that it was not
// applied.
const codeNotApplied = "not_applied"

// Doubts is a run that is open to have its doubts settled by hand.
type Doubts struct {
	dir     string
	journal *journal.Journal
	past    *journal.State
	program *Program
	all     []Left
}

// OpenDoubts opens the run in dir and takes its lock. The errors are those of
// [Reopen].
func OpenDoubts(dir string, by By) (*Doubts, error) {
	j, past, err := journal.Resume(dir, by.journal())
	if err != nil {
		return nil, err
	}
	d := &Doubts{dir: dir, journal: j, past: past}
	if err := d.open(); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *Doubts) open() (err error) {
	if d.program, err = (&Run{Dir: d.dir, past: d.past}).program(); err != nil {
		return err
	}
	left, err := leftOf(d.past)
	for _, l := range left {
		if l.Status == InDoubt {
			d.all = append(d.all, l)
		}
	}
	return err
}

// Close lets go of the run. It stands as it did before.
func (d *Doubts) Close() error { return d.journal.Close(d.past.End) }

// Program is the workflow of the run.
func (d *Doubts) Program() *Program { return d.program }

// Find gives the one instance in doubt with that key of its row and that label
// of its step. Either may be empty if there is one without it. The error says
// what is in doubt.
func (d *Doubts) Find(row, step string) (Left, error) {
	var found []Left
	for _, l := range d.all {
		if (step == "" || l.Step == step) && (row == "" && l.Row == "" || row != "" && hasKey(l.Addr, row)) {
			found = append(found, l)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(d.all) == 0:
		return Left{}, errors.New("nothing of this run is in doubt")
	case len(found) == 0:
		return Left{}, errors.New("that is not in doubt; in doubt " + addrsOf(d.all))
	}
	return Left{}, errors.New("several steps are in doubt there: " + addrsOf(found))
}

const maxNamed = 10 // addresses in a message

func addrsOf(left []Left) string {
	var addrs []string
	for _, l := range left[:min(len(left), maxNamed)] {
		addrs = append(addrs, l.Addr)
	}
	text := strings.Join(addrs, ", ")
	if more := len(left) - maxNamed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	if len(left) == 1 {
		return "is " + text
	}
	return "are " + text
}

// Needed gives the action that reads what later steps refer to of an instance;
// nil if they refer to nothing, or no action reads such a record.
func (d *Doubts) Needed(l Left) *steps.Action {
	s := stepOf(d.program, l.Addr)
	if s == nil || !s.Used {
		return nil
	}
	for _, a := range steps.All() {
		if a.Resource == s.Action.Resource && strings.HasPrefix(a.Name, "get") && len(a.Inputs) > 0 {
			return a
		}
	}
	return nil
}

// Read reads the record with Intercom's id, as [Doubts.Needed] says.
func (d *Doubts) Read(ctx context.Context, do intercom.Doer, l Left, id string) (json.RawMessage, error) {
	get := d.Needed(l)
	if get == nil {
		return nil, nil
	}
	req, err := get.Request(map[string]any{get.Inputs[0].Name: id})
	if err != nil {
		return nil, err
	}
	resp, err := do.Do(ctx, req)
	if err == nil {
		err = whole(get, req, resp)
	}
	if err != nil {
		return nil, err
	}
	return get.Data(resp), nil
}

// Settle puts a decision on record: who decided, and the end of the instance.
// It is durable when Settle returns without an error.
func (d *Doubts) Settle(ctx context.Context, l Left, by Decision) error {
	text := fmt.Sprintf("%s: %s", l.Addr, by.Verdict)
	if by.RemoteID != "" {
		text += " as " + by.RemoteID
	}
	if err := d.journal.Note(journal.Note{Address: l.Addr, In: l.in, Kind: "decision", Who: by.Who, Text: text}); err != nil {
		return err
	}
	if err := d.journal.Sync(ctx); err != nil {
		return err
	}
	if err := d.journal.Answer(by.answer(l, stepOf(d.program, l.Addr))); err != nil {
		return err
	}
	return d.journal.Sync(ctx)
}

func (by Decision) answer(l Left, s *program.Step) journal.Answer {
	a := journal.Answer{Address: l.Addr, In: l.in}
	if s != nil {
		a.Effect = s.Action.Effect.String()
	}
	if by.Verdict == WasApplied {
		a.Status, a.RemoteID, a.Data = journal.Done, by.RemoteID, by.Data
		return a
	}
	a.Status, a.Code = journal.Failed, strings.ReplaceAll(string(by.Verdict), " ", "_") // codeNotApplied, for one
	a.Message = fmt.Sprintf("%s decided that it was %s", by.Who, by.Verdict)
	if by.Verdict == SendAgain {
		a.Message = fmt.Sprintf("%s decided that it is %s", by.Who, by.Verdict)
	}
	return a
}
