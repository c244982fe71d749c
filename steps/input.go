package steps

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/jsontext"
	"github.com/tidwall/gjson"
)

// Later stands for a value that is not known yet, such as a template when a
// file is loaded. It may stand anywhere inside an input.
type Later struct{}

// MarshalJSON gives a text that no input takes, so that the check knows it
// again.
func (Later) MarshalJSON() ([]byte, error) { return []byte(later), nil }

const later = `"\u0000"`

// inputs are the inputs of a call by name, each as JSON.
type inputs map[string]gjson.Result

// has reports whether one of names is given.
func (in inputs) has(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return in[name].Exists() })
}

// Check gives everything that is wrong with the inputs of a step: unknown
// and missing names, wrong types, ids that cannot be Intercom's. The values
// are JSON-ready Go values, [json.Marshaler] included, or [Later].
func (a *Action) Check(in map[string]any) []*InputError {
	_, problems := a.checked(in)
	return problems
}

// checked gives the inputs as JSON, and everything that is wrong with them.
func (a *Action) checked(in map[string]any) (inputs, []*InputError) {
	encoded, problems := a.encode(in)
	for i := range a.Inputs { // not by value: a field is large, and this is done for each call
		f := &a.Inputs[i]
		problems = a.append(problems, f.Name, f.problem(encoded))
	}
	for _, g := range a.Groups {
		problems = a.append(problems, "", g.problem(encoded))
	}
	if len(problems) == 0 && a.check != nil {
		input, problem := a.check(encoded)
		problems = a.append(problems, input, problem)
	}
	return encoded, problems
}

// encode turns every known input into JSON.
func (a *Action) encode(in map[string]any) (inputs, []*InputError) {
	var problems []*InputError
	encoded := make(inputs, len(in))
	text := make([]byte, 0, 256) // room for one after another
	for name, v := range in {
		var err error
		text, err = jsontext.AppendValue(text[:0], v)
		switch _, ok := a.Input(name); {
		case !ok:
			problems = a.append(problems, name, "is not an input; it takes "+a.inputNames())
		case err != nil:
			problems = a.append(problems, name, "is not JSON: "+err.Error())
		default:
			encoded[name] = gjson.Parse(string(text))
		}
	}
	slices.SortFunc(problems, func(x, y *InputError) int { return strings.Compare(x.Input, y.Input) })
	return encoded, problems
}

func (a *Action) append(problems []*InputError, input, problem string) []*InputError {
	if problem == "" {
		return problems
	}
	return append(problems, a.wrong(input, problem))
}

func (a *Action) wrong(input, problem string) *InputError {
	return &InputError{Action: a.Name, Input: input, Problem: problem}
}

func (a *Action) inputNames() string {
	if len(a.Inputs) == 0 {
		return "none"
	}
	names := make([]string, len(a.Inputs))
	for i, f := range a.Inputs {
		names[i] = f.Name
	}
	return enumerate(names, "and")
}

// problem says what is wrong with the field among the inputs; empty if
// nothing is.
func (f *Field) problem(in inputs) string {
	value := in[f.Name]
	switch {
	case !value.Exists() && f.Required:
		return "is missing: " + f.Doc
	case !value.Exists():
		return ""
	case f.Needs != "" && !in.has(f.Needs):
		return "needs " + f.Needs + " beside it"
	case f.Literal && value.Raw == later:
		return "must be written out: it decides what the step may do, so it cannot be a template"
	}
	return f.valueProblem(value)
}

// valueProblem says what is wrong with a value of the field; empty if nothing
// is.
func (f *Field) valueProblem(value gjson.Result) string {
	if problem := f.Type.problem(value); problem != "" {
		return problem
	}
	if f.In == Path {
		if _, err := Segment(value.String()); err != nil {
			return err.Error()
		}
	}
	return f.Form.problem(value)
}

// problem says why the text cannot be what is wanted; empty if it can.
func (f *Form) problem(value gjson.Result) string {
	if f == nil || value.Raw == later || value.Type == gjson.Null || f.Pattern.MatchString(value.String()) {
		return ""
	}
	return fmt.Sprintf("cannot be %s: it is %s", short(value), f.Wanted)
}

// problem says which rule of the group the inputs break; empty if none.
func (g Group) problem(in inputs) string {
	given := 0
	for _, name := range g.Names {
		if in.has(name) {
			given++
		}
	}
	switch {
	case given < g.Min:
		return fmt.Sprintf("%s must be given", g)
	case g.Max != 0 && given > g.Max:
		return fmt.Sprintf("only %s of %s may be given", count(g.Max), enumerate(g.Names, "or"))
	}
	return ""
}

// String gives the rule in words, such as "exactly one of email or role".
func (g Group) String() string {
	rule := "at least " + count(g.Min)
	switch {
	case g.Min == g.Max:
		rule = "exactly " + count(g.Min)
	case g.Min == 0:
		rule = "at most " + count(g.Max)
	}
	return rule + " of " + enumerate(g.Names, "or")
}

func count(n int) string {
	if n == 1 {
		return "one"
	}
	return strconv.Itoa(n)
}

// short gives a value as it can stand in a message.
func short(value gjson.Result) string {
	const most = 60
	switch {
	case value.IsObject():
		return "an object"
	case value.IsArray():
		return "a list"
	case len(value.Raw) > most:
		return strings.ToValidUTF8(value.Raw[:most], "") + "..."
	}
	return value.Raw
}
