package eval

import "fmt"

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
	switch have := KindOf(v); {
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
	case want == KindBool && have != KindAny && have != KindBool:
		return "compare it with something, as in " + name + " != nil"
	}
	return ""
}
