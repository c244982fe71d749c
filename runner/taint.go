package runner

import (
	"maps"
	"slices"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/steps"
)

// taints are the names whose values are made of a secret input, such as
// inputs.key, vars.token, steps.note or the name of a loop's item. What is made
// of them is shown and kept as the expression that makes it.
type taints map[string]bool

// touch reports whether an expression reads a secret, or may.
func (t taints) touch(refs []eval.Ref) bool {
	for _, ref := range refs {
		switch {
		case len(t) == 0:
			return false
		case t[ref.Path[0]], len(ref.Path) > 1 && t[ref.Path[0]+"."+ref.Path[1]]:
			return true
		case len(ref.Path) == 1 && t.under(ref.Path[0]+"."):
			return true
		}
	}
	return false
}

func (t taints) under(prefix string) bool {
	for name := range t {
		if len(name) > len(prefix) && name[:len(prefix)] == prefix {
			return true
		}
	}
	return false
}

// add marks a name whose value is secret.
func (t taints) add(name string, v *value) {
	if v.secretive() {
		t[name] = true
	}
}

// step marks a step that writes something secret: Intercom's answer repeats it.
func (t taints) step(s *step) {
	inside := slices.ContainsFunc(s.steps, func(inner *step) bool { return t["steps."+inner.id] })
	wrote := s.action != nil && s.action.Effect != steps.Read && s.with.secretive()
	if s.id != "" && (inside || wrote) {
		t["steps."+s.id] = true
	}
}

// secretive reports whether a part of a value is made of a secret.
func (v *value) secretive() bool {
	switch {
	case v == nil:
		return false
	case v.secret:
		return true
	}
	return slices.ContainsFunc(v.items, (*value).secretive) ||
		slices.ContainsFunc(v.fields, func(f namedValue) bool { return f.secretive() })
}

// shown is what the value was evaluated to, with expressions in place of what
// is made of a secret.
func (v *value) shown(got eval.Value) eval.Value {
	switch {
	case !v.secretive():
		return got
	case v.secret:
		return v.node.Text
	}
	switch got := got.(type) {
	case eval.Object:
		object := maps.Clone(got)
		for _, f := range v.fields {
			if each, there := object[f.name]; there {
				object[f.name] = f.shown(each)
			}
		}
		return object
	case eval.List:
		if len(got) != len(v.items) {
			return "(a list with a secret)" // an element was left out, and nobody knows which
		}
		list := make(eval.List, len(got))
		for i, each := range got {
			list[i] = v.items[i].shown(each)
		}
		return list
	}
	return got
}
