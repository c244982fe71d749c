package program

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/steps"
)

// value compiles what is written under with, vars, outputs or for_each. Want
// says what it is for: an unquoted 00042 is text where text is wanted.
func (l *loader) value(n *workflow.Node, want steps.Type) *Value {
	switch {
	case n.Broken:
		return &Value{Node: n, broken: true}
	case n.Kind == workflow.List:
		return l.list(n, want)
	case n.Kind == workflow.Map:
		return l.mapping(n, want)
	case n.Kind == workflow.String:
		return l.text(n)
	}
	constant, err := scalar(n, want)
	if err != nil {
		l.problem(n, err.Error(), oddHint(n, want))
		return &Value{Node: n, broken: true}
	}
	return &Value{Node: n, Fixed: true, constant: constant}
}

// scalar gives the value of what is no template: a string, or an unquoted
// value. The error is about one that YAML programs read differently.
func scalar(n *workflow.Node, want steps.Type) (eval.Value, error) {
	if want.Kind == steps.String && n.Kind != workflow.Null && n.Kind != workflow.Bool {
		return n.Text, nil
	}
	switch n.Kind {
	case workflow.String:
		return n.Text, nil
	case workflow.Bool:
		return n.Bool, nil
	case workflow.Int:
		return n.Int, nil
	case workflow.BigInt:
		return eval.Number(n.Text), nil
	case workflow.Float:
		return n.Float, nil
	case workflow.Odd:
		return nil, fmt.Errorf("%s without quotes is not read alike by all YAML programs", n.Text)
	}
	return nil, nil
}

// oddHint says how to write an odd value so that all programs read it alike.
func oddHint(n *workflow.Node, want steps.Type) string {
	quoted := workflow.Quote(n.Text)
	number, isNumber := plainNumber(n.Text)
	boolean := strings.ContainsAny(n.Text[:1], "yYtToOnNfF")
	switch {
	case want.Kind == steps.Time && !isNumber:
		return "write " + workflow.Quote("{{ unix("+strconv.Quote(n.Text)+") }}")
	case isNumber && (want.Kind == steps.Integer || want.Kind == steps.Number || want.Kind == steps.Time):
		return "write " + number
	case boolean && want.Kind == steps.Boolean:
		return "write true or false"
	case isNumber:
		return fmt.Sprintf("for a text write %s, for a number %s", quoted, number)
	case boolean:
		return fmt.Sprintf("for a text write %s, else true or false", quoted)
	}
	return "put it into quotes: " + quoted
}

// plainNumber writes a number without leading zero, sign or exponent.
func plainNumber(text string) (string, bool) {
	digits := strings.TrimLeft(strings.ReplaceAll(text, "_", ""), "+")
	if n, err := strconv.ParseInt(digits, 0, 64); err == nil && !strings.HasPrefix(digits, "0") || err == nil && strings.ContainsAny(digits, "xob") {
		return strconv.FormatInt(n, 10), true
	}
	value, err := strconv.ParseFloat(digits, 64)
	if err != nil || math.IsInf(value, 0) || math.IsNaN(value) || math.Abs(value) > 1e15 {
		return "", false
	}
	return strconv.FormatFloat(value, 'f', -1, 64), true
}

// cutComment is a comment that looks like the rest of a text: "Batch #17".
var cutComment = regexp.MustCompile(`^#(\S| [0-9])`)

func (l *loader) text(n *workflow.Node) *Value {
	if !strings.Contains(n.Text, "{{") {
		l.warnOfComment(n)
		return &Value{Node: n, Fixed: true, constant: n.Text}
	}
	source := n.Text
	if whole := strings.TrimSuffix(source, "\n"); strings.HasSuffix(whole, "}}") {
		source = whole // a block scalar ends with a line break nobody means
	}
	template, problems := tryParse(l, source, eval.ParseTemplate)
	if len(problems) > 0 {
		explain(l, n, problems, eval.ParseTemplate)
		return &Value{Node: n, broken: true}
	}
	l.warnOfComment(n)
	l.used(template.Refs())
	return &Value{Node: n, Template: template, secret: l.secrets.touch(template.Refs())}
}

