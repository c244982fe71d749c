package eval

import (
	"fmt"
	"strconv"
	"strings"
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
		e.Hint = "if it may be missing, write " + m.orElse()
	}
	return e
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
	e.Hint = didYouMean(m.key, names)
}

// An arg is a node as the operand of another: with its place and, if it is a
// chain of names, its text, for messages.
type arg struct {
	node  node
	at    int
	label string
	what  string // what it is in words, if there is no chain
}

func (a *arg) eval(r *run) (Value, error) {
	r.steps++
	if r.steps&1023 == 0 {
		if err := r.check(a.at); err != nil {
			return nil, err
		}
	}
	return a.node.eval(r)
}

// value evaluates an operand that must be there: what is missing or omitted
// is an error.
func (a *arg) value(r *run) (Value, error) {
	v, err := a.eval(r)
	if err != nil {
		return nil, err
	}
	switch v.(type) {
	case Missing, Omit:
		return nil, a.wrong(v, KindAny)
	}
	return v, nil
}

// wrong returns the error for an operand that is not of the kind it must be.
func (a *arg) wrong(v Value, want Kind) error {
	switch v := v.(type) {
	case Missing:
		e := v.failure()
		if v.lookup == nil || v.at == 0 {
			e.Offset = a.at
		}
		return e
	case Omit:
		return failf(a.at, "", "omit may only be a whole result, an element of a list or a value of an object")
	case nil:
		return &Error{
			Offset: a.at, Hint: a.instead(want), absent: true,
			Message: fmt.Sprintf("%s is null; %s is needed here", a.name(), want),
		}
	}
	if n, ok := v.(Number); ok && want != KindString {
		return failf(a.at, "", "%s is %s, which is too large or too long to calculate with; it can only be passed on", a.name(), n)
	}
	return failf(a.at, a.convert(v, want), "%s is %s; %s is needed here", a.name(), describe(v), want)
}

func (a *arg) name() string {
	switch {
	case a.label != "":
		return a.label
	case a.what != "":
		return a.what
	}
	return "this value"
}

// instead suggests what to use for null.
func (a *arg) instead(want Kind) string {
	name := a.label
	if name == "" {
		name = "..."
	}
	switch want {
	case KindBool:
		return "write (" + name + " ?? false)"
	case KindInt, KindNumber:
		return "write (" + name + " ?? 0)"
	case KindString:
		return "write (" + name + ` ?? "")`
	case KindList:
		return "write (" + name + " ?? [])"
	}
	return ""
}

// convert suggests how to make the kind that is wanted.
func (a *arg) convert(v Value, want Kind) string {
	name := a.label
	if name == "" {
		name = "..."
	}
	switch have := kindOf(v); {
	case want == KindString && (have == KindInt || have == KindNumber || have == KindBool):
		return "write string(" + name + ")"
	case want == KindString && (have == KindList || have == KindObject):
		return "write toJSON(" + name + ")"
	case want == KindInt && have == KindString:
		return "write int(" + name + ")"
	case want == KindNumber && have == KindString:
		return "write float(" + name + ")"
	case want == KindInt && have == KindNumber:
		return "write round(" + name + ")"
	case want == KindBool && have == KindString:
		return "write " + name + ` == "true", or what else it should be`
	case want == KindBool && have != KindAny:
		return "write " + name + " != nil, or compare it with something"
	}
	return ""
}

// enumerate lists names, not too many of them.
func enumerate(names []string) string {
	const most = 12
	if len(names) == 0 {
		return "nothing in it"
	}
	var b strings.Builder
	for i, name := range names {
		if i == most {
			fmt.Fprintf(&b, " and %d more", len(names)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Quote(name))
	}
	return b.String()
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// didYouMean returns a hint with the name that is most like the one given, or
// nothing if none is.
func didYouMean(name string, names []string) string {
	best, bestDistance := "", len(name)/3+2
	for _, candidate := range names {
		if d := distance(strings.ToLower(name), strings.ToLower(candidate)); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	if best == "" {
		return ""
	}
	return "did you mean " + strconv.Quote(best) + "?"
}

// distance is the number of letters to insert, delete, replace or swap with
// the next one to make b out of a. Long names are not worth it.
func distance(a, b string) int {
	const long = 64
	if len(a) > long || len(b) > long {
		return long
	}
	var beforeLast []int
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replace := last[j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			row[j] = min(row[j-1]+1, last[j]+1, replace)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], beforeLast[j-2]+1)
			}
		}
		beforeLast, last = last, row
	}
	return last[len(b)]
}
