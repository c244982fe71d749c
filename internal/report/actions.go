package report

import (
	"strings"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/steps"
)

// ActionTable lists actions with what they do, by resource.
func ActionTable(actions []*steps.Action) string {
	var b strings.Builder
	for _, resource := range steps.Resources() {
		var rows [][2]string
		for _, a := range actions {
			if a.Resource == resource {
				rows = append(rows, [2]string{sign(a) + " " + a.Name, a.Doc})
			}
		}
		if rows != nil {
			b.WriteString(resource + "\n" + Rows("  ", rows) + "\n")
		}
	}
	b.WriteString("+ create  ~ update  - archive  ! delete for good  \u00bb reaches a customer  ? the step says\n")
	return b.String()
}

// sign is that of what an action does. The effect of one that calls anything is
// decided by its step.
func sign(a *steps.Action) string {
	if a.Op == "" {
		return "?"
	}
	return a.Effect.Sign()
}

// ActionPage is the help of one action.
func ActionPage(a *steps.Action) string {
	var b strings.Builder
	b.WriteString(Wrap(a.Name+": "+a.Doc, "", Width) + "\n")
	b.WriteString(Rows("", facts(a)))
	b.WriteString("\ninputs")
	rows, starred := inputs(a)
	switch {
	case rows == nil:
		b.WriteString("\n  none\n")
	case starred:
		b.WriteString(" (* is required)\n" + Rows("  ", rows))
	default:
		b.WriteString("\n" + Rows("  ", rows))
	}
	for _, rule := range a.Rules() {
		b.WriteString(Wrap(rule, "  ", Width))
	}
	b.WriteString("\nanswer, as steps.ID.data\n" + Wrap(answer(a.Output), "  ", Width))
	b.WriteString("\nexample\n  " + strings.ReplaceAll(strings.TrimSpace(a.Example()), "\n", "\n  ") + "\n")
	return b.String()
}

// inputs are the inputs of an action with their types, and whether some are
// required.
func inputs(a *steps.Action) (rows [][2]string, starred bool) {
	for _, f := range a.Inputs {
		name := f.Name
		if f.Required {
			name, starred = name+" *", true
		}
		rows = append(rows, [2]string{name, f.Type.String() + ": " + f.Doc})
	}
	return rows, starred
}

func facts(a *steps.Action) [][2]string {
	effect := a.Effect.String()
	if a.Op == "" {
		effect = "as the step says"
	}
	var known [][2]string
	for _, fact := range [][2]string{
		{"calls", strings.Join(a.Calls(), "\n")},
		{"effect", effect},
		{"undo", a.UndoHelp()},
		{"lost answer", a.Retry.String()},
		{"", a.SettleNote},
		{"permission", a.Permission},
	} {
		if fact[1] != "" {
			known = append(known, fact)
		}
	}
	return known
}

// answer names the fields of an answer, as expressions read them.
func answer(t steps.Type) string {
	if t.Kind == steps.List && t.Elem != nil {
		return "a list of " + answer(*t.Elem)
	}
	if len(t.Fields) == 0 {
		return t.String()
	}
	names := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		names[i] = f.Name
	}
	return strings.Join(names, ", ")
}

// FunctionTable lists the functions of templates and conditions.
func FunctionTable() string {
	var rows [][2]string
	for _, f := range eval.Functions() {
		rows = append(rows, [2]string{f.Signature, f.Doc})
	}
	return Rows("", rows)
}

// Action is an action as data.
type Action struct {
	Key        string  `json:"key"`
	Doc        string  `json:"description"`
	Operation  string  `json:"operation,omitempty"`
	Effect     string  `json:"effect"`
	Permission string  `json:"permission,omitempty"`
	Undo       string  `json:"undo,omitempty"`
	Inputs     []Input `json:"inputs"`
}

// Input is an input of an action as data.
type Input struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Required bool   `json:"required"`
	Doc      string `json:"description"`
}

// ActionList gives actions as data.
func ActionList(actions []*steps.Action) []Action {
	list := make([]Action, len(actions))
	for i, a := range actions {
		list[i] = Action{Key: a.Name, Doc: a.Doc, Operation: a.Op, Effect: a.Effect.String(), Permission: a.Permission, Inputs: []Input{}}
		if a.Undo != nil {
			list[i].Undo = a.Undo.Action
		}
		for _, f := range a.Inputs {
			list[i].Inputs = append(list[i].Inputs, Input{f.Name, f.Type.String(), f.Required, f.Doc})
		}
	}
	return list
}
