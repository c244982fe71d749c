package runner

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
)

// An undo is an ordinary program, made from the journal of a run: a loop for
// each step, the last one first, with a row for each write, the last one first.
// It is planned, applied, kept and resumed as any other. The one thing that no
// workflow file can say is what must still be so for a row to be taken back:
// it stands in the rows, and a program made by Undo looks at it.

// What an undo does about a record that somebody has changed since.
const (
	SkipConflict  = "skip"  // leaves it alone
	FieldConflict = "field" // puts back the fields that are still as the run left them
	ForceConflict = "force" // puts all fields back
)

// UndoOptions says what of a run is taken back. The zero value takes all of it
// back and leaves alone what has changed since.
type UndoOptions struct {
	Step       string          // only this step, and those inside it
	Keys       map[string]bool // only the rows with these keys; nil for all
	OnConflict string          // SkipConflict if empty
	Hard       bool            // what was created is deleted, not archived
}

// Undo is what takes a run back.
type Undo struct {
	Of     *Past
	Writes int64    // of the run that there is a way back from
	Limits []Limit  // what there is no way back from, or not all the way
	Missed []string // keys in UndoOptions.Keys of rows in which the run wrote nothing, sorted

	dir   string
	opt   UndoOptions
	text  []byte
	files []string
}

// Limit is why writes of a step cannot be taken back, or not wholly.
type Limit struct {
	Step   string   `json:"step"`
	How    Reversal `json:"undo"` // Partly or Never
	Reason string   `json:"reason"`
	Count  int64    `json:"count"`
	Addrs  []string `json:"addrs"` // the first ones
}

// maxLimitAddrs is how many addresses a limit names.
const maxLimitAddrs = 5

// OpenDoubtError says that a run cannot be taken back before it is known what
// became of some of its calls.
type OpenDoubtError struct {
	Run   string
	Addrs []string
}

func (e *OpenDoubtError) Error() string {
	named := e.Addrs[:min(len(e.Addrs), maxLimitAddrs)]
	text := strings.Join(named, ", ")
	if more := len(e.Addrs) - len(named); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("run %s made calls of which nobody knows what became: %s", e.Run, text)
}

// NoStepError says that a run has no such step.
type NoStepError struct{ Run, Step, Steps string }

func (e *NoStepError) Error() string {
	return fmt.Sprintf("run %s has no step %q; its steps are %s", e.Run, e.Step, e.Steps)
}

// Undo makes the program that takes the run back, in a folder that is there.
// The error is an [*OpenDoubtError], a [*NoStepError], or that of reading the
// journal.
func (p *Past) Undo(dir string, opt UndoOptions) (*Undo, error) {
	prog, err := p.Program()
	if err != nil {
		return nil, err
	}
	opt.OnConflict = cmp.Or(opt.OnConflict, SkipConflict)
	u := &Undo{Of: p, dir: dir, opt: opt}
	m := &undoMaker{Undo: u, program: prog, limits: map[string]int{}, gone: map[string]*goneRecord{}, met: map[string]bool{}, stages: newStages(dir)}
	if err := m.knows(opt.Step); err != nil {
		return nil, err
	}
	deeds, err := readDeeds(p.Dir, filepath.Join(dir, "deeds.ndjson"), m.chosen)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(m.findMade(deeds), deeds.backwards(m.takeBack), deeds.remove()); err != nil {
		return nil, err
	}
	u.Missed = m.missed()
	if len(m.doubts) > 0 {
		return nil, &OpenDoubtError{p.ID, m.doubts}
	}
	return u, m.finish()
}

// knows refuses a step that the program has not.
func (m *undoMaker) knows(step string) error {
	var labels []string
	for _, s := range m.program.All {
		if s.Label == step {
			return nil
		}
		labels = append(labels, s.Label)
	}
	if step == "" {
		return nil
	}
	return &NoStepError{m.Of.ID, step, strings.Join(labels, ", ")}
}

// chosen reports whether an instance is among those that are to be taken back.
func (m *undoMaker) chosen(addr string) bool {
	step, row := m.opt.Step == "", m.opt.Keys == nil
	for _, part := range addrParts(addr) {
		step = step || part.label == m.opt.Step
		if part.keyed && m.opt.Keys[part.key] {
			row, m.met[part.key] = true, true
		}
	}
	return step && row
}

// missed are the chosen keys that no write had in its address.
func (m *undoMaker) missed() (keys []string) {
	for key := range m.opt.Keys {
		if !m.met[key] {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// Program is the workflow that takes the run back. It is nil where nothing can
// be.
func (u *Undo) Program() (*Program, error) {
	if u.text == nil {
		return nil, nil
	}
	prog, problems := loadAgain(u.dir, "undo-"+u.Of.ID+".json", u.text, nil)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	prog.takesBack(u.Of.ID, u.opt.OnConflict)
	prog.back.files, prog.back.limits = u.files, u.Limits
	return prog, nil
}

// Undoes is the id of the run that the program takes back; "" for one that takes
// none back.
func (p *Program) Undoes() string {
	if p.back == nil {
		return ""
	}
	return p.back.of
}

// takesBack is what a program that takes a run back has, and no other.
type takesBack struct {
	of         string // run
	onConflict string
	limits     []Limit
	files      []string                         // that the lists are read from, until the run has them
	expect     map[*program.Step]*eval.Template // what must still be so, of the first action of a loop
}

// takesBack makes of the program one that takes a run back.
func (p *Program) takesBack(of, onConflict string) {
	p.back = &takesBack{of: of, onConflict: onConflict, expect: map[*program.Step]*eval.Template{}}
	for _, s := range p.Steps {
		if s.Loop == nil {
			continue
		}
		expect, problems := eval.ParseTemplate(`{{ get(`+s.Loop.As+`, "expect") }}`, eval.NewEnv(map[string]*eval.Type{s.Loop.As: nil}))
		if problems != nil {
			panic(problems[0].Message) // the name of an item always can be in it
		}
		first := s
		if s.Action == nil { // the record comes back first, and then is given back to those who had it
			first = s.Steps[0]
		}
		p.back.expect[first] = expect
	}
}

const kindUndo = "undo"

// plannedUndo is what a saved plan says of the run that it takes back; fields
// may only be added.
type plannedUndo struct {
	Of         string  `json:"run"`
	OnConflict string  `json:"on_conflict"`
	Limits     []Limit `json:"not_undone,omitempty"`
}

func (p *Program) plannedUndo() *plannedUndo {
	if p.back == nil {
		return nil
	}
	return &plannedUndo{p.back.of, p.back.onConflict, p.back.limits}
}

// moveInto moves the rows of an undo into the folder of its run, for good. A
// plan that is there has them.
func (p *Program) moveInto(dir string) error {
	if p.back == nil || isPlanned(dir) {
		return nil
	}
	for _, name := range p.back.files {
		text, err := os.ReadFile(name)
		if err == nil {
			err = writeForGood(filepath.Join(dir, filepath.Base(name)), text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// kind is what the program is for: "apply", or "undo" of one that takes a run
// back.
func (p *Program) kind() string {
	if p.back != nil {
		return kindUndo
	}
	return "apply"
}
