package program

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/files"
	"github.com/flowrun-dev/flowrun/internal/secret"
	"github.com/flowrun-dev/flowrun/internal/spelling"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/steps"
)

// input is a parameter of a program.
type input struct {
	name    string
	source  *workflow.Input
	initial eval.Value // its default; Missing where it has none
	enum    []eval.Value
	pattern *regexp.Regexp
}

var inputKinds = map[string]eval.Kind{
	"string": eval.KindString, "integer": eval.KindInt, "number": eval.KindNumber, "boolean": eval.KindBool,
	"list": eval.KindList, "object": eval.KindObject, "file": eval.KindString,
}

// inputs compiles the parameters and gives the type of the name "inputs".
func (l *loader) inputs(sources []*workflow.Input) *eval.Type {
	t := &eval.Type{Kind: eval.KindObject, Fields: map[string]*eval.Type{}, Noun: "input"}
	for _, source := range sources {
		in := &input{name: source.Key.Text, source: source}
		if source.Pattern != nil {
			in.pattern = regexp.MustCompile(source.Pattern.Text) // checked when it was read
		}
		for _, n := range source.Enum {
			in.enum = append(in.enum, l.inputDefault(in, n))
		}
		in.initial = eval.Absent(notGiven(in.name))
		if source.Default != nil {
			in.initial = l.inputDefault(in, source.Default)
		}
		l.program.inputs = append(l.program.inputs, in)
		if source.Secret {
			l.secrets["inputs."+in.name] = true
		}
		t.Fields[in.name] = &eval.Type{Kind: inputKinds[source.Type]}
	}
	return t
}

// notGiven says why an input has no value, and how it gets one.
func notGiven(name string) string {
	return fmt.Sprintf("input %s was not given; --input %s=... gives it", name, name)
}

// inputDefault reads a value that the file gives an input.
func (l *loader) inputDefault(in *input, n *workflow.Node) eval.Value {
	if n.Kind == workflow.String && strings.Contains(n.Text, "{{") {
		l.problem(n, "the value of an input cannot be a template", "use vars for values that are made from others")
		return nil
	}
	v, err := literal(n, in.wanted())
	if err != nil {
		l.problem(n, err.Error(), oddHint(n, in.wanted()))
	} else if err := in.check(v); err != nil {
		l.problem(n, err.Error(), "")
	}
	return v
}

func (in *input) wanted() steps.Type {
	switch in.source.Type {
	case "string", "file":
		return steps.Type{Kind: steps.String}
	case "integer", "number":
		return steps.Type{Kind: steps.Number}
	case "boolean":
		return steps.Type{Kind: steps.Boolean}
	}
	return steps.Type{}
}

// check holds a value against type, enum and pattern.
func (in *input) check(v eval.Value) error {
	if big, ok := v.(eval.Number); ok && in.source.Type == "integer" {
		return fmt.Errorf("input %s must be an integer of 64 bits, not %s", in.name, big)
	}
	if kind := eval.KindOf(v); !sameKind(kind, inputKinds[in.source.Type]) {
		return fmt.Errorf("input %s must be %s, not %s", in.name, kindWords[inputKinds[in.source.Type]], cmp.Or(kindWords[kind], "null"))
	}
	if len(in.enum) > 0 && len(in.enum) == len(in.source.Enum) && !in.allows(v) {
		return fmt.Errorf("input %s must be one of %s", in.name, in.choices())
	}
	if text, ok := v.(string); ok && in.pattern != nil && !in.pattern.MatchString(text) {
		return fmt.Errorf("input %s must match %s", in.name, in.source.Pattern.Text)
	}
	return nil
}

func (in *input) allows(v eval.Value) bool {
	return slices.ContainsFunc(in.enum, func(each eval.Value) bool { return reflect.DeepEqual(each, v) })
}

func sameKind(got, want eval.Kind) bool {
	return got == want || got == eval.KindInt && want == eval.KindNumber
}

func (in *input) choices() string {
	words := make([]string, len(in.enum))
	for i, v := range in.enum {
		words[i] = fmt.Sprint(v)
	}
	return strings.Join(words, ", ")
}

// Inputs are the values of a program's parameters.
type Inputs struct {
	Values  eval.Object
	Secrets []string          // the values that must not be shown
	Named   files.Folders     // files that the command line gives
	Veil    secret.Veil       // of the secrets
	salts   map[string]string // of the digests that are kept of them, by input
}

func newInputs() Inputs { return Inputs{Values: eval.Object{}, salts: map[string]string{}} }

// Given is where the values of inputs come from, strongest first.
type Given struct {
	Flags  []string            // name=value, from the command line
	Files  []workflow.Field    // from an inputs file
	Getenv func(string) string // the environment; nil is none
}

