package runner

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"os"
	"path/filepath"
	"slices"

	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
)

// stages put what takes writes back in an order: what a later write did is
// taken back before what an earlier one did to the same record. Within a stage
// there is a loop for each step, and its rows do not meet, so that they can run
// side by side. Only the records that were written are kept in memory, each by
// a hash.
type stages struct {
	dir    string
	seed   maphash.Seed
	marks  map[uint64]lastStage
	groups map[groupID]*group
}

// lastStage is how far the stages of a record have come.
type lastStage struct {
	alone  int32 // the stage behind the last one that had it for itself
	shared int32 // the stage behind the last one that shared it
	group  *group
}

// groupID names a loop: the rows of one step in one stage that are taken back
// by one action.
type groupID struct {
	stage  int32
	step   int
	action string
}

// group is a loop of an undo, with its rows in a file.
type group struct {
	groupID
	of      *program.Step
	inverse *steps.Action
	file    string
	out     *os.File
	rows    *bufio.Writer
	count   int64
	inOrder bool            // rows meet: one after the other
	names   map[string]bool // of inputs
	always  map[string]int64
	keys    map[uint64]int
}

// reach is what a write has to do with records.
type reach struct{ alone, shared []string }

// maxGroups is how many loops an undo may have. More are needed only where
// steps change the same records in turns, again and again.
const maxGroups = 400

func newStages(dir string) *stages {
	return &stages{dir: dir, seed: maphash.MakeSeed(), marks: map[uint64]lastStage{}, groups: map[groupID]*group{}}
}

// place finds the loop for what takes a write back, and opens it if need be.
func (s *stages) place(of *program.Step, inverse *steps.Action, t reach) (*group, error) {
	stage, before := int32(0), int32(0) // before: without what the step itself did
	var own *group
	need := func(at int32, by *group) {
		stage = max(stage, at)
		if by != nil && by.of == of && by.inverse == inverse {
			own = by
			at--
		}
		before = max(before, at)
	}
	for _, name := range t.alone {
		m := s.marks[s.hash(name)]
		need(m.alone, m.group)
		need(m.shared, nil)
	}
	for _, name := range t.shared {
		m := s.marks[s.hash(name)]
		need(m.alone, m.group)
	}
	if own != nil && before <= own.stage {
		stage, own.inOrder = own.stage, true
	}
	g, err := s.group(groupID{stage, of.Index, inverse.Name}, of, inverse)
	for _, name := range t.alone {
		h := s.hash(name)
		s.marks[h] = lastStage{max(s.marks[h].alone, stage+1), s.marks[h].shared, g}
	}
	for _, name := range t.shared {
		h := s.hash(name)
		m := s.marks[h]
		m.shared = max(m.shared, stage+1)
		s.marks[h] = m
	}
	return g, err
}

func (s *stages) hash(name string) uint64 { return maphash.String(s.seed, name) }

func (s *stages) group(id groupID, of *program.Step, inverse *steps.Action) (*group, error) {
	if g := s.groups[id]; g != nil {
		return g, nil
	}
	if len(s.groups) == maxGroups {
		return nil, fmt.Errorf("the steps of this run changed the same records in turns, more than %d times; --step takes back one step at a time, the last one first", maxGroups)
	}
	g := &group{
		groupID: id, of: of, inverse: inverse, names: map[string]bool{}, always: map[string]int64{}, keys: map[uint64]int{},
		file: fmt.Sprintf("rows-%d.ndjson", len(s.groups)+1),
	}
	s.groups[id] = g
	return g, nil
}

// add puts a row into the loop that it belongs to.
func (s *stages) add(of *program.Step, inverse *steps.Action, row undoRow, t reach) error {
	g, err := s.place(of, inverse, t)
	if err != nil {
		return err
	}
	return g.add(s, row)
}

// add writes a row.
func (g *group) add(s *stages, row undoRow) (err error) {
	if g.out == nil {
		if g.out, err = os.OpenFile(filepath.Join(s.dir, g.file), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err != nil {
			return err
		}
		g.rows = bufio.NewWriter(g.out)
	}
	row.Key = g.key(s, row.Of)
	for name := range row.With {
		g.names[name] = true
		g.always[name]++
	}
	g.count++
	text, err := json.Marshal(row)
	if err == nil {
		_, err = g.rows.Write(append(text, '\n'))
	}
	return err
}

// key is that of the row that the write was in, or the step's label outside of
// loops. A second one of the same name gets a number.
func (g *group) key(s *stages, addr string) string {
	key := g.of.Label
	for _, part := range addrParts(addr) {
		if part.keyed {
			key = part.key
		}
	}
	for {
		h := s.hash(key)
		if g.keys[h]++; g.keys[h] == 1 {
			return key
		}
		key = fmt.Sprintf("%s (%d)", key, g.keys[h])
	}
}

// inOrder gives the loops as they are to run: stage by stage, the last step
// first.
func (s *stages) inOrder() []*group {
	var all []*group
	for _, g := range s.groups {
		if g.count > 0 {
			all = append(all, g)
		}
	}
	slices.SortFunc(all, func(a, b *group) int {
		return cmp.Or(cmp.Compare(a.stage, b.stage), cmp.Compare(b.step, a.step), cmp.Compare(a.action, b.action))
	})
	return all
}

func (s *stages) close() (err error) {
	for _, g := range s.groups {
		if g.out != nil {
			err = errors.Join(err, g.rows.Flush(), g.out.Close())
		}
	}
	return err
}
