package runner

import (
	"encoding/binary"
	"slices"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/flowrun-dev/flowrun/internal/program"
)

// place is where the walk is: which names are visible, and in which rows of
// which loops it stands.
type place struct {
	scope    *eval.Scope
	steps    eval.Object  // the value of the name "steps" here
	prefix   string       // mark["a@example.com"].
	label    string       // of the step that is running
	key      string       // ["a@example.com"], of a loop over one action
	row      string       // people.csv:17; empty outside loops over files
	possible []string     // in a plan: the steps that decide whether this place is reached
	memory   *memory      // of the row; nil outside loops
	path     journal.Path // the rows around the place
	writing  *writing     // what is about to be written here; nil for a read
	moved    string       // how the record of the row has changed since the plan that is applied
	order    []byte       // in a plan that is kept, where the place stands in the walk
}

// addr is the address of the instance here: tag, or mark["a@example.com"].attach.
func (p *place) addr() string { return p.prefix + p.label + p.key }

// index is where the place stands in the lists of the loops around it, the
// outermost first.
func (p *place) index() []int64 {
	index := make([]int64, len(p.path))
	for i, row := range p.path {
		index[i] = row.Index
	}
	return index
}

// outside reports whether the place is in no row of a loop.
func (p *place) outside() bool { return p.prefix == "" && p.key == "" }

// in is the same place, at a step.
func (p *place) in(s *program.Step) *place {
	at := *p
	at.label, at.key = s.Label, ""
	return &at
}

// within is the same place inside a row.
func (p *place) within(prefix string) *place {
	at := *p
	at.prefix += prefix
	return &at
}

// rowPath is that of a row of the loop that the place stands at.
func (p *place) rowPath(index int64) journal.Path {
	return append(slices.Clip(p.path), journal.RowID{Loop: p.addr(), Index: index})
}

// orderOf is where an instance of a step stands in the walk, as bytes that sort
// so.
func (p *place) orderOf(s *program.Step) []byte {
	return binary.BigEndian.AppendUint32(slices.Clone(p.order), uint32(s.Index))
}

// orderIn is that of a row of a loop.
func (p *place) orderIn(s *program.Step, index int64) []byte {
	return binary.BigEndian.AppendUint64(p.orderOf(s), uint64(index))
}
