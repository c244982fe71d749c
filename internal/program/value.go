package program

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/steps"
)

// Value is something written in the file that may hold templates: a scalar, a
// list or a mapping, compiled once and evaluated for each instance.
type Value struct {
	Node     *workflow.Node
	Fixed    bool           // nothing is to be evaluated
	Template *eval.Template // nil where it is not made by one template

	kind     workflow.Kind // Null for a scalar, else List or Map
	constant eval.Value    // of a fixed one
	broken   bool          // it is wrong, which is reported; the program never runs
	segments bool          // holes are segments of a path
	secret   bool          // it is a template that is made of a secret
	items    []*Value
	fields   []NamedValue
}

// NamedValue is a value with a name: a field of a mapping, a var, an output.
type NamedValue struct {
	Name string
	*Value
}

// Field returns the value of a key, or nil.
func (v *Value) Field(name string) *Value {
	if v == nil {
		return nil
	}
	for _, f := range v.fields {
		if f.Name == name {
			return f.Value
		}
	}
	return nil
}

// AtStart reports whether a scalar is made of inputs, vars and the run alone, and
// so is known before the first step.
func (v *Value) AtStart() bool {
	return v.Fixed || v.Template != nil && !slices.ContainsFunc(v.Template.Refs(), func(ref eval.Ref) bool {
		return ref.Path[0] != "inputs" && ref.Path[0] != "vars" && ref.Path[0] != "run"
	})
}

// Member is the value of a key in an object, or the whole where one template
// makes it.
func (v *Value) Member(name string) *Value {
	if v != nil && v.Template != nil {
		return v
	}
	return v.Field(name)
}

// Eval gives the value in a scope. Keys and elements whose value is omit are
// left out.
func (v *Value) Eval(ctx context.Context, scope *eval.Scope) (eval.Value, error) {
	switch {
	case v.Fixed:
		return v.constant, nil
	case v.Template != nil:
		return v.evalTemplate(ctx, scope)
	case v.kind == workflow.List:
		return v.evalList(ctx, scope)
	default:
		return v.evalMap(ctx, scope)
	}
}

func (v *Value) evalTemplate(ctx context.Context, scope *eval.Scope) (eval.Value, error) {
	if v.segments {
		return v.evalPath(ctx, scope)
	}
	got, err := v.Template.Eval(ctx, scope)
	return got, Placed(v.Node, err)
}

// evalPath gives a path in which each hole is one segment, whatever the data
// in it looks like.
func (v *Value) evalPath(ctx context.Context, scope *eval.Scope) (eval.Value, error) {
	var refused error
	got, err := v.Template.EvalSegments(ctx, scope, func(text string) string {
		segment, err := steps.Segment(text)
		refused = errors.Join(refused, err)
		return segment
	})
	return got, Placed(v.Node, cmp.Or(err, refused))
}

func (v *Value) evalList(ctx context.Context, scope *eval.Scope) (eval.Value, error) {
	list := make(eval.List, 0, len(v.items))
	for _, item := range v.items {
		got, err := item.Eval(ctx, scope)
		if err != nil {
			return nil, err
		}
		if _, gone := got.(eval.Omit); !gone {
			list = append(list, got)
		}
	}
	return list, nil
}

func (v *Value) evalMap(ctx context.Context, scope *eval.Scope) (eval.Value, error) {
	object := make(eval.Object, len(v.fields))
	for _, f := range v.fields {
		got, err := f.Eval(ctx, scope)
		if err != nil {
			return nil, err
		}
		if _, gone := got.(eval.Omit); !gone {
			object[f.Name] = got
		}
	}
	return object, nil
}
