package program

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/spelling"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/steps"
)

// action looks the action up and checks its inputs.
func (l *loader) action(s *Step) {
	if s.Action = l.find(s.Source.Action); s.Action == nil {
		if s.Source.With != nil {
			l.value(s.Source.With, steps.Type{})
		}
		return
	}
	s.With = l.with(s.Action, s.Source.Action, s.Source.With)
	l.grant(s)
}

func (l *loader) find(key *workflow.Node) *steps.Action {
	if action := steps.Find(key.Text); action != nil {
		return action
	}
	hint := spelling.DidYouMean(key.Text, steps.Names())
	if hint == "" {
		hint = `"flowrun actions list" shows them`
	}
	l.problem(key, fmt.Sprintf("there is no action %q", key.Text), hint)
	return nil
}

// with compiles the inputs of an action and holds them against the catalogue.
// What is wrong already counts as something that is not known yet.
func (l *loader) with(action *steps.Action, key, with *workflow.Node) *Value {
	if with == nil {
		with = &workflow.Node{Kind: workflow.Map, Pos: key.Pos}
	}
	v := l.value(with, steps.Type{Kind: steps.Object, Fields: action.Inputs, Open: true})
	if v.broken {
		return v
	}
	for _, f := range action.Inputs {
		l.checkTemplate(action, f, v.Field(f.Name))
	}
	given, _ := v.sample().(map[string]any)
	problems := action.Check(given)
	meant := misspelt(action, with)
	for _, problem := range problems {
		if with.Get(problem.Input) == nil && (meant[problem.Input] || problem.Input == "" && len(meant) > 0) {
			continue // it is there, in another spelling
		}
		l.inputProblem(action, problem, key, with)
	}
	return v
}

// misspelt gives the inputs that unknown ones most likely stand for.
func misspelt(action *steps.Action, with *workflow.Node) map[string]bool {
	meant := map[string]bool{}
	for _, field := range with.Fields {
		if _, known := action.Input(field.Key.Text); !known {
			if near := spelling.Nearest(field.Key.Text, inputNames(action)); near != "" {
				meant[near] = true
			}
		}
	}
	return meant
}

func inputNames(action *steps.Action) []string {
	names := make([]string, len(action.Inputs))
	for i, f := range action.Inputs {
		names[i] = f.Name
	}
	return names
}

// inputProblem reports a problem of the catalogue at the input it is about.
func (l *loader) inputProblem(action *steps.Action, problem *steps.InputError, key, with *workflow.Node) {
	at, hint := key, fmt.Sprintf(`"flowrun actions show %s" shows the inputs`, action.Name)
	for _, field := range with.Fields {
		switch name := field.Key.Text; {
		case name == problem.Input && !isInput(action, name):
			at, hint = field.Key, spelling.DidYouMean(name, inputNames(action))
		case name == problem.Input:
			at, hint = field.Value, ""
		case problem.Input == "" && tooMany(action, with, name):
			at, hint = field.Key, ""
		}
	}
	l.problem(at, problem.Error(), hint)
}

func isInput(action *steps.Action, name string) bool {
	_, ok := action.Input(name)
	return ok
}

// tooMany reports whether an input is one of several of which fewer may be
// given.
func tooMany(action *steps.Action, with *workflow.Node, name string) bool {
	return slices.ContainsFunc(action.Groups, func(g steps.Group) bool {
		given := 0
		for _, each := range g.Names {
			if with.Get(each) != nil {
				given++
			}
		}
		return g.Max > 0 && given > g.Max && slices.Contains(g.Names, name)
	})
}

// checkTemplate reports a template whose type can never be what the input
// takes, and marks the one whose holes are segments of a path.
func (l *loader) checkTemplate(action *steps.Action, f steps.Field, v *Value) {
	if v == nil || v.Template == nil {
		return
	}
	v.segments = f.Segments
	gives := v.typ()
	if gives == nil || v.segments || fits(gives.Kind, kinds[f.Type.Kind]) {
		return
	}
	message := fmt.Sprintf("%s: %s must be %s, and this template gives %s", action.Name, f.Name, withArticle(f.Type), kindWords[gives.Kind])
	l.problem(v.Node, message, conversion(v.Node.Text, gives.Kind, kinds[f.Type.Kind]))
}

func withArticle(t steps.Type) string {
	switch word := t.String(); {
	case t.Kind == steps.Time:
		return "a time in Unix seconds"
	case len(t.Enum) > 0:
		return word
	case strings.ContainsAny(word[:1], "aeio"):
		return "an " + word
	default:
		return "a " + word
	}
}

// conversion is the hint that makes of a template what is wanted.
func conversion(template string, gives, wants eval.Kind) string {
	expr, whole := holeOf(template)
	if !whole {
		if gives == eval.KindString && wants != eval.KindString {
			return "text around a template makes it a string; let the template stand alone"
		}
		return ""
	}
	function := ""
	switch {
	case wants == eval.KindString && (gives == eval.KindList || gives == eval.KindObject):
		function = "toJSON"
	case wants == eval.KindString:
		function = "string"
	case wants == eval.KindInt && gives == eval.KindString:
		function = "int"
	case wants == eval.KindNumber && gives == eval.KindString:
		function = "float"
	default:
		return ""
	}
	return fmt.Sprintf("write %s", workflow.Quote("{{ "+function+"("+expr+") }}"))
}

// fits reports whether a value of one kind may turn out to be of the other.
func fits(gives, wants eval.Kind) bool {
	number := gives == eval.KindInt || gives == eval.KindNumber
	switch wants {
	case eval.KindAny, gives:
		return true
	case eval.KindString:
		return gives == eval.KindAny || gives == eval.KindInt
	case eval.KindInt, eval.KindNumber:
		return gives == eval.KindAny || number
	}
	return gives == eval.KindAny
}

// grant holds the step's effect against the file's allow.
func (l *loader) grant(s *Step) {
	given, _ := s.With.sample().(map[string]any)
	effect := s.Action.EffectOf(given)
	if effect != steps.Delete && effect != steps.Send || l.allows(effect) {
		return
	}
	if with := s.Source.With; s.Action.Name == "rawRequest" && with.Get("effect") == nil {
		return // that it must say its effect is reported
	}
	message := s.Action.Name + " deletes for good, and the file does not allow that"
	if effect == steps.Send {
		message = s.Action.Name + " reaches customers, and the file does not allow that"
	}
	l.problem(s.Source.Action, message, l.grantHint(effect))
}

func (l *loader) allows(effect steps.Effect) bool {
	return slices.ContainsFunc(l.program.Source.Allow, func(n *workflow.Node) bool { return n.Text == effect.String() })
}

func (l *loader) grantHint(effect steps.Effect) string {
	if len(l.program.Source.Allow) == 0 {
		return fmt.Sprintf("add to the file: allow: [%s]", effect)
	}
	var names []string
	for _, n := range l.program.Source.Allow {
		names = append(names, n.Text)
	}
	return fmt.Sprintf("change allow in the file: allow: [%s]", strings.Join(append(names, effect.String()), ", "))
}
