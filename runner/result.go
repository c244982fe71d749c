package runner

import (
	"encoding/json"

	"github.com/flowrun-dev/flowrun/steps"
)

// Status is how an instance of a step, or a row of a loop, ended.
type Status string

// The statuses. A row takes the worst of its steps; Statuses has them from the
// best to the worst.
const (
	Skipped   Status = "skipped"   // not done on purpose; the reason is told
	Unchanged Status = "unchanged" // it was so already, nothing was sent
	Done      Status = "done"      // in a plan: would be done
	Pending   Status = "pending"   // not reached
	Failed    Status = "failed"    // this step applied nothing
	InDoubt   Status = "in_doubt"  // sent, and nobody knows whether it was applied
)

// Statuses are all statuses, the best first.
var Statuses = []Status{Skipped, Unchanged, Done, Pending, Failed, InDoubt}

func (s Status) rank() int {
	for i, each := range Statuses {
		if each == s {
			return i
		}
	}
	return -1
}

// worse returns the worse of two statuses; "" is better than any.
func worse(a, b Status) Status {
	if b.rank() > a.rank() {
		return b
	}
	return a
}

// Counts says how many instances ended in which status.
type Counts struct {
	Done      int64 `json:"done"`
	Unchanged int64 `json:"unchanged"`
	Skipped   int64 `json:"skipped"`
	Failed    int64 `json:"failed"`
	InDoubt   int64 `json:"in_doubt"`
	Pending   int64 `json:"pending"`
	Total     int64 `json:"total"`
}

// Of returns the number that ended in a status.
func (c *Counts) Of(s Status) int64 { return *c.at(s) }

func (c *Counts) at(s Status) *int64 {
	switch s {
	case Done:
		return &c.Done
	case Unchanged:
		return &c.Unchanged
	case Skipped:
		return &c.Skipped
	case Failed:
		return &c.Failed
	case InDoubt:
		return &c.InDoubt
	default:
		return &c.Pending
	}
}

func (c *Counts) add(s Status, n int64) {
	*c.at(s) += n
	c.Total += n
}

// settled is how many need nothing more.
func (c *Counts) settled() int64 { return c.Done + c.Unchanged + c.Skipped }

// merge adds all of other.
func (c *Counts) merge(other Counts) {
	for _, s := range Statuses {
		c.add(s, other.Of(s))
	}
}

// Result sums up a plan or a run.
type Result struct {
	Plan        bool         `json:"plan"`
	Estimate    bool         `json:"estimate,omitempty"` // of a plan: it took rows of lists for the records, which may be behind
	RunID       string       `json:"run_id"`
	Workflow    string       `json:"workflow"`
	File        string       `json:"file"`
	Workspace   Workspace    `json:"workspace"`
	Counts      Counts       `json:"counts"` // of the steps outside loops, and of the rows of the outermost loops
	Changes     Changes      `json:"changes"`
	Steps       []StepResult `json:"steps"`
	Outputs     Outputs      `json:"outputs,omitempty"`
	Failures    []*Failure   `json:"failures,omitempty"` // of steps outside loops
	Exceeded    []*Failure   `json:"exceeded,omitempty"` // of a run: loops in which more rows failed than may
	Findings    []Finding    `json:"findings,omitempty"` // of a plan, at most 1,000: those that block, then in the order of the file and the rows
	Found       int64        `json:"found,omitempty"`    // all findings
	Blocking    int64        `json:"blocking,omitempty"` // of them those because of which the plan is not to be applied
	Stale       int64        `json:"stale,omitempty"`    // writes that were left out because their record has moved since the plan
	Interrupted bool         `json:"interrupted,omitempty"`

	Unauthorized bool    `json:"unauthorized,omitempty"` // Intercom refused the token on the way
	Guard        *Breach `json:"guard,omitempty"`        // the guard that stopped the run
	Unavailable  string  `json:"unavailable,omitempty"`  // why the run was stopped: Intercom did not work for too long, or was not reached

	Pace      *Pace   `json:"pace,omitempty"`       // of a run that is looked at later
	Undoes    string  `json:"undoes,omitempty"`     // of an undo: the run that it takes back
	NotUndone []Limit `json:"not_undone,omitempty"` // what of it there is no way back from

	broken bool // the walk ended with an error, and not by itself

	Cost    Cost    `json:"cost,omitzero"` // of a plan: what applying it takes
	Calls   int64   `json:"calls"`
	Seconds float64 `json:"seconds"`
	Rate    float64 `json:"rate,omitempty"` // calls in a second that Intercom allows, as last seen; zero while it has not said
}

