package runner

import (
	"cmp"
	"context"
	"errors"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/steps"
)

// value is something written in the file that may hold templates: a scalar, a
// list or a mapping, compiled once and evaluated for each instance.
type value struct {
	node     *workflow.Node
	kind     workflow.Kind // Null for a scalar, else List or Map
	constant eval.Value    // where nothing is to be evaluated
	fixed    bool          // it is constant
	broken   bool          // it is wrong, which is reported; the program never runs
	template *eval.Template
	segments bool // holes are segments of a path
	secret   bool // it is a template that is made of a secret
	items    []*value
	fields   []namedValue
}

// namedValue is a value with a name: a field of a mapping, a var, an output.
type namedValue struct {
	name string
	*value
}

// field returns the value of a key, or nil.
func (v *value) field(name string) *value {
	if v == nil {
		return nil
	}
	for _, f := range v.fields {
		if f.name == name {
			return f.value
		}
	}
	return nil
}

// member is the value of a key in an object, or the whole where one template
// makes it.
func (v *value) member(name string) *value {
	if v != nil && v.template != nil {
		return v
	}
	return v.field(name)
}

// eval gives the value in a scope. Keys and elements whose value is omit are
// left out.
func (v *value) eval(ctx context.Context, scope *eval.Scope) (eval.Value, error) {
	switch {
	case v.fixed:
		return v.constant, nil
	case v.template != nil:
		return v.evalTemplate(ctx, scope)
	case v.kind == workflow.List:
		return v.evalList(ctx, scope)
	default:
		return v.evalMap(ctx, scope)
	}
}

func (v *value) evalTemplate(ctx context.Context, scope *eval.Scope) (eval.Value, error) {
	if v.segments {
		return v.evalPath(ctx, scope)
	}
	got, err := v.template.Eval(ctx, scope)
	return got, placed(v.node, err)
}

// evalPath gives a path in which each hole is one segment, whatever the data
// in it looks like.
func (v *value) evalPath(ctx context.Context, scope *eval.Scope) (eval.Value, error) {
	var refused error
	got, err := v.template.EvalSegments(ctx, scope, func(text string) string {
		segment, err := steps.Segment(text)
		refused = errors.Join(refused, err)
		return segment
	})
	return got, placed(v.node, cmp.Or(err, refused))
}

func (v *value) evalList(ctx context.Context, scope *eval.Scope) (eval.Value, error) {
	list := make(eval.List, 0, len(v.items))
	for _, item := range v.items {
		got, err := item.eval(ctx, scope)
		if err != nil {
			return nil, err
		}
		if _, gone := got.(eval.Omit); !gone {
			list = append(list, got)
		}
	}
	return list, nil
}

func (v *value) evalMap(ctx context.Context, scope *eval.Scope) (eval.Value, error) {
	object := make(eval.Object, len(v.fields))
	for _, f := range v.fields {
		got, err := f.eval(ctx, scope)
		if err != nil {
			return nil, err
		}
		if _, gone := got.(eval.Omit); !gone {
			object[f.name] = got
		}
	}
	return object, nil
}