// Inputs settles the value of each input. The error names every input that is
// missing, unknown or wrong.
func (p *Program) Inputs(given Given) (Inputs, error) {
	texts, err := p.flagInputs(given.Flags)
	problems := []error{err}
	files := make(map[string]*workflow.Node, len(given.Files))
	for _, field := range given.Files {
		files[field.Key.Text] = field.Value
		problems = append(problems, p.knownInput(field.Key.Text))
	}
	out := newInputs()
	for _, in := range p.inputs {
		v, err := in.settle(texts, files, given.Getenv)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		out.add(in, v, secret.NewSalt())
		if path, ok := v.(string); ok && in.source.Type == "file" && texts[in.name] != "" {
			out.Named = append(out.Named, path)
		}
	}
	return out, errors.Join(problems...)
}

// add takes in a value. Salt is that of the digest that is kept of a secret.
func (i *Inputs) add(in *input, v eval.Value, salt string) {
	i.Values[in.name] = v
	if text, ok := v.(string); ok && in.source.Secret {
		i.Secrets = append(i.Secrets, text)
		i.salts[in.name] = salt
		i.Veil = i.Veil.Add(in.name, text, salt)
	}
}

// FilesOf gives the paths that inputs of type file have, without secrets.
func (p *Program) FilesOf(inputs Inputs) []string {
	var paths []string
	for _, in := range p.inputs {
		if path, ok := inputs.Values[in.name].(string); ok && in.source.Type == "file" && !in.source.Secret {
			paths = append(paths, path)
		}
	}
	return paths
}

func (p *Program) flagInputs(flags []string) (map[string]string, error) {
	texts := map[string]string{}
	var problems []error
	for _, flag := range flags {
		name, text, ok := strings.Cut(flag, "=")
		if !ok {
			problems = append(problems, fmt.Errorf("--input %s: write it as name=value", flag))
			continue
		}
		texts[name] = text
		problems = append(problems, p.knownInput(name))
	}
	return texts, errors.Join(problems...)
}

func (p *Program) knownInput(name string) error {
	names := make([]string, len(p.inputs))
	for i, in := range p.inputs {
		if names[i] = in.name; in.name == name {
			return nil
		}
	}
	switch near := spelling.Nearest(name, names); {
	case near != "":
		return fmt.Errorf("the workflow has no input %q; did you mean %s?", name, near)
	case len(names) == 0:
		return fmt.Errorf("the workflow has no input %q; it has none at all", name)
	default:
		return fmt.Errorf("the workflow has no input %q; it has %s", name, strings.Join(names, ", "))
	}
}

// settle finds the value of one input.
func (in *input) settle(flags map[string]string, files map[string]*workflow.Node, getenv func(string) string) (eval.Value, error) {
	if text, ok := flags[in.name]; ok {
		return in.parse(text)
	}
	if n, ok := files[in.name]; ok {
		return in.fromFile(n)
	}
	if in.source.Env != nil && getenv != nil {
		if text := getenv(in.source.Env.Text); text != "" {
			return in.parse(text)
		}
	}
	if _, none := in.initial.(eval.Missing); none && (in.source.Required || in.source.Secret) {
		return nil, fmt.Errorf("input %s is missing: %s", in.name, in.howToGive())
	}
	return in.initial, nil
}

// fromFile reads a value of an inputs file. A path in it is relative to it.
func (in *input) fromFile(n *workflow.Node) (eval.Value, error) {
	v, err := literal(n, in.wanted())
	if err != nil {
		return nil, fmt.Errorf("input %s: %w; %s", in.name, err, oddHint(n, in.wanted()))
	}
	if err := in.check(v); err != nil {
		return nil, err
	}
	if path, ok := v.(string); ok && in.source.Type == "file" && !filepath.IsAbs(path) {
		return filepath.Abs(filepath.Join(filepath.Dir(n.FileName()), path))
	}
	return v, nil
}

func (in *input) howToGive() string {
	if in.source.Env != nil {
		return "set the environment variable " + in.source.Env.Text + ", or add --input " + in.name + "=..."
	}
	return "add --input " + in.name + "=..."
}

// parse reads the text of a flag or of an environment variable.
func (in *input) parse(text string) (eval.Value, error) {
	v, err := eval.FromText(text, inputKinds[in.source.Type])
	if in.source.Type == "file" {
		v, err = filepath.Abs(text)
	}
	if err != nil { // not of a secret, which is a string
		return nil, fmt.Errorf("input %s must be of type %s: %w", in.name, in.source.Type, err)
	}
	return v, in.check(v)
}
