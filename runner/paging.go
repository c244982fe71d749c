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
func (w *walk) pages(action *steps.Action, retry intercom.Retry, given map[string]any, most int64) (*intercom.Pager, error) {
	req, err := action.Request(given)
	if err != nil {
		return nil, &codedError{code: "input", message: err.Error()}
	}
	req.Retry = retry
	pager := intercom.Pages(w, req, action.Paging)
	pager.Most = most
	return pager, nil
}

// allPages answers a step with all: true, or with a limit, in Intercom's
// envelope: data with the rows of all pages, and total_count.
func (w *walk) allPages(ctx context.Context, s *program.Step, given map[string]any) ([]byte, error) {
	limit := int64(-1)
	if n, ok := given["limit"]; ok {
		limit, _ = strconv.ParseInt(fmt.Sprint(n), 10, 64)
	}
	pager, err := w.pages(s.Action, s.Retry, given, max(limit, 0))
	if err != nil {
		return nil, err
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
			return nil, err
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
	return data.Bytes(), nil
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
