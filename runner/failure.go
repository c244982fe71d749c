package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/steps"
)

// Failure is why an instance of a step, or a row, failed.
type Failure struct {
	Addr      string `json:"addr"`
	File      string `json:"file"`             // the workflow
	Line      int    `json:"line"`             // in it
	Column    int    `json:"column"`           // in it
	Data      string `json:"data,omitempty"`   // the row in its own file: people.csv:17
	Code      string `json:"code"`             // Intercom's, or assert, input, expression, timeout, limit
	Status    int    `json:"status,omitempty"` // of Intercom's answer
	Message   string `json:"message"`
	RequestID string `json:"request_id,omitempty"`
	Hint      string `json:"hint,omitempty"`

	err error
}

// Error gives the place in the workflow, the address and what is wrong.
func (f *Failure) Error() string {
	text := fmt.Sprintf("%s:%d: %s: %s", f.File, f.Line, f.Addr, f.Message)
	if f.Data != "" {
		text += " (" + f.Data + ")"
	}
	return text
}

// Unwrap gives the error behind the failure.
func (f *Failure) Unwrap() error { return f.err }

// codedError is a failure of our own, with its code.
type codedError struct {
	code, message, hint string
	row                 string // in its own file; empty for the one at hand
}

func (e *codedError) Error() string { return e.message }

// fatalError ends the whole run: its folder cannot be written or read.
type fatalError struct{ err error }

func (e *fatalError) Error() string { return e.err.Error() }
func (e *fatalError) Unwrap() error { return e.err }

// UnkeptError says that the folder of a plan or a run can no longer be written.
// The walk has ended with it, as nothing is done that is not on record.
type UnkeptError struct{ Err error }

func (e *UnkeptError) Error() string { return "lists and results cannot be kept: " + e.Err.Error() }
func (e *UnkeptError) Unwrap() error { return e.Err }

// unkept ends the walk with an error of writing to its folder; nil stays nil.
func unkept(err error) error {
	if err == nil {
		return nil
	}
	return &fatalError{&UnkeptError{err}}
}

// failure describes err as the failure of what stands at n.
func (w *walk) failure(at *place, n *workflow.Node, err error) *Failure {
	f := &Failure{Addr: at.addr(), File: w.program.File(), Data: at.row, Code: "error", Message: err.Error(), err: err}
	pos := n.Pos
	var inFile *program.PlacedError
	if errors.As(err, &inFile) {
		pos = inFile.Node.Pos
	}
	f.describe(err)
	var inText *eval.Error
	if errors.As(err, &inText) && inFile != nil {
		pos = inFile.Node.At(inText.Offset)
	}
	f.Line, f.Column = pos.Line, pos.Column
	f.Message, f.Hint = w.opt.Inputs.Veil.Redact(f.Message), w.opt.Inputs.Veil.Redact(f.Hint)
	return f
}

// describe takes code, status, request and hint from the error.
func (f *Failure) describe(err error) {
	var refused *intercom.APIError
	var unknown *intercom.UnknownError
	var unsent *intercom.NotSentError
	var inText *eval.Error
	var coded *codedError
	switch {
	case errors.As(err, &refused):
		f.Code, f.Status, f.RequestID = refused.Code, refused.Status, refused.RequestID
		f.Hint = refusalHint(refused)
		if met, ok := errors.AsType[*steps.ConflictError](err); ok {
			f.Hint = met.Hint()
		}
	case errors.As(err, &unknown):
		f.Code, f.Status, f.RequestID = "unknown", unknown.Status, unknown.RequestID
		f.Hint = "it may or may not have been applied; look at the record in Intercom before running it again"
	case errors.As(err, &unsent):
		f.Code, f.Hint = "not_sent", "nothing left this machine; check the network and run it again"
	case errors.As(err, &inText):
		f.Code, f.Hint = "expression", inText.Hint
	case errors.As(err, &coded):
		f.Code, f.Hint, f.Data = coded.code, coded.hint, cmp.Or(coded.row, f.Data)
	case errors.Is(err, context.Canceled):
		f.Code = "interrupted"
	}
}

// refusalHint says what to do about an answer of Intercom's.
func refusalHint(e *intercom.APIError) string {
	switch e.Status {
	case 401:
		return "the token is not valid; set INTERCOM_TOKEN to an access token of this workspace"
	case 403:
		return "give the app the missing permission in Intercom's Developer Hub, under Authentication"
	case 404:
		return "not found or archived: Intercom answers alike for unknown, archived and deleted records"
	}
	return ""
}
