package report

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/runner"
	"github.com/google/go-cmp/cmp"
)

// winback is a run with a step outside loops, and a loop with two steps, of
// which rows failed before either.
func winback() *runner.Result {
	return &runner.Result{
		RunID: "20261104-153012-k7q2", Calls: 1204, Seconds: 72,
		Counts:  runner.Counts{Done: 1001, Failed: 3, InDoubt: 1, Pending: 2, Total: 1007},
		Changes: runner.Changes{Certain: runner.ByEffect{Create: 1, Update: 2001}, Possible: runner.ByEffect{Update: 1}},
		Steps: []runner.StepResult{
			{
				Label: "tag", Action: "createTag", Counts: runner.Counts{Done: 1, Total: 1},
				Changes: runner.Changes{Certain: runner.ByEffect{Create: 1}},
			},
			{
				Label: "mark", Name: "Tag them all", Loop: true, Read: 12400, Before: 400,
				Rows: &runner.Counts{Done: 1000, Failed: 3, InDoubt: 1, Pending: 2, Total: 1006},
			},
			{
				Label: "attachTag", Action: "attachTag", Depth: 1, Counts: runner.Counts{Done: 1001, Failed: 1, Total: 1002},
				Changes: runner.Changes{Certain: runner.ByEffect{Update: 1001}},
			},
			{
				Label: "updateContact#2", Name: "give it the attribute", Action: "updateContact", Depth: 1,
				Counts:  runner.Counts{Done: 1000, InDoubt: 1, Total: 1001},
				Changes: runner.Changes{Certain: runner.ByEffect{Update: 1000}, Possible: runner.ByEffect{Update: 1}},
			},
		},
		Outputs: runner.Outputs{{Name: "tagged", Value: []byte("1000")}},
	}
}

func TestSummaryOfARun(t *testing.T) {
	var out strings.Builder
	if err := New(&out, &out, Options{Form: "text"}).End(Collect(0).Summary(winback())); err != nil {
		t.Fatal(err)
	}
	want := `  + tag                      createTag      1 created
    mark                     Tag them all   1,006 of 12,400 items: 1,000 done, 3
                                            failed, 1 in doubt, 2 not reached
  ~   attachTag                             1,001 updated, 1 failed
  ~   give it the attribute  updateContact  1,000 updated, 1 in doubt

Steps    1 done
Rows     1,000 done, 3 failed, 1 in doubt, 2 not reached; 1,006 in all; 400
         before this
Changes  2,001 updated, 1 created
Took     1 min 12 s, 1,204 calls
Outputs
{
  "tagged": 1000
}
`
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(out.String(), "\n")); diff != "" {
		t.Errorf("summary differs (-want +got):\n%s", diff)
	}
}

func TestQuietPrintsTheSumsAlone(t *testing.T) {
	var out strings.Builder
	if err := New(&out, &out, Options{Form: "text", Quiet: true}).End(Collect(0).Summary(winback())); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(out.String(), "Steps    1 done\n") {
		t.Errorf("printed:\n%s", out.String())
	}
}

func TestFailuresNameTheDataFirstAndSayAHintOnce(t *testing.T) {
	var errs strings.Builder
	p := New(&strings.Builder{}, &errs, Options{Form: "text"})
	for n := range 12 {
		p.Event(runner.Event{Row: &runner.RowEnded{Failure: &runner.Failure{
			Addr: fmt.Sprintf(`rows["%d"]`, n), File: "f.yaml", Line: 4, Data: fmt.Sprintf("rows.csv:%d", n+2), Message: "404 not_found", Hint: "look it up",
		}}})
	}
	if err := p.End(Collect(0).Summary(&runner.Result{})); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(errs.String()), "\n")
	if want := `flowrun: error: rows.csv:2: rows["0"]: 404 not_found (f.yaml:4)`; lines[0] != want {
		t.Errorf("the first line is %q, want %q", lines[0], want)
	}
	if want := "flowrun: error: and 2 more failures"; lines[len(lines)-1] != want {
		t.Errorf("the last line is %q, want %q", lines[len(lines)-1], want)
	}
	if n := strings.Count(errs.String(), "look it up"); n != 1 {
		t.Errorf("the hint is said %d times", n)
	}
}

func TestOriginsOfManyRowsNameTheLoopOnce(t *testing.T) {
	if got := origins([]string{`c["k1"]`, `c["k2"]`, "tag", `c["k3"]`}); got != "c, tag" {
		t.Errorf("origins = %q", got)
	}
	if got := origins([]string{"a", "b", "c", "d", "e"}); got != "a, b, c and 2 more" {
		t.Errorf("origins = %q", got)
	}
}

// broken is a writer that takes nothing.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no room") }

func TestAnErrorOfWritingIsGiven(t *testing.T) {
	for _, form := range []string{"text", "json", "ndjson"} {
		if err := New(broken{}, broken{}, Options{Form: form}).End(Collect(0).Summary(winback())); err == nil {
			t.Errorf("%s: no error", form)
		}
	}
}

func TestTheHeadlineOfARunSaysHowItEndedUnlessItIsDone(t *testing.T) {
	counts := runner.Counts{Done: 3, Total: 3}
	tests := []struct {
		result runner.Result
		want   string
	}{
		{runner.Result{Counts: counts}, "no changes; 3 done"},
		{runner.Result{Counts: counts, Interrupted: true}, "no changes; interrupted; 3 done"},
	}
	for _, tt := range tests {
		if got := headline(&Summary{Result: &tt.result}); got != tt.want {
			t.Errorf("headline = %q, want %q", got, tt.want)
		}
	}
}
