package report

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/flowrun-dev/flowrun/steps"
)

// ActionTable lists actions with what they do, by resource.
func ActionTable(actions []*steps.Action) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	resource := ""
	for _, a := range actions {
		if a.Resource != resource {
			resource = a.Resource
			fmt.Fprintf(w, "%s\n", resource)
		}
		fmt.Fprintf(w, "  %s %s\t%s\t%s\n", a.Effect.Sign(), a.Name, a.Effect, a.Doc)
	}
	w.Flush()
	return b.String()
}

// ActionPage is the help of one action.
func ActionPage(a *steps.Action) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n", a.Name, a.Doc)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, fact := range facts(a) {
		if fact[1] != "" {
			fmt.Fprintf(w, "%s\t%s\n", fact[0], fact[1])
		}
	}
	fmt.Fprintf(w, "\ninputs\t\t\n")
	for _, f := range a.Inputs {
		name := f.Name
		if f.Required {
			name += " *"
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", name, f.Type, f.Doc)
	}
	w.Flush()
	if len(a.Inputs) == 0 {
		b.WriteString("  none\n")
	}
	for _, g := range a.Groups {
		fmt.Fprintf(&b, "  %s\n", g)
	}
	fmt.Fprintf(&b, "\nanswer, as steps.ID.data: %s\n", answer(a.Output))
	return b.String()
}

func facts(a *steps.Action) [][2]string {
	undo := "no"
	if a.Undo != nil {
		undo = "with " + a.Undo.Action
	}
	if a.UndoNote != "" {
		undo += "; " + a.UndoNote
	}
	if a.Effect == steps.Read {
		undo = ""
	}
	return [][2]string{
		{"call", a.Op},
		{"effect", a.Effect.String()},
		{"undo", undo},
		{"if the answer is lost", a.Retry.String()},
		{"permission", a.Permission},
	}
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
