package steps

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/jsontext"
	"github.com/tidwall/gjson"
)

// filter is one condition of a search.
type filter struct {
	Field    string `json:"field"`
	Operator string `json:"operator"`
	Value    any    `json:"value"`
}

// among is the filter for the records that have one of the values.
func among(field string, values []string) filter {
	if len(values) == 1 {
		return filter{field, "=", values[0]}
	}
	return filter{field, "IN", values}
}

// searchFor makes the search for the records that pass all filters.
func searchFor(path string, filters []filter) (intercom.Request, error) {
	body, err := jsontext.AppendValue(nil, map[string]any{"query": map[string]any{"operator": "AND", "value": filters}})
	return intercom.Request{Method: http.MethodPost, Path: path, Body: body, Repeat: true}, err
}

// visitRows gives visit every record of a search, page by page.
func visitRows(ctx context.Context, do intercom.Doer, search intercom.Request, visit func(row gjson.Result) error) error {
	pages := intercom.Pages(do, search, intercom.CursorBody)
	for {
		page, err := pages.Next(ctx)
		if err == io.EOF { //nolint:errorlint // a connection that broke may wrap io.EOF, and is no end of the list
			return nil
		}
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			if err := visit(gjson.ParseBytes(row)); err != nil {
				return err
			}
		}
	}
}

// likeness is how much a record looks like the one that the call makes.
type likeness uint8

const (
	other   likeness = iota // the call has not made it
	perhaps                 // the call may have made it: it was changed since, or cannot be compared
	same                    // as the call makes it, in the time of the call
)

// judge says how alike a record is, and why, in a few words.
type judge func(ctx context.Context, row gjson.Result) (likeness, string, error)

// query is a search for the record of a call. Those that differ in nothing but
// the time and the values of one field are made together.
type query struct {
	*settling
	path   string
	window window                // in which the record was made
	times  func(window) []filter // narrows the search to a window; nil where more does
	more   []filter              // what else a record must pass
	field  string                // that tells the records of calls apart; empty if nothing does
	values []string              // of the field, each of which may be the record's
	has    func(row gjson.Result, field string, values []string) likeness
	judge  judge

	finds    finds
	evidence *Evidence // to be filled in
}

// filters are those of one search for several queries.
func filters(queries []*query) []filter {
	first := queries[0]
	w, values := first.window, []string(nil)
	for _, q := range queries {
		if q.window.from.Before(w.from) {
			w.from = q.window.from
		}
		if q.window.to.After(w.to) {
			w.to = q.window.to
		}
		values = append(values, q.values...)
	}
	all := slices.Clone(first.more)
	if first.times != nil {
		all = append(all, first.times(w)...)
	}
	if first.field != "" {
		all = append(all, among(first.field, distinct(values...)))
	}
	return all
}

// maxValues is how many values a search may ask for at a time. Intercom names a
// limit for filters, and none for the values in one; this is below either.
const maxValues = maxFilters

// together sorts queries into those that are made by one search each.
func together(queries []*query) [][]*query {
	var groups [][]*query
	open := map[string]int{} // groups that may grow, and their places
	for _, q := range queries {
		kind := fmt.Sprint(q.path, q.field, q.more, q.times == nil)
		at, some := open[kind]
		if some && q.field != "" && countValues(groups[at])+len(q.values) <= maxValues {
			groups[at] = append(groups[at], q)
			continue
		}
		open[kind] = len(groups)
		groups = append(groups, []*query{q})
	}
	return groups
}

func countValues(queries []*query) (n int) {
	for _, q := range queries {
		n += len(q.values)
	}
	return n
}

// searchAll makes all queries and decides each, in their order. A record that
// one call has made is not taken for another's.
func searchAll(ctx context.Context, do intercom.Doer, queries []*query) error {
	asked := map[*query]time.Time{}
	for _, group := range together(queries) {
		for _, q := range group {
			asked[q] = time.Now()
		}
		if err := search(ctx, do, group); err != nil {
			return err
		}
	}
	taken := map[string]bool{}
	for _, q := range queries {
		q.finds.leaveOut(taken)
		*q.evidence = q.weigh(q.finds, asked[q])
		taken[q.evidence.ID] = true
	}
	return nil
}

