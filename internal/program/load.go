package program

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/files"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/steps"
)

// Load reads and checks a workflow file. Nothing is sent. The problems are all
// there are; the program is nil if one of them is more than a warning.
//
// The workflow may read data files in its own folder and below, and in the
// folders that are allowed besides.
func Load(name string, text []byte, allow ...string) (*Program, workflow.Problems) {
	return load(filepath.Dir(name), name, text, allow, false)
}

// LoadAgain is [Load] for the workflow of a run or a plan, which stood in dir,
// whatever it is called. The lists that were read are kept, so that it does not
// matter what the data files hold by now.
func LoadAgain(dir, name string, text []byte, allow []string) (*Program, workflow.Problems) {
	return load(dir, name, text, allow, true)
}

func load(dir, name string, text []byte, allow []string, again bool) (*Program, workflow.Problems) {
	file, problems := workflow.Parse(name, text)
	if file == nil {
		return nil, problems.Sort()
	}
	l := &loader{
		file:     file.File,
		problems: problems,
		program:  &Program{Source: file, Dir: dir, Folders: files.NewFolders(append([]string{dir}, allow...)...)},
		names:    map[string]*workflow.Node{},
		declared: map[string]declaration{},
		ids:      map[string]*Step{},
		labels:   map[string]int{},
		outputs:  map[*steps.Action]*eval.Type{},
		items:    map[string]*Loop{},
		secrets:  taints{},
		again:    again,
	}
	l.load()
	if problems = l.problems.Sort(); problems.Err() != nil {
		return nil, problems
	}
	l.program.Limits = guardsOf(file.Guards)
	l.program.prepare(l.program.Steps, file.Undo)
	return l.program, problems
}

// prepare compiles how the records that steps write can be seen before, which
// no mistake of an author can spoil. Undo is what the step around them says.
func (p *Program) prepare(list []*Step, undo *bool) {
	for _, s := range list {
		own := first(s.Source.Undo, undo)
		s.Blind = own != nil && !*own
		if s.Action != nil {
			s.Current = MustLookup(s.Action.Current)
			for _, u := range s.Action.Unique {
				s.Unique = append(s.Unique, MustLookup(u.Find))
			}
			if s.Action.Holders != nil {
				s.Holders, s.Link = MustLookup(s.Action.Holders.List), MustLookup(steps.Find(s.Action.Holders.Link).Current)
				for _, call := range s.Action.Holders.Other {
					s.Others = append(s.Others, MustLookup(call))
				}
			}
		}
		p.prepare(s.Steps, own)
	}
}

// loader compiles a workflow into a program and collects what is wrong. It
// walks the file in order; scope is what can be seen where it stands.
type loader struct {
	file     *workflow.File
	problems workflow.Problems
	program  *Program
	scope    scope
	names    map[string]*workflow.Node // ids and loop names so far, and where each stands
	declared map[string]declaration    // every id of the file
	ids      map[string]*Step          // the steps so far that have one
	labels   map[string]int            // how many steps are called so
	outputs  map[*steps.Action]*eval.Type
	items    map[string]*Loop // by the name that an item has in expressions
	secrets  taints
	again    bool  // the data files were read before, and are not looked into
	current  *Step // the innermost one around; nil outside of steps
	depth    int   // of groups and loops around
}

func (l *loader) load() {
	file := l.program.Source
	l.declare(file.Steps, nil)
	l.scope = newScope(l.inputs(file.Inputs), file.Vars)
	for _, field := range file.Vars {
		v := l.value(field.Value, steps.Type{})
		l.program.Vars = append(l.program.Vars, NamedValue{field.Key.Text, v})
		l.scope.addVar(field.Key.Text, v.typ())
		l.secrets.add("vars."+field.Key.Text, v)
	}
	l.program.Steps = l.steps(file.Steps)
	for _, field := range file.Outputs {
		v := l.value(field.Value, steps.Type{})
		l.program.Outputs = append(l.program.Outputs, NamedValue{field.Key.Text, v})
	}
}

// problem reports something about a node as a whole, unless what is wrong with
// it is reported already.
func (l *loader) problem(n *workflow.Node, message, hint string) {
	if !n.Broken && !l.problems.Full() {
		l.problemAt(n.Pos, n.Width(), message, hint)
	}
}

func (l *loader) problemAt(pos workflow.Pos, width int, message, hint string) {
	l.problems = append(l.problems, l.file.Problem(pos, width, message, hint))
}

// warn reports what is most likely, but not surely, a mistake.
func (l *loader) warn(pos workflow.Pos, width int, message, hint string) {
	if !l.problems.Full() {
		l.problemAt(pos, width, message, hint)
		l.problems[len(l.problems)-1].Warning = true
	}
}

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
		l.problem(n, fmt.Sprintf("the name %q is taken: line %d has it", n.Text, first.Pos.Line), "ids and loop names are unique in a file")
		return false
	}
	l.names[n.Text] = n
	return true
}
