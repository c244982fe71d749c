package sandbox

import (
	"cmp"
	"slices"
	"time"
)

// table holds the records of one kind. A record has a current version, which
// reads by id see, and the version that search and lists know, which lags
// behind. A stored version is never changed: a write stores a changed copy.
type table[T any] struct {
	lag     time.Duration
	byID    map[string]*record[T]
	order   []*record[T]        // by creation, then id
	pending []pendingVersion[T] // what search and lists do not know yet, oldest first

	// generation changes whenever search and lists learn something.
	generation int
	// learned is called then, with nil for "not known". May be nil.
	learned func(before, after *T)
}

type record[T any] struct {
	id      string
	created int64
	now     *T // nil once it is gone
	seen    *T // by search and lists; nil when they do not know it
}

type pendingVersion[T any] struct {
	due     time.Time
	record  *record[T]
	version *T
}

func newTable[T any](lag time.Duration) table[T] {
	return table[T]{lag: lag, byID: map[string]*record[T]{}}
}

// get gives the record with an id, or nil.
func (t *table[T]) get(id string) *record[T] { return t.byID[id] }

// load adds a record that was always there. The caller calls sort in the end.
func (t *table[T]) load(id string, created int64, v *T) *record[T] {
	r := &record[T]{id: id, created: created, now: v}
	t.byID[id] = r
	t.order = append(t.order, r)
	t.learn(r, v)
	return r
}

func (t *table[T]) sort() { slices.SortFunc(t.order, compareRecords[T]) }

// add stores the first version of a new record.
func (t *table[T]) add(id string, created int64, v *T, now time.Time) *record[T] {
	r := &record[T]{id: id, created: created}
	t.byID[id] = r
	i, _ := slices.BinarySearchFunc(t.order, r, compareRecords[T])
	t.order = slices.Insert(t.order, i, r)
	t.put(r, v, now)
	return r
}

// put stores a new version of a record.
func (t *table[T]) put(r *record[T], v *T, now time.Time) {
	r.now = v
	if t.lag == 0 {
		t.learn(r, v)
		return
	}
	t.pending = append(t.pending, pendingVersion[T]{now.Add(t.lag), r, v})
}

// remove forgets a record. Search and lists forget it later.
func (t *table[T]) remove(r *record[T], now time.Time) {
	delete(t.byID, r.id)
	t.put(r, nil, now)
}

// catchUp lets search and lists learn what is old enough.
func (t *table[T]) catchUp(now time.Time) {
	n := 0
	for n < len(t.pending) && !t.pending[n].due.After(now) {
		t.learn(t.pending[n].record, t.pending[n].version)
		n++
	}
	t.pending = t.pending[n:]
}

func (t *table[T]) learn(r *record[T], v *T) {
	before := r.seen
	r.seen = v
	t.generation++
	if v == nil {
		t.dropFromOrder(r)
	}
	if t.learned != nil {
		t.learned(before, v)
	}
}

func (t *table[T]) dropFromOrder(r *record[T]) {
	i, found := slices.BinarySearchFunc(t.order, r, compareRecords[T])
	if found {
		t.order = slices.Delete(t.order, i, i+1)
	}
}

// after gives the position of the first record behind a creation time and id.
func (t *table[T]) after(created int64, id string) int {
	at := &record[T]{id: id, created: created}
	i, found := slices.BinarySearchFunc(t.order, at, compareRecords[T])
	if found {
		i++
	}
	return i
}

func compareRecords[T any](a, b *record[T]) int {
	return cmp.Or(cmp.Compare(a.created, b.created), cmp.Compare(a.id, b.id))
}
