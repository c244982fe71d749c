package runner

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flowrun-dev/flowrun/internal/journal"
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
