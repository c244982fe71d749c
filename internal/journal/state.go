package journal

import (
	"maps"
	"slices"
)

// State is what a journal says about its run. Of rows that are settled it
// holds half a byte each; of everything else, the last answer and the intents
// behind it.
type State struct {
	Header  Header
	Resumed []Resumed // by later processes, in order
	Notes   []Note    // in order
	End     *End      // nil if the run did not come to one, or went on behind it
	Cut     *TornTail // what this reading found torn; nil if nothing

	tree tree
}

// Instance is what is known of an instance of a step that ran outside loops,
// or in a row that is not settled.
type Instance struct {
	Address string
	In      Path

	// Intents are the calls whose outcome is open, the oldest first. There
	// are none where an answer settled them.
	Intents []Intent

	// Answer is the last one. It is nil if there is none, or if a call was
	// begun behind it.
	Answer *Answer
}

// Loop is what is known of a loop.
type Loop struct {
	Address string
	In      Path  // the row around it; empty if there is none
	List    *List // nil if its list was not complete
	Rows    *Rows // never nil
}

// Instance gives what is known of an instance, or nil. The error is a
// [*DamagedError].
func (s *State) Instance(in Path, address string) (*Instance, error) {
	n := s.tree.find(in)
	if n == nil || n.steps[address] == nil {
		return nil, nil
	}
	return n.steps[address].read(in, address)
}

// Begun reports whether anything is recorded in a row that is not settled.
func (s *State) Begun(in Path) bool { return s.tree.find(in) != nil }

// Instances gives all instances that are not in settled rows: those outside
// loops, and then row by row; at one place by address. The error is a
// [*DamagedError].
func (s *State) Instances() ([]Instance, error) {
	var all []Instance
	var failed error
	s.tree.root.walk(nil, func(in Path, n *node) {
		for _, address := range slices.Sorted(maps.Keys(n.steps)) {
			i, err := n.steps[address].read(in, address)
			if err != nil {
				failed = err
				return
			}
			all = append(all, *i)
		}
	})
	return all, failed
}

// read decodes the lines of an instance.
func (i *instance) read(in Path, address string) (*Instance, error) {
	r := &Instance{Address: address, In: slices.Clone(in)}
	for _, line := range i.lines {
		record, err := line.record()
		switch {
		case err != nil:
			return nil, err
		case record.Intent != nil:
			r.Intents, r.Answer = append(r.Intents, *record.Intent), nil
		case record.Answer != nil:
			r.Answer = record.Answer
		}
	}
	return r, nil
}

// recordOf decodes the JSON of a line.
func recordOf(text []byte) (Record, error) {
	var h head
	if err := h.parse(text); err != nil {
		return Record{}, err
	}
	return decodeRecord(h.kind, text)
}

// Loop gives what is known of a loop. The error is a [*DamagedError].
func (s *State) Loop(in Path, address string) (Loop, error) {
	n := s.tree.find(in)
	if n == nil || n.loops[address] == nil {
		return Loop{Address: address, In: in, Rows: new(Rows)}, nil
	}
	return n.loops[address].read(in, address)
}

// Loops gives all loops that are not in settled rows: those outside rows, and
// then row by row; at one place by address. The error is a [*DamagedError].
func (s *State) Loops() ([]Loop, error) {
	var all []Loop
	var failed error
	s.tree.root.walk(nil, func(in Path, n *node) {
		for _, address := range slices.Sorted(maps.Keys(n.loops)) {
			l, err := n.loops[address].read(in, address)
			if err != nil {
				failed = err
				return
			}
			all = append(all, l)
		}
	})
	return all, failed
}

func (l *loop) read(in Path, address string) (Loop, error) {
	r := Loop{Address: address, In: slices.Clone(in), Rows: &l.rows}
	for _, line := range l.list {
		record, err := line.record()
		if err != nil {
			return Loop{}, err
		}
		r.List = record.List
	}
	return r, nil
}

// fact takes in a line that stands for itself.
func (s *State) fact(line kept) error {
	record, err := line.record()
	switch {
	case err != nil:
		return err
	case record.Header != nil:
		if s.Header.Run == "" {
			s.Header = *record.Header
		}
	case record.Note != nil:
		s.Notes = append(s.Notes, *record.Note)
	case record.Resumed != nil:
		s.Resumed, s.End = append(s.Resumed, *record.Resumed), nil
	case record.End != nil:
		s.End = record.End
	}
	return nil
}
