package intercom

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/tidwall/gjson"
)

// next is how an answer names the page after it.
type next struct {
	cursor  string
	page    int64
	guessed bool // the answer names no next page, only a later last one
}

func (n next) isNone() bool { return n.cursor == "" && n.page == 0 }

// byCursor reports whether the cursor is what counts.
func (n next) byCursor(how Paging) bool {
	return n.cursor != "" && (how != PageNumber || n.page == 0)
}

// name tells pages of one walk apart.
func (n next) name(how Paging) string {
	if n.byCursor(how) {
		return "after " + n.cursor
	}
	return "page " + strconv.FormatInt(n.page, 10)
}

// readNext reads pages.next, which is absent, null, an object with page and
// starting_after, or a URL, from one operation to the other. Of a URL only the
// place in the list is taken: its host is that of another region, or not
// Intercom's at all when the API stands behind a proxy.
func readNext(body []byte, how Paging) (next, error) {
	pages := gjson.GetBytes(body, "pages")
	if pages.Type == gjson.Null { // also when it is absent
		return next{}, nil
	}
	if !pages.IsObject() {
		return next{}, fmt.Errorf("pages is %s, not an object", clip(pages.Raw))
	}
	found := pages.Get("next")
	switch {
	case found.Type == gjson.Null || found.Type == gjson.String && found.Str == "":
		return afterNull(pages, how), nil
	case found.IsObject():
		return check(next{cursor: found.Get("starting_after").String(), page: found.Get("page").Int()}, found)
	case found.Type == gjson.String:
		return fromURL(found)
	}
	return check(next{}, found)
}

// afterNull reads pages without a next. Recorded lists of companies have null
// there; should such a list have more pages by its own count, it goes on.
func afterNull(pages gjson.Result, how Paging) next {
	page, last := pages.Get("page").Int(), pages.Get("total_pages").Int()
	if how == PageNumber && page > 0 && page < last {
		return next{page: page + 1, guessed: true}
	}
	return next{}
}

func fromURL(found gjson.Result) (next, error) {
	address, err := url.Parse(found.Str)
	if err != nil {
		return check(next{}, found)
	}
	query := address.Query()
	page, _ := strconv.ParseInt(query.Get("page"), 10, 64)
	return check(next{cursor: query.Get("starting_after"), page: page}, found)
}

// check refuses a next page that cannot be asked for. To take it for the end of
// the list would lose records in silence.
func check(n next, found gjson.Result) (next, error) {
	if n.isNone() || n.page < 0 {
		return next{}, fmt.Errorf("pages.next is %s, which names no page", clip(found.Raw))
	}
	return n, nil
}

// apply turns req to the page. It shares nothing with the request before: a
// body or query that is still being sent stays as it is.
func (n next) apply(req *Request, how Paging) error {
	if how == CursorBody {
		if n.cursor == "" {
			return errors.New("pages.next has no starting_after")
		}
		req.Body = setPagination(req.Body, "starting_after", string(gjson.AppendJSONString(nil, n.cursor)))
		return nil
	}
	query := make(url.Values, len(req.Query)+1)
	for key, values := range req.Query {
		if key != "starting_after" && key != "page" {
			query[key] = values
		}
	}
	if n.byCursor(how) {
		query.Set("starting_after", n.cursor)
	} else {
		query.Set("page", strconv.FormatInt(n.page, 10))
	}
	req.Query = query
	return nil
}

// currentPage names the page that req asks for, as [next.name] does.
func currentPage(req Request, how Paging) string {
	cursor, page := req.Query.Get("starting_after"), req.Query.Get("page")
	if how == CursorBody {
		cursor = gjson.GetBytes(req.Body, "pagination.starting_after").String()
	}
	number, err := strconv.ParseInt(page, 10, 64)
	if err != nil {
		number = 1
	}
	if how != PageNumber {
		return next{cursor: cursor}.name(how)
	}
	return next{page: number}.name(how)
}

// setPageSize asks for the largest pages if req does not say how large: 150 for
// cursors, 60 for companies. Elsewhere Intercom does not say what it allows.
func setPageSize(req *Request, how Paging) error {
	switch {
	case how == CursorBody:
		if err := checkBody(req.Body); err != nil {
			return err
		}
		if !gjson.GetBytes(req.Body, "pagination.per_page").Exists() {
			req.Body = setPagination(req.Body, "per_page", "150")
		}
	case req.Query.Has("per_page"):
	case how == CursorQuery:
		req.Query.Set("per_page", "150")
	case how == PageNumber && isCompanyList(req.Path):
		req.Query.Set("per_page", "60")
	}
	return nil
}

// checkBody says whether a search's body can be given a pagination.
func checkBody(body []byte) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	if err := checkJSON(body); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	if pagination := gjson.GetBytes(body, "pagination"); pagination.Type != gjson.Null && !pagination.IsObject() {
		return errors.New("body: pagination is not an object")
	}
	if !gjson.ParseBytes(body).IsObject() {
		return errors.New("body: not an object")
	}
	return nil
}

// setPagination gives body with one member of pagination set to a raw value.
// Every other byte stays as it is.
func setPagination(body []byte, name, raw string) []byte {
	old := gjson.GetBytes(body, "pagination")
	text := []byte("{")
	if old.IsObject() {
		old.ForEach(func(key, member gjson.Result) bool {
			if key.Str != name {
				text = append(text, key.Raw+":"+member.Raw+","...)
			}
			return true
		})
	}
	text = append(text, `"`+name+`":`+raw+"}"...)

	if old.Exists() {
		return slices.Concat(body[:old.Index], text, body[old.Index+len(old.Raw):])
	}
	before, after, _ := bytes.Cut(body, []byte("{"))
	after = bytes.TrimSpace(after)
	comma := ","
	if len(after) == 0 || after[0] == '}' {
		comma = ""
	}
	if len(after) == 0 {
		after = []byte("}")
	}
	return slices.Concat(before, []byte(`{"pagination":`), text, []byte(comma), after)
}
