package program

import (
	"errors"
	"fmt"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/steps"
)

// Lookup finds the record that a write is about, as it is before it: the
// Current of the catalogue, compiled.
type Lookup struct {
	Call      *steps.Call
	Action    *steps.Action
	Cond      *eval.Expr
	With      map[string]*eval.Template
	Match     map[string]*eval.Template
	Otherwise *Lookup
}

// newLookup compiles a call of the catalogue. An error is a mistake there.
func newLookup(call *steps.Call) (*Lookup, error) {
	if call == nil {
		return nil, nil
	}
	l := &Lookup{Call: call, Action: steps.Find(call.Action)}
	env := eval.NewEnv(map[string]*eval.Type{"with": nil, "data": nil, "before": nil})
	var err error
	if call.If != "" {
		expr, problems := eval.ParseCondition(call.If, env)
		l.Cond, err = expr, catalogueError(call, problems)
	}
	var failed [2]error
	l.With, failed[0] = templates(call, call.With, env)
	l.Match, failed[1] = templates(call, call.Match, env)
	otherwise, more := newLookup(call.Else)
	l.Otherwise = otherwise
	return l, errors.Join(err, failed[0], failed[1], more)
}

// MustLookup is [newLookup] for the program: a test of the catalogue compiles
// each call.
func MustLookup(call *steps.Call) *Lookup {
	l, err := newLookup(call)
	if err != nil {
		panic(err)
	}
	return l
}

func templates(call *steps.Call, texts map[string]string, env *eval.Env) (map[string]*eval.Template, error) {
	compiled := make(map[string]*eval.Template, len(texts))
	for name, text := range texts {
		template, problems := eval.ParseTemplate(text, env)
		if err := catalogueError(call, problems); err != nil {
			return nil, err
		}
		compiled[name] = template
	}
	return compiled, nil
}

func catalogueError(call *steps.Call, problems []eval.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	return fmt.Errorf("the catalogue's call of %s: %s", call.Action, problems[0].Message)
}
