package journal

import (
	"errors"
	"fmt"
)

// ErrClosed is what the methods of a closed journal give.
var ErrClosed = errors.New("the journal is closed")

// ErrNotBegun says that a folder has no journal, or one that was cut short
// before its first record was durable. Such a run has sent nothing.
var ErrNotBegun = errors.New("the run never began: its journal holds nothing")

// LockedError says that another process has the run.
type LockedError struct {
	Dir    string // of the run
	Holder Holder // as far as it is known
}

func (e *LockedError) Error() string {
	text := "another process holds this run"
	if e.Holder.PID != 0 {
		text += ": " + e.Holder.String()
	}
	return text
}

// FailedError says that the journal could not be written. It is final: what
// was not durable by then may be lost, so nothing more may be sent.
type FailedError struct {
	Err    error
	Rescue string // file with the records that were not durable; empty if it could not be written either
}

func (e *FailedError) Error() string {
	text := fmt.Sprintf("the journal cannot be written: %v", e.Err)
	if e.Rescue != "" {
		text += "; what it did not keep is in " + e.Rescue + ", for people: a resume finds it out in Intercom"
	}
	return text
}

func (e *FailedError) Unwrap() error { return e.Err }

// DamagedError says that a journal is not as it was written, in a way that no
// process that stopped and no power failure explains.
type DamagedError struct {
	Segment string // name of the file
	Offset  int64  // of the first line that is wrong
	Reason  string
}

func (e *DamagedError) Error() string {
	place := e.Segment
	if e.Offset > 0 {
		place = fmt.Sprintf("%s, byte %d", e.Segment, e.Offset)
	}
	return fmt.Sprintf("the journal is damaged: %s: %s", place, e.Reason)
}

// FormatError says that a newer program wrote the journal.
type FormatError struct {
	Segment string // name of the file
	Format  int
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("%s has format %d, and this flowrun reads up to %d: use the flowrun that wrote it, or a newer one", e.Segment, e.Format, formatVersion)
}
