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
	body, err := encode(map[string]any{"query": map[string]any{"operator": "AND", "value": filters}})
	return intercom.Request{Method: http.MethodPost, Path: path, Body: []byte(body.Raw), Repeat: true}, err
}

// visitRows gives visit every record of a search, page by page.
func (s *settling) visitRows(ctx context.Context, search intercom.Request, visit func(row gjson.Result) error) error {
	pages := intercom.Pages(s.do, search, intercom.CursorBody)
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

// search looks for the record of the call among those that pass the filters.
func (s *settling) search(ctx context.Context, path string, filters []filter, w window, how judge) (Evidence, error) {
	req, err := searchFor(path, filters)
	if err != nil {
		return Evidence{}, err
	}
	asked := time.Now()
	found := finds{look: fmt.Sprintf("POST %s %s, for what was made %s", path, req.Body, w)}
	err = s.visitRows(ctx, req, func(row gjson.Result) error {
		id := row.Get("id").String()
		if s.sent.Taken != nil && s.sent.Taken(id) {
			found.add(other, row, "is another call's")
			return nil
		}
		like, why, err := how(ctx, row)
		found.add(like, row, why)
		return err
	})
	if err != nil {
		return Evidence{}, err
	}
	return s.weigh(found, asked), nil
}

// finds are the records that a search gave.
type finds struct {
	look    string   // what was searched for
	same    []string // ids
	perhaps []string // ids
	data    []byte   // of the first one that is the same
	whys    []string // of the first few
	more    int      // records without a why of their own
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
			f.data = bytes.Clone([]byte(row.Raw))
		}
	case like == perhaps && !slices.Contains(f.perhaps, id):
		f.perhaps = append(f.perhaps, id)
	}
	if len(f.whys) == most {
		f.more++
		return
	}
	f.whys = append(f.whys, id+" "+why)
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
		return Evidence{Verdict: Applied, ID: f.same[0], Data: f.data, Note: f.note("one record fits, " + f.same[0])}
	case len(f.same) > 1:
		return Evidence{Note: f.note("several records fit, and one may be the call's: " + enumerate(f.same, "and"))}
	}
	missed := s.missed(asked, s.lag, f.note("no record fits"))
	if len(f.perhaps) == 0 {
		return missed
	}
	note := "no record fits for certain, but the call's may be among " + enumerate(f.perhaps, "and")
	return Evidence{Note: f.note(note), Again: missed.Again}
}
