package runner

import (
	"fmt"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/tidwall/gjson"
)

// Which permissions a token has, Intercom tells nobody: neither GET /me nor the
// header of an answer has them, and a write that lacks one is a 403. So a plan
// cannot find that.

// ambiguous says that one record was meant and several were found.
func ambiguous(n int64, kind string) error {
	return &codedError{
		code:    "ambiguous",
		message: fmt.Sprintf("%d %s are found, and one is meant", n, kind),
		hint:    "look for it by something that only one has, or take out those that are too many",
	}
}

// identities are the inputs of a search that are meant to name one record.
var identities = []string{"email", "external_id"}

// checkFound fails a search for one record that has found several, where the
// file takes the first of them without asking how many there are.
func (w *walk) checkFound(s *program.Step, at *place, given map[string]any, out outcome) outcome {
	if !s.First || s.Counted || out.status != Done || given["sort"] != nil || !namesOne(given) {
		return out
	}
	answer, ok := out.data.(*eval.JSON)
	if !ok {
		return out
	}
	if n := gjson.GetBytes(answer.Bytes(), "total_count").Int(); n > 1 {
		return outcome{status: Failed, failure: w.failure(at, s.Source.Action, ambiguous(n, s.Action.Resource))}
	}
	return out
}

// namesOne reports whether the inputs of a search are meant to name one record.
func namesOne(given map[string]any) bool {
	query, _ := given["query"].(map[string]any)
	for _, field := range identities {
		if given[field] != nil || query["field"] == field && query["operator"] == "=" {
			return true
		}
	}
	return false
}

// checkSource finds a file without rows that something depends on which takes
// records away. An export that broke looks like that.
func (w *walk) checkSource(s *program.Step, at *place, items *spool) {
	if !w.planning || s.Loop.File == nil || items.read > 0 || items.cut || !w.program.TakesAway(s) {
		return
	}
	w.failed(s, at, w.failure(at, s.Source.ForEach.File, &codedError{
		code:    "empty_source",
		message: items.source + " has no rows, and what depends on it archives or deletes",
		hint:    "an export that broke looks like this; if there is nothing to do, there is nothing to run",
		row:     items.source,
	}))
}
