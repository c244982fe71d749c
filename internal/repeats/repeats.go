// Package repeats finds what occurs twice among any number of items, in
// constant memory.
//
// A [Finder] keeps 24 bytes of each item: a digest of its key, and the item's
// place in its list. Sorted, items with one key stand side by side. What is too
// much for memory is sorted in files, which are merged while they are read.
package repeats

import (
	"crypto/sha256"
	"encoding/binary"
	"iter"
)

// Finder takes the keys of items and tells which of them an earlier item has.
type Finder struct{ keys sorter }

// Repetition is an item whose key an earlier one has.
type Repetition struct {
	Index int64 // of the item
	First int64 // index of the first item with the key
	Nth   int64 // which of those with the key it is, from 2 on
}

// New makes a finder that keeps its files, of which there are none for short
// lists, in a folder.
func New(dir string) *Finder { return &Finder{sorter{dir: dir, limit: inMemory}} }

// Close removes the files.
func (f *Finder) Close() { f.keys.close() }

// Add takes the key of the item with that index, which is zero or more.
func (f *Finder) Add(key []byte, index int64) error {
	var r record
	sum := sha256.Sum256(key)
	copy(r[:digestSize], sum[:])
	r.setNumber(2, index)
	return f.keys.add(r)
}

// InOrder gives the repetitions in the order of the items. An error is the last
// thing it gives.
func (f *Finder) InOrder() iter.Seq2[Repetition, error] {
	return func(yield func(Repetition, error) bool) {
		byIndex := sorter{dir: f.keys.dir, limit: f.keys.limit}
		defer byIndex.close()
		if err := f.each(func(again Repetition) error { return byIndex.add(again.record()) }); err != nil {
			yield(Repetition{}, err)
			return
		}
		for r, err := range byIndex.sorted() {
			if !yield(Repetition{r.number(0), r.number(1), r.number(2)}, err) {
				return
			}
		}
	}
}

// each hands out the repetitions of one key in the order of the items, and the
// keys in no order that means anything.
func (f *Finder) each(visit func(Repetition) error) error {
	var first record
	nth := int64(0)
	for r, err := range f.keys.sorted() {
		if err != nil {
			return err
		}
		if nth == 0 || [digestSize]byte(r[:]) != [digestSize]byte(first[:]) {
			first, nth = r, 1
			continue
		}
		nth++
		if err := visit(Repetition{r.number(2), first.number(2), nth}); err != nil {
			return err
		}
	}
	return nil
}

func (a Repetition) record() (r record) {
	r.setNumber(0, a.Index)
	r.setNumber(1, a.First)
	r.setNumber(2, a.Nth)
	return r
}

// record is what is sorted, by its bytes: a digest and a number, or three
// numbers.
type record [24]byte

const digestSize = 16

func (r *record) number(at int) int64 { return int64(binary.BigEndian.Uint64(r[8*at:])) }

func (r *record) setNumber(at int, n int64) { binary.BigEndian.PutUint64(r[8*at:], uint64(n)) }
