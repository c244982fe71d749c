package program

import (
	"errors"
	"io/fs"

	"github.com/flowrun-dev/flowrun/internal/files"
	"github.com/flowrun-dev/flowrun/internal/rows"
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

// FileProblem says what is wrong with a data file, without its name and the line
// in it, and what mends it. Err is that of opening it at a path, or of reading it
// with package rows. The line is 0 where it is the whole file.
func FileProblem(err error, path string) (what, mend string, line int) {
	wrong, inRows := errors.AsType[*rows.Error](err)
	outside, isOutside := errors.AsType[*files.OutsideError](err)
	switch {
	case inRows:
		return wrong.InLine(), wrong.Mend, wrong.Line
	case isOutside:
		return err.Error(), "a workflow reads files in its own folder and below; to let it read this one, add --allow-path " + outside.Folder, 0
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file", "it was looked for as " + path + ": a path in a workflow file is relative to that file", 0
	case errors.Is(err, fs.ErrPermission):
		return "it may not be read", "let the user who runs this read " + path, 0
	}
	return err.Error(), "", 0
}
