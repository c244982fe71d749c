package program

import (
	"errors"

	"github.com/flowrun-dev/flowrun/internal/files"
	"github.com/flowrun-dev/flowrun/internal/workflow"
)

// PlacedError is an error of an expression or a value, and where it stands in
// the workflow.
type PlacedError struct {
	Node *workflow.Node
	err  error
}

func (e *PlacedError) Error() string { return e.err.Error() }
func (e *PlacedError) Unwrap() error { return e.err }

// Placed gives err its place; nil stays nil.
func Placed(n *workflow.Node, err error) error {
	if err == nil {
		return nil
	}
	if _, already := errors.AsType[*PlacedError](err); already {
		return err
	}
	return &PlacedError{n, err}
}

// OutsideHint says how to let a workflow read a file that it may not; "" for
// any other error.
func OutsideHint(err error) string {
	if outside, ok := errors.AsType[*files.OutsideError](err); ok {
		return "a workflow reads files in its own folder and below; to let it read this one, add --allow-path " + outside.Folder
	}
	return ""
}
