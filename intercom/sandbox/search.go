package sandbox

import (
	"cmp"
	"net/http"
	"slices"
	"sort"
	"time"
)

// searcher runs searches over one kind of record.
type searcher[T any] struct {
	table   *table[T]
	cache   *searchCache[T]
	field   func(name string) (searchField[T], bool)
	zone    *time.Location
	visible func(*T) bool
	id      func(*T) string
	created func(*T) int64
	perPage int // when the request does not say
}

// found is one page of a search.
type found[T any] struct {
	records []*T
	total   int
	pages   *pagesView
}

// searchCache keeps the results of the last searches, so that walking through
// the pages of one evaluates it once. They hold as long as the index learns
// nothing new.
type searchCache[T any] struct {
	generation int
	results    map[string][]*T
}

const maxCached = 8

// run carries out the body of a search request.
func (s searcher[T]) run(body object, nextNull bool) (*found[T], error) {
	query, ok := body["query"]
	if !ok {
		return nil, badQuery("query is required")
	}
	matches, err := language[T]{s.field, s.zone}.compile(query)
	if err != nil {
		return nil, err
	}
	order, err := s.order(body)
	if err != nil {
		return nil, err
	}
	p, err := s.page(body)
	if err != nil {
		return nil, err
	}
	from, err := p.start()
	if err != nil {
		return nil, err
	}
	results := s.results(string(encode([]any{query, body["sort"]})), matches, order)
	return s.cut(results, order, p, from, nextNull), nil
}

func (s searcher[T]) page(body object) (page, error) {
	p := page{perPage: s.perPage}
	pagination, ok := body["pagination"].(map[string]any)
	if !ok {
		return p, nil
	}
	o := object(pagination)
	n, ok, err := o.integer("per_page")
	if err != nil {
		return p, err
	}
	if ok && n != 0 {
		if n < 0 {
			return p, badParameter("per_page must be a positive integer")
		}
		p.perPage = int(min(n, maxPerPage+1))
	}
	p.after, _, err = o.text("starting_after")
	return p, err
}

// ordering is the order of a search's results; equal ones come by id.
type ordering[T any] struct {
	value      func(*T) any
	descending bool
	natural    bool // the order of the table
}

// order reads the sort of a request. Without one, the oldest come first; with a
// field alone, the greatest.
func (s searcher[T]) order(body object) (ordering[T], error) {
	byCreation := ordering[T]{value: func(v *T) any { return s.created(v) }, natural: true}
	sorting, ok := body["sort"].(map[string]any)
	if !ok {
		return byCreation, nil
	}
	direction, _, err := object(sorting).text("order")
	if err != nil {
		return byCreation, err
	}
	if direction != "" && direction != "ascending" && direction != "descending" {
		return byCreation, refuse(http.StatusBadRequest, "invalid_sort_order",
			"Invalid sort order '%s'. Must be one of: ascending, descending", direction)
	}
	name, _, err := object(sorting).text("field")
	if err != nil || name == "" {
		return byCreation, err
	}
	f, ok := s.field(name)
	if !ok || f.kind == kindTag || f.kind == kindSet {
		return byCreation, invalidField(name)
	}
	return ordering[T]{value: f.value, descending: direction != "ascending"}, nil
}

// results gives all that match, in order.
func (s searcher[T]) results(key string, matches predicate[T], order ordering[T]) []*T {
	c := s.cache
	if c.generation != s.table.generation || c.results == nil || len(c.results) > maxCached {
		c.generation, c.results = s.table.generation, map[string][]*T{}
	}
	if list, ok := c.results[key]; ok {
		return list
	}
	var list []*T
	for _, r := range s.table.order {
		if r.seen != nil && s.visible(r.seen) && matches(r.seen) {
			list = append(list, r.seen)
		}
	}
	if !order.natural {
		slices.SortStableFunc(list, func(a, b *T) int {
			return cmp.Or(compareValues(order.value(a), order.value(b), order.descending), cmp.Compare(s.id(a), s.id(b)))
		})
	}
	c.results[key] = list
	return list
}

// cut takes one page out of the results.
func (s searcher[T]) cut(results []*T, order ordering[T], p page, from *cursor, nextNull bool) *found[T] {
	i := 0
	if from != nil {
		i = sort.Search(len(results), func(i int) bool {
			v := results[i]
			return cmp.Or(compareValues(order.value(v), from.value, order.descending), cmp.Compare(s.id(v), from.id)) > 0
		})
	}
	end := min(i+p.perPage, len(results))
	out := &found[T]{records: results[i:end], total: len(results), pages: p.pages(from, len(results), nextNull)}
	if end < len(results) {
		last := results[end-1]
		out.pages.next(cursor{value: order.value(last), id: s.id(last)})
	}
	return out
}
