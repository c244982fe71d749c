package runner

import (
	"encoding/json"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/steps"
)

// Event is something that happened in a plan or a run. Exactly one field is
// set. Events are told one at a time.
type Event struct {
	Started *Started   `json:"started,omitempty"`
	Listed  *Listed    `json:"listed,omitempty"`
	Ended   *StepEnded `json:"step,omitempty"`
	Row     *RowEnded  `json:"row,omitempty"`
	Waiting *StepWaits `json:"waiting,omitempty"`
	Failed  *Failure   `json:"failed,omitempty"` // what no instance and no row has: vars, outputs, an assert behind a loop
}

// Started is the beginning of a plan or a run.
type Started struct {
	Plan      bool      `json:"plan"`
	RunID     string    `json:"run_id"`
	Workflow  string    `json:"workflow"`
	File      string    `json:"file"`
	Undoes    string    `json:"undoes,omitempty"` // the run that is taken back
	Workspace Workspace `json:"workspace"`
}

// Listed is a loop whose items are all read and kept.
type Listed struct {
	Addr   string   `json:"addr"`
	Read   int64    `json:"read"`             // before where and limit
	Items  int64    `json:"items"`            // that the loop runs for
	Before int64    `json:"before,omitempty"` // of them settled in an earlier stretch of the run
	After  []string `json:"after,omitempty"`  // in a plan: nothing could be read, these steps decide

	AffectedBy []string `json:"affected_by,omitempty"` // in a plan: an apply may read another list, because of what these steps write
}

// StepEnded is the end of one instance of a step.
type StepEnded struct {
	Addr     string       `json:"addr"` // tag, or mark["a@example.com"].attach
	Index    []int64      `json:"-"`    // where it stands in the lists of the loops around it, the outermost first
	Step     string       `json:"step"` // its label
	Action   string       `json:"action"`
	Effect   steps.Effect `json:"-"`
	Status   Status       `json:"status"`
	Reason   string       `json:"reason,omitempty"` // of skipped: condition, conflict, stale
	Note     string       `json:"note,omitempty"`   // more about it, in words
	Possible bool         `json:"possible,omitempty"`
	Before   bool         `json:"before,omitempty"`  // it ended so in an earlier stretch of the run
	With     eval.Object  `json:"-"`                 // in a plan, the inputs of a write
	Changes  []Change     `json:"changes,omitempty"` // in a plan, of a write; of what is stale, what the plan saw and what is there now
	Undo     Reversal     `json:"undo,omitempty"`    // in a plan, of a write: how far undo could take it back
	UndoNote string       `json:"undo_note,omitempty"`
	After    []string     `json:"after,omitempty"`
	Failure  *Failure     `json:"failure,omitempty"`

	AffectedBy []string `json:"affected_by,omitempty"` // in a plan, of a read: an apply may read something else, because of what these steps write
}

// MarshalJSON adds the effect by name.
func (e *StepEnded) MarshalJSON() ([]byte, error) {
	type plain StepEnded
	return json.Marshal(struct {
		*plain
		Effect string `json:"effect"`
	}{(*plain)(e), e.Effect.String()})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (e *StepEnded) UnmarshalJSON(text []byte) error {
	type plain StepEnded
	var read struct {
		*plain
		Effect string `json:"effect"`
	}
	read.plain = (*plain)(e)
	err := json.Unmarshal(text, &read)
	e.Effect, _ = steps.ParseEffect(read.Effect)
	return err
}

// RowEnded is the end of a row of a loop.
type RowEnded struct {
	Addr    string   `json:"addr"`
	Status  Status   `json:"status"`
	Failure *Failure `json:"failure,omitempty"` // of the row itself: its where, key or if
}

// StepWaits is a step that repeats a read until a condition holds.
type StepWaits struct {
	Addr string `json:"addr"`
	Try  int    `json:"try"`
}
