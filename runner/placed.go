package runner

import (
	"errors"

	"github.com/flowrun-dev/flowrun/internal/files"
	"github.com/flowrun-dev/flowrun/internal/workflow"
)

// placedError is an error of an expression or a value, and where it stands in
// the workflow.
type placedError struct {
	node *workflow.Node
	err  error
}

func (e *placedError) Error() string { return e.err.Error() }
func (e *placedError) Unwrap() error { return e.err }

// placed gives err its place; nil stays nil.
func placed(n *workflow.Node, err error) error {
	if err == nil {
		return nil
	}
	if _, already := errors.AsType[*placedError](err); already {
		return err
	}
	return &placedError{n, err}
}

// outsideHint says how to let a workflow read a file that it may not; "" for
// any other error.
func outsideHint(err error) string {
	if outside, ok := errors.AsType[*files.OutsideError](err); ok {
		return "a workflow reads files in its own folder and below; to let it read this one, add --allow-path " + outside.Folder
	}
	return ""
}
