package intercom

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func pageLimitReached() error {
	return &APIError{Method: "POST", Path: "/companies/list", Status: 400, Code: "bad_request",
		Message: "page limit reached, please use scroll API"}
}

func scrollExists() error {
	return &APIError{Method: "GET", Path: scrollPath, Status: 400, Code: "scroll_exists",
		Message: "scroll already exists for this workspace"}
}

func scrollPage(rows string) string {
	return fmt.Sprintf(`{"type":"list","data":[%s],"pages":null,"total_count":null,"scroll_param":"s"}`, rows)
}

func TestScroll(t *testing.T) {
	scroll := Request{Method: "GET", Path: scrollPath}
	list := Request{Method: "POST", Path: "/companies/list"}
	begin, on := "GET /companies/scroll", "GET /companies/scroll?scroll_param=s"
	expired := &APIError{Method: "GET", Path: scrollPath, Status: 404, Code: "not_found", Message: "scroll parameter not found"}
	failed := &UnknownError{Method: "GET", Path: scrollPath, Status: 500, Err: errors.New("Please restart the scroll operation.")}

	tests := []struct {
		name    string
		first   Request
		how     Paging
		answers []any
		asked   []string
		rows    string
		err     string
		took    time.Duration
	}{
		{
			name: "one parameter on every page", first: scroll, how: Scroll,
			answers: []any{scrollPage("1,2"), scrollPage("3"), scrollPage("")},
			asked:   []string{begin, on, on}, rows: "1 2 3",
		},
		{name: "no companies", first: scroll, how: Scroll, answers: []any{scrollPage("")}, asked: []string{begin}},
		{
			name: "an expired scroll starts over", first: scroll, how: Scroll,
			answers: []any{scrollPage("1"), expired, scrollPage("1"), scrollPage("2"), scrollPage("")},
			asked:   []string{begin, on, begin, on, on}, rows: "1 1 2",
		},
		{
			name: "a lost answer starts over, after the minute of the scroll before", first: scroll, how: Scroll,
			answers: []any{scrollPage("1"), failed, scrollExists(), scrollExists(), scrollPage("1"), scrollPage("")},
			asked:   []string{begin, on, begin, begin, begin, on}, rows: "1 1", took: 30 * time.Second,
		},
		{
			name: "it starts over once", first: scroll, how: Scroll,
			answers: []any{scrollPage("1"), failed, scrollPage("1"), failed},
			asked:   []string{begin, on, begin, on}, rows: "1 1",
			err: "GET /companies/scroll: 500: Please restart the scroll operation.",
		},
		{
			name: "somebody else has the scroll", first: scroll, how: Scroll,
			answers: []any{scrollExists(), scrollExists(), scrollExists(), scrollExists(), scrollExists(), scrollExists()},
			asked:   []string{begin, begin, begin, begin, begin, begin}, took: 75 * time.Second,
			err: "another walk over all companies is going on, and Intercom allows one at a time; try again a minute after it ended: " +
				"GET /companies/scroll: 400 scroll_exists: scroll already exists for this workspace",
		},
		{
			name: "a page that comes twice", first: scroll, how: Scroll,
			answers: []any{scrollPage("1"), scrollPage("1")}, asked: []string{begin, on}, rows: "1",
			err: "GET /companies/scroll: page 2: the same page came twice",
		},
		{
			name: "no parameter", first: scroll, how: Scroll,
			answers: []any{`{"data":[1],"scroll_param":null}`}, asked: []string{begin},
			err: "GET /companies/scroll: page 1: the page has no scroll_param to go on with",
		},
		{
			name: "a list that is known to be too long", first: list, how: PageNumber,
			answers: []any{`{"data":[9],"total_count":10001,"pages":{"next":null}}`, scrollPage("1"), scrollPage("")},
			asked:   []string{"POST /companies/list?per_page=60", begin, on}, rows: "1",
		},
		{
			name: "a list that turns out to be too long", first: list, how: PageNumber,
			answers: []any{`{"data":[9],"pages":{"next":{"page":2}}}`, pageLimitReached(), scrollPage("8"), scrollPage("9"), scrollPage("")},
			asked:   []string{"POST /companies/list?per_page=60", "POST /companies/list?page=2&per_page=60", begin, on, on}, rows: "9 8 9",
		},
		{
			name: "a list just short enough", first: list, how: PageNumber,
			answers: []any{`{"data":[9],"total_count":10000,"pages":{"next":null}}`},
			asked:   []string{"POST /companies/list?per_page=60"}, rows: "9",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{answers: tt.answers}
				start := time.Now()
				rows, err := walk(t, Pages(s, tt.first, tt.how))
				if message(err) != tt.err {
					t.Errorf("error = %v, want %q", err, tt.err)
				}
				if rows != tt.rows {
					t.Errorf("rows = %s, want %s", rows, tt.rows)
				}
				if diff := cmp.Diff(tt.asked, s.asked); diff != "" {
					t.Errorf("requests differ (-want +got):\n%s", diff)
				}
				if tt.how == Scroll && s.repeats > 0 {
					t.Errorf("%d requests may be repeated, want none", s.repeats)
				}
				if took := time.Since(start); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
			})
		})
	}
}

func TestWaitForTheScrollCanBeStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := errors.New("asked to stop")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(stop) })
		s := &script{answers: []any{scrollExists(), scrollExists()}}
		if _, err := Pages(s, Request{Method: "GET", Path: scrollPath}, Scroll).Next(ctx); !errors.Is(err, stop) {
			t.Errorf("error = %v, want %v", err, stop)
		}
	})
}

func TestPagerStaysAtTheEnd(t *testing.T) {
	p := Pages(&script{answers: []any{`{"data":[1]}`}}, Request{Method: "GET", Path: "/tags"}, NoPages)
	for i, want := range []error{nil, io.EOF, io.EOF} {
		if _, err := p.Next(t.Context()); err != want {
			t.Errorf("call %d: error = %v, want %v", i+1, err, want)
		}
	}
}
