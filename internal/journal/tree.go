package journal

import (
	"maps"
	"slices"
)

// tree holds what is still needed of the lines it was given: how rows ended,
// and, of what is not settled, the lines themselves.
//
// There is one for each segment, which becomes the summary in its seal, and
// one for the whole journal, into which those of the segments are merged.
type tree struct {
	root  node
	facts []kept // lines that stand for themselves, such as notes
}

// node is what is not settled inside one row, or outside all rows.
type node struct {
	steps map[string]*instance
	loops map[string]*loop
}

// instance holds the lines of a step that are still needed: its last answer,
// and what came after it.
type instance struct{ lines []kept }

type loop struct {
	list []kept // the last one, if there is one
	rows Rows
	open map[int64]*node
}

// kept is a line: where it begins and, in the tree of a whole journal, its
// segment and its JSON.
type kept struct {
	offset  int64
	segment int
	text    []byte
}

// record decodes the line.
func (k kept) record() (Record, error) {
	r, err := recordOf(k.text)
	if err != nil {
		return r, &DamagedError{Segment: segmentName(k.segment), Offset: k.offset, Reason: err.Error()}
	}
	return r, nil
}

// add takes in one line.
func (t *tree) add(h *head, line kept) {
	switch h.kind {
	case kindIntent:
		s := t.node(h.in).step(h.at)
		s.lines = append(s.lines, line)
	case kindAnswer:
		s := t.node(h.in).step(h.at)
		if h.status != InDoubt {
			s.lines = s.lines[:0]
		}
		s.lines = append(s.lines, line)
	case kindList:
		l := t.node(h.in).loop(string(h.at))
		l.list = append(l.list[:0], line)
	case kindRow:
		around, row := h.in[:len(h.in)-1], h.in[len(h.in)-1]
		t.node(around).loop(row.Loop).end(row.Index, h.status)
	case kindHeader, kindNote, kindResumed, kindEnd:
		t.facts = append(t.facts, line)
	}
}

// node is the place of what is inside a row.
func (t *tree) node(in Path) *node {
	n := &t.root
	for _, row := range in {
		l := n.loop(row.Loop)
		inside := l.open[row.Index]
		if inside == nil {
			if l.open == nil {
				l.open = map[int64]*node{}
			}
			inside = new(node)
			l.open[row.Index] = inside
		}
		n = inside
	}
	return n
}

// find is like node but makes nothing; it gives nil if nothing is there.
func (t *tree) find(in Path) *node {
	n := &t.root
	for _, row := range in {
		l := n.loops[row.Loop]
		if l == nil || l.open[row.Index] == nil {
			return nil
		}
		n = l.open[row.Index]
	}
	return n
}

func (n *node) step(address []byte) *instance {
	s := n.steps[string(address)]
	if s == nil {
		if n.steps == nil {
			n.steps = map[string]*instance{}
		}
		s = new(instance)
		n.steps[string(address)] = s
	}
	return s
}

func (n *node) loop(address string) *loop {
	l := n.loops[address]
	if l == nil {
		if n.loops == nil {
			n.loops = map[string]*loop{}
		}
		l = new(loop)
		n.loops[address] = l
	}
	return l
}

// end records how a row ended. What is inside a settled row is let go; what
// is inside another one will be wanted when the row is taken up again.
func (l *loop) end(index int64, s Status) {
	l.rows.end(index, s)
	if s.Settled() {
		delete(l.open, index)
	}
}

// summary is the tree as a seal stores it.
func (t *tree) summary() (rows []storedRows, keep []int64) {
	keep = appendOffsets(keep, t.facts)
	t.root.walk(nil, func(in Path, n *node) {
		for _, s := range n.steps {
			keep = appendOffsets(keep, s.lines)
		}
		for _, address := range slices.Sorted(maps.Keys(n.loops)) {
			l := n.loops[address]
			keep = appendOffsets(keep, l.list)
			if l.rows.Ended() > 0 {
				rows = append(rows, storedRows{In: slices.Clone(in), Loop: address, Ended: l.rows.ranges()})
			}
		}
	})
	slices.Sort(keep)
	return rows, keep
}

func appendOffsets(to []int64, lines []kept) []int64 {
	for _, line := range lines {
		to = append(to, line.offset)
	}
	return to
}

// walk visits a node and then those in its rows, in the order of the loops'
// addresses and the rows' places.
func (n *node) walk(in Path, visit func(Path, *node)) {
	visit(in, n)
	for _, address := range slices.Sorted(maps.Keys(n.loops)) {
		l := n.loops[address]
		for _, index := range slices.Sorted(maps.Keys(l.open)) {
			l.open[index].walk(append(slices.Clip(in), RowID{address, index}), visit)
		}
	}
}

// merge takes in the summary of the next segment. Line finds the line at an
// offset, and its head.
func (t *tree) merge(rows []storedRows, keep []int64, line func(int64) (kept, *head, error)) error {
	// Rows first: what they let go is older than the lines that are kept.
	for _, r := range rows {
		l := t.node(r.In).loop(r.Loop)
		for _, status := range statusOf[1:] {
			for _, each := range r.Ended[status] {
				for index := each[0]; index <= each[1]; index++ {
					l.end(index, status)
				}
			}
		}
	}
	for _, offset := range keep {
		found, h, err := line(offset)
		if err != nil {
			return err
		}
		t.add(h, found)
	}
	return nil
}
