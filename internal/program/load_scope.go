package program

import (
	"maps"
	"regexp"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/workflow"
)

// scopeNames are the names that every expression can see, or may one day.
var scopeNames = []string{"index", "inputs", "item", "omit", "run", "steps", "vars"}

// scope is what one place of the file can see. It grows from step to step, and
// forgets the steps of a loop where the loop ends.
type scope struct {
	names map[string]*eval.Type
	vars  *eval.Type // names["vars"]
	steps *eval.Type // names["steps"]
	ids   []string   // of the steps, the latest last
}

func newScope(inputs *eval.Type, vars []workflow.Field) scope {
	s := scope{
		vars:  &eval.Type{Kind: eval.KindObject, Fields: make(map[string]*eval.Type, len(vars)), Noun: "var"},
		steps: &eval.Type{Kind: eval.KindObject, Fields: map[string]*eval.Type{}, Noun: "step"},
	}
	s.names = map[string]*eval.Type{"inputs": inputs, "run": runType, "steps": s.steps, "vars": s.vars}
	return s
}

func (s *scope) addVar(name string, t *eval.Type) { s.vars.Fields[name] = t }

// addStep makes a step visible, or changes what is known of it.
func (s *scope) addStep(id string, t *eval.Type) {
	if _, there := s.steps.Fields[id]; !there {
		s.ids = append(s.ids, id)
	}
	s.steps.Fields[id] = t
}

// enter begins the body of a loop, which sees an item, and returns what ends
// it.
func (s *scope) enter(as string, item *eval.Type) (leave func()) {
	outside, seen := s.names, len(s.ids)
	s.names = maps.Clone(outside)
	s.names[as], s.names["index"] = item, &eval.Type{Kind: eval.KindInt}
	return func() {
		for _, id := range s.ids[seen:] {
			delete(s.steps.Fields, id)
		}
		s.names, s.ids = outside, s.ids[:seen]
	}
}

// env gives the names that a text can see. Of all the steps it holds those
// that the text mentions, so that an expression costs the same in a long file.
func (s *scope) env(text string) *eval.Env {
	mentioned := *s.steps
	mentioned.Fields = map[string]*eval.Type{}
	for _, word := range words.FindAllString(text, -1) {
		if t, ok := s.steps.Fields[word]; ok {
			mentioned.Fields[word] = t
		}
	}
	return s.fullEnv().With("steps", &mentioned)
}

var words = regexp.MustCompile(`\w+`)

// fullEnv gives all names; it is for messages, which list what there is.
func (s *scope) fullEnv() *eval.Env { return eval.NewEnv(s.names) }

// runType is the name "run" in expressions.
var runType = &eval.Type{Kind: eval.KindObject, Fields: map[string]*eval.Type{
	"id":         {Kind: eval.KindString},
	"started_at": {Kind: eval.KindInt},
	"dry_run":    {Kind: eval.KindBool},
	"workflow":   {Kind: eval.KindString},
	"commit":     {Kind: eval.KindString},
}}
