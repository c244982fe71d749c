package sandbox

import (
	"encoding/base64"
	"encoding/json"
)

// maxPerPage is the longest page of lists that are read by cursor.
const maxPerPage = 150

// list is a list without paging.
type list[T any] struct {
	Type string `json:"type"`
	Data []T    `json:"data"`
}

func newList[T any]() list[T] { return list[T]{Type: "list", Data: []T{}} }

// page is a request for one page by cursor.
type page struct {
	perPage int
	after   string // the cursor; "" for the first page
}

// cursor is a place in a sorted list: behind the record with this sort value
// and id. It carries no state, as Intercom's do not: a record whose sort value
// changes during a walk may be met twice or not at all.
type cursor struct {
	value any
	id    string
	page  int // that begins here
}

// pagesView is the paging part of a list. Next is left out on the last page.
type pagesView struct {
	Type       string          `json:"type"`
	Next       json.RawMessage `json:"next,omitempty"`
	Page       int             `json:"page"`
	PerPage    int             `json:"per_page"`
	TotalPages int             `json:"total_pages"`
}

type nextView struct {
	Page          int    `json:"page"`
	StartingAfter string `json:"starting_after"`
}

// start checks the request and reads its cursor, which is nil on the first page.
func (p page) start() (*cursor, error) {
	if p.perPage > maxPerPage {
		return nil, perPageTooBig()
	}
	if p.after == "" {
		return nil, nil
	}
	return parseCursor(p.after)
}

// pages describes the page that starts at a cursor.
func (p page) pages(from *cursor, total int, nextNull bool) *pagesView {
	out := &pagesView{Type: "pages", Page: 1, PerPage: p.perPage, TotalPages: (total + p.perPage - 1) / p.perPage}
	if from != nil {
		out.Page = from.page
	}
	if nextNull {
		out.Next = json.RawMessage("null")
	}
	return out
}

// next says where the next page starts.
func (v *pagesView) next(c cursor) {
	c.page = v.Page + 1
	v.Next = encode(nextView{Page: c.page, StartingAfter: c.String()})
}

// String is the form in which clients get a cursor.
func (c cursor) String() string {
	return base64.StdEncoding.EncodeToString(encode([]any{c.value, c.id, c.page}))
}

func parseCursor(text string) (*cursor, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, badCursor()
	}
	v, err := parseJSON(raw)
	if err != nil {
		return nil, badCursor()
	}
	parts, _ := v.([]any)
	if len(parts) != 3 {
		return nil, badCursor()
	}
	id, idOK := parts[1].(string)
	number, numberOK := parts[2].(int64)
	if !idOK || !numberOK || number < 2 {
		return nil, badCursor()
	}
	return &cursor{value: parts[0], id: id, page: int(number)}, nil
}
