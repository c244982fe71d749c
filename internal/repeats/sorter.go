package repeats

import (
	"bufio"
	"bytes"
	"container/heap"
	"errors"
	"io"
	"iter"
	"os"
	"slices"
)

// sorter sorts any number of records in constant memory.
type sorter struct {
	dir    string
	limit  int        // of records in memory
	memory []record   // not yet in a file
	files  []*os.File // of sorted records
}

const (
	inMemory   = 1 << 16 // records, of 1.5 MiB
	fileBuffer = 16 << 10
)

func (s *sorter) add(r record) error {
	s.memory = append(s.memory, r)
	if len(s.memory) < s.limit {
		return nil
	}
	return s.spill()
}

// spill writes what is in memory to a file, sorted.
func (s *sorter) spill() error {
	slices.SortFunc(s.memory, compare)
	file, err := os.CreateTemp(s.dir, "keys-")
	if err != nil {
		return err
	}
	s.files = append(s.files, file)
	w := bufio.NewWriterSize(file, fileBuffer)
	for _, r := range s.memory {
		if _, err := w.Write(r[:]); err != nil {
			return err
		}
	}
	s.memory = s.memory[:0]
	return w.Flush()
}

func compare(a, b record) int { return bytes.Compare(a[:], b[:]) }

// sorted gives all records in order. An error is the last thing it gives.
func (s *sorter) sorted() iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		sources, err := s.sources()
		for err == nil && len(sources) > 0 {
			if !yield(sources[0].head, nil) {
				return
			}
			err = sources.advance()
		}
		if err != nil {
			yield(record{}, err)
		}
	}
}

// sources begins to read what is in memory and in the files.
func (s *sorter) sources() (sources, error) {
	slices.SortFunc(s.memory, compare)
	all := []*source{{memory: s.memory}}
	for _, file := range s.files {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		all = append(all, &source{file: bufio.NewReaderSize(file, fileBuffer)})
	}
	var live sources
	for _, each := range all {
		switch err := each.next(); {
		case err == nil:
			live = append(live, each)
		case !errors.Is(err, io.EOF):
			return nil, err
		}
	}
	heap.Init(&live)
	return live, nil
}

// close removes the files.
func (s *sorter) close() {
	for _, file := range s.files {
		file.Close()
		os.Remove(file.Name())
	}
}

// source is a sorted sequence of records, in memory or in a file, and the one
// that it stands at.
type source struct {
	head   record
	memory []record
	file   *bufio.Reader
}

// next moves to the next record; io.EOF is the end.
func (s *source) next() error {
	if s.file != nil {
		_, err := io.ReadFull(s.file, s.head[:])
		return err
	}
	if len(s.memory) == 0 {
		return io.EOF
	}
	s.head, s.memory = s.memory[0], s.memory[1:]
	return nil
}

// sources are a heap; the first one stands at the least record.
type sources []*source

func (h sources) Len() int           { return len(h) }
func (h sources) Less(i, j int) bool { return compare(h[i].head, h[j].head) < 0 }
func (h sources) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *sources) Push(x any)        { *h = append(*h, x.(*source)) }
func (h *sources) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// advance moves the first source on, which may then not be the first any more.
func (h *sources) advance() error {
	switch err := (*h)[0].next(); {
	case errors.Is(err, io.EOF):
		heap.Pop(h)
	case err != nil:
		return err
	default:
		heap.Fix(h, 0)
	}
	return nil
}
