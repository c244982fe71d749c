package report

import (
	"encoding/json"

	"github.com/flowrun-dev/flowrun/runner"
	"github.com/flowrun-dev/flowrun/steps"
)

// Summary is what a plan comes to, or what a run did. All reports are made from
// it. Its size depends on the workflow and on how many different values there
// are, up to a limit, and not on how many rows: see [Collector].
type Summary struct {
	*runner.Result
	Groups  []Group `json:"groups"`  // writes, in the order of the steps, the destructive effects of a step first
	Failing []Fails `json:"failing"` // what blocks a plan first, then by place in the workflow
	Others  int64   `json:"other_failures,omitempty"`
	Undo    Undo    `json:"undo"`
	Cost    *Cost   `json:"cost,omitempty"` // of applying a plan

	Refused []runner.Breach `json:"-"` // the guards that a plan goes beyond, for reports that people read

	masked bool // by [Summary.Masked]
}

// unchanged counts what is so already.
func (s *Summary) unchanged() (n int64) {
	for _, step := range s.Steps {
		n += step.Counts.Unchanged
	}
	return n
}

// Group is the writes of one step that have one effect.
type Group struct {
	Step     string   `json:"step"`
	Action   string   `json:"action"`
	Effect   Effect   `json:"effect"`
	Possible bool     `json:"possible,omitempty"` // it is not known yet whether they are made
	After    []string `json:"after,omitempty"`    // of possible ones: the steps that decide
	Count    int64    `json:"count"`
	Fields   []Field  `json:"fields"`                 // most often changed first
	Others   int64    `json:"other_fields,omitempty"` // changes of fields that are not listed
	Samples  []Sample `json:"samples"`                // the same ones whenever the rows are the same, in the order of the rows
}

// Effect is an effect that JSON shows by name.
type Effect struct{ steps.Effect }

// MarshalText gives the name.
func (e Effect) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// Field is a field that the writes of a group change.
type Field struct {
	Path      string  `json:"path"`
	Count     int64   `json:"count"`  // writes that change it
	Rare      bool    `json:"rare"`   // few writes of the group change it
	Values    []Value `json:"values"` // most frequent first
	Different int64   `json:"different_values"`
	About     bool    `json:"approximate,omitempty"` // there were too many values to count each
}

// Value is a change of a value that some rows have in common.
type Value struct {
	Before json.RawMessage `json:"before,omitempty"` // nil where there is none, or no record
	Absent bool            `json:"absent,omitempty"` // the records have no such field
	After  json.RawMessage `json:"after,omitempty"`  // nil where it is not known yet
	Known  []string        `json:"known_after,omitempty"`
	Since  []string        `json:"before_known_after,omitempty"` // steps before this one that decide what is there
	Secret bool            `json:"secret,omitempty"`             // After is the expression that makes the value
	Told   bool            `json:"literal,omitempty"`            // the workflow has the new value written out
	Count  int64           `json:"count"`
	Rare   bool            `json:"rare"`    // few rows have it, and most have others
	Addr   string          `json:"example"` // one of the rows
}

// Sample is one write.
type Sample struct {
	Addr    string          `json:"addr"`
	Target  string          `json:"target,omitempty"` // the record or the path, if that is known
	Changes []runner.Change `json:"changes"`

	index  []int64
	masked bool // others may have the same address
}

// title is the address, and the record as well where the address alone does not
// tell it.
func (s Sample) title() string {
	if s.masked && s.Target != "" {
		return s.Addr + " " + s.Target
	}
	return s.Addr
}

// Fails is what fails, or would fail, in the same way at one place of the
// workflow.
type Fails struct {
	Step   string      `json:"step"`
	File   string      `json:"file"`
	Line   int         `json:"line"`
	Code   string      `json:"code"`
	Hint   string      `json:"hint,omitempty"`
	Blocks bool        `json:"blocks,omitempty"` // because of it the plan is not to be applied
	Count  int64       `json:"count"`
	Places []FailsHere `json:"places"` // the same ones whenever the rows are the same
}

// FailsHere is one of the rows that fail.
type FailsHere struct {
	Addr    string `json:"addr"`
	Data    string `json:"data,omitempty"` // people.csv:17
	Message string `json:"message"`
}

// Undo is how many of the writes of a plan could be taken back, those that are
// possible included, and why not all.
type Undo struct {
	Full    int64    `json:"full"`
	Partly  int64    `json:"partly"`
	None    int64    `json:"none"`
	Reasons []Reason `json:"reasons,omitempty"` // most frequent first
}

// Reason is why some writes cannot be taken back, or not wholly.
type Reason struct {
	Action string          `json:"action"`
	Undo   runner.Reversal `json:"undo"`
	Note   string          `json:"note"`
	Count  int64           `json:"count"`
}

// Cost is what applying a plan takes, with the time that Most calls need.
type Cost struct {
	runner.Cost
	Seconds float64 `json:"seconds"` // zero where nothing tells
	AtLimit bool    `json:"at_limit"`
}

// estimate is the cost of applying a plan. The speed is that of Intercom's rate
// limit, or that of the plan itself where that was slower.
func estimate(r *runner.Result) *Cost {
	c := &Cost{Cost: r.Cost}
	rate := r.Rate
	c.AtLimit = rate > 0
	const telling = 100 // calls; the speed of fewer says little
	if own := float64(r.Calls) / r.Seconds; r.Calls >= telling && r.Seconds > 0 && (rate == 0 || own < rate) {
		rate, c.AtLimit = own, false
	}
	if rate > 0 {
		c.Seconds = float64(c.Most) / rate
	}
	return c
}
