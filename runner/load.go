package runner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/steps"
)

// Load reads and checks a workflow file. Nothing is sent. The problems are all
// there are; the program is nil if one of them is more than a warning.
func Load(name string, text []byte) (*Program, workflow.Problems) {
	file, problems := workflow.Parse(name, text)
	if file == nil {
		return nil, problems
	}
	l := &loader{
		file:     file.File,
		problems: problems,
		program:  &Program{file: file},
		names:    map[string]*workflow.Node{},
		labels:   map[string]int{},
	}
	l.load()
	if problems = l.problems.Sort(); problems.Err() != nil {
		return nil, problems
	}
	return l.program, problems
}

// loader compiles a workflow into a program and collects what is wrong.
type loader struct {
	file     *workflow.File
	problems workflow.Problems
	program  *Program
	names    map[string]*workflow.Node // ids and loop names, and where each stands
	labels   map[string]int
	depth    int
}

func (l *loader) problem(n *workflow.Node, message, hint string) {
	l.problemAt(n.Pos, len([]rune(n.Text)), message, hint)
}

func (l *loader) problemAt(pos workflow.Pos, width int, message, hint string) {
	l.problems = append(l.problems, l.file.Problem(pos, width, message, hint))
}

// view is what a place in the file can see.
type view struct {
	env   *eval.Env
	steps map[string]*step // by id
}

func (l *loader) load() {
	file := l.program.file
	see := view{steps: map[string]*step{}, env: eval.NewEnv(map[string]*eval.Type{
		"inputs": l.inputs(file.Inputs),
		"run":    runType,
		"steps":  {Kind: eval.KindObject, Noun: "step"},
		"vars":   {Kind: eval.KindObject, Noun: "var"},
	})}
	for _, field := range file.Vars {
		v := l.value(field.Value, see, steps.Type{})
		l.program.vars = append(l.program.vars, namedValue{field.Key.Text, v})
		see.env = see.env.Field([]string{"vars", field.Key.Text}, v.typ())
	}
	l.program.steps = l.steps(file.Steps, &see)
	for _, field := range file.Outputs {
		v := l.value(field.Value, see, steps.Type{})
		l.program.outputs = append(l.program.outputs, namedValue{field.Key.Text, v})
	}
}

// runType is the name "run" in expressions.
var runType = &eval.Type{Kind: eval.KindObject, Fields: map[string]*eval.Type{
	"id":         {Kind: eval.KindString},
	"started_at": {Kind: eval.KindInt},
	"dry_run":    {Kind: eval.KindBool},
	"workflow":   {Kind: eval.KindString},
	"commit":     {Kind: eval.KindString},
}}

// scopeNames are the names that every expression can see.
var scopeNames = []string{"index", "inputs", "item", "omit", "run", "steps", "vars"}

// id records the id of a step. It is read behind "steps." only, so it may be
// the name of a function, and is no word of the expression language.
func (l *loader) id(n *workflow.Node) {
	if l.unique(n) && eval.Reserved(n.Text) && !isFunction(n.Text) {
		l.problem(n, fmt.Sprintf("%q cannot be an id: it is a word of expressions", n.Text), "write "+n.Text+"_1, or a better name")
	}
}

func isFunction(name string) bool {
	return slices.ContainsFunc(eval.Functions(), func(f eval.Function) bool { return f.Name == name })
}

// itemName records the name of a loop's item, which shadows nothing.
func (l *loader) itemName(n *workflow.Node) {
	if l.unique(n) && (slices.Contains(scopeNames, n.Text) || eval.Reserved(n.Text)) {
		l.problem(n, fmt.Sprintf("%q cannot be the name of an item: expressions have that name already", n.Text), "write "+n.Text+"_1, or a better name")
	}
}

// unique records a name and reports one that is taken.
func (l *loader) unique(n *workflow.Node) bool {
	if first, taken := l.names[n.Text]; taken {
		l.problem(n, fmt.Sprintf("the name %q is taken; line %d has it already", n.Text, first.Pos.Line), "ids and loop names are unique in a file")
		return false
	}
	l.names[n.Text] = n
	return true
}

// expression compiles a bare expression.
func (l *loader) expression(n *workflow.Node, see view) *condition {
	return l.compile(n, see, eval.ParseExpr)
}

// condition compiles an expression that gives a boolean.
func (l *loader) condition(n *workflow.Node, see view) *condition {
	return l.compile(n, see, eval.ParseCondition)
}

func (l *loader) compile(n *workflow.Node, see view, parse func(string, *eval.Env) (*eval.Expr, []eval.Problem)) *condition {
	if n == nil {
		return nil
	}
	expr, problems := parse(n.Text, see.env)
	if len(problems) > 0 {
		l.evalProblems(n, problems)
		return nil
	}
	l.used(expr.Refs(), see)
	return &condition{expr, n}
}

// evalProblems reports what is wrong inside an expression at its place in the
// file.
func (l *loader) evalProblems(n *workflow.Node, problems []eval.Problem) {
	for _, p := range problems {
		if strings.HasPrefix(n.Comment, "#") && p.Hint == "" {
			p.Hint = "YAML takes what follows # as a comment; put the whole value into quotes"
		}
		width := len([]rune(n.Text[min(p.Offset, len(n.Text)):min(p.Offset+p.Length, len(n.Text))]))
		l.problemAt(n.At(p.Offset), width, p.Message, p.Hint)
	}
}

// used marks the steps whose data an expression reads, so that the rest need
// not be kept.
func (l *loader) used(refs []eval.Ref, see view) {
	for _, ref := range refs {
		if ref.Path[0] != "steps" {
			continue
		}
		if len(ref.Path) == 1 { // all of them at once
			for _, s := range see.steps {
				s.keepAll()
			}
			continue
		}
		s := see.steps[ref.Path[1]]
		switch {
		case s == nil:
		case len(ref.Path) == 2 || ref.Path[2] == "items":
			s.keepAll()
		case ref.Path[2] == "data":
			s.used = true
		}
	}
}

// keepAll marks a step whose data is read as a whole, with that of the steps
// inside it.
func (s *step) keepAll() {
	s.used, s.useRows = true, s.loop != nil
	for _, inner := range s.steps {
		inner.keepAll()
	}
}
