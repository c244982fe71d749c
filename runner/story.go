package runner

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/flowrun-dev/flowrun/steps"
)

// Left is something that a run has not settled: it failed, or nobody knows
// whether it was applied. Most are instances of a step; some are rows as a whole,
// loops, or an assert behind them.
type Left struct {
	Addr      string    `json:"addr"`
	Step      string    `json:"step"`          // its label
	Row       string    `json:"row,omitempty"` // the key of the row it is in; empty outside loops
	Status    Status    `json:"status"`        // failed or in_doubt
	Op        string    `json:"operation,omitempty"`
	File      string    `json:"file,omitempty"`   // the workflow
	Line      int       `json:"line,omitempty"`   // in it
	Column    int       `json:"column,omitempty"` // in it
	Data      string    `json:"data,omitempty"`   // the row in its own file: people.csv:17
	Code      string    `json:"code,omitempty"`
	HTTP      int       `json:"http,omitempty"` // status of Intercom's answer
	Message   string    `json:"message,omitempty"`
	Hint      string    `json:"hint,omitempty"`
	RequestID string    `json:"request_id,omitempty"`
	Time      time.Time `json:"time,omitzero"` // of the last thing that is on record; none of what failed without a call

	in   journal.Path
	told *told
}

func leftOf(state *journal.State) ([]Left, error) {
	instances, err := state.Instances()
	var all []Left
	for _, i := range instances {
		if status := statusOf(i); status == Failed || status == InDoubt {
			all = append(all, leftIn(i, status))
		}
	}
	return all, err
}

func leftIn(i journal.Instance, status Status) Left {
	l := Left{Addr: i.Address, Status: status, in: i.In}
	l.setPlace()
	for _, intent := range i.Intents {
		l.Op, l.Time = intent.Op, intent.Time
	}
	if a := i.Answer; a != nil {
		l.Code, l.Message, l.RequestID, l.Time = a.Code, a.Message, a.RequestID, a.Time
		return l
	}
	l.Code, l.Message, l.Hint = codeStopped, "flowrun ended while it was on its way", "resume finds out what became of it"
	return l
}

// codeStopped is the code of a call whose process ended before its answer came.
// Unlike others in doubt, nobody has looked for it yet.
const codeStopped = "stopped"

// setPlace takes the step and the row from the address.
func (l *Left) setPlace() {
	parts := addrParts(l.Addr)
	l.Step = parts[len(parts)-1].label
	for _, part := range parts {
		if part.keyed {
			l.Row = part.key
		}
	}
}

// addrPart is a step in an address, and the row of it if it is a loop.
type addrPart struct {
	label, key string
	keyed      bool
}

// addrParts takes an address such as outer["k1"].inner["k2"].step apart.
func addrParts(addr string) []addrPart {
	var parts []addrPart
	for {
		label := addr
		if end := strings.IndexAny(addr, "[."); end >= 0 {
			label = addr[:end]
		}
		part := addrPart{label: label}
		addr = addr[len(label):]
		if strings.HasPrefix(addr, "[") {
			if quoted, err := strconv.QuotedPrefix(addr[1:]); err == nil {
				part.key, _ = strconv.Unquote(quoted) // it is a prefix that can be
				part.keyed = true
				addr = strings.TrimPrefix(addr[1+len(quoted):], "]")
			}
		}
		parts = append(parts, part)
		rest, more := strings.CutPrefix(addr, ".")
		if !more {
			return parts
		}
		addr = rest
	}
}

// Result is what a run has come to: as it was told at its end, or else as the
// journal has it, without the reads that nothing refers to.
func (p *Past) Result() (*Result, error) {
	if p.state == nil {
		return nil, p.err
	}
	if last := p.lastResult(); last != nil {
		return last, nil
	}
	program, err := p.Program()
	if err != nil {
		return nil, err
	}
	r := &Result{
		RunID: p.ID, Workflow: p.Workflow, File: p.File, Counts: p.Counts,
		Workspace: Workspace{ID: p.Workspace, Region: p.Region},
	}
	return r, recount(p.Dir, r, stepResults(program, r))
}

// lastResult is what was told at the end of the run; nil if it came to none.
func (p *Past) lastResult() *Result {
	if p.state.End == nil {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(p.Dir, resultFile))
	var r Result
	if err != nil || json.Unmarshal(text, &r) != nil {
		return nil
	}
	return &r
}

// stepResults makes room in a result for the steps of a program, and gives them
// by their labels.
func stepResults(p *Program, r *Result) map[string]*StepResult {
	byLabel := map[string]*StepResult{}
	r.Steps = make([]StepResult, len(p.All))
	for i, s := range p.All {
		r.Steps[i] = resultOf(s)
		byLabel[s.Label] = &r.Steps[i]
	}
	return byLabel
}

