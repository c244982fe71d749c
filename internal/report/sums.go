package report

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fatih/color"
	"github.com/flowrun-dev/flowrun/runner"
)

// sums are the last lines: what became of the steps and rows, what was changed,
// and what it cost.
func (p *Printer) sums(r *runner.Result) string {
	took := fmt.Sprintf("%s, %s", Duration(r.Seconds), plural(r.Calls, "call"))
	return p.labelled(append(p.done(r), [2]string{"Took", took}))
}

// done are the lines of what became of the steps and rows, and of what was
// changed.
func (p *Printer) done(r *runner.Result) [][2]string {
	var lines [][2]string
	steps, rows := r.StepsAndRows()
	loops := slices.ContainsFunc(r.Steps, func(s runner.StepResult) bool { return s.Loop })
	if steps.Total > 0 {
		lines = append(lines, [2]string{"Steps", p.counted(steps) + inAll(steps)})
	}
	if rows.Total > 0 || loops && lines == nil {
		lines = append(lines, [2]string{"Rows", p.counted(rows) + inAll(rows) + before(r)})
	}
	if r.Changes.Any() {
		lines = append(lines, [2]string{"Changes", changeList(r.Changes, false, false)})
	}
	if r.Stale > 0 {
		lines = append(lines, [2]string{"Stale", plural(r.Stale, "write") + " left out: what was planned is not so any more"})
	}
	return folded(lines, Width-len("Changes  "))
}

func anyUpserts(r *runner.Result) bool {
	for _, s := range r.Steps {
		if upserted(s.Action) && s.Changes.Certain.Create > 0 {
			return true
		}
	}
	return false
}

// inAll is the sum of counts, where there is more than one.
func inAll(c runner.Counts) string {
	for _, status := range runner.Statuses {
		if c.Of(status) == c.Total {
			return ""
		}
	}
	return "; " + Number(c.Total) + " in all"
}

// before says how many rows an earlier stretch of the run had settled.
func before(r *runner.Result) string {
	n := int64(0)
	for _, s := range r.Steps {
		n += s.Before
	}
	if n == 0 {
		return ""
	}
	return "; " + Number(n) + " before this"
}

// labelled sets lines behind their labels.
func (p *Printer) labelled(lines [][2]string) string {
	width := 0
	for _, line := range lines {
		width = max(width, utf8.RuneCountInString(line[0]))
	}
	var b strings.Builder
	for _, line := range lines {
		label := fmt.Sprintf("%-*s", width, line[0])
		b.WriteString(p.paint(color.Bold, label) + "  " + line[1] + "\n")
	}
	return b.String()
}
