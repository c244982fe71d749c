package program

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/tidwall/gjson"
)

// expression compiles a bare expression.
func (l *loader) expression(n *workflow.Node) *Condition { return l.bare(n, eval.ParseExpr) }

// condition compiles an expression that gives a boolean.
func (l *loader) condition(n *workflow.Node) *Condition { return l.bare(n, eval.ParseCondition) }

func (l *loader) bare(n *workflow.Node, parse parser[*eval.Expr]) *Condition {
	if n == nil || n.Broken {
		return nil
	}
	expr, problems := tryParse(l, n.Text, parse)
	if len(problems) > 0 {
		explain(l, n, problems, parse)
		return nil
	}
	l.used(expr.Refs())
	return &Condition{expr, n}
}

// parser is one of the ways of package eval to read a text.
type parser[T any] func(text string, env *eval.Env) (T, []eval.Problem)

// tryParse reads a text where the loader stands. The problems know all names.
func tryParse[T any](l *loader, text string, parse parser[T]) (T, []eval.Problem) {
	got, problems := parse(text, l.scope.env(text))
	if len(problems) > 0 && !l.problems.Full() {
		got, problems = parse(text, l.scope.fullEnv())
	}
	return got, problems
}

// explain reports what is wrong inside a text, each at its place in the file.
func explain[T any](l *loader, n *workflow.Node, problems []eval.Problem, parse parser[T]) {
	if l.problems.Full() {
		return
	}
	if strings.HasPrefix(n.Comment, "#") {
		whole := n.Text + " " + n.Comment
		if _, left := tryParse(l, whole, parse); len(left) == 0 {
			l.problemAt(n.CommentAt(), utf8.RuneCountInString(n.Comment), "YAML takes what follows # as a comment, and leaves it out", "put the whole value into quotes: "+workflow.Quote(whole))
			return
		}
	}
	for _, p := range problems {
		l.outOfSight(n, &p)
		l.problemAt(n.At(p.Offset), n.WidthAt(p.Offset, p.Length), p.Message, p.Hint)
	}
}

// declaration is where a step stands that has an id.
type declaration struct {
	node *workflow.Node // the id
	loop *workflow.Step // the innermost loop around it; nil if there is none
}

// declare notes all ids, so that a message can tell a step that is out of
// sight from one that does not exist.
func (l *loader) declare(sources []*workflow.Step, loop *workflow.Step) {
	for _, s := range sources {
		if s.ID != nil {
			l.declared[s.ID.Text] = declaration{s.ID, loop}
		}
		inner := loop
		if s.ForEach != nil {
			inner = s
		}
		l.declare(s.Steps, inner)
	}
}

// outOfSight says why a name that the file has cannot be seen at n.
func (l *loader) outOfSight(n *workflow.Node, p *eval.Problem) {
	name := n.Text[min(p.Offset, len(n.Text)):min(p.Offset+p.Length, len(n.Text))]
	if strings.HasPrefix(p.Message, "unknown var ") {
		l.laterVar(name, p)
	}
	at, there := l.declared[name]
	if !there || !strings.HasPrefix(p.Message, "unknown step ") {
		return
	}
	switch s := l.ids[name]; {
	case s == nil && l.inVars():
		p.Message = fmt.Sprintf("steps.%s cannot be read here: vars are made before the first step runs", name)
		p.Hint = "write the template where it is needed, below the step"
	case s == nil && l.names[name] == at.node:
		p.Message, p.Hint = fmt.Sprintf("steps.%s cannot be read here: the step has not run yet", name), ""
	case s == nil:
		p.Message = fmt.Sprintf("the step %q comes later, in line %d", name, at.node.Pos.Line)
		p.Hint = "move it above this one"
	case at.loop != nil:
		p.Message = fmt.Sprintf("the step %q runs for each item of the loop in line %d and cannot be seen outside of it", name, at.loop.Node.Pos.Line)
		p.Hint = itemsHint(at.loop, name)
	}
}

func (l *loader) inVars() bool { return len(l.program.All) == 0 }

func (l *loader) laterVar(name string, p *eval.Problem) {
	for _, field := range l.program.Source.Vars {
		if field.Key.Text == name {
			p.Message = fmt.Sprintf("the var %q comes later, in line %d", name, field.Key.Pos.Line)
			p.Hint = "move it above this one"
		}
	}
}

// itemsHint says how to read from outside what a step in a loop gave.
func itemsHint(loop *workflow.Step, name string) string {
	if loop.ID == nil {
		return "give the loop an id, such as each, and read map(steps.each.items, .steps." + name + ")"
	}
	return fmt.Sprintf("for a list of them write map(steps.%s.items, .steps.%s)", loop.ID.Text, name)
}

var oneHole = regexp.MustCompile(`^\s*\$?\{\{\s*([^{}]*?)\s*\}\}\s*$`)

// holeOf gives the expression of a template that is nothing but one.
func holeOf(template string) (expr string, ok bool) {
	match := oneHole.FindStringSubmatch(template)
	if match == nil {
		return "", false
	}
	return match[1], true
}

// used marks the steps whose data an expression reads, so that the rest need
// not be kept.
func (l *loader) used(refs []eval.Ref) {
	for _, ref := range refs {
		if lp := l.items[ref.Path[0]]; lp != nil {
			lp.read(ref.Path[1:])
		}
		if ref.Path[0] != "steps" {
			continue
		}
		if len(ref.Path) == 1 { // all of them at once
			for _, id := range l.scope.ids {
				l.dependsOn(l.ids[id])
				l.ids[id].keepAll()
			}
			continue
		}
		s := l.ids[ref.Path[1]]
		l.dependsOn(s)
		switch {
		case s == nil:
		case len(ref.Path) == 2 || ref.Path[2] == "items":
			s.keepAll()
		case ref.Path[2] == "data":
			s.Used = true
			s.reads(ref.Path[3:])
		}
	}
}

// dependsOn notes that the current step reads another one.
func (l *loader) dependsOn(s *Step) {
	if s != nil && l.current != nil && s != l.current {
		l.current.Depends = append(l.current.Depends, s.ID)
	}
}

// read marks a field of the loop's items as one that something reads.
func (l *Loop) read(path []string) {
	var names []string
	for _, name := range path {
		if strings.ContainsAny(name, "#@") {
			break
		}
		names = append(names, gjson.Escape(name))
	}
	name := strings.Join(names, ".")
	if i, there := slices.BinarySearch(l.Reads, name); !there && name != "" {
		l.Reads = slices.Insert(l.Reads, i, name)
	}
}

// reads notes whether somebody takes the first record of what a step has found,
// and whether anybody asks how many there are.
func (s *Step) reads(path []string) {
	switch {
	case len(path) > 1 && path[0] == "data" && path[1] == "0":
		s.First = true
	default:
		s.Counted = s.Counted || len(path) < 2 || path[0] != "data"
	}
}

// keepAll marks a step whose data is read as a whole, with that of the steps
// inside it.
func (s *Step) keepAll() {
	s.Used, s.Counted, s.UseRows = true, true, s.Loop != nil
	for _, inner := range s.Steps {
		inner.keepAll()
	}
}