func (l *loader) warnOfComment(n *workflow.Node) {
	if cutComment.MatchString(n.Comment) {
		whole := workflow.Quote(n.Text + " " + n.Comment)
		l.warn(n.CommentAt(), utf8.RuneCountInString(n.Comment), "YAML takes what follows # as a comment, and leaves it out", "if it belongs to the text, put all into quotes: "+whole)
	}
}

// literal gives a value that is data and no template: what an inputs file
// holds, or the default of an input.
func literal(n *workflow.Node, want steps.Type) (eval.Value, error) {
	switch n.Kind {
	case workflow.List:
		list := make(eval.List, 0, len(n.Items))
		for _, item := range n.Items {
			v, err := literal(item, steps.Type{})
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case workflow.Map:
		object := make(eval.Object, len(n.Fields))
		for _, field := range n.Fields {
			v, err := literal(field.Value, steps.Type{})
			if err != nil {
				return nil, fmt.Errorf("%s: %w", field.Key.Text, err)
			}
			object[field.Key.Text] = v
		}
		return object, nil
	}
	return scalar(n, want)
}

func (l *loader) list(n *workflow.Node, want steps.Type) *Value {
	v := &Value{Node: n, kind: workflow.List, Fixed: true}
	elem := steps.Type{}
	if want.Elem != nil {
		elem = *want.Elem
	}
	constant := make(eval.List, 0, len(n.Items))
	for _, item := range n.Items {
		each := l.value(item, elem)
		v.items = append(v.items, each)
		v.Fixed = v.Fixed && each.Fixed
		constant = append(constant, each.constant)
	}
	if v.Fixed {
		v.constant = constant
	}
	return v
}

func (l *loader) mapping(n *workflow.Node, want steps.Type) *Value {
	v := &Value{Node: n, kind: workflow.Map, Fixed: true}
	constant := make(eval.Object, len(n.Fields))
	for _, field := range n.Fields {
		if strings.Contains(field.Key.Text, "{{") {
			l.problem(field.Key, "a key cannot be a template", "write the key out; only values can be templates")
		}
		known, _ := want.Field(field.Key.Text)
		each := l.value(field.Value, known.Type)
		v.fields = append(v.fields, NamedValue{field.Key.Text, each})
		v.Fixed = v.Fixed && each.Fixed
		constant[field.Key.Text] = each.constant
	}
	if v.Fixed {
		v.constant = constant
	}
	return v
}

// typ is what is known of the value before it is evaluated.
func (v *Value) typ() *eval.Type {
	switch {
	case v.Template != nil:
		return v.Template.Type()
	case v.broken:
		return nil
	case v.kind == workflow.List:
		return &eval.Type{Kind: eval.KindList}
	case v.kind == workflow.Map:
		fields := map[string]*eval.Type{}
		for _, f := range v.fields {
			fields[f.Name] = f.typ()
		}
		return &eval.Type{Kind: eval.KindObject, Fields: fields}
	}
	return scalarType(v.constant)
}

func scalarType(v eval.Value) *eval.Type {
	switch v.(type) {
	case bool:
		return &eval.Type{Kind: eval.KindBool}
	case int64:
		return &eval.Type{Kind: eval.KindInt}
	case float64:
		return &eval.Type{Kind: eval.KindNumber}
	case string:
		return &eval.Type{Kind: eval.KindString}
	}
	return nil
}

// sample is the value as the catalogue can check it before a run: what is
// evaluated later is [steps.Later].
func (v *Value) sample() any {
	switch {
	case v == nil:
		return nil
	case v.Template != nil || v.broken:
		return steps.Later{}
	case v.kind == workflow.List:
		list := make([]any, len(v.items))
		for i, item := range v.items {
			list[i] = item.sample()
		}
		return list
	case v.kind == workflow.Map:
		object := make(map[string]any, len(v.fields))
		for _, f := range v.fields {
			object[f.Name] = f.sample()
		}
		return object
	}
	plain, err := eval.Plain(v.constant)
	if err != nil {
		return steps.Later{}
	}
	return plain
}
