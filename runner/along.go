package runner

import (
	"context"
	"fmt"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/tidwall/gjson"
)

// along says what goes along with a record that a plan deletes: who has it, or
// of a contact what that has. It is empty where nothing does, and where nobody
// can tell. Holders are the contacts that have it.
func (w *walk) along(ctx context.Context, s *program.Step, in eval.Object, target *found) (note string, holders int64) {
	if s.Holders == nil {
		return has(target), 0
	}
	var parts []string
	if holders = w.total(ctx, s.Holders, s, in); holders > 0 {
		parts = append(parts, number(holders, "contact"))
	}
	for _, l := range s.Others {
		if n := w.total(ctx, l, s, in); n > 0 {
			parts = append(parts, number(n, models[l.Action.Resource]))
		}
	}
	switch {
	case parts == nil:
		return "", holders
	case len(parts) == 1 && strings.HasPrefix(parts[0], "1 "):
		return parts[0] + " has it", holders
	}
	return strings.Join(parts, " and ") + " have it", holders
}

// total is how many rows a list has, as its first page tells.
func (w *walk) total(ctx context.Context, l *program.Lookup, s *program.Step, in eval.Object) int64 {
	given, err := inputsOf(ctx, l, in)
	if err != nil {
		return 0
	}
	if _, takes := l.Action.Input("per_page"); takes {
		given["per_page"] = int64(1)
	}
	req, err := l.Action.Request(given)
	if err != nil {
		return 0
	}
	req.Retry = s.Retry
	resp, err := w.Do(ctx, req)
	if err != nil {
		return 0
	}
	return gjson.GetBytes(resp.Body, "total_count").Int()
}

// has says what a contact has that is deleted with it.
func has(target *found) string {
	if target == nil {
		return ""
	}
	var parts []string
	for _, list := range []struct{ path, noun string }{{"companies", "company"}, {"tags", "tag"}, {"notes", "note"}} {
		if n, ok := valueAt(target.value, list.path+".total_count").(int64); ok && n > 0 {
			parts = append(parts, number(n, list.noun))
		}
	}
	if parts == nil {
		return ""
	}
	return "it has " + strings.Join(parts, ", ")
}

// number is a number of things: 1 company, 12 companies.
func number(n int64, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "y"):
		noun = strings.TrimSuffix(noun, "y") + "ie"
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
