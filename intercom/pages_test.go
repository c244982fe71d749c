package intercom

import (
	"context"
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// script is a Doer that gives prepared answers and keeps what it was asked.
type script struct {
	answers []any // a string is a body, an error an error
	asked   []string
	repeats int // requests that may be repeated
}

func (s *script) Do(_ context.Context, req Request) (Response, error) {
	line := req.Method + " " + req.Path
	if len(req.Query) > 0 {
		line += "?" + req.Query.Encode()
	}
	if req.Body != nil {
		line += " " + string(req.Body)
	}
	s.asked = append(s.asked, line)
	if req.Repeat {
		s.repeats++
	}
	if len(s.answers) == 0 {
		return Response{}, errors.New("asked too often")
	}
	next := s.answers[0]
	s.answers = s.answers[1:]
	if err, ok := next.(error); ok {
		return Response{}, err
	}
	return Response{Status: 200, Body: []byte(next.(string))}, nil
}

// walk gives the rows of all pages, joined by spaces.
func walk(t *testing.T, p *Pager) (string, error) {
	t.Helper()
	var rows []string
	for {
		page, err := p.Next(t.Context())
		if err == io.EOF {
			return strings.Join(rows, " "), nil
		}
		if err != nil {
			return strings.Join(rows, " "), err
		}
		for _, row := range page.Rows {
			rows = append(rows, string(row))
		}
	}
}

func TestPages(t *testing.T) {
	contacts := Request{Method: "GET", Path: "/contacts"}
	search := Request{Method: "POST", Path: "/contacts/search", Body: []byte(`{"query":{"field":"a"}}`)}
	list := Request{Method: "POST", Path: "/companies/list"}
	get := func(raw string) Request {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		return Request{Method: "GET", Path: u.Path, Query: u.Query()}
	}

	tests := []struct {
		name    string
		first   Request
		how     Paging
		answers []any
		asked   []string
		rows    string
		err     string
	}{
		{
			name: "no pages", first: get("/tags"), how: NoPages,
			answers: []any{` { "type": "list", "data": [ {"id":"1"} , {"id":"2"} ] } `},
			asked:   []string{"GET /tags"}, rows: `{"id":"1"} {"id":"2"}`,
		},
		{
			name: "an object with a cursor, then no next", first: contacts, how: CursorQuery,
			answers: []any{`{"data":[1],"pages":{"next":{"page":2,"starting_after":"a\u003d="}}}`, `{"data":[2],"pages":{"page":2}}`},
			asked:   []string{"GET /contacts?per_page=150", "GET /contacts?per_page=150&starting_after=a%3D%3D"}, rows: "1 2",
		},
		{
			name: "a URL of another host", first: contacts, how: CursorQuery,
			answers: []any{`{"data":[1],"pages":{"next":"https://example.com/evil?per_page=2&starting_after=b&email=x"}}`, `{"data":[2],"pages":{"next":null}}`},
			asked:   []string{"GET /contacts?per_page=150", "GET /contacts?per_page=150&starting_after=b"}, rows: "1 2",
		},
		{
			name: "an empty next", first: contacts, how: CursorQuery,
			answers: []any{`{"data":[1],"pages":{"next":""}}`}, asked: []string{"GET /contacts?per_page=150"}, rows: "1",
		},
		{
			name: "no pages at all", first: contacts, how: CursorQuery,
			answers: []any{`{"data":[1],"pages":null}`}, asked: []string{"GET /contacts?per_page=150"}, rows: "1",
		},
		{
			name: "nothing found", first: search, how: CursorBody,
			answers: []any{`{"data":[],"total_count":0,"pages":{"page":1,"total_pages":0}}`},
			asked:   []string{`POST /contacts/search {"pagination":{"per_page":150},"query":{"field":"a"}}`},
		},
		{
			name: "a cursor in the body", first: search, how: CursorBody,
			answers: []any{`{"tickets":[1],"pages":{"next":{"starting_after":"a\"b"}}}`, `{"tickets":[2]}`},
			asked: []string{
				`POST /contacts/search {"pagination":{"per_page":150},"query":{"field":"a"}}`,
				`POST /contacts/search {"pagination":{"per_page":150,"starting_after":"a\"b"},"query":{"field":"a"}}`,
			}, rows: "1 2",
		},
		{
			name: "a last page that is empty", first: contacts, how: CursorQuery,
			answers: []any{`{"data":[1],"pages":{"next":{"starting_after":"a"}}}`, `{"data":[],"pages":{}}`},
			asked:   []string{"GET /contacts?per_page=150", "GET /contacts?per_page=150&starting_after=a"}, rows: "1",
		},
		{
			name: "page numbers by URL", first: list, how: PageNumber,
			answers: []any{`{"data":[1],"pages":{"next":"http://api.intercom.test/companies/list?per_page=60&page=2"}}`, `{"data":[2],"pages":{"next":null}}`},
			asked:   []string{"POST /companies/list?per_page=60", "POST /companies/list?page=2&per_page=60"}, rows: "1 2",
		},
		{
			name: "page numbers by object", first: get("/companies?tag_id=5&per_page=10"), how: PageNumber,
			answers: []any{`{"data":[1],"pages":{"next":{"page":2,"starting_after":"x"}}}`, `{"data":[2],"pages":{"page":2,"total_pages":2}}`},
			asked:   []string{"GET /companies?per_page=10&tag_id=5", "GET /companies?page=2&per_page=10&tag_id=5"}, rows: "1 2",
		},
		{
			name: "page numbers by their count alone", first: get("/companies"), how: PageNumber,
			answers: []any{`{"data":[1],"pages":{"next":null,"page":1,"total_pages":3}}`, `{"data":[2],"pages":{"page":2,"total_pages":3}}`,
				`{"data":[],"pages":{"page":3,"total_pages":4}}`},
			asked: []string{"GET /companies?per_page=60", "GET /companies?page=2&per_page=60", "GET /companies?page=3&per_page=60"}, rows: "1 2",
		},
		{
			name: "many companies, with a filter", first: get("/companies?segment_id=5"), how: PageNumber,
			answers: []any{`{"data":[1],"total_count":20000,"pages":{"next":null}}`},
			asked:   []string{"GET /companies?per_page=60&segment_id=5"}, rows: "1",
		},
		{
			name: "a cursor after a number", first: get("/conversations?page=1"), how: CursorQuery,
			answers: []any{`{"conversations":[1],"pages":{"next":{"starting_after":"a"}}}`, `{"conversations":[2]}`},
			asked:   []string{"GET /conversations?page=1&per_page=150", "GET /conversations?per_page=150&starting_after=a"}, rows: "1 2",
		},
		{
			name: "one company in place of a list", first: get("/companies?company_id=7"), how: PageNumber,
			answers: []any{`{"type":"company","id":"x","tags":{"tags":[]}}`},
			asked:   []string{"GET /companies?company_id=7&per_page=60"}, rows: `{"type":"company","id":"x","tags":{"tags":[]}}`,
		},
		{
			name: "a list without a known size is asked for as it comes", first: get("/contacts/1/companies"), how: PageNumber,
			answers: []any{`{"companies":[1]}`}, asked: []string{"GET /contacts/1/companies"}, rows: "1",
		},

		{
			name: "a cursor that comes again", first: contacts, how: CursorQuery,
			answers: []any{`{"data":[1],"pages":{"next":{"starting_after":"a"}}}`, `{"data":[2],"pages":{"next":{"starting_after":"a"}}}`},
			rows:    "1", err: "GET /contacts: page 2: the page names one as the next that was there before",
		},
		{
			name: "a page that names itself", first: get("/companies?page=3"), how: PageNumber,
			answers: []any{`{"data":[1],"pages":{"next":"https://api.intercom.io/companies?page=3"}}`},
			err:     "GET /companies: page 1: the page names one as the next that was there before",
		},
		{
			name: "an empty page that goes on", first: contacts, how: CursorQuery,
			answers: []any{`{"data":[],"pages":{"next":{"starting_after":"a"}}}`},
			err:     "GET /contacts: page 1: the page is empty, yet names a next one",
		},
		{
			name: "a next of no known form", first: contacts, how: CursorQuery,
			answers: []any{`{"data":[1],"pages":{"next":["a"]}}`},
			err:     `GET /contacts: page 1: pages.next is ["a"], which names no page`,
		},
		{
			name: "a URL without a place", first: contacts, how: CursorQuery,
			answers: []any{`{"data":[1],"pages":{"next":"https://api.intercom.io/contacts"}}`},
			err:     `GET /contacts: page 1: pages.next is "https://api.intercom.io/contacts", which names no page`,
		},
		{
			name: "pages of no known form", first: contacts, how: CursorQuery,
			answers: []any{`{"data":[1],"pages":7}`}, err: `GET /contacts: page 1: pages is 7, not an object`,
		},
		{
			name: "a search that goes on by number", first: search, how: CursorBody,
			answers: []any{`{"data":[1],"pages":{"next":{"page":2}}}`},
			err:     "POST /contacts/search: page 1: pages.next has no starting_after",
		},
		{
			name: "no list", first: contacts, how: CursorQuery,
			answers: []any{`{"type":"list","pages":{}}`}, err: "GET /contacts: page 1: the answer holds no list",
		},
		{
			name: "a body that is no object", first: Request{Method: "POST", Path: "/contacts/search", Body: []byte(`[]`)}, how: CursorBody,
			err: "POST /contacts/search: page 1: body: not an object",
		},
		{
			name: "a pagination that is no object", first: Request{Method: "POST", Path: "/contacts/search", Body: []byte(`{"pagination":1}`)},
			how: CursorBody, err: "POST /contacts/search: page 1: body: pagination is not an object",
		},
		{
			name: "too many for page numbers, with a filter", first: get("/companies?tag_id=5"), how: PageNumber,
			answers: []any{pageLimitReached()},
			err: "more than 10,000 records match, and Intercom lists no further; narrow the filter, or leave out order and page: " +
				"POST /companies/list: 400 bad_request: page limit reached, please use scroll API",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &script{answers: tt.answers}
			rows, err := walk(t, Pages(s, tt.first, tt.how))
			if message(err) != tt.err {
				t.Errorf("error = %v, want %q", err, tt.err)
			}
			if rows != tt.rows {
				t.Errorf("rows = %s, want %s", rows, tt.rows)
			}
			if diff := cmp.Diff(tt.asked, s.asked); diff != "" && tt.err == "" {
				t.Errorf("requests differ (-want +got):\n%s", diff)
			}
			if s.repeats != len(s.asked) {
				t.Errorf("%d of %d requests may be repeated, want all", s.repeats, len(s.asked))
			}
		})
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestPageOfWhichTheAnswerWasLostIsAskedForAgain(t *testing.T) {
	lost := &UnknownError{Method: "GET", Path: "/contacts", Err: io.ErrUnexpectedEOF}
	s := &script{answers: []any{`{"data":[1],"pages":{"next":{"starting_after":"a"}}}`, lost, `{"data":[2],"total_count":2}`}}
	p := Pages(s, Request{Method: "GET", Path: "/contacts"}, CursorQuery)
	if _, err := p.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Next(t.Context()); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatal(err)
	}
	page, err := p.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if page.Total != 2 || s.asked[1] != s.asked[2] {
		t.Errorf("total = %d, asked %q", page.Total, s.asked)
	}
}

func TestPagesLeaveTheFirstRequestAlone(t *testing.T) {
	for _, how := range []Paging{CursorQuery, CursorBody} {
		first := Request{
			Method: "POST", Path: "/contacts/search", Query: url.Values{"a": {"b"}},
			Body: []byte(`{"pagination":{"starting_after":"z"}}`),
		}
		s := &script{answers: []any{`{"data":[1],"pages":{"next":{"starting_after":"a"}}}`, `{"data":[2]}`}}
		if _, err := walk(t, Pages(s, first, how)); err != nil {
			t.Fatal(err)
		}
		if string(first.Body) != `{"pagination":{"starting_after":"z"}}` || len(first.Query) != 1 {
			t.Errorf("first request is now %s, %v", first.Body, first.Query)
		}
	}
}

func TestSetPagination(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"no body", ``, `{"pagination":{"n":1}}`},
		{"an empty body", ` { } `, ` {"pagination":{"n":1}}`},
		{"other members keep every byte", `{ "q" : 1.0, "q":"<" }`, `{"pagination":{"n":1},"q" : 1.0, "q":"<" }`},
		{"an empty pagination", `{"pagination": {} ,"q":1}`, `{"pagination": {"n":1} ,"q":1}`},
		{"a pagination that is null", `{"q":1,"pagination":null}`, `{"q":1,"pagination":{"n":1}}`},
		{"its other members stay", `{"pagination":{"a":"x","n":[2,{}],"b":3}}`, `{"pagination":{"a":"x","b":3,"n":1}}`},
		{"a member of the same name elsewhere", `{"q":{"pagination":{}}}`, `{"pagination":{"n":1},"q":{"pagination":{}}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(setPagination([]byte(tt.body), "n", "1")); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// FuzzPages: whatever an answer holds, the walk ends: with the last page or an
// error, and no page is asked for twice.
func FuzzPages(f *testing.F) {
	f.Add(`{"data":[1],"pages":{"next":{"page":2,"starting_after":"a"}}}`, uint8(CursorQuery))
	f.Add(`{"data":[1],"pages":{"next":"https://api.intercom.io/x?page=2"}}`, uint8(PageNumber))
	f.Add(`{"tickets":[{}],"pages":{"next":null}}`, uint8(CursorBody))
	f.Add(`{"data":[1],"pages":{"page":1,"total_pages":9}}`, uint8(PageNumber))
	f.Add(`{"data":[1],"pages":{"next":{"page":-1}}}`, uint8(PageNumber))
	f.Fuzz(func(t *testing.T, body string, how uint8) {
		if checkJSON([]byte(body)) != nil || how >= uint8(Scroll) {
			return
		}
		answers := make([]any, 20)
		for i := range answers {
			answers[i] = body
		}
		s := &script{answers: answers}
		rows, err := walk(t, Pages(s, Request{Method: "POST", Path: "/x", Body: []byte(`{"q":1}`)}, Paging(how)))
		if len(s.asked) > 2 {
			t.Errorf("asked %d times: %v, %v", len(s.asked), rows, err)
		}
		for i, line := range s.asked[1:] {
			if line == s.asked[0] {
				t.Errorf("request %d is the first again: %s", i+2, line)
			}
		}
	})
}
