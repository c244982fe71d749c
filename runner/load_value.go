package runner

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/steps"
)

// value compiles what is written under with, vars, outputs or for_each. Want
// says what it is for: an unquoted 00042 is text where text is wanted.
func (l *loader) value(n *workflow.Node, see view, want steps.Type) *value {
	switch n.Kind {
	case workflow.List:
		return l.list(n, see, want)
	case workflow.Map:
		return l.mapping(n, see, want)
	case workflow.String:
		return l.text(n, see)
	}
	return &value{node: n, fixed: true, constant: l.scalar(n, want)}
}

// scalar gives the value of a scalar that holds no template.
func (l *loader) scalar(n *workflow.Node, want steps.Type) eval.Value {
	if want.Kind == steps.String && n.Kind != workflow.Null && n.Kind != workflow.Bool {
		return n.Text
	}
	switch n.Kind {
	case workflow.Bool:
		return n.Bool
	case workflow.Int:
		return n.Int
	case workflow.BigInt:
		return eval.Number(n.Text)
	case workflow.Float:
		return n.Float
	case workflow.Odd:
		l.problem(n, fmt.Sprintf("%s without quotes is not read alike by all YAML programs", n.Text), fmt.Sprintf(`put it into quotes: "%s"`, n.Text))
		return n.Text
	}
	return nil
}

// cutComment is a comment that looks like the rest of a text: "Hi # 1".
var cutComment = regexp.MustCompile(`^#\s?[0-9]`)

func (l *loader) text(n *workflow.Node, see view) *value {
	if cutComment.MatchString(n.Comment) {
		p := l.file.Problem(n.Pos, len([]rune(n.Text)), "YAML takes what follows # as a comment and leaves it out", fmt.Sprintf("put the whole value into quotes: %q", n.Text+" "+n.Comment))
		p.Warning = true
		l.problems = append(l.problems, p)
	}
	source := n.Text
	if whole := strings.TrimSuffix(source, "\n"); strings.HasSuffix(whole, "}}") {
		source = whole // a block scalar ends with a line break nobody means
	}
	template, problems := eval.ParseTemplate(source, see.env)
	if len(problems) > 0 {
		l.evalProblems(n, problems)
		return &value{node: n, fixed: true}
	}
	if text, ok := template.Literal(); ok {
		return &value{node: n, fixed: true, constant: text}
	}
	l.used(template.Refs(), see)
	return &value{node: n, template: template}
}

func (l *loader) list(n *workflow.Node, see view, want steps.Type) *value {
	v := &value{node: n, kind: workflow.List, fixed: true}
	elem := steps.Type{}
	if want.Elem != nil {
		elem = *want.Elem
	}
	constant := make(eval.List, 0, len(n.Items))
	for _, item := range n.Items {
		each := l.value(item, see, elem)
		v.items = append(v.items, each)
		v.fixed = v.fixed && each.fixed
		constant = append(constant, each.constant)
	}
	if v.fixed {
		v.constant = constant
	}
	return v
}

func (l *loader) mapping(n *workflow.Node, see view, want steps.Type) *value {
	v := &value{node: n, kind: workflow.Map, fixed: true}
	constant := make(eval.Object, len(n.Fields))
	for _, field := range n.Fields {
		if strings.Contains(field.Key.Text, "{{") {
			l.problem(field.Key, "a key cannot be a template", "")
		}
		known, _ := want.Field(field.Key.Text)
		each := l.value(field.Value, see, known.Type)
		v.fields = append(v.fields, namedValue{field.Key.Text, each})
		v.fixed = v.fixed && each.fixed
		constant[field.Key.Text] = each.constant
	}
	if v.fixed {
		v.constant = constant
	}
	return v
}

// typ is what is known of the value before it is evaluated.
func (v *value) typ() *eval.Type {
	switch {
	case v.template != nil:
		return v.template.Type()
	case v.kind == workflow.List:
		return &eval.Type{Kind: eval.KindList}
	case v.kind == workflow.Map:
		fields := map[string]*eval.Type{}
		for _, f := range v.fields {
			fields[f.name] = f.typ()
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
func (v *value) sample() any {
	switch {
	case v == nil:
		return nil
	case v.template != nil:
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
			object[f.name] = f.sample()
		}
		return object
	}
	plain, err := eval.Plain(v.constant)
	if err != nil {
		return steps.Later{}
	}
	return plain
}
