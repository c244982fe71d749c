package sandbox_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// many is a workspace of n contacts named c0, c1 and so on; each third created
// in the same second as the one before.
func many(n int) *sandbox.Data {
	d := &sandbox.Data{Companies: []sandbox.Company{{CompanyID: "acme"}}}
	for i := range n {
		d.Contacts = append(d.Contacts, sandbox.Contact{
			ExternalID: fmt.Sprintf("c%d", i), Name: fmt.Sprintf("n%d", i%7), CreatedAt: int64(1700000000 + i - i%3),
			Companies: []string{"acme"},
		})
	}
	return d
}

// walk follows cursors and gives the external ids met. next sends one request.
func walk(t *testing.T, next func(cursor string) any) []string {
	t.Helper()
	var ids []string
	cursor := ""
	for page := 1; ; page++ {
		answer := next(cursor)
		if got := pick(answer, "pages.page"); got != page {
			t.Fatalf("page says it is %v, want %d", got, page)
		}
		for i := range pick(answer, "data.#").(int) {
			ids = append(ids, pick(answer, fmt.Sprintf("data.%d.external_id", i)).(string))
		}
		after, more := pick(answer, "pages.next.starting_after").(string)
		if !more {
			return ids
		}
		cursor = after
	}
}

func TestEveryContactIsMetOnceOnAWalk(t *testing.T) {
	s := sandbox.New(sandbox.Options{Data: many(47)})
	var want []string
	for i := range 47 {
		want = append(want, fmt.Sprintf("c%d", i))
	}
	company := s.Snapshot().Companies[0].ID
	walks := map[string]func(string) any{
		"list": func(cursor string) any {
			_, body := send(t, s, "GET /contacts?per_page=10&starting_after="+cursor, "")
			return decode(t, body)
		},
		"search": func(cursor string) any {
			_, body := send(t, s, "POST /contacts/search",
				`{"query":{"field":"role","operator":"=","value":"user"},"pagination":{"per_page":10,"starting_after":"`+cursor+`"}}`)
			return decode(t, body)
		},
		"contacts of a company": func(cursor string) any {
			_, body := send(t, s, "GET /companies/"+company+"/contacts?per_page=10&starting_after="+cursor, "")
			return decode(t, body)
		},
	}
	for name, next := range walks {
		if diff := cmp.Diff(want, walk(t, next)); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", name, diff)
		}
	}
}

func TestSortedSearchKeepsItsOrderAcrossPages(t *testing.T) {
	s := sandbox.New(sandbox.Options{Data: many(20)})
	got := walk(t, func(cursor string) any {
		_, body := send(t, s, "POST /contacts/search", `{"query":{"field":"role","operator":"=","value":"user"},
			"sort":{"field":"name"},"pagination":{"per_page":6,"starting_after":"`+cursor+`"}}`)
		return decode(t, body)
	})
	want := []string{"c6", "c13", "c5", "c12", "c19", "c4", "c11", "c18", "c3", "c10", "c17", "c2", "c9", "c16", "c1", "c8", "c15", "c0", "c7", "c14"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order differs (-want +got):\n%s", diff)
	}
}

func TestPages(t *testing.T) {
	everyone := `{"query":{"field":"role","operator":"=","value":"user"}`
	tests := []struct {
		name     string
		switches sandbox.Switches
		step     step
	}{
		{"a list shows ten", sandbox.Switches{}, step{call: "GET /contacts", want: map[string]any{
			"data.#": 10, "total_count": 160, "pages.per_page": 10, "pages.total_pages": 16, "pages.next.page": 2,
		}}},
		{"a search shows fifty", sandbox.Switches{}, step{call: "POST /contacts/search", body: everyone + "}", want: map[string]any{"data.#": 50}}},
		{
			"a search ignores a cursor in the URL", sandbox.Switches{},
			step{call: "POST /contacts/search?starting_after=abc", body: everyone + "}", want: map[string]any{"pages.page": 1}},
		},
		{"150 is the most", sandbox.Switches{}, step{call: "GET /contacts?per_page=150", want: map[string]any{"data.#": 150}}},
		{"and 151 too big", sandbox.Switches{}, step{
			call: "GET /contacts?per_page=151", status: 400, want: refusal("parameter_invalid", "Per Page is too big"),
		}},
		{"a bad cursor is refused", sandbox.Switches{}, step{call: "GET /contacts?starting_after=WzFd", status: 400, want: map[string]any{"errors.0.code": "client_error"}}},
		{"the last page has no next", sandbox.Switches{}, step{
			call: "POST /contacts/search", body: `{"query":{"field":"external_id","operator":"=","value":"c1"}}`,
			want: map[string]any{"pages.next": gone, "total_count": 1},
		}},
		{"or null", sandbox.Switches{NextNull: true}, step{
			call: "POST /contacts/search", body: `{"query":{"field":"external_id","operator":"=","value":"c1"}}`, want: map[string]any{"pages.next": nil},
		}},
		{"nothing found has no pages", sandbox.Switches{}, step{
			call: "POST /contacts/search", body: `{"query":{"field":"role","operator":"=","value":"lead"}}`,
			want: map[string]any{"pages.total_pages": 0, "total_count": 0, "data.#": 0},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			play(t, sandbox.New(sandbox.Options{Data: many(160), Switches: tt.switches}), tt.step)
		})
	}
}
