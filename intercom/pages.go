package intercom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"

	"github.com/tidwall/gjson"
)

// Paging says how an operation hands out its list.
type Paging uint8

// The ways in which Intercom pages a list. How an answer names the next page
// differs within them; all forms that have been seen are followed.
const (
	NoPages     Paging = iota // everything in one answer, such as GET /tags
	CursorQuery               // starting_after in the query, such as GET /contacts
	CursorBody                // pagination.starting_after in the body: the searches
	PageNumber                // page in the query: POST /companies/list, GET /companies
	Scroll                    // GET /companies/scroll, each call of which gives the next page
)

// Page is one answer of a list.
type Page struct {
	Body  []byte   // the whole answer
	Rows  [][]byte // its records as raw JSON, slices of Body
	Total int64    // records in all, as Intercom says; -1 when it does not
}

// Pager walks a list page by page. It is not safe for concurrent use.
type Pager struct {
	Most int64 // records that the caller will take at most; 0 is all. A few need no scroll

	do    Doer
	how   Paging
	first Request
	req   Request // for the page that is next

	started   bool
	given     int             // pages given
	done      bool            // the last page was given
	seen      map[string]bool // cursors and page numbers that were followed
	restarted bool            // the scroll was begun a second time
	last      []byte          // answer before, of a scroll
}

// Pages gives a walk over the list that begins with first. Nothing is sent
// before [Pager.Next]. Where first does not say how many records a page has, it
// is the most that Intercom allows.
//
// A list of companies that goes beyond the 10,000 at which Intercom's paging
// ends is walked by its scroll instead, from the start and in the scroll's own
// order. A record can therefore come twice, as it can when records change
// during any walk; callers that count or write go by the id.
func Pages(do Doer, first Request, how Paging) *Pager {
	first.Repeat = how != Scroll
	return &Pager{do: do, how: how, first: first, seen: make(map[string]bool)}
}

// Next gives the next page, and [io.EOF] after the last. Only the first page
// may be without rows. After another error, Next asks for the same page again.
//
// A walk that cannot be trusted is an error rather than a short list: a next
// page that is named in an unknown form, comes round again or follows an empty
// one. A scroll has to be read on within a minute; there is one per workspace,
// and a [*ScrollBusyError] says that somebody else has it.
func (p *Pager) Next(ctx context.Context) (Page, error) {
	if p.done {
		return Page{}, io.EOF
	}
	if err := p.start(); err != nil {
		return Page{}, err
	}
	if p.how == Scroll {
		return p.nextOfScroll(ctx)
	}

	answer, err := p.do.Do(ctx, p.req)
	if isPageLimit(err) {
		return p.beyondLimit(ctx, err)
	}
	if err != nil {
		return Page{}, err
	}
	page, err := readPage(answer.Body)
	if err != nil {
		return Page{}, p.wrap(err)
	}
	if p.given == 0 && p.how == PageNumber && page.Total > pageLimit && p.wantsAll() && p.canScroll() {
		p.turnToScroll()
		return p.nextOfScroll(ctx)
	}
	if err := p.advance(page); err != nil {
		return Page{}, p.wrap(err)
	}
	return p.give(page)
}

// start makes the request for the first page.
func (p *Pager) start() error {
	if p.started {
		return nil
	}
	p.req = p.first
	p.req.Query = maps.Clone(p.first.Query)
	if p.req.Query == nil {
		p.req.Query = make(url.Values)
	}
	if err := setPageSize(&p.req, p.how); err != nil {
		return p.wrap(err)
	}
	p.seen[currentPage(p.req, p.how)] = true
	p.started = true
	return nil
}

// give hands out a page that has been read and followed.
func (p *Pager) give(page Page) (Page, error) {
	if p.given > 0 && len(page.Rows) == 0 {
		p.done = true
		return Page{}, io.EOF
	}
	p.given++
	return page, nil
}

// advance turns the request to the page that page names as the next.
func (p *Pager) advance(page Page) error {
	var next next
	if p.how != NoPages {
		var err error
		if next, err = readNext(page.Body, p.how); err != nil {
			return err
		}
	}
	if next.isNone() || next.guessed && len(page.Rows) == 0 {
		p.done = true
		return nil
	}
	if len(page.Rows) == 0 {
		return errors.New("the page is empty, yet names a next one")
	}
	if p.seen[next.name(p.how)] {
		return errors.New("the page names one as the next that was there before")
	}
	if err := next.apply(&p.req, p.how); err != nil {
		return err
	}
	p.seen[next.name(p.how)] = true
	return nil
}

func (p *Pager) wrap(err error) error {
	return fmt.Errorf("%s %s: page %d: %w", p.req.Method, p.req.Path, p.given+1, err)
}

// readPage finds the records in an answer.
func readPage(body []byte) (Page, error) {
	body = bytes.TrimSpace(body)
	page := Page{Body: body, Total: -1}
	root := gjson.ParseBytes(body)
	if total := root.Get("total_count"); total.Type == gjson.Number {
		page.Total = total.Int()
	}
	list, ok := findList(root)
	if !ok {
		// GET /companies with a name or a company_id answers with the company.
		if root.Get("id").Exists() && root.Get("type").String() != "list" {
			page.Rows, page.Total = [][]byte{body}, 1
			return page, nil
		}
		return Page{}, errors.New("the answer holds no list")
	}
	if !list.IsArray() {
		return page, nil // null
	}
	list.ForEach(func(_, row gjson.Result) bool {
		page.Rows = append(page.Rows, body[row.Index:row.Index+len(row.Raw)])
		return true
	})
	return page, nil
}

// findList gives the member that holds the records. Most lists call it data.
func findList(root gjson.Result) (gjson.Result, bool) {
	for _, name := range []string{
		"data", "tickets", "conversations", "contacts", "companies", "activity_logs", "segments",
		"events", "side_conversations", "handling_events", "event_types", "admins", "teams",
	} {
		if list := root.Get(name); list.IsArray() || list.Exists() && list.Type == gjson.Null {
			return list, true
		}
	}
	return gjson.Result{}, false
}