// recount counts the records of a journal into a result. Only what is not
// settled can change, so that only of that the last state is kept.
func recount(dir string, r *Result, steps map[string]*StepResult) error {
	open := map[string]*journal.Answer{}
	rows := map[string]journal.Row{}
	for record, err := range journal.Records(dir) {
		switch {
		case err != nil:
			return err
		case record.List != nil:
			if s := stepAt(steps, record.List.Loop); s != nil && s.Rows != nil {
				s.Read += record.List.Read
				s.Rows.add(Pending, record.List.Count)
			}
		case record.Intent != nil:
			open[record.Intent.Address] = nil
		case record.Answer != nil && record.Answer.Status.Settled():
			delete(open, record.Answer.Address)
			r.tally(stepAt(steps, record.Answer.Address), record.Answer)
		case record.Answer != nil && record.Answer.Reason == reasonUnsent:
			delete(open, record.Answer.Address)
		case record.Answer != nil:
			open[record.Answer.Address] = record.Answer
		case record.Row != nil && record.Row.Status.Settled():
			delete(rows, pathKey(record.Row.Path))
			moveRow(steps, *record.Row)
		case record.Row != nil:
			rows[pathKey(record.Row.Path)] = *record.Row
		}
	}
	for addr, answer := range open {
		if answer == nil {
			answer = &journal.Answer{Address: addr, Status: journal.InDoubt}
		}
		r.tally(stepAt(steps, addr), answer)
	}
	for _, row := range rows {
		moveRow(steps, row)
	}
	return nil
}

func stepAt(steps map[string]*StepResult, addr string) *StepResult {
	parts := addrParts(addr)
	return steps[parts[len(parts)-1].label]
}

func pathKey(path journal.Path) string {
	var b strings.Builder
	for _, row := range path {
		b.WriteString(row.Loop + "\x00" + strconv.FormatInt(row.Index, 10) + "\x00")
	}
	return b.String()
}

// tally counts the answer of an instance.
func (r *Result) tally(s *StepResult, a *journal.Answer) {
	if s == nil {
		return
	}
	s.Counts.add(Status(a.Status), 1)
	effect, _ := steps.ParseEffect(a.Effect)
	if action := steps.Find(s.Action); a.Effect == "" && action != nil { // of a call that has no answer
		effect = action.Effect
	}
	for _, c := range []*Changes{&r.Changes, &s.Changes} {
		switch a.Status {
		case journal.Done:
			c.Certain.add(effect, 1)
		case journal.InDoubt:
			c.Possible.add(effect, 1)
		}
	}
}

// moveRow counts a row that has ended, which counted as pending before.
func moveRow(steps map[string]*StepResult, row journal.Row) {
	s := stepAt(steps, row.Path[len(row.Path)-1].Loop)
	if s == nil || s.Rows == nil {
		return
	}
	s.Rows.add(Pending, -1)
	s.Rows.add(Status(row.Status), 1)
}

// Moment is one thing that the journal says of a row.
type Moment struct {
	Time      *time.Time `json:"time,omitempty"` // not of the end of a row
	Addr      string     `json:"addr"`
	What      string     `json:"what"` // sending, the status it ended with, or what was decided
	Op        string     `json:"operation,omitempty"`
	Reason    string     `json:"reason,omitempty"`
	RemoteID  string     `json:"id,omitempty"` // Intercom's, of the record
	Message   string     `json:"message,omitempty"`
	RequestID string     `json:"request_id,omitempty"`
	Who       string     `json:"who,omitempty"` // decided
}

// Story gives all that is known of the rows with a key, in order: what the
// journal has, and behind it, without a time, what failed without a call. Reads
// are told only where something refers to them.
func (p *Past) Story(key string) ([]Moment, error) {
	var story []Moment
	ends := map[string]int{} // the moments of rows, by their addresses
	for record, err := range journal.Records(p.Dir) {
		if err != nil {
			return nil, err
		}
		if m, addr := momentOf(record); m.What != "" && hasKey(addr, key) {
			story = append(story, m)
		} else if row := record.Row; row != nil && row.Key == key {
			addr := row.Path[len(row.Path)-1].Loop + "[" + strconv.Quote(key) + "]"
			ends[addr] = len(story)
			story = append(story, Moment{Addr: addr, What: string(row.Status)})
		}
	}
	left, err := p.Left()
	for _, l := range left {
		switch end, ended := ends[l.Addr]; {
		case !l.Time.IsZero() || !hasKey(l.Addr, key): // the journal has it
		case ended:
			story[end].Message = l.Message
		default:
			story = append(story, Moment{Addr: l.Addr, What: string(l.Status), Message: l.Message})
		}
	}
	return story, err
}

func hasKey(addr, key string) bool {
	return slices.ContainsFunc(addrParts(addr), func(part addrPart) bool { return part.keyed && part.key == key })
}

// momentOf tells a record about an instance; others give the zero Moment.
func momentOf(record journal.Record) (Moment, string) {
	switch {
	case record.Intent != nil:
		i := record.Intent
		return Moment{Time: &i.Time, Addr: i.Address, What: "sending", Op: i.Op}, i.Address
	case record.Answer != nil:
		a := record.Answer
		if a.Reason == reasonUnsent {
			return Moment{Time: &a.Time, Addr: a.Address, What: "not sent", Reason: "stopped"}, a.Address
		}
		return Moment{
			Time: &a.Time, Addr: a.Address, What: string(a.Status), Reason: a.Reason,
			RemoteID: a.RemoteID, Message: a.Message, RequestID: a.RequestID,
		}, a.Address
	case record.Note != nil && record.Note.Address != "" && record.Note.Kind != noteSource:
		n := record.Note
		return Moment{Time: &n.Time, Addr: n.Address, What: n.Kind, Message: n.Text, Who: n.Who}, n.Address
	}
	return Moment{}, ""
}
