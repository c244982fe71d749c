package runner

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
	"github.com/tidwall/gjson"
)

// pages walks the pages of a list action, of whose rows at most so many are
// wanted; 0 is all.
func (w *walk) pages(action *steps.Action, retry intercom.Retry, given map[string]any, most int64) (*pager, error) {
	req, err := action.Request(given)
	if err != nil {
		return nil, &codedError{code: "input", message: err.Error()}
	}
	req.Retry = retry
	p := &pager{to: w}
	p.Pager = intercom.Pages(p, req, action.Paging)
	p.Most = most
	return p, nil
}

// pager walks pages and counts its calls.
type pager struct {
	*intercom.Pager
	to    intercom.Doer
	calls int64
}

func (p *pager) Do(ctx context.Context, req intercom.Request) (intercom.Response, error) {
	p.calls++
	return p.to.Do(ctx, req)
}

// allPages answers a step with all: true, or with a limit, in Intercom's
// envelope: data with the rows of all pages, and total_count. It says how many
// calls that took.
func (w *walk) allPages(ctx context.Context, s *program.Step, given map[string]any) (answer []byte, calls int64, err error) {
	limit := int64(-1)
	if n, ok := given["limit"]; ok {
		limit, _ = strconv.ParseInt(fmt.Sprint(n), 10, 64)
	}
	pager, err := w.pages(s.Action, s.Retry, given, max(limit, 0))
	if err != nil {
		return nil, 0, err
	}
	var data bytes.Buffer
	data.WriteString(`{"type":"list","data":[`)
	count, total, seen := int64(0), int64(0), map[string]bool{}
	for {
		page, err := pager.Next(ctx)
		if err == io.EOF { // only as it is: a connection that broke wraps it
			break
		}
		if err != nil {
			return nil, pager.calls, err
		}
		total = max(total, page.Total)
		for _, raw := range page.Rows {
			if count == limit || repeated(seen, raw) {
				continue
			}
			if count++; count > 1 {
				data.WriteByte(',')
			}
			data.Write(raw)
		}
		if count == limit {
			break
		}
	}
	fmt.Fprintf(&data, `],"total_count":%d,"pages":{"type":"pages","next":null,"page":1,"per_page":%d,"total_pages":1}}`, max(total, count), count)
	return data.Bytes(), pager.calls, nil
}

// repeated reports whether a record came on an earlier page: records that
// change while a list is walked may be handed out twice.
func repeated(seen map[string]bool, raw []byte) bool {
	id := gjson.GetBytes(raw, "id").String()
	if id == "" {
		return false
	}
	again := seen[id]
	seen[id] = true
	return again
}
