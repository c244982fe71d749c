package report

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/flowrun-dev/flowrun/steps"
)

// evil is a plan in which everything that somebody else may have chosen is
// hostile.
func evil() *Summary {
	c := Collect(3)
	r := &runner.Result{
		Plan: true, Workflow: hostile[0], File: "work<b>flows/x.yaml", Workspace: runner.Workspace{ID: hostile[1], Name: hostile[2]},
		Steps:   []runner.StepResult{{Label: "mark", Name: hostile[0], Action: "updateContact", Loop: true, Read: 7, Rows: &runner.Counts{Done: 7, Total: 7}}},
		Outputs: runner.Outputs{{Name: hostile[1], Value: json.RawMessage(`"<script>document.title='owned'</script>"`)}},
	}
	for i, text := range hostile {
		raw, _ := json.Marshal(text)
		addr := fmt.Sprintf("mark[%q]", text)
		c.Event(runner.Event{Ended: &runner.StepEnded{
			Addr: addr, Index: []int64{int64(i)}, Step: "mark", Action: "updateContact", Effect: steps.Update, Status: runner.Done, Undo: runner.Never, UndoNote: text,
			Changes: []runner.Change{{Path: "name", Before: json.RawMessage("null"), After: raw}, {Path: "custom_attributes." + text, Absent: true, After: raw, Known: []string{text}}},
		}})
		c.Event(runner.Event{Failed: &runner.Failure{Addr: addr, File: "x.yaml", Line: i, Data: text, Code: text, Message: text, Hint: text}})
		r.Changes.Certain.Update++
		r.Steps[0].Changes.Certain.Update++
	}
	return c.Summary(r)
}

func TestReportsOfManyRowsAreOfBoundedSize(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine, over much")
	}
	for _, s := range []*Summary{summarize(12_400, 1, 200), wide()} {
		if n := len(Markdown(s, 200)); n > MaxMarkdown || n < 2_000 {
			t.Errorf("the Markdown has %d bytes", n)
		}
		page, err := Page(s, 200)
		if err != nil || len(page) > MaxPage || len(page) < 10_000 {
			t.Errorf("the page has %d bytes: %v", len(page), err)
		}
		text := planText(t, s, Options{Samples: 200})
		if n := strings.Count(text, "\n"); n > maxLines-headingLines {
			t.Errorf("the plan has %d lines", n)
		}
	}
}

// wide is a plan of many steps that change many fields to long values.
func wide() *Summary {
	c := Collect(0)
	r := &runner.Result{Plan: true, File: "wide.yaml"}
	for step := range 120 {
		label := fmt.Sprintf("step_%d", step)
		r.Steps = append(r.Steps, runner.StepResult{Label: label, Action: "updateContact"})
		for row := range 12 {
			e := &runner.StepEnded{Addr: fmt.Sprintf("%s[%d]", label, row), Step: label, Action: "updateContact", Effect: steps.Update, Status: runner.Done}
			for field := range 10 {
				after, _ := json.Marshal(fmt.Sprintf("%d %0400d", row, field))
				e.Changes = append(e.Changes, runner.Change{Path: fmt.Sprintf("custom_attributes.field_%d", field), After: after})
			}
			c.Event(runner.Event{Ended: e})
			r.Changes.Certain.Update++
			r.Steps[step].Changes.Certain.Update++
		}
		for line := range 3 {
			c.Event(runner.Event{Failed: &runner.Failure{Addr: label, File: "wide.yaml", Line: line, Code: "x", Message: strings.Repeat("m", 1000)}})
		}
	}
	for n := range 100 {
		r.Outputs = append(r.Outputs, runner.Output{Name: fmt.Sprint("out_", n), Value: json.RawMessage(`"` + strings.Repeat("v", 5000) + `"`)})
	}
	return c.Summary(r)
}

func TestHostileValuesAreTextInMarkdown(t *testing.T) {
	text := Markdown(evil(), 3)
	if n := strings.Count(text, "<!--"); n < 1 || strings.Index(text, "-->") != strings.Index(text, " -->")+1 {
		t.Errorf("the marker is broken:\n%.200s", text)
	}
	var outside strings.Builder // what stands in no code span
	for rest := text; rest != ""; {
		begin := strings.IndexByte(rest, '`')
		if begin < 0 {
			outside.WriteString(rest)
			break
		}
		outside.WriteString(rest[:begin])
		rest = rest[begin:]
		fence := rest[:len(rest)-len(strings.TrimLeft(rest, "`"))]
		end := strings.Index(rest[len(fence):], fence)
		if end < 0 {
			t.Fatalf("a code span has no end: %.100s", rest)
		}
		rest = rest[len(fence)+end+len(fence):]
	}
	for _, bad := range []string{"<script", "<img", "](", "@acme", "\u202e", "\x1b"} {
		if strings.Contains(outside.String(), bad) {
			t.Errorf("%q stands outside of code:\n%s", bad, outside.String())
		}
	}
}

func TestJUnitIsXMLWithACaseForEachStep(t *testing.T) {
	var b bytes.Buffer
	if err := JUnit(&b, evil()); err != nil {
		t.Fatal(err)
	}
	var got junitSuites
	if err := xml.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Suite.Tests != 1 || got.Suite.Failures != 1 || got.Suite.Cases[0].Failures == nil || got.Suite.Cases[0].Failures.Message != "7 would fail" {
		t.Errorf("got %+v", got)
	}
}

// TestNoScriptRunsInAPage opens a page full of hostile values in Chromium.
func TestNoScriptRunsInAPage(t *testing.T) {
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("there is no Chromium on this machine; Debian's package is chromium")
	}
	page, err := Page(evil(), 3)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, page, 0o600); err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("chromium"), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithLogf(func(string, ...any) {}), chromedp.WithErrorf(func(string, ...any) {}))
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	defer cancel()
	err = chromedp.Do(ctx, chromedp.EmulateViewport(390, 800), chromedp.Navigate("file://"+file))
	if err != nil {
		t.Fatal(err)
	}
	title, err := chromedp.Run(ctx, chromedp.Title())
	if err != nil {
		t.Fatal(err)
	}
	elements, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.querySelectorAll("script, img, iframe, link, a, form").length`))
	if err != nil {
		t.Fatal(err)
	}
	wider, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(title, "flowrun plan: <script>") {
		t.Errorf("the title is %q", title)
	}
	if elements > 0 {
		t.Errorf("the page has %d elements that a value brought in", elements)
	}
	if wider > 0 {
		t.Errorf("the page is %d pixels wider than a telephone", wider)
	}
}

func TestATableHasALineForEachField(t *testing.T) {
	var b strings.Builder
	table, err := NewTable(&b)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range bulkRow(7) {
		if err := table.Event(MaskedEvent(runner.Event{Ended: e})); err != nil {
			t.Fatal(err)
		}
	}
	if err := table.End(); err != nil {
		t.Fatal(err)
	}
	golden(t, "row.csv", b.String())
}

// BenchmarkReports is the time that all reports of a plan of 12,400 rows take
// together.
func BenchmarkReports(b *testing.B) {
	s := summarize(12_400, 1, 3)
	for b.Loop() {
		masked := s.Masked()
		Markdown(masked, 3)
		if _, err := Page(masked, 3); err != nil {
			b.Fatal(err)
		}
		if err := JUnit(io.Discard, masked); err != nil {
			b.Fatal(err)
		}
	}
}
