package eval

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/flowrun-dev/flowrun/internal/spelling"
)

// A Problem is something wrong with a template or an expression that shows
// without evaluating it.
type Problem struct {
	Offset, Length int    // bytes of the source text it is about
	Message        string // lower case, no full stop
	Hint           string // what to write instead; may be empty
}

// An Error is why an evaluation has no value.
type Error struct {
	Offset  int    // byte offset into the source text of the part at fault
	Message string // lower case, no full stop
	Hint    string // what to write instead; may be empty

	cause  error
	absent bool // something was missing or null
}

// Error returns the message, without the hint.
func (e *Error) Error() string { return e.Message }

// Unwrap returns what tells an exceeded limit from a mistake in a value.
func (e *Error) Unwrap() error { return e.cause }

func failf(at int, hint, format string, args ...any) error {
	return &Error{Offset: at, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// missingHint begins the hint about something missing.
const missingHint = "if it may be missing, write "

// failure returns the error that a missing value becomes where a value is
// needed.
func (m Missing) failure() *Error {
	if m.lookup == nil {
		return &Error{Message: "value is missing", absent: true}
	}
	e := &Error{Offset: m.at, Message: m.name() + " is missing", absent: true}
	base := m.base
	if base == "" {
		base = "what it is looked up in"
	}
	switch {
	case m.why != "":
		e.Message += ": " + m.why
	case m.in == nil:
		e.Message += "; " + base + " is null"
	default:
		m.tellContent(e, base)
	}
	if e.Hint == "" {
		e.Hint = missingHint + m.orElse()
	}
	return e
}

// orOmit adds to the hint of an error that a chain of names, which is all that
// stands in a template, may be left out as well.
func orOmit(err error, chain string) error {
	if e, ok := errors.AsType[*Error](err); ok && e.Hint == missingHint+"("+chain+` ?? "...")` {
		e.Hint += ", or " + chain + " ?? omit to leave it out"
	}
	return err
}

// name says what is missing.
func (m Missing) name() string {
	switch {
	case m.label != "":
		return m.label
	case m.what != "":
		return m.what
	case m.key != "":
		return "field " + strconv.Quote(m.key)
	}
	return "value"
}

// orElse is the form that stands in for a missing value.
func (m Missing) orElse() string {
	if m.label == "" {
		return "... ?? a value to use instead"
	}
	return "(" + m.label + ` ?? "...")`
}

// tellContent adds what there is in place of what is missing.
func (m Missing) tellContent(e *Error, base string) {
	if list, ok := asList(m.in); ok {
		e.Message += fmt.Sprintf("; %s has %s", base, count(len(list), "element"))
		return
	}
	object, ok := asObject(m.in)
	if !ok {
		return
	}
	names := sortedKeys(object)
	e.Message += fmt.Sprintf("; %s has %s", base, enumerate(names))
	e.Hint = spelling.DidYouMean(m.key, names)
}
