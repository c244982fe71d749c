package runner

import (
	"path/filepath"
	"slices"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/files"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/steps"
)

// compiled is a workflow that passed every check that needs no network.
type compiled struct {
	file    *workflow.Workflow
	inputs  []*input
	vars    []namedValue
	steps   []*step
	outputs []namedValue
	guards  []guard
	all     []*step       // every step, in the order of the file
	dir     string        // where paths in the file start
	folders files.Folders // in which they may end
}

// Name is the workflow's name, or its file's.
func (p *compiled) Name() string {
	if p.file.Name != nil {
		return p.file.Name.Text
	}
	return filepath.Base(p.file.File.Name)
}

// File is the name of the workflow file, as it was given.
func (p *compiled) File() string { return p.file.File.Name }

// Region is the region the file names: "us", "eu", "au", or "".
func (p *compiled) Region() string { return textOf(p.file.Intercom.Region) }

// Workspace is the id of the workspace the file is for, or "".
func (p *compiled) Workspace() string { return textOf(p.file.Intercom.Workspace) }

func textOf(n *workflow.Node) string {
	if n == nil {
		return ""
	}
	return n.Text
}

// step is a step of a program.
type step struct {
	index   int    // in Program.all
	label   string // its id, or its action's name, made unique
	id      string // "" where it has none
	depth   int    // of groups and loops around it
	source  *workflow.Step
	action  *steps.Action // nil for a group
	with    *value        // nil for a group
	current *lookup       // how to see the record before a write; nil where there is no way
	others  []*lookup     // what else may have it
	link    *lookup       // whether a contact has it
	holders *lookup       // who has the record that the step deletes; nil where that is nobody's
	blind   bool          // undo: false: the record is not read before a write
	cond    *condition
	loop    *loop
	steps   []*step
	until   *until
	assert  []*condition
	retry   intercom.Retry
	goesOn  bool     // on_error: continue
	outer   *step    // the group or loop around it; nil outside of one
	depends []string // ids of the steps that its expressions read
	used    bool     // something reads its data
	first   bool     // something takes the first of the records that it finds
	counted bool     // something asks how many there are, or reads them all
	useRows bool     // something reads the items of this loop
}

// title is the name that the file gives the step; most have none.
func (s *step) title() string { return textOf(s.source.Name) }

// inside is what runs for each item of the loop.
func (s *step) inside() []*step {
	if s.action != nil {
		return nil
	}
	return s.steps
}

// mayDo reports whether a step, or one inside it, has one of the effects.
func (s *step) mayDo(effects []steps.Effect) bool {
	if s.action != nil {
		given, _ := s.with.sample().(map[string]any)
		return slices.Contains(effects, s.action.EffectOf(given))
	}
	return slices.ContainsFunc(s.steps, func(inner *step) bool { return inner.mayDo(effects) })
}

// takesAway reports whether a loop, or a step behind it that sees its rows, may
// archive or delete.
func (p *compiled) takesAway(s *step) bool {
	effects := []steps.Effect{steps.Archive, steps.Delete}
	if s.mayDo(effects) {
		return true
	}
	for _, later := range p.all[s.index+1:] {
		if s.useRows && later.mayDo(effects) {
			return true
		}
	}
	return false
}

// outermost gives the place in the file of the outermost loop around a step, or
// of the step itself outside of loops.
func (s *step) outermost() int {
	first := s.index
	for each := s; each != nil; each = each.outer {
		if each.loop != nil {
			first = each.index
		}
	}
	return first
}

// loop says which items a step runs for.
type loop struct {
	in       *value
	file     *value
	format   string
	types    map[string]eval.Kind // of the columns of a CSV file
	action   *steps.Action
	with     *value
	as       string
	reads    []string // the fields of an item that something reads, sorted
	key      *condition
	where    *condition
	limit    *value
	failures *workflow.Limit
}

// condition is a checked expression and where it stands.
type condition struct {
	expr *eval.Expr
	node *workflow.Node
}

// until says how long a read is repeated.
type until struct {
	*condition
	source *workflow.Until
}
