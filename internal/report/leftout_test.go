package report

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/runner"
	"github.com/flowrun-dev/flowrun/steps"
)

// pages are the reports for people about a summary.
func pages(t *testing.T, s *Summary) map[string]string {
	t.Helper()
	page, err := Page(s, 3)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{"Markdown": Markdown(s, 3), "HTML": string(page)}
}

func TestReportsSayThatFieldsAreLeftOut(t *testing.T) {
	c := Collect(3)
	r := &runner.Result{Plan: true, Steps: []runner.StepResult{{Label: "mark", Action: "updateContact"}}}
	for row := range 30 {
		e := &runner.StepEnded{Addr: fmt.Sprintf("mark[%d]", row), Step: "mark", Action: "updateContact", Effect: steps.Update, Status: runner.Done}
		for field := range maxFields + 20 {
			e.Changes = append(e.Changes, runner.Change{Path: fmt.Sprintf("custom_attributes.f%02d", field), After: json.RawMessage("1")})
		}
		c.Event(runner.Event{Ended: e})
		r.Changes.Certain.Update++
	}
	s := c.Summary(r)
	for kind, text := range pages(t, s) {
		if !strings.Contains(text, "and 600 changes of still other fields") {
			t.Errorf("%s does not say that fields are left out", kind)
		}
	}
	if got, want := s.Groups[0].moreFields(50), "10 more fields, and 600 changes of still other fields"; got != want {
		t.Errorf("left out are %q, want %q", got, want)
	}
}

func TestReportsOfAnUndoSayWhatCannotBeTakenBack(t *testing.T) {
	r := &runner.Result{Plan: true, Undoes: "run-1", NotUndone: []runner.Limit{
		{Step: "mark", How: runner.Partly, Reason: "the tag is gone", Count: 1, Addrs: []string{`mark["a"]`}},
		{Step: "purge", How: runner.Never, Reason: "deleted for good", Count: 7, Addrs: []string{`purge["b"]`, `purge["c"]`}},
	}}
	for kind, text := range pages(t, Collect(3).Summary(r)) {
		first, second := strings.Index(text, "deleted for good"), strings.Index(text, "the tag is gone")
		if first < 0 || second < first || !strings.Contains(text, "and 5 more") {
			t.Errorf("%s:\n%s", kind, text)
		}
	}
}

func TestReportsOfAPlanSayWhatWouldFail(t *testing.T) {
	r := &runner.Result{Plan: true, Steps: []runner.StepResult{
		{Label: "rows", Loop: true, Read: 6, Rows: &runner.Counts{Done: 4, Failed: 2, Total: 6}},
		{Label: "look", Action: "getContact", Depth: 1, Counts: runner.Counts{Done: 4, Failed: 2, Total: 6}},
	}}
	for kind, text := range pages(t, Collect(3).Summary(r)) {
		if !strings.Contains(text, "6 items: 2 would fail") || !strings.Contains(text, "4 read, 2 would fail") || strings.Contains(text, "failed") {
			t.Errorf("%s:\n%s", kind, text)
		}
	}
}
