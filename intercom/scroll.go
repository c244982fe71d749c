package intercom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// Intercom lets page numbers reach 10,000 companies. The scroll reaches all of
// them, but there is one per workspace, it cannot filter, it ends when nobody
// reads on for a minute, and it moves with each call: an answer that was lost
// cannot be asked for again. See
// https://developers.intercom.com/docs/references/rest-api/api.intercom.io/companies/scrolloverallcompanies
const (
	pageLimit  = 10_000
	scrollPath = "/companies/scroll"
	scrollWait = 15 * time.Second // between tries while somebody else has the scroll
	scrollTry  = 6                // tries: longer than the minute in which an abandoned one ends
)

// ScrollBusyError says that somebody else is walking over the companies of the
// workspace, and went on doing so while the pager waited.
type ScrollBusyError struct {
	Err error // Intercom's refusal
}

func (e *ScrollBusyError) Error() string {
	return fmt.Sprintf("another walk over all companies is going on, and Intercom allows one at a time; "+
		"try again a minute after it ended: %v", e.Err)
}

func (e *ScrollBusyError) Unwrap() error { return e.Err }

// nextOfScroll gives the next page of the scroll. It starts over, once, if the
// scroll was lost.
func (p *Pager) nextOfScroll(ctx context.Context) (Page, error) {
	answer, err := p.openScroll(ctx)
	if isScrollLost(err) && !p.restarted && ctx.Err() == nil {
		p.restarted = true
		p.last = nil
		p.req.Query.Del("scroll_param")
		answer, err = p.openScroll(ctx)
	}
	if err != nil {
		return Page{}, err
	}
	page, err := readPage(answer.Body)
	if err == nil {
		err = p.advanceScroll(page)
	}
	if err != nil {
		return Page{}, p.wrap(err)
	}
	return p.give(page)
}

// openScroll makes one call of the scroll, and waits while it is busy: the
// scroll of a process that died stays open for a minute.
func (p *Pager) openScroll(ctx context.Context) (Response, error) {
	for try := 1; ; try++ {
		answer, err := p.do.Do(ctx, p.req)
		if !hasCode(err, http.StatusBadRequest, "scroll_exists") {
			return answer, err
		}
		if try == scrollTry {
			return Response{}, &ScrollBusyError{Err: err}
		}
		select {
		case <-time.After(scrollWait):
		case <-ctx.Done():
			return Response{}, context.Cause(ctx)
		}
	}
}

// advanceScroll turns the request to the page after page. The scroll ends with
// a page that is empty; its parameter is the same on every page.
func (p *Pager) advanceScroll(page Page) error {
	if len(page.Rows) == 0 {
		p.done = true
		return nil
	}
	param := gjson.GetBytes(page.Body, "scroll_param").String()
	if param == "" {
		return errors.New("the page has no scroll_param to go on with")
	}
	if bytes.Equal(page.Body, p.last) {
		return errors.New("the same page came twice")
	}
	p.last = page.Body
	p.req.Query.Set("scroll_param", param)
	return nil
}

// beyondLimit goes over to the scroll after err, which says that page numbers
// end here.
func (p *Pager) beyondLimit(ctx context.Context, err error) (Page, error) {
	if !p.canScroll() {
		return Page{}, fmt.Errorf("more than 10,000 records match, and Intercom lists no further; narrow the filter, or leave out order and page: %w", err)
	}
	p.turnToScroll()
	return p.nextOfScroll(ctx)
}

// canScroll reports whether the scroll gives the same companies as the list:
// it knows no filter, no order and no page to begin at.
func (p *Pager) canScroll() bool {
	special := slices.ContainsFunc([]string{"name", "company_id", "tag_id", "segment_id", "order", "page"}, p.first.Query.Has)
	return isCompanyList(p.first.Path) && !special
}

// wantsAll reports whether the caller may take more than page numbers reach.
func (p *Pager) wantsAll() bool { return p.Most == 0 || p.Most > pageLimit }

func (p *Pager) turnToScroll() {
	p.how = Scroll
	p.req = Request{
		Method: http.MethodGet, Path: scrollPath, Query: make(url.Values),
		Header: p.first.Header, Retry: p.first.Retry,
	}
}

func isCompanyList(path string) bool { return path == "/companies" || path == "/companies/list" }

func isPageLimit(err error) bool {
	refused, ok := errors.AsType[*APIError](err)
	return ok && refused.Status == http.StatusBadRequest && strings.Contains(refused.Message, "page limit reached")
}

// isScrollLost reports whether the place in the scroll is gone: it was idle for
// a minute, Intercom says so with a 500, or an answer did not arrive.
func isScrollLost(err error) bool {
	_, unknown := errors.AsType[*UnknownError](err)
	return unknown || hasCode(err, http.StatusNotFound, "not_found")
}

func hasCode(err error, status int, code string) bool {
	refused, ok := errors.AsType[*APIError](err)
	return ok && refused.Status == status && refused.Code == code
}
