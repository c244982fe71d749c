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

	"github.com/flowrun-dev/flowrun/runner"
)

// Options says how to print.
type Options struct {
	Form  string // "text", "json" or "ndjson"
	Color bool
	Quiet bool
}

// Printer prints one plan or run.
type Printer struct {
	opt     Options
	out     io.Writer // results
	err     io.Writer // failures, while they happen
	failed  int       // failures printed so far
	samples map[string][]*runner.StepEnded
	broken  error // the first error of writing
}

// New returns a printer that writes results to out and failures to errs.
func New(out, errs io.Writer, opt Options) *Printer {
	return &Printer{opt: opt, out: out, err: errs, samples: map[string][]*runner.StepEnded{}}
}

// maxFailures is how many failures are printed in full; the rest is counted.
const maxFailures = 10

// maxSamples is how many instances of a step a plan shows.
const maxSamples = 1

// Event is told what happens.
func (p *Printer) Event(e runner.Event) {
	if p.opt.Form == "ndjson" {
		p.json(e, "")
	}
	switch {
	case e.Ended != nil && e.Ended.With != nil && len(p.samples[e.Ended.Step]) < maxSamples:
		p.samples[e.Ended.Step] = append(p.samples[e.Ended.Step], e.Ended)
	case e.Ended != nil && e.Ended.Failure != nil:
		p.failure(e.Ended.Failure)
	case e.Row != nil && e.Row.Failure != nil:
		p.failure(e.Row.Failure)
	case e.Failed != nil:
		p.failure(e.Failed)
	}
}

// failure prints one failure at once: where it stands, what Intercom said and
// what to do.
func (p *Printer) failure(f *runner.Failure) {
	p.failed++
	if p.failed > maxFailures {
		return
	}
	fmt.Fprintf(p.err, "flowrun: error: %s\n", f.Error())
	if f.Hint != "" {
		fmt.Fprintf(p.err, "flowrun: hint: %s\n", f.Hint)
	}
}

// End prints the result. It returns the first error of writing.
func (p *Printer) End(r *runner.Result) error {
	if r == nil {
		return nil
	}
	if p.failed > maxFailures {
		fmt.Fprintf(p.err, "flowrun: error: and %s more failures\n", number(int64(p.failed-maxFailures)))
	}
	switch p.opt.Form {
	case "ndjson":
		p.json(map[string]*runner.Result{"result": r}, "")
	case "json":
		p.json(r, "  ")
	default:
		p.text(r)
	}
	return p.broken
}

func (p *Printer) json(v any, indent string) {
	encoder := json.NewEncoder(p.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	if err := encoder.Encode(v); err != nil && p.broken == nil {
		p.broken = err
	}
}
