package steps

import (
	"slices"
	"strings"
)

// Resources gives the headings under which help lists the actions.
func Resources() []string {
	var names []string
	for _, a := range catalogue {
		if !slices.Contains(names, a.Resource) {
			names = append(names, a.Resource)
		}
	}
	return names
}

// Calls gives the operations that the action may call, each with the inputs
// that lead to it, such as "GET /companies (with name or tag_id)".
func (a *Action) Calls() []string {
	if a.Op == "" {
		return []string{"any operation"}
	}
	calls := []string{a.Op}
	for _, r := range a.Routes {
		calls = append(calls, r.Op+" (with "+enumerate(r.When, "or")+")")
	}
	return calls
}

// Rules gives what holds between the inputs, a phrase each, such as "exactly
// one of contact_id or external_id".
func (a *Action) Rules() []string {
	var rules []string
	for _, g := range a.Groups {
		rules = append(rules, g.String())
	}
	for _, f := range a.Inputs {
		if f.Needs != "" {
			rules = append(rules, f.Name+" only with "+f.Needs)
		}
	}
	return rules
}

// UndoHelp says in a phrase how the action is taken back, as far as it can
// be; empty for a read.
func (a *Action) UndoHelp() string {
	switch {
	case a.Effect == Read:
		return ""
	case a.Undo == nil:
		return "cannot be taken back: " + a.UndoNote
	}
	text := "taken back by " + a.Undo.Action
	if a.Undo.Restore {
		text += " with the old values"
	}
	if a.UndoUpdate != nil {
		text += ", or by " + a.UndoUpdate.Action + " with the old values if the record was there before"
	}
	if a.UndoNote != "" {
		text += "; but " + a.UndoNote
	}
	return text
}

// Example gives a step of a workflow that uses the action, as YAML.
func (a *Action) Example() string {
	var b strings.Builder
	b.WriteString("- action: " + a.Name + "\n")
	with := "  with:\n"
	for _, f := range a.Inputs {
		if f.Example != "" {
			b.WriteString(with + "    " + f.Name + ": " + f.Example + "\n")
			with = ""
		}
	}
	return b.String()
}