// search looks for the records of several queries at once.
func search(ctx context.Context, do intercom.Doer, queries []*query) error {
	for _, q := range queries {
		own, err := searchFor(q.path, filters([]*query{q}))
		if err != nil {
			return err
		}
		q.finds.look = fmt.Sprintf("POST %s %s, for what was made %s", q.path, own.Body, q.window)
	}
	req, err := searchFor(queries[0].path, filters(queries))
	if err != nil {
		return err
	}
	return visitRows(ctx, do, req, func(row gjson.Result) error {
		for _, q := range queries {
			if err := q.visit(ctx, row, len(queries) > 1); err != nil {
				return err
			}
		}
		return nil
	})
}

// visit judges a record. One of a search for several queries may be another
// one's.
func (q *query) visit(ctx context.Context, row gjson.Result, shared bool) error {
	mine := same
	if shared {
		mine = q.has(row, q.field, q.values)
	}
	if mine == other {
		return nil
	}
	if q.sent.Taken != nil && q.sent.Taken(row.Get("id").String()) {
		q.finds.add(other, row, takenWhy)
		return nil
	}
	like, why, err := q.judge(ctx, row)
	q.finds.add(min(like, mine), row, why)
	return err
}

const takenWhy = "is another call's"

// finds are the records that a search gave.
type finds struct {
	look    string            // what was searched for
	same    []string          // ids
	perhaps []string          // ids
	data    map[string][]byte // of those that are the same, by id
	whys    []string          // of the first few
	more    int               // records without a why of their own
}

// add sorts a record in. One that comes twice, as records may while a list is
// walked, counts once.
func (f *finds) add(like likeness, row gjson.Result, why string) {
	const most = 5
	id := row.Get("id").String()
	switch {
	case like == same && !slices.Contains(f.same, id):
		f.same = append(f.same, id)
		if f.data == nil {
			f.data = map[string][]byte{}
		}
		f.data[id] = bytes.Clone([]byte(row.Raw))
	case like == perhaps && !slices.Contains(f.perhaps, id):
		f.perhaps = append(f.perhaps, id)
	}
	if len(f.whys) == most {
		f.more++
		return
	}
	f.whys = append(f.whys, id+" "+why)
}

// leaveOut leaves out records that other calls have made.
func (f *finds) leaveOut(taken map[string]bool) {
	for _, list := range []*[]string{&f.same, &f.perhaps} {
		*list = slices.DeleteFunc(*list, func(id string) bool { return taken[id] })
	}
}

// note puts what was found behind what was looked for.
func (f *finds) note(conclusion string) string {
	note := f.look + ": " + conclusion
	if len(f.whys) > 0 {
		note += "; " + strings.Join(f.whys, "; ")
	}
	if f.more > 0 {
		note += fmt.Sprintf("; and %d more", f.more)
	}
	return note
}

// weigh decides what the finds mean. They are counted, since two records that
// are the same may come from anybody.
func (s *settling) weigh(f finds, asked time.Time) Evidence {
	switch {
	case len(f.same) == 1:
		return Evidence{Verdict: Applied, ID: f.same[0], Data: f.data[f.same[0]], Note: f.note("one record fits, " + f.same[0])}
	case len(f.same) > 1:
		return Evidence{Note: f.note("several records fit, and one may be the call's: " + enumerate(f.same, "and"))}
	}
	missed := s.missed(asked, s.Lag, f.note("no record fits"))
	if len(f.perhaps) == 0 {
		return missed
	}
	note := "no record fits for certain, but the call's may be among " + enumerate(f.perhaps, "and")
	return Evidence{Note: f.note(note), Again: missed.Again}
}
