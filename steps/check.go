package steps

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// latestTime is the last second of the year 9999. A larger number is in
// milliseconds.
const latestTime = 253402300799

// problem says why value is not of the type; empty if it is.
func (t Type) problem(value gjson.Result) string {
	if value.Raw == later {
		return ""
	}
	if value.Type == gjson.Null {
		if t.Nullable || t.Kind == Any {
			return ""
		}
		return "cannot be null; leave the input out, or use omit"
	}
	switch t.Kind {
	case Any:
		return ""
	case String:
		return t.stringProblem(value)
	case Integer, Time:
		return t.integerProblem(value)
	case Object:
		return t.objectProblem(value)
	case List:
		return t.listProblem(value)
	}
	if (t.Kind == Number && value.Type == gjson.Number) || (t.Kind == Boolean && value.IsBool()) {
		return ""
	}
	return t.mismatch(value)
}

var wanted = [...]string{
	String:  "a string",
	Integer: "an integer",
	Number:  "a number",
	Boolean: "true or false",
	Time:    "a time in Unix seconds",
	Object:  "an object",
	List:    "a list",
}

func (t Type) mismatch(value gjson.Result) string {
	return fmt.Sprintf("must be %s, not %s", wanted[t.Kind], described(value))
}

// described gives a value with its kind, as it can stand in a message.
func described(value gjson.Result) string {
	if value.Type == gjson.String {
		return "the string " + short(value)
	}
	return short(value)
}

func (t Type) stringProblem(value gjson.Result) string {
	if value.Type != gjson.String && !isInteger(value) {
		return t.mismatch(value)
	}
	if len(t.Enum) > 0 && !slices.Contains(t.Enum, value.String()) {
		return fmt.Sprintf("must be %s, not %s", enumerate(t.Enum, "or"), short(value))
	}
	return ""
}

func (t Type) integerProblem(value gjson.Result) string {
	if !isInteger(value) {
		return t.mismatch(value)
	}
	n := value.Int()
	switch {
	case t.Kind == Time && n > latestTime:
		return fmt.Sprintf("must be in Unix seconds; %s looks like milliseconds", short(value))
	case t.Max != 0 && (n < t.Min || n > t.Max):
		return fmt.Sprintf("must be from %d to %d, not %s", t.Min, t.Max, short(value))
	}
	return ""
}

// isInteger reports whether value is a number without fraction and exponent,
// of any size.
func isInteger(value gjson.Result) bool {
	return value.Type == gjson.Number && !strings.ContainsAny(value.Raw, ".eE")
}

func (t Type) objectProblem(value gjson.Result) string {
	if !value.IsObject() {
		return t.mismatch(value)
	}
	problem := t.missingMember(value)
	value.ForEach(func(key, member gjson.Result) bool {
		f, ok := t.Field(key.String())
		switch {
		case problem != "":
		case !ok:
			problem = fmt.Sprintf("has an unknown member %s; it takes %s", short(key), t.members())
		default:
			problem = within(key.String(), f.valueProblem(member))
		}
		return problem == ""
	})
	return problem
}

func (t Type) missingMember(value gjson.Result) string {
	for _, f := range t.Fields {
		if f.Required && !value.Get(gjson.Escape(f.Name)).Exists() {
			return fmt.Sprintf("has no member %q", f.Name)
		}
	}
	return ""
}

func (t Type) members() string {
	names := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		names[i] = f.Name
	}
	return enumerate(names, "and")
}

func (t Type) listProblem(value gjson.Result) string {
	if !value.IsArray() {
		return t.mismatch(value)
	}
	if t.Elem == nil {
		return ""
	}
	problem, index := "", 0
	value.ForEach(func(_, item gjson.Result) bool {
		problem = within(fmt.Sprint(index), t.Elem.problem(item))
		index++
		return problem == ""
	})
	return problem
}

// within puts the place inside an input before what is wrong there.
func within(place, problem string) string {
	if problem == "" {
		return ""
	}
	return "at " + place + " " + problem
}
