// Package program makes of a workflow file what a runner can walk.
//
// [Load] checks a file completely, offline: actions and their inputs against the
// catalogue, expressions against the types of what they can see, data files as
// far as they are there. All that is wrong is told at once, each problem at its
// place. Of what is right it compiles a [Program]: expressions, templates and
// lookups once, so that nothing but evaluating is left to do for a row.
//
// A program is fixed: what a run of it makes, keeps and finds is the runner's.
// Values of inputs are [Inputs], which keep secrets out of what is stored and
// told.
//
// The loader is in load*.go, each file of it for a part of a workflow file.
package program

import (
	"path/filepath"
	"slices"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/files"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/steps"
)

// Program is a workflow that passed every check that needs no network.
type Program struct {
	Source  *workflow.Workflow // as it was written
	Vars    []NamedValue
	Steps   []*Step // the outermost ones
	All     []*Step // every step, in the order of the file
	Outputs []NamedValue
	Limits  []Guard
	Dir     string        // where paths in the file start
	Folders files.Folders // in which they may end

	inputs []*input
}

// Name is the workflow's name, or its file's.
func (p *Program) Name() string {
	if p.Source.Name != nil {
		return p.Source.Name.Text
	}
	return filepath.Base(p.Source.File.Name)
}

// File is the name of the workflow file, as it was given.
func (p *Program) File() string { return p.Source.File.Name }

// Region is the region the file names: "us", "eu", "au", or "".
func (p *Program) Region() string { return textOf(p.Source.Intercom.Region) }

// Workspace is the id of the workspace the file is for, or "".
func (p *Program) Workspace() string { return textOf(p.Source.Intercom.Workspace) }

func textOf(n *workflow.Node) string {
	if n == nil {
		return ""
	}
	return n.Text
}

// Step is a step of a program.
type Step struct {
	Index   int    // in Program.All
	Label   string // its id, or its action's name, made unique
	ID      string // "" where it has none
	Depth   int    // of groups and loops around it
	Source  *workflow.Step
	Action  *steps.Action // nil for a group
	With    *Value        // nil for a group
	Current *Lookup       // how to see the record before a write; nil where there is no way
	Unique  []*Lookup     // how to see who has what no two records may have; as in the catalogue
	Others  []*Lookup     // what else may have it
	Link    *Lookup       // whether a contact has it
	Holders *Lookup       // who has the record that the step deletes; nil where that is nobody's
	Blind   bool          // undo: false: the record is not read before a write
	Cond    *Condition    // of if; nil without one
	Loop    *Loop         // nil where it runs once
	Steps   []*Step       // inside it
	Until   *Until
	Assert  []*Condition
	Retry   intercom.Retry
	GoesOn  bool     // on_error: continue
	Outer   *Step    // the group or loop around it; nil outside of one
	Depends []string // ids of the steps that its expressions read
	Used    bool     // something reads its data
	First   bool     // something takes the first of the records that it finds
	Counted bool     // something asks how many there are, or reads them all
	UseRows bool     // something reads the items of this loop
}

// Title is the name that the file gives the step; most have none.
func (s *Step) Title() string { return textOf(s.Source.Name) }

// Inside is what runs for each item of the loop.
func (s *Step) Inside() []*Step {
	if s.Action != nil {
		return nil
	}
	return s.Steps
}

// MayDo reports whether a step, or one inside it, has one of the effects.
func (s *Step) MayDo(effects []steps.Effect) bool {
	if s.Action != nil {
		given, _ := s.With.sample().(map[string]any)
		return slices.Contains(effects, s.Action.EffectOf(given))
	}
	return slices.ContainsFunc(s.Steps, func(inner *Step) bool { return inner.MayDo(effects) })
}

// TakesAway reports whether a loop, or a step behind it that sees its rows, may
// archive or delete.
func (p *Program) TakesAway(s *Step) bool {
	effects := []steps.Effect{steps.Archive, steps.Delete}
	if s.MayDo(effects) {
		return true
	}
	for _, later := range p.All[s.Index+1:] {
		if s.UseRows && later.MayDo(effects) {
			return true
		}
	}
	return false
}

// Outermost gives the place in the file of the outermost loop around a step, or
// of the step itself outside of loops.
func (s *Step) Outermost() int {
	first := s.Index
	for each := s; each != nil; each = each.Outer {
		if each.Loop != nil {
			first = each.Index
		}
	}
	return first
}

// Loop says which items a step runs for.
type Loop struct {
	In       *Value               // a list; nil for one of the other two
	File     *Value               // the path of a data file
	Format   string               // of the file: csv, ndjson or json; "" where its name will tell
	Types    map[string]eval.Kind // of the columns of a CSV file
	Action   *steps.Action        // a list or a search
	With     *Value               // its inputs
	As       string               // the name of an item in expressions
	Reads    []string             // the fields of an item that something reads, sorted
	Key      *Condition
	Where    *Condition
	Limit    *Value
	Failures *workflow.Limit
}

// Condition is a checked expression and where it stands.
type Condition struct {
	Expr *eval.Expr
	Node *workflow.Node
}

// Until says how long a read is repeated.
type Until struct {
	*Condition
	Source *workflow.Until
}
