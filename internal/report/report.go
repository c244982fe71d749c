// Package report shows plans and runs: as text for people, and as JSON for
// programs.
//
// A [Printer] is told of each event while it happens and of the result at the
// end. It keeps a few samples and counts, never all rows, so that a run of any
// length can be shown.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/fatih/color"
	"github.com/flowrun-dev/flowrun/runner"
)

// Options says how to print.
type Options struct {
	Form     string // "text", "json" or "ndjson"
	Color    bool   // of results
	ErrColor bool   // of failures
	Quiet    bool
}

// Printer prints one plan or run.
type Printer struct {
	painter
	opt     Options
	out     io.Writer // results
	err     io.Writer // failures, while they happen
	failed  int       // failures printed so far
	hints   map[string]bool
	samples map[string]*runner.StepEnded
	broken  error // the first error of writing
}

// New returns a printer that writes results to out and failures to errs.
func New(out, errs io.Writer, opt Options) *Printer {
	return &Printer{
		painter: painter(opt.Color), opt: opt, out: out, err: errs,
		hints: map[string]bool{}, samples: map[string]*runner.StepEnded{},
	}
}

// maxFailures is how many failures are printed in full; the rest is counted.
const maxFailures = 10

// Event is told what happens.
func (p *Printer) Event(e runner.Event) {
	if p.opt.Form == "ndjson" {
		p.json(e, "")
	}
	switch {
	case e.Started != nil && p.opt.Form == "text" && !p.opt.Quiet:
		p.print(p.heading(e.Started))
	case e.Ended != nil && e.Ended.With != nil:
		p.sample(e.Ended)
	case e.Ended != nil && e.Ended.Failure != nil:
		p.failure(e.Ended.Failure)
	case e.Row != nil && e.Row.Failure != nil:
		p.failure(e.Row.Failure)
	case e.Failed != nil:
		p.failure(e.Failed)
	}
}

// sample keeps the first instance of a step in the order of the rows, whichever
// ends first.
func (p *Printer) sample(e *runner.StepEnded) {
	if kept := p.samples[e.Step]; kept == nil || slices.Compare(e.Index, kept.Index) < 0 {
		p.samples[e.Step] = e
	}
}

// failure prints one failure at once: the place in the data, or else in the
// workflow, the address, what is wrong and what to do. What is said once is not
// said again.
func (p *Printer) failure(f *runner.Failure) {
	p.failed++
	if p.failed > maxFailures {
		return
	}
	place, behind := fmt.Sprintf("%s:%d", f.File, f.Line), ""
	if f.Data != "" {
		place, behind = f.Data, fmt.Sprintf(" (%s)", place)
	}
	p.complain("error:", fmt.Sprintf("%s: %s: %s%s", place, f.Addr, f.Message, behind))
	if f.Hint != "" && !p.hints[f.Hint] {
		p.hints[f.Hint] = true
		fmt.Fprintf(p.err, "flowrun: hint: %s\n", f.Hint)
	}
}

func (p *Printer) complain(word, text string) {
	fmt.Fprintf(p.err, "flowrun: %s %s\n", painter(p.opt.ErrColor).paint(color.FgRed, word), strings.ReplaceAll(text, "\n", "\n  "))
}

// End prints the result. It returns the first error of writing.
func (p *Printer) End(r *runner.Result) error {
	if r == nil {
		return nil
	}
	if p.failed > maxFailures {
		p.complain("error:", "and "+more(p.failed-maxFailures, "failure"))
	}
	switch p.opt.Form {
	case "ndjson":
		p.json(map[string]*runner.Result{"result": r}, "")
	case "json":
		p.json(r, "  ")
	default:
		p.print(p.result(r))
	}
	return p.broken
}

func (p *Printer) print(text string) {
	if _, err := io.WriteString(p.out, text); err != nil && p.broken == nil {
		p.broken = err
	}
}

func (p *Printer) json(v any, indent string) {
	encoder := json.NewEncoder(p.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	if err := encoder.Encode(v); err != nil && p.broken == nil {
		p.broken = err
	}
}