// StepsAndRows counts the steps outside loops apart from the rows of the
// outermost loops, which [Result.Counts] has together.
func (r *Result) StepsAndRows() (outside, rows Counts) {
	outside = r.Counts
	inside := -1 // depth of the outermost loop that a step stands in
	for _, s := range r.Steps {
		if inside >= 0 && s.Depth > inside {
			continue
		}
		if inside = -1; !s.Loop {
			continue
		}
		inside = s.Depth
		rows.merge(*s.Rows)
		for _, status := range Statuses {
			outside.add(status, -s.Rows.Of(status))
		}
	}
	return outside, rows
}

// RowsLeft reports whether rows of loops failed, are in doubt or were not
// reached.
func (r *Result) RowsLeft() bool {
	for _, s := range r.Steps {
		if s.Rows != nil && s.Rows.Failed+s.Rows.InDoubt+s.Rows.Pending > 0 {
			return true
		}
	}
	return false
}

// CutShort reports whether the walk was stopped before its last step for a
// reason that is not in the workflow. Such a plan says too little.
func (r *Result) CutShort() bool { return r.Interrupted || r.Unauthorized || r.Unavailable != "" }

// Ended says in a word how the run ended.
func (r *Result) Ended() string {
	switch {
	case r.Guard != nil:
		return "guard"
	case r.Interrupted:
		return "interrupted"
	case r.broken || r.RowsLeft() || r.Unavailable != "":
		return "incomplete"
	case len(r.Failures) > 0 || r.Unauthorized:
		return "failed"
	}
	return "done"
}

// Text is the value as text: a string as it is, all else as JSON.
func (o Output) Text() string {
	var text string
	if json.Unmarshal(o.Value, &text) == nil {
		return text
	}
	return string(o.Value)
}

// Outputs are the values under outputs, in the order of the file.
type Outputs []Output

// Output is one value of the workflow's outputs.
type Output struct {
	Name  string
	Value json.RawMessage
	After []string // in a plan: the steps that will tell
}

// MarshalJSON gives the outputs as one object.
func (o Outputs) MarshalJSON() ([]byte, error) {
	values := make(map[string]json.RawMessage, len(o))
	for _, each := range o {
		if each.After == nil {
			values[each.Name] = each.Value
		}
	}
	return json.Marshal(values)
}

// StepResult sums up the instances of one step.
type StepResult struct {
	Label   string   `json:"step"`
	Name    string   `json:"name,omitempty"`
	Action  string   `json:"action,omitempty"`
	Depth   int      `json:"depth"` // groups and loops around it
	Loop    bool     `json:"loop,omitempty"`
	Read    int64    `json:"read,omitempty"`    // of a loop: items before where and limit
	Rows    *Counts  `json:"rows,omitempty"`    // of a loop
	Before  int64    `json:"before,omitempty"`  // of them settled in an earlier stretch of the run
	Changed int64    `json:"changed,omitempty"` // of a loop: items for which something is written
	Counts  Counts   `json:"counts"`            // of the step's own instances
	Changes Changes  `json:"changes"`
	After   []string `json:"after,omitempty"` // in a plan: the steps that decide what this loop runs over

	AffectedBy []string `json:"affected_by,omitempty"` // in a plan: the steps whose writes may change what this one reads, or what it loops over
}

// Changes counts writes by effect: those made, or in a plan those that are
// certain and those that are possible.
type Changes struct {
	Certain  ByEffect `json:"certain"`
	Possible ByEffect `json:"possible"`
}

// Any reports whether there is a write at all.
func (c Changes) Any() bool { return c.Certain.Total()+c.Possible.Total() > 0 }

// ByEffect counts writes by what they do.
type ByEffect struct {
	Create  int64 `json:"create"`
	Update  int64 `json:"update"`
	Archive int64 `json:"archive"`
	Delete  int64 `json:"delete"`
	Send    int64 `json:"send"`
}

// Of returns the count of an effect; that of a read is 0.
func (b *ByEffect) Of(e steps.Effect) int64 {
	if at := b.at(e); at != nil {
		return *at
	}
	return 0
}

// Total is the number of writes.
func (b *ByEffect) Total() int64 { return b.Create + b.Update + b.Archive + b.Delete + b.Send }

func (b *ByEffect) at(e steps.Effect) *int64 {
	switch e {
	case steps.Create:
		return &b.Create
	case steps.Update:
		return &b.Update
	case steps.Archive:
		return &b.Archive
	case steps.Delete:
		return &b.Delete
	case steps.Send:
		return &b.Send
	}
	return nil
}

func (b *ByEffect) add(e steps.Effect, n int64) {
	if at := b.at(e); at != nil {
		*at += n
	}
}
