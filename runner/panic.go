package runner

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

// PanicError says that a mistake of ours ended the run. It holds no value of
// what was worked on, which may be a secret or somebody's data: Go's own
// message would.
type PanicError struct {
	Type  string // of the value of the panic
	Place string // file and line of ours
}

func (e *PanicError) Error() string { return "internal error: " + e.Type + " at " + e.Place }

// Panicked makes the error of a panic. It is called by the function that is
// deferred and recovers.
func Panicked(cause any) *PanicError {
	return &PanicError{Type: fmt.Sprintf("%T", cause), Place: placeOfPanic()}
}

// placeOfPanic is the innermost function of ours below the panic.
func placeOfPanic() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	below := false
	for {
		frame, more := frames.Next()
		if below && strings.Contains(frame.Function, "flowrun/") {
			return fmt.Sprintf("%s:%d", filepath.Base(frame.File), frame.Line)
		}
		below = below || frame.Function == "runtime.gopanic"
		if !more {
			return "an unknown place"
		}
	}
}

// survive turns a panic in a row into the end of the run, whose journal is
// whole: the run can be resumed. No further row is begun.
func (l *loopRun) survive(err *error) {
	if cause := recover(); cause != nil {
		l.stopped.Store(true)
		*err = &fatalError{Panicked(cause)}
	}
}
