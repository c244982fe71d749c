package schema

import (
	"strings"

	"github.com/flowrun-dev/flowrun/steps"
)

// everyAction and lists choose actions of the catalogue.
func everyAction(*steps.Action) bool { return true }

func lists(a *steps.Action) bool { return a.Rows != "" }

// actionNames is the schema of an action's name. Each name has its own
// description, which editors show beside the name.
func actionNames(wanted func(*steps.Action) bool) object {
	var names []object
	for _, a := range steps.All() {
		if wanted(a) {
			names = append(names, obj("const", a.Name, "description", a.Doc))
		}
	}
	return obj("description", "What the step does.", "type", "string", "oneOf", names)
}

// inputsOf applies the inputs of an action where a key "action" names it.
func inputsOf(wanted func(*steps.Action) bool) []object {
	var rules []object
	for _, a := range steps.All() {
		if !wanted(a) {
			continue
		}
		then := obj("properties", obj("with", ref(a.Name)))
		if needsInputs(a) {
			then = then.and("required", []string{"with"})
		}
		rules = append(rules, when("action", a.Name, then))
	}
	return rules
}

// needsInputs reports whether the action cannot go without any.
func needsInputs(a *steps.Action) bool {
	for _, f := range a.Inputs {
		if f.Required {
			return true
		}
	}
	for _, g := range a.Groups {
		if g.Min > 0 {
			return true
		}
	}
	return false
}

// actions are the inputs of every action, by its name.
func actions() object {
	var o object
	for _, a := range steps.All() {
		o = append(o, member{a.Name, inputs(a)})
	}
	return o
}

// inputs is the schema of what stands under "with" of an action.
func inputs(a *steps.Action) object {
	o := fields(obj("description", "Inputs of "+a.Name+". "+a.Doc), a.Inputs, false)
	var needs object
	for _, f := range a.Inputs {
		if f.Needs != "" {
			needs = needs.and(f.Name, []string{f.Needs})
		}
	}
	if len(needs) > 0 {
		o = o.and("dependentRequired", needs)
	}
	var rules []object
	for _, g := range a.Groups {
		rules = append(rules, groupRules(g)...)
	}
	if len(rules) > 0 {
		o = o.and("allOf", rules)
	}
	return o
}

// fields adds what fields an object has.
func fields(o object, list []steps.Field, open bool) object {
	var mandatory []string
	var properties object
	for _, f := range list {
		properties = properties.and(f.Name, field(f))
		if f.Required {
			mandatory = append(mandatory, f.Name)
		}
	}
	o = o.and("type", "object")
	if len(mandatory) > 0 {
		o = o.and("required", mandatory)
	}
	if len(properties) > 0 {
		o = o.and("properties", properties)
	}
	if !open {
		o = o.and("additionalProperties", false)
	}
	return o
}

// field is the schema of one input: its type, or a template.
func field(f steps.Field) object {
	o := obj()
	if f.Doc != "" {
		o = obj("description", sentence(f.Doc))
	}
	t := valueOf(f.Type, f.Form)
	if f.Type.Kind == steps.Any {
		return o
	}
	if f.Literal || isFreeText(f) {
		return append(o, t...)
	}
	return o.and("anyOf", []object{t, ref("template")})
}

// isFreeText reports whether the type takes any template as it is.
func isFreeText(f steps.Field) bool {
	free := f.Form == nil || f.Form.Pattern.MatchString("{{ item }}")
	return f.Type.Kind == steps.String && free && len(f.Type.Enum) == 0
}

// valueOf is the schema of a value that is written out.
func valueOf(t steps.Type, form *steps.Form) object {
	switch t.Kind {
	case steps.String:
		return stringOf(t, form)
	case steps.Integer, steps.Time:
		return rangeOf(typed(t, "integer"), t)
	case steps.Number:
		return typed(t, "number")
	case steps.Boolean:
		return typed(t, "boolean")
	case steps.List:
		return listOf(t)
	case steps.Object:
		if len(t.Fields) == 0 {
			return typed(t, "object")
		}
		return fields(obj(), t.Fields, t.Open)
	}
	return obj()
}

// stringOf also takes numbers: an unquoted id is read as the text it is.
func stringOf(t steps.Type, form *steps.Form) object {
	switch {
	case len(t.Enum) > 0:
		return obj("enum", t.Enum)
	case form != nil:
		return typed(t, "string", "number").and("pattern", form.Pattern.String())
	}
	return typed(t, "string", "number")
}

func rangeOf(o object, t steps.Type) object {
	if t.Max == 0 {
		return o
	}
	return o.and("minimum", t.Min, "maximum", t.Max)
}

func listOf(t steps.Type) object {
	o := typed(t, "array")
	if t.Elem == nil {
		return o
	}
	return o.and("items", field(steps.Field{Type: *t.Elem}))
}

// typed gives the type keyword: one name, or a list of them.
func typed(t steps.Type, names ...string) object {
	if t.Nullable {
		names = append(names, "null")
	}
	if len(names) == 1 {
		return obj("type", names[0])
	}
	return obj("type", names)
}

// groupRules says how many of the inputs of a group may be there.
func groupRules(g steps.Group) []object {
	var one, rules []object
	for _, name := range g.Names {
		one = append(one, required(name))
	}
	switch {
	case g.Min == 1 && g.Max == 1:
		return []object{obj("oneOf", one)}
	case g.Min == 1:
		return []object{obj("anyOf", one)}
	}
	for i, first := range g.Names {
		for _, second := range g.Names[i+1:] {
			rules = append(rules, obj("not", obj("required", []string{first, second})))
		}
	}
	return rules
}

// sentence makes a sentence of a phrase.
func sentence(phrase string) string {
	return strings.ToUpper(phrase[:1]) + phrase[1:] + "."
}
