package report

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/flowrun-dev/flowrun/steps"
)

// hostile are values that somebody else chose.
var hostile = []string{
	"<script>document.title='owned'</script>",
	`"><img src=x onerror="document.title='owned'">`,
	"![x](https://evil.example/?q) [click](javascript:alert(1)) `code` | pipe --> <!-- @acme/admins",
	"\u202egnp.exe\u202c and \x1b[31mred\x1b[0m\r\n::error::owned\n##[error]owned",
	"مرحبا بالعالم שלום",
	"👩‍👩‍👧‍👦 家族 Großmutter",
	"a very long name that goes on and on, " + fmt.Sprintf("%0300d", 7),
}

// bulk tells a plan over many rows: an attribute and a tag for each contact, a
// few outliers, archives that are only possible, deletes, and rows that fail.
// The rows come in an order that seed decides.
func bulk(rows int, seed uint64, on func(runner.Event)) *runner.Result {
	on(runner.Event{Started: &runner.Started{Plan: true, Workflow: "win back churned trials", File: "workflows/winback.yaml"}})
	r := &runner.Result{
		Plan: true, RunID: "20261122-174235-yjgy", Workflow: "win back churned trials", File: "workflows/winback.yaml",
		Workspace: runner.Workspace{ID: "ecahpwf5", Name: "Acme", Region: "US"}, Calls: int64(rows), Seconds: 81, Rate: 166.6,
		Steps: []runner.StepResult{
			{Label: "tag", Action: "createTag"},
			{Label: "mark", Name: "Mark them all", Loop: true, Read: int64(rows) + 311, Rows: &runner.Counts{}},
			{Label: "status", Action: "updateContact", Depth: 1},
			{Label: "attach", Action: "attachTag", Depth: 1},
			{Label: "dormant", Action: "archiveContact", Depth: 1},
			{Label: "purge", Action: "deleteContact", Loop: true, Read: 261, Rows: &runner.Counts{}},
		},
		Cost:    runner.Cost{Least: int64(rows) + 18_000, Most: int64(rows) + 18_345},
		Outputs: runner.Outputs{{Name: "tagged", After: []string{"mark"}}},
	}
	told := func(e *runner.StepEnded) {
		for i := range r.Steps {
			if s := &r.Steps[i]; s.Label == e.Step {
				count(&s.Counts, e.Status)
				if s.Rows != nil {
					count(s.Rows, e.Status)
				}
				if e.Status == runner.Done {
					for _, c := range []*runner.Changes{&s.Changes, &r.Changes} {
						countEffect(c, e)
					}
				}
			}
		}
		on(runner.Event{Ended: e})
	}
	told(&runner.StepEnded{
		Addr: "tag", Step: "tag", Action: "createTag", Effect: steps.Create, Status: runner.Done, Undo: runner.Fully,
		Changes: []runner.Change{{Path: "name", After: json.RawMessage(`"winback-q3"`), Told: true}},
	})
	for _, n := range rand.New(rand.NewPCG(seed, 1)).Perm(rows) {
		for _, e := range bulkRow(int64(n)) {
			told(e)
		}
		count(r.Steps[1].Rows, runner.Done)
	}
	for n := range 104 {
		addr := fmt.Sprintf("purge[%q]", fmt.Sprintf("dead-%d@old.example", n))
		told(&runner.StepEnded{
			Addr: addr, Index: []int64{int64(n)}, Step: "purge", Action: "deleteContact", Effect: steps.Delete, Status: runner.Done,
			Undo: runner.Never, UndoNote: steps.Find("deleteContact").UndoNote, With: eval.Object{"contact_id": fmt.Sprintf("%024x", n)},
		})
	}
	return r
}

// bulkRow are the steps of one row.
func bulkRow(n int64) []*runner.StepEnded {
	key := fmt.Sprintf("user-%d@acme.example", n)
	step := func(label, action string, effect steps.Effect, changes ...runner.Change) *runner.StepEnded {
		return &runner.StepEnded{
			Addr: fmt.Sprintf("mark[%q].%s", key, label), Index: []int64{n}, Step: label, Action: action, Effect: effect,
			Status: runner.Done, Undo: runner.Fully, Changes: changes, With: eval.Object{"contact_id": fmt.Sprintf("%024x", n)},
		}
	}
	raw := func(v any) json.RawMessage { text, _ := json.Marshal(v); return text }
	status := runner.Change{Path: "custom_attributes.status", Before: raw("churned"), After: raw("winback"), Told: true}
	if n%37 == 0 {
		status.Before, status.Absent = nil, true
	}
	name := runner.Change{Path: "name", Before: raw(fmt.Sprintf("User %d", n)), After: raw(fmt.Sprintf("Ms User %d", n))}
	if n%500 == 3 {
		name.After = raw(hostile[int(n/500)%len(hostile)])
	}
	update := step("status", "updateContact", steps.Update, status, name)
	if n%1400 == 7 {
		update.Changes = append(update.Changes, runner.Change{Path: "custom_attributes.plan", Before: raw("pro"), After: raw(nil)})
	}
	if n%37 == 0 {
		update.Undo, update.UndoNote = runner.Partly, "an attribute that was not there before stays, as null"
	}
	all := []*runner.StepEnded{update, step("attach", "attachTag", steps.Update, runner.Change{Path: "tag_id", Known: []string{"tag"}})}
	switch {
	case n%41 == 5:
		all[1].Status, all[1].Changes, all[1].Undo = runner.Unchanged, nil, ""
	case n%4100 == 9:
		all[1].Status, all[1].Changes, all[1].Undo = runner.Failed, nil, ""
		all[1].Failure = &runner.Failure{
			Addr: all[1].Addr, File: "workflows/winback.yaml", Line: 31, Data: fmt.Sprintf("churned.csv:%d", n+2), Code: "not_found",
			Status: 404, Message: "GET /contacts?email=" + key + ": 404 not_found: User Not Found", Hint: "not found or archived: Intercom answers alike",
		}
	}
	if n%36 == 1 {
		archive := step("dormant", "archiveContact", steps.Archive)
		archive.Possible, archive.After = true, []string{"recount"}
		all = append(all, archive)
	}
	return all
}

func count(c *runner.Counts, s runner.Status) {
	c.Total++
	switch s {
	case runner.Done:
		c.Done++
	case runner.Unchanged:
		c.Unchanged++
	case runner.Failed:
		c.Failed++
	}
}

func countEffect(c *runner.Changes, e *runner.StepEnded) {
	by := &c.Certain
	if e.Possible {
		by = &c.Possible
	}
	switch e.Effect {
	case steps.Create:
		by.Create++
	case steps.Update:
		by.Update++
	case steps.Archive:
		by.Archive++
	case steps.Delete:
		by.Delete++
	}
}

func summarize(rows int, seed uint64, samples int) *Summary {
	c := Collect(samples)
	r := bulk(rows, seed, c.Event)
	return c.Summary(r)
}

// BenchmarkCollect is what a row of three writes costs.
func BenchmarkCollect(b *testing.B) {
	b.ReportAllocs()
	c := Collect(3)
	for n := range b.N {
		for _, e := range bulkRow(int64(n)) {
			c.Event(runner.Event{Ended: e})
		}
	}
}

// BenchmarkMemory is what a collector holds after 400,000 rows of three writes
// each, with names that all differ.
func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		c := Collect(3)
		for n := range int64(400_000) {
			for _, e := range bulkRow(n) {
				c.Event(runner.Event{Ended: e})
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MB-held")
		runtime.KeepAlive(c)
	}
}
