package runner

import (
	"sync"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/steps"
	"github.com/tidwall/gjson"
)

// roll is a list of records that writes look into, and that they keep up to
// date. It knows its rows by the fields that they were looked for by: a run
// that makes ten thousand tags looks for each of their names among all tags.
type roll struct {
	list eval.Value // as it was read; nil once it is in rows

	mu     sync.Mutex
	rows   []eval.Value         // in their order; nil for one that was taken out
	places map[fieldOf]placesOf // of the rows, for each field that was asked for
}

// fieldOf is a field by which a call looks for rows.
type fieldOf struct {
	path string
	fold bool // capitals make no difference
}

// placesOf are indexes into the rows, by the value of a field.
type placesOf map[string][]int

// find gives the rows in which the one field of match has its value.
func (r *roll) find(call *steps.Call, match eval.Object) (found []eval.Value) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for path, v := range match {
		field := fieldOf{path, call.Fold}
		for _, place := range r.by(field)[field.key(textValue(v))] {
			if row := r.rows[place]; row != nil {
				found = append(found, row)
			}
		}
	}
	return found
}

// put puts a row where the old one is or was, or at the end.
func (r *roll) put(old, row eval.Value) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var places []int
	if old != nil {
		places = r.same(old)
	}
	if len(places) > 0 {
		for _, place := range places {
			r.rows[place] = row
		}
		r.places = nil // what the old one was known by may be another's now
		return
	}
	r.open()
	r.rows = append(r.rows, row)
	for field, by := range r.places {
		by.add(field, row, len(r.rows)-1)
	}
}

// drop takes a row out.
func (r *roll) drop(row eval.Value) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if row == nil {
		return
	}
	for _, place := range r.same(row) {
		r.rows[place] = nil
	}
}

// same gives the places of the rows with the id of one.
func (r *roll) same(row eval.Value) []int {
	return r.by(fieldOf{path: "id"})[idOf(row)]
}

// by gives the places of the rows by a field.
func (r *roll) by(field fieldOf) placesOf {
	if by, ok := r.places[field]; ok {
		return by
	}
	r.open()
	by := placesOf{}
	for place, row := range r.rows {
		by.add(field, row, place)
	}
	if r.places == nil {
		r.places = map[fieldOf]placesOf{}
	}
	r.places[field] = by
	return by
}

// open reads the rows from the list.
func (r *roll) open() {
	if r.list != nil {
		r.rows, r.list = append(r.rows, elements(r.list)...), nil
	}
}

func (by placesOf) add(field fieldOf, row eval.Value, place int) {
	if row == nil {
		return
	}
	text, err := eval.AppendJSON(nil, knownPart(row))
	if value := gjson.GetBytes(text, field.path); err == nil && value.Exists() {
		key := field.key(value.String())
		by[key] = append(by[key], place)
	}
}

// key is the same text for all values that are taken for the same one.
func (f fieldOf) key(value string) string {
	if f.fold {
		return steps.Folded(value)
	}
	return value
}
