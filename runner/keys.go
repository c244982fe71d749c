package runner

import (
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"iter"
	"os"
	"slices"
)

// keyFile finds keys that occur twice among any number of items in constant
// memory: it keeps a digest per item in a file, and sorts that.
type keyFile struct {
	dir    string
	memory []keyRecord // not yet in a file
	runs   []*os.File  // sorted
	limit  int         // records in memory
	failed error
}

// keyRecord is the key of one item.
type keyRecord struct {
	digest [16]byte
	index  int64
}

const (
	keyRecordSize = 24
	keysInMemory  = 1 << 16 // 1.5 MiB
)

func newKeyFile(dir string) *keyFile { return &keyFile{dir: dir, limit: keysInMemory} }

// add takes the key of the item with that index.
func (k *keyFile) add(key []byte, index int64) error {
	sum := sha256.Sum256(key)
	return k.append(keyRecord{[16]byte(sum[:16]), index})
}

func (k *keyFile) append(r keyRecord) error {
	k.memory = append(k.memory, r)
	if len(k.memory) < k.limit {
		return nil
	}
	return k.spill()
}

func (r keyRecord) compare(other keyRecord) int {
	return cmp.Or(bytes.Compare(r.digest[:], other.digest[:]), cmp.Compare(r.index, other.index))
}

// spill writes what is in memory to a file, sorted.
func (k *keyFile) spill() error {
	slices.SortFunc(k.memory, keyRecord.compare)
	file, err := os.CreateTemp(k.dir, "keys-")
	if err != nil {
		return unkept(err)
	}
	k.runs = append(k.runs, file)
	w := bufio.NewWriterSize(file, 16<<10)
	var line [keyRecordSize]byte
	for _, r := range k.memory {
		copy(line[:], r.digest[:])
		binary.BigEndian.PutUint64(line[16:], uint64(r.index))
		if _, err := w.Write(line[:]); err != nil {
			return unkept(err)
		}
	}
	k.memory = k.memory[:0]
	return unkept(w.Flush())
}

// sorted hands out all records, by digest and then by index.
func (k *keyFile) sorted(each func(keyRecord) error) error {
	slices.SortFunc(k.memory, keyRecord.compare)
	sources := keyHeap{}
	if len(k.memory) > 0 {
		sources = append(sources, &keySource{memory: k.memory})
	}
	for _, file := range k.runs {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		sources = append(sources, &keySource{file: bufio.NewReaderSize(file, 16<<10)})
	}
	return sources.merge(each)
}

// repeated hands out each item whose key an item before it has: the first item
// with the key, the repetition, and which one it is, from 2 on. Items with one
// key come in their order; keys come in no order that means anything.
func (k *keyFile) repeated(each func(first, again int64, nth int) error) error {
	var first keyRecord
	nth := 0
	return k.sorted(func(r keyRecord) error {
		if nth > 0 && r.digest == first.digest {
			nth++
			return each(first.index, r.index, nth)
		}
		first, nth = r, 1
		return nil
	})
}

// addNumber uses the file to bring numbers into the order of their items.
func (k *keyFile) addNumber(index int64, nth int) error {
	r := keyRecord{index: int64(nth)}
	binary.BigEndian.PutUint64(r.digest[:], uint64(index))
	return k.append(r)
}

var errEnough = errors.New("enough")

// numbers hands out what addNumber was given, in the order of the items. What
// goes wrong is in k.failed afterwards.
func (k *keyFile) numbers() iter.Seq2[int64, int64] {
	return func(yield func(int64, int64) bool) {
		k.failed = k.sorted(func(r keyRecord) error {
			if !yield(int64(binary.BigEndian.Uint64(r.digest[:])), r.index) {
				return errEnough
			}
			return nil
		})
	}
}

// close removes the files.
func (k *keyFile) close() {
	for _, file := range k.runs {
		file.Close()
		os.Remove(file.Name())
	}
}

// keySource is a sorted sequence of records and the one it stands at.
type keySource struct {
	head   keyRecord
	memory []keyRecord
	file   *bufio.Reader
}

// next moves to the next record; io.EOF is the end.
func (s *keySource) next() error {
	if s.file == nil {
		if len(s.memory) == 0 {
			return io.EOF
		}
		s.head, s.memory = s.memory[0], s.memory[1:]
		return nil
	}
	var line [keyRecordSize]byte
	if _, err := io.ReadFull(s.file, line[:]); err != nil {
		return err
	}
	copy(s.head.digest[:], line[:16])
	s.head.index = int64(binary.BigEndian.Uint64(line[16:]))
	return nil
}

// keyHeap merges sorted sources.
type keyHeap []*keySource

func (h keyHeap) Len() int           { return len(h) }
func (h keyHeap) Less(i, j int) bool { return h[i].head.compare(h[j].head) < 0 }
func (h keyHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *keyHeap) Push(x any)        { *h = append(*h, x.(*keySource)) }
func (h *keyHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// merge hands out all records in order.
func (h keyHeap) merge(each func(keyRecord) error) error {
	live := h[:0]
	for _, s := range h {
		if err := s.next(); err == nil {
			live = append(live, s)
		} else if !errors.Is(err, io.EOF) {
			return err
		}
	}
	heap.Init(&live)
	for live.Len() > 0 {
		s := live[0]
		if err := each(s.head); err != nil {
			return err
		}
		switch err := s.next(); {
		case errors.Is(err, io.EOF):
			heap.Pop(&live)
		case err != nil:
			return err
		default:
			heap.Fix(&live, 0)
		}
	}
	return nil
}
