package journal

import (
	"encoding/json"
	"time"
)

// Status is how an instance of a step, or a row of a loop, ended. What has not
// ended has no status.
type Status string

// The statuses.
const (
	Done      Status = "done"
	Unchanged Status = "unchanged" // it was so already
	Skipped   Status = "skipped"   // not done on purpose
	Failed    Status = "failed"    // applied nothing
	InDoubt   Status = "in_doubt"  // sent, and nobody knows whether it was applied
)

// Settled reports whether nothing is left to do: done, unchanged or skipped.
// A row that is settled stays so.
func (s Status) Settled() bool { return s == Done || s == Unchanged || s == Skipped }

// RowID names a row: a loop by its address, such as mark or
// outer["k"].inner, and the place of the row in the list of the loop, from 0.
type RowID struct {
	Loop  string `json:"loop"`
	Index int64  `json:"row"`
}

// Path is where a row is: the rows around it, the outermost first, and then
// the row itself. It is empty outside loops.
//
// Everything recorded inside a row names its path, so that all of it can be
// let go when the row is settled.
type Path []RowID

// Header is what a run is about. It is written once, when the run begins.
type Header struct {
	Run       string            // id, such as 20261104-153012-k7q2
	Version   string            // of the program that began the run
	Kind      string            // of run, such as "apply" or "undo"
	File      string            // of the workflow
	Name      string            // of the workflow
	Digest    string            // of the file
	Workspace string            // id; empty if not known
	Region    string            // of the workspace
	Commit    string            // of the repository; may be empty
	StartedAt time.Time         // fixed for the run, also when it is resumed
	Inputs    string            // digest of the inputs
	Files     map[string]string // digests of the data files, by path
	Facts     map[string]string // whatever else the caller wants to find again
}

// List says that the list of a loop is complete and durable in a file of its
// own, beside the journal.
type List struct {
	Loop   string // address
	In     Path   // the row around the loop; empty if there is none
	File   string // name in the folder of the run
	Count  int64  // rows
	Read   int64  // items before any were left out
	Digest string // of the file
}

// Intent is written before a call that changes something.
type Intent struct {
	Address string          // of the instance, such as mark["a@example.com"].attach
	In      Path            // the row it belongs to; empty outside loops
	Op      string          // operation, such as "PUT /contacts/{contact_id}"
	Class   string          // what a repeat would do
	Hash    string          // of the request
	Attempt int             // from 1
	Frozen  json.RawMessage // values that a repeat must send again as they were
	Before  json.RawMessage // the record as it was, to take the change back
	Time    time.Time       // now if zero

	// Durable makes [Journal.Intent] wait until the record would outlive a
	// power failure. A call whose repeat does harm needs it.
	Durable bool
}

// Answer is what became of an instance: of the call of its intent, of a read,
// or of a step that sent nothing. A whole loop or group may have one too.
type Answer struct {
	Address   string          // of the instance
	In        Path            // the row it belongs to; empty outside loops
	Status    Status          //
	Reason    string          // of a skip, such as "condition"
	Effect    string          // of what was done, such as "create"
	RemoteID  string          // of the record that was made or changed
	Version   string          `json:",omitempty"` // of that record, such as when it was last changed
	RequestID string          // Intercom's
	HTTP      int             // status code; 0 if there was no answer
	Code      string          // of a failure
	Message   string          // of a failure
	Data      json.RawMessage // what later expressions need of the answer
	Time      time.Time       // now if zero
}

// Row says that a row of a loop has ended.
type Row struct {
	Path   Path   // at least the row itself
	Status Status //
	Key    string // may be empty
}

// Note is evidence: of a lookup that settled a doubt, or of a person's
// decision.
type Note struct {
	Address string          // of the instance it is about; may be empty
	In      Path            // the row it belongs to
	Kind    string          // such as "lookup" or "decision"
	Who     string          // decided; empty for the program itself
	Text    string          // for people
	Data    json.RawMessage // such as the query of a lookup and the ids it found
	Time    time.Time       // now if zero
}

// Resumed says that a process went on with a run that another one had begun.
type Resumed struct {
	Time    time.Time
	Host    string
	PID     int
	Version string    // of the program
	Cut     *TornTail // what was cut off before; nil if nothing
}

// End says how a run, or one stretch of it, ended.
type End struct {
	Status string           // a word of the caller's
	Totals map[string]int64 // by status
	Time   time.Time        // now if zero
}

// TornTail is what a stopped process or a power failure left half written at
// the end of the journal. Nothing of it had been reported as durable.
type TornTail struct {
	Segment string `json:"segment"`         // name of the file
	Offset  int64  `json:"offset"`          // where the tail began
	Bytes   int64  `json:"bytes"`           // its length
	Lines   int64  `json:"lines,omitempty"` // whole lines behind the first broken one, given up with it
}
