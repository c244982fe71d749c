package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"path/filepath"
	"slices"
)

// reader reads the segments of a journal, in order, into a state.
type reader struct {
	fs    FS
	dir   string
	state *State

	run      string // of the first segment
	previous string // hash of the segment before
	last     content
	head     head
}

// content is a segment as it was read.
type content struct {
	number int
	data   []byte // without a torn tail
	chain  hash.Hash
	lines  int64
	sum    tree
	sealed bool
}

// read reads the journal in a folder.
func read(fsys FS, dir string) (*reader, error) {
	r := &reader{fs: fsys, dir: dir, state: &State{}}
	numbers, err := segments(fsys, dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(numbers) == 0 {
		return nil, ErrNotBegun
	}
	if err != nil {
		return nil, err
	}
	for i, number := range numbers {
		if number != i+1 {
			return nil, &DamagedError{Segment: segmentName(i + 1), Reason: "the segment is missing"}
		}
		if err := r.segment(number, number == len(numbers)); err != nil {
			return nil, err
		}
	}
	if r.state.Header.Run == "" {
		return nil, ErrNotBegun
	}
	return r, nil
}

// segment reads one segment and merges it into the state.
func (r *reader) segment(number int, last bool) error {
	data, err := r.fs.Read(filepath.Join(r.dir, segmentName(number)), r.last.data[:0])
	if err != nil {
		return err
	}
	r.last = content{number: number, data: data}
	if err := r.opening(); err != nil {
		return err
	}
	seal, err := r.seal(last)
	if err != nil {
		return err
	}
	if r.last.sealed {
		r.previous = digest(r.last.chain)
	}
	if seal == nil {
		rows, keep := r.last.sum.summary()
		seal = &storedSeal{Records: r.last.lines, Rows: rows, Keep: keep}
	}
	return r.merge(seal)
}

// seal gives the verified seal of the segment. The last segment may have none:
// then it is read line by line, and a torn tail is cut off.
func (r *reader) seal(last bool) (*storedSeal, error) {
	offset, sealed := findSeal(r.last.data)
	if sealed {
		seal, err := r.verify(offset)
		if err == nil || !last {
			return seal, err
		}
	}
	if !last {
		return nil, r.damaged(firstBroken(r.last.data), "the segment has no end, and there is one behind it")
	}
	good, err := r.scan()
	if err != nil {
		return nil, err
	}
	r.last.data = r.last.data[:good]
	if offset, sealed := findSeal(r.last.data); sealed {
		return r.verify(offset)
	}
	return nil, nil
}

// findSeal is where the last line begins, if it is a seal.
func findSeal(data []byte) (offset int, ok bool) {
	if len(data) == 0 || data[len(data)-1] != '\n' {
		return 0, false
	}
	offset = bytes.LastIndexByte(data[:len(data)-1], '\n') + 1
	text, ok := lineText(data[offset : len(data)-1])
	return offset, ok && bytes.HasPrefix(text, []byte(`{"t":"`+kindSeal+`"`))
}

// verify checks a sealed segment against its seal, which spares decoding every
// line.
func (r *reader) verify(offset int) (*storedSeal, error) {
	data := r.last.data
	var seal storedSeal
	if err := json.Unmarshal(data[offset+sumWidth:], &seal); err != nil {
		return nil, r.damaged(offset, "its seal cannot be read: "+err.Error())
	}
	chain, lines := sha256.New(), int64(0)
	for at := 0; at < offset; lines++ {
		line, length := cutLine(data[at:])
		if _, ok := lineText(line); !ok {
			return nil, r.damaged(at, "the line is broken")
		}
		link(chain, line)
		at += length
	}
	if digest(chain) != seal.Hash || lines != seal.Records {
		return nil, r.damaged(offset, "its lines are not those that were sealed")
	}
	link(chain, data[offset:])
	r.last.chain, r.last.lines, r.last.sealed = chain, lines, true
	return &seal, r.checkRanges(offset, &seal)
}

// firstBroken is where the first line begins that is not whole, or the end.
func firstBroken(data []byte) (at int) {
	for {
		line, length := cutLine(data[at:])
		if _, ok := lineText(line); !ok || length == 0 {
			return at
		}
		at += length
	}
}

// checkRanges refuses a seal that names more rows than the segment has lines.
// No program writes one, and it would take any amount of memory.
func (r *reader) checkRanges(offset int, seal *storedSeal) error {
	left := seal.Records
	for _, rows := range seal.Rows {
		for _, ranges := range rows.Ended {
			for _, each := range ranges {
				if each[0] < 0 || each[1] < each[0] || each[1]-each[0] >= left {
					return r.damaged(offset, "its seal is not that of this segment")
				}
				left -= each[1] - each[0] + 1
			}
		}
		if rows.Loop == "" || !valid(rows.In) {
			return r.damaged(offset, "its seal is not that of this segment")
		}
	}
	return nil
}

// scan reads the segment line by line up to its end, or to the first line that
// is not whole, and gives the place.
func (r *reader) scan() (good int, err error) {
	data, sealed := r.last.data, false
	r.last.chain = sha256.New()
	for good < len(data) {
		line, length := cutLine(data[good:])
		text, ok := lineText(line)
		if !ok || length == 0 {
			return good, r.checkTail(good, sealed)
		}
		if err := r.head.parse(text); err != nil {
			return good, r.damaged(good, err.Error())
		}
		if sealed {
			return good, r.damaged(good, "there is more behind the seal")
		}
		sealed = r.head.kind == kindSeal
		r.last.sum.add(&r.head, kept{offset: int64(good)})
		link(r.last.chain, line)
		r.last.lines++
		good += length
	}
	return good, nil
}

// checkTail decides whether what begins at a broken line is a torn tail.
//
// A power failure may keep any part of what was written since the last sync,
// so that whole lines can stand behind a broken one. It cannot touch what was
// durable: if a later line says that the broken one was, it is damage.
func (r *reader) checkTail(broken int, sealed bool) error {
	durable := broken == 0 || sealed // the first line, and a seal, are alone until they are
	tail := r.last.data[broken:]
	var whole int64
	for rest := tail; len(rest) > 0; {
		line, length := cutLine(rest)
		if length == 0 {
			break
		}
		rest = rest[length:]
		text, ok := lineText(line)
		if !ok || r.head.parse(text) != nil {
			continue
		}
		whole++
		if durable || r.head.kind == kindKept && r.head.to > int64(broken) {
			return r.damaged(broken, "the line is broken, and it was whole once")
		}
	}
	r.state.Cut = &TornTail{Segment: segmentName(r.last.number), Offset: int64(broken), Bytes: int64(len(tail)), Lines: whole}
	return nil
}

// opening checks the first line of the segment, which ties it to its run and
// to the segment before. A first line that is broken is left to those who read
// the rest.
func (r *reader) opening() error {
	line, length := cutLine(r.last.data)
	text, ok := lineText(line)
	if !ok || length == 0 {
		return nil
	}
	if r.head.parse(text) != nil || r.head.kind != kindOpen {
		return r.damaged(0, "it does not begin as a segment does")
	}
	var open storedOpen
	err := json.Unmarshal(text, &open)
	if open.Format > formatVersion {
		return &FormatError{Segment: segmentName(r.last.number), Format: open.Format}
	}
	if err != nil || open.Format < 1 {
		return r.damaged(0, "it does not begin as a segment does")
	}
	if r.last.number == 1 {
		r.run = open.Run
	}
	switch {
	case open.Run != r.run:
		return r.damaged(0, fmt.Sprintf("it belongs to run %q", open.Run))
	case open.Segment != r.last.number:
		return r.damaged(0, fmt.Sprintf("it is segment %d", open.Segment))
	case open.Previous != r.previous:
		return r.damaged(0, "the segment before it is not the one it was written behind")
	}
	return nil
}

// merge takes the summary of the segment into the state.
func (r *reader) merge(seal *storedSeal) error {
	if err := r.state.tree.merge(seal.Rows, seal.Keep, r.line); err != nil {
		return err
	}
	for _, fact := range r.state.tree.facts {
		if err := r.state.fact(fact); err != nil {
			return err
		}
	}
	r.state.tree.facts = r.state.tree.facts[:0]
	return nil
}

// line gives the line at an offset that a summary names.
func (r *reader) line(offset int64) (kept, *head, error) {
	data := r.last.data
	if offset < 0 || offset >= int64(len(data)) || offset > 0 && data[offset-1] != '\n' {
		return kept{}, nil, r.damaged(len(data), "its seal is not that of this segment")
	}
	line, _ := cutLine(data[offset:])
	text, ok := lineText(line)
	if !ok {
		return kept{}, nil, r.damaged(int(offset), "the line is broken")
	}
	if err := r.head.parse(text); err != nil {
		return kept{}, nil, r.damaged(int(offset), err.Error())
	}
	return kept{offset: offset, segment: r.last.number, text: slices.Clone(text)}, &r.head, nil
}

func (r *reader) damaged(offset int, reason string) error {
	return &DamagedError{Segment: segmentName(r.last.number), Offset: int64(offset), Reason: reason}
}
