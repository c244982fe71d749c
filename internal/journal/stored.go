package journal

import (
	"encoding/json"
	"fmt"
	"time"
)

// The stored forms of the records. They are apart from the exported ones so
// that those may change: what is stored may only grow by fields that are left
// out when empty. As long as the fields are the same, a conversion is all it
// takes, and the compiler says when it no longer is.
//
// The names at, in, status and to come first and in this order, because the
// reader looks at the beginning of a line only.

type storedHeader struct {
	Run       string            `json:"run"`
	Version   string            `json:"version,omitempty"`
	Kind      string            `json:"kind,omitempty"`
	File      string            `json:"file,omitempty"`
	Name      string            `json:"name,omitempty"`
	Digest    string            `json:"digest,omitempty"`
	Workspace string            `json:"workspace,omitempty"`
	Region    string            `json:"region,omitempty"`
	Commit    string            `json:"commit,omitempty"`
	StartedAt time.Time         `json:"started_at"`
	Inputs    string            `json:"inputs,omitempty"`
	Files     map[string]string `json:"files,omitempty"`
	Facts     map[string]string `json:"facts,omitempty"`
}

type storedList struct {
	Loop   string `json:"at"`
	In     Path   `json:"in,omitempty"`
	File   string `json:"file"`
	Count  int64  `json:"count"`
	Read   int64  `json:"read"`
	Digest string `json:"digest,omitempty"`
}

type storedIntent struct {
	Address string          `json:"at"`
	In      Path            `json:"in,omitempty"`
	Op      string          `json:"op,omitempty"`
	Class   string          `json:"class,omitempty"`
	Hash    string          `json:"hash,omitempty"`
	Attempt int             `json:"attempt,omitempty"`
	Frozen  json.RawMessage `json:"frozen,omitempty"`
	Before  json.RawMessage `json:"before,omitempty"`
	Time    time.Time       `json:"time"`
	Durable bool            `json:"durable,omitempty"`
}

type storedAnswer struct {
	Address   string          `json:"at"`
	In        Path            `json:"in,omitempty"`
	Status    Status          `json:"status"`
	Reason    string          `json:"reason,omitempty"`
	Effect    string          `json:"effect,omitempty"`
	RemoteID  string          `json:"id,omitempty"`
	Version   string          `json:"version,omitempty"`
	RequestID string          `json:"request,omitempty"`
	HTTP      int             `json:"http,omitempty"`
	Code      string          `json:"code,omitempty"`
	Message   string          `json:"message,omitempty"`
	Data      json.RawMessage `json:"data,omitempty"`
	Time      time.Time       `json:"time"`
}

type storedRow struct {
	Path   Path   `json:"in"`
	Status Status `json:"status"`
	Key    string `json:"key,omitempty"`
}

type storedNote struct {
	Address string          `json:"at,omitempty"`
	In      Path            `json:"in,omitempty"`
	Kind    string          `json:"kind"`
	Who     string          `json:"who,omitempty"`
	Text    string          `json:"text,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"`
	Time    time.Time       `json:"time"`
}

type storedResumed struct {
	Time    time.Time `json:"time"`
	Host    string    `json:"host,omitempty"`
	PID     int       `json:"pid,omitempty"`
	Version string    `json:"version,omitempty"`
	Cut     *TornTail `json:"cut,omitempty"`
}

type storedEnd struct {
	Status string           `json:"ended"`
	Totals map[string]int64 `json:"totals,omitempty"`
	Time   time.Time        `json:"time"`
}

// storedOpen is the first line of every segment.
type storedOpen struct {
	Format   int    `json:"format"`
	Run      string `json:"run"`
	Segment  int    `json:"segment"`
	Previous string `json:"previous,omitempty"` // hash of the segment before, with its seal
}

// storedKept says that everything in the segment before a place was durable
// when it was written.
type storedKept struct {
	To int64 `json:"to"`
}

// storedSeal is the last line of a segment that is complete.
type storedSeal struct {
	Records int64        `json:"records"`        // lines before it
	Hash    string       `json:"hash"`           // SHA-256 of the checksums of the lines before it
	Rows    []storedRows `json:"rows,omitempty"` // that ended in the segment, an outer loop before those in its rows
	Keep    []int64      `json:"keep,omitempty"` // where the lines begin that are still needed
}

// storedRows are the rows of one loop that ended, as ranges from, to.
type storedRows struct {
	In    Path                  `json:"in,omitempty"`
	Loop  string                `json:"loop"`
	Ended map[Status][][2]int64 `json:"ended"`
}

// The kinds of lines.
const (
	kindOpen    = "open"
	kindHeader  = "header"
	kindList    = "list"
	kindIntent  = "intent"
	kindAnswer  = "answer"
	kindRow     = "row"
	kindNote    = "note"
	kindResumed = "resumed"
	kindEnd     = "end"
	kindKept    = "kept"
	kindSeal    = "seal"
)

// kinds are all kinds, the most frequent first.
var kinds = [...]string{
	kindIntent, kindAnswer, kindRow, kindKept, kindNote, kindList,
	kindOpen, kindHeader, kindResumed, kindEnd, kindSeal,
}

// stamp is a time as it is stored: in UTC, and now if it is not given.
func stamp(t time.Time) time.Time {
	if t.IsZero() {
		t = time.Now()
	}
	return t.UTC().Round(0)
}

// Record is one record as it was written. One field is set.
type Record struct {
	Header  *Header
	List    *List
	Intent  *Intent
	Answer  *Answer
	Row     *Row
	Note    *Note
	Resumed *Resumed
	End     *End
}

// decodeRecord reads the JSON of a line. A kind that is none of a caller's
// gives the zero Record.
func decodeRecord(kind string, text []byte) (r Record, err error) {
	switch kind {
	case kindHeader:
		r.Header, err = decode[storedHeader](text, func(s storedHeader) Header { return Header(s) })
	case kindList:
		r.List, err = decode[storedList](text, func(s storedList) List { return List(s) })
	case kindIntent:
		r.Intent, err = decode[storedIntent](text, func(s storedIntent) Intent { return Intent(s) })
	case kindAnswer:
		r.Answer, err = decode[storedAnswer](text, func(s storedAnswer) Answer { return Answer(s) })
	case kindRow:
		r.Row, err = decode[storedRow](text, func(s storedRow) Row { return Row(s) })
	case kindNote:
		r.Note, err = decode[storedNote](text, func(s storedNote) Note { return Note(s) })
	case kindResumed:
		r.Resumed, err = decode[storedResumed](text, func(s storedResumed) Resumed { return Resumed(s) })
	case kindEnd:
		r.End, err = decode[storedEnd](text, func(s storedEnd) End { return End(s) })
	}
	return r, err
}

func decode[S, R any](text []byte, convert func(S) R) (*R, error) {
	var s S
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("read a record: %w", err)
	}
	r := convert(s)
	return &r, nil
}
