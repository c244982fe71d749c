package report

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"math"
	"slices"
)

// histogram counts how often each of many values occurs, in bounded memory.
//
// Up to [maxCounters] values are counted exactly. With more of them, it counts
// as Misra and Gries do: a value without a counter takes one off each, and those
// that come to nothing make room. What is frequent keeps its counter, which is
// short by missed at most.
type histogram struct {
	room     *int // counters that all histograms together may still take
	counters map[key]*counter
	total    int64
	example  counter // of all rows, the one with the smallest hash
	missed   int64
	distinct least // hashes of the values, once missed is not zero
}

// maxCounters is how many values one histogram tells apart.
const maxCounters = 256

// key stands for a value.
type key [16]byte

func keyOf(parts ...[]byte) (k key) {
	h := fnv.New128a()
	var size [8]byte
	for _, part := range parts {
		binary.LittleEndian.PutUint64(size[:], uint64(len(part)))
		h.Write(size[:])
		h.Write(part)
	}
	h.Sum(k[:0])
	return k
}

// rank orders keys as if by chance, and always in the same way.
func (k key) rank() uint64 {
	x := binary.LittleEndian.Uint64(k[:8]) ^ binary.LittleEndian.Uint64(k[8:])
	x = (x ^ x>>33) * 0xff51afd7ed558ccd // the ends of a hash of short texts are alike
	return x ^ x>>33
}

// counter is how often one value occurred.
type counter struct {
	value Value
	rank  uint64 // of the row that is the example
}

// add counts a value. Value gives it when it is seen for the first time.
func (h *histogram) add(k key, row string, value func() Value) {
	h.total++
	rank := keyOf([]byte(row)).rank()
	if h.total == 1 || rank < h.example.rank {
		h.example = counter{value(), rank}
		h.example.value.Addr, h.example.value.Count = row, 1
	}
	if h.missed > 0 {
		h.distinct.add(k.rank())
	}
	c := h.counters[k]
	if c == nil {
		if len(h.counters) >= maxCounters || *h.room == 0 {
			h.decrement(k)
			return
		}
		*h.room--
		c = &counter{value: value(), rank: math.MaxUint64}
		h.counters[k] = c
	}
	c.value.Count++
	if rank < c.rank {
		c.rank, c.value.Addr = rank, row
	}
}

// decrement takes one off each counter, for a value that has none.
func (h *histogram) decrement(k key) {
	if h.missed == 0 {
		for each := range h.counters {
			h.distinct.add(each.rank())
		}
		h.distinct.add(k.rank())
	}
	h.missed++
	for each, c := range h.counters {
		if c.value.Count--; c.value.Count == 0 {
			delete(h.counters, each)
			*h.room++
		}
	}
}

// values gives the values, the most frequent first, and how many different
// ones there were. About says that these are no exact numbers; then only values
// that are surely frequent are given, or an example if none is.
func (h *histogram) values() (values []Value, different int64, about bool) {
	for _, c := range h.counters {
		v := c.value
		if h.missed == 0 || v.Count > h.missed {
			v.Count = rounded(v.Count+h.missed/2, h.missed)
			values = append(values, v)
		}
	}
	slices.SortFunc(values, func(a, b Value) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), slices.Compare(a.Before, b.Before), slices.Compare(a.After, b.After), cmp.Compare(a.Addr, b.Addr))
	})
	if h.missed > 0 && len(values) == 0 {
		values = []Value{h.example.value}
	}
	if h.missed > 0 {
		return values, rounded(h.distinct.estimate(), 1), true
	}
	return values, int64(len(values)), false
}

// rounded leaves two digits of a number that is off by some.
func rounded(n, off int64) int64 {
	if off == 0 || n < 100 {
		return n
	}
	unit := int64(math.Pow(10, math.Floor(math.Log10(float64(n)))-1))
	return (n + unit/2) / unit * unit
}

// least keeps the smallest of many ranks, from which one can tell how many
// different ones there were.
type least struct{ ranks []uint64 } // sorted

const maxRanks = 1024

func (l *least) add(rank uint64) {
	at, found := slices.BinarySearch(l.ranks, rank)
	if found || at == maxRanks {
		return
	}
	if len(l.ranks) == maxRanks {
		l.ranks = l.ranks[:maxRanks-1]
	}
	l.ranks = slices.Insert(l.ranks, at, rank)
}

// estimate is about how many different ranks were added: if the smallest ones
// lie close together, there are many.
func (l *least) estimate() int64 {
	n := len(l.ranks)
	if n < maxRanks {
		return int64(n)
	}
	return int64(float64(n-1) * (math.MaxUint64 / float64(l.ranks[n-1])))
}
