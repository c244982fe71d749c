package program

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
func (t taints) add(name string, v *Value) {
	if v.HoldsSecret() {
		t[name] = true
	}
}

// step marks a step that writes something secret: Intercom's answer repeats it.
func (t taints) step(s *Step) {
	inside := slices.ContainsFunc(s.Steps, func(inner *Step) bool { return t["steps."+inner.ID] })
	wrote := s.Action != nil && s.Action.Effect != steps.Read && s.With.HoldsSecret()
	if s.ID != "" && (inside || wrote) {
		t["steps."+s.ID] = true
	}
}

// HoldsSecret reports whether a part of a value is made of a secret.
func (v *Value) HoldsSecret() bool {
	switch {
	case v == nil:
		return false
	case v.secret:
		return true
	}
	return slices.ContainsFunc(v.items, (*Value).HoldsSecret) ||
		slices.ContainsFunc(v.fields, func(f NamedValue) bool { return f.HoldsSecret() })
}

// Shown is what the value was evaluated to, with expressions in place of what
// is made of a secret.
func (v *Value) Shown(got eval.Value) eval.Value {
	switch {
	case !v.HoldsSecret():
		return got
	case v.secret:
		return v.Node.Text
	}
	switch got := got.(type) {
	case eval.Object:
		object := maps.Clone(got)
		for _, f := range v.fields {
			if each, there := object[f.Name]; there {
				object[f.Name] = f.Shown(each)
			}
		}
		return object
	case eval.List:
		if len(got) != len(v.items) {
			return "(a list with a secret)" // an element was left out, and nobody knows which
		}
		list := make(eval.List, len(got))
		for i, each := range got {
			list[i] = v.items[i].Shown(each)
		}
		return list
	}
	return got
}
