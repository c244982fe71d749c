// Package report shows plans and runs: as text for people, and in the forms that
// other programs read.
//
// A [Printer] is told of each event while it happens. A [Collector] makes of the
// same events a [Summary], which says what many rows have in common and which of
// them are different, in memory that does not grow with them. From it are made
// the plan on a terminal, [Markdown], the [Page] in HTML, JSON and [JUnit]; only a
// [Table] and the rows in JSON are passed on as they come. [Summary.Masked] and
// [MaskedEvent] are for what others see.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/fatih/color"
	"github.com/flowrun-dev/flowrun/runner"
)

// Options says how to print.
type Options struct {
	Form     string // "text", "json" or "ndjson"
	Color    Colors // of results
	ErrColor Colors // of failures
	Quiet    bool
	Full     bool // of a plan, each write and not a choice
	Samples  int  // of each step of a plan
}

// Printer prints one plan or run.
type Printer struct {
	painter
	opt     Options
	out     io.Writer // results
	err     io.Writer // failures, while they happen
	stale   int       // left out, those printed included
	failed  int       // failures printed so far
	hints   map[string]bool
	planned bool  // this is a plan
	rows    int64 // of a plan in JSON, how many are printed
	broken  error // the first error of writing
}

// New returns a printer that writes results to out and failures to errs.
func New(out, errs io.Writer, opt Options) *Printer {
	return &Printer{
		painter: painter(opt.Color), opt: opt, out: out, err: errs, hints: map[string]bool{},
	}
}

// maxFailures is how many failures are printed in full; the rest is counted.
const maxFailures = 10

// Event is told what happens.
func (p *Printer) Event(e runner.Event) {
	if e.Started != nil {
		p.planned = e.Started.Plan
	}
	switch {
	case p.opt.Form == "ndjson":
		p.json(e, "")
	case p.opt.Form == "json" && p.planned:
		p.row(e)
	case p.opt.Form == "text" && !p.opt.Quiet:
		p.text(e)
	}
	if e.Ended != nil && e.Ended.Note != "" && e.Ended.Status == runner.Skipped {
		p.leftOut(e.Ended)
	}
	if p.planned && p.opt.Form == "text" && !p.opt.Quiet {
		return // the plan has what would fail
	}
	switch {
	case e.Ended != nil && e.Ended.Failure != nil:
		p.failure(e.Ended.Failure)
	case e.Row != nil && e.Row.Failure != nil:
		p.failure(e.Row.Failure)
	case e.Failed != nil:
		p.failure(e.Failed)
	}
}

// text prints what a person sees while it happens.
func (p *Printer) text(e runner.Event) {
	switch {
	case e.Started != nil:
		p.print(p.heading(e.Started))
	case p.planned && p.opt.Full && e.Ended != nil && wrote(e.Ended):
		v := picture{painter: p.painter, detail: detail{fields: maxFields}}
		v.sample(sampleOf(e.Ended))
		p.print(v.b.String())
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
	p.complain("error:", failureText(f))
	if f.Hint != "" && !p.hints[f.Hint] {
		p.hints[f.Hint] = true
		fmt.Fprintf(p.err, "flowrun: hint: %s\n", f.Hint)
	}
}

// failureText is a failure on a line: the place in the data, or else in the
// workflow, the address, and what is wrong.
func failureText(f *runner.Failure) string {
	if f.Data != "" {
		return fmt.Sprintf("%s: %s: %s (%s:%d)", f.Data, f.Addr, f.Message, f.File, f.Line)
	}
	return fmt.Sprintf("%s:%d: %s: %s", f.File, f.Line, f.Addr, f.Message)
}

// leftOut prints a write that was left out because its record is not as it was
// when the write was planned, or when the run ended that is taken back.
func (p *Printer) leftOut(e *runner.StepEnded) {
	p.stale++
	if p.stale <= maxFailures {
		fmt.Fprintf(p.err, "flowrun: left out: %s: %s\n", e.Addr, e.Note+moves(e.Changes))
	}
}

// moves says what a plan saw and what is there now.
func moves(changes []runner.Change) string {
	if len(changes) != 1 || changes[0].Secret {
		return ""
	}
	return fmt.Sprintf(" is %s now, and was %s", orAbsent(changes[0].After), orAbsent(changes[0].Before))
}

func orAbsent(value json.RawMessage) string {
	if value == nil {
		return "(absent)"
	}
	return cut(string(value), 40)
}

func (p *Printer) complain(word, text string) {
	fmt.Fprintf(p.err, "flowrun: %s %s\n", painter(p.opt.ErrColor).paint(color.FgRed, word), strings.ReplaceAll(text, "\n", "\n  "))
}

// End prints the result. It returns the first error of writing.
func (p *Printer) End(s *Summary) error {
	if s == nil {
		return nil
	}
	if p.failed > maxFailures {
		p.complain("error:", "and "+more(p.failed-maxFailures, "failure"))
	}
	if p.stale > maxFailures {
		fmt.Fprintf(p.err, "flowrun: left out: and %s\n", more(p.stale-maxFailures, "write"))
	}
	switch {
	case p.opt.Form == "ndjson":
		p.json(map[string]*Summary{"result": s}, "")
	case p.opt.Form == "json" && s.Plan:
		p.document(s)
	case p.opt.Form == "json":
		p.json(s.Result, "  ")
	case s.Plan && p.opt.Full:
		p.print("\n" + p.plan(s, 1<<30))
	case s.Plan:
		p.print(p.plan(s, maxLines-headingLines))
	default:
		p.print(p.result(s.Result))
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
