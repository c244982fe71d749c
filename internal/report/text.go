package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/flowrun-dev/flowrun/steps"
)

// text prints the result for a person: a line for each step, then the totals,
// then the outputs.
func (p *Printer) text(r *runner.Result) {
	var b strings.Builder
	if !p.opt.Quiet {
		p.heading(&b, r)
		for _, row := range p.table(r) {
			b.WriteString(row)
		}
		b.WriteByte('\n')
	}
	b.WriteString(totals(r))
	outputs(&b, r)
	if _, err := p.out.Write([]byte(b.String())); err != nil && p.broken == nil {
		p.broken = err
	}
}

func (p *Printer) heading(b *strings.Builder, r *runner.Result) {
	word, note := "apply", "run "+r.RunID
	if r.Plan {
		word, note = "plan", "nothing is written"
	}
	fmt.Fprintf(b, "%s %s\n", word, p.paint(bold, r.File))
	fmt.Fprintf(b, "workspace %s (%s), %s\n\n", r.Workspace.Name, r.Workspace.ID, note)
}

// table gives a row for each step, its columns aligned, and in a plan the
// samples below it.
func (p *Printer) table(r *runner.Result) []string {
	names, kinds := 0, 0
	for _, s := range r.Steps {
		names = max(names, 2*s.Depth+2+utf8.RuneCountInString(s.Label))
		kinds = max(kinds, utf8.RuneCountInString(kind(s)))
	}
	var rows []string
	for _, s := range r.Steps {
		if s.Action == "" && !s.Loop {
			continue
		}
		sign, color := p.sign(s)
		name := strings.Repeat("  ", s.Depth) + sign + " " + s.Label
		row := fmt.Sprintf("  %-*s  %-*s  %s", names, name, kinds, kind(s), ended(r, s))
		rows = append(rows, p.paint(color, strings.TrimRight(row, " "))+"\n")
		if r.Plan {
			rows = append(rows, p.sample(s)...)
		}
	}
	return rows
}

func kind(s runner.StepResult) string {
	if s.Loop && s.Action == "" {
		return "for_each"
	}
	return s.Action
}

// sign is the sign of what a step does, and its colour.
func (p *Printer) sign(s runner.StepResult) (string, string) {
	effect := steps.Read
	for _, each := range []steps.Effect{steps.Create, steps.Update, steps.Archive, steps.Delete, steps.Send} {
		if s.Changes.Certain.Of(each)+s.Changes.Possible.Of(each) > 0 {
			effect = each
		}
	}
	return effect.Sign(), colors[effect]
}

// ended says what became of a step: of its items, and of its instances.
func ended(r *runner.Result, s runner.StepResult) string {
	switch {
	case s.After != nil:
		return "decided by " + strings.Join(s.After, ", ")
	case s.Loop && s.Action == "":
		text := number(s.Rows.Total) + " of " + plural(s.Read, "item")
		if !r.Plan || s.Rows.Failed > 0 {
			text += ": " + counted(*s.Rows)
		}
		return text
	case r.Plan && s.Changes.Any():
		return changes(s.Changes, "to ") + rest(s.Counts)
	case r.Plan:
		return strings.ReplaceAll(counted(s.Counts), "done", "read")
	}
	return counted(s.Counts)
}

// rest is what a plan says of instances that change nothing.
func rest(c runner.Counts) string {
	var parts []string
	for _, status := range []runner.Status{runner.Unchanged, runner.Skipped, runner.Failed, runner.Pending} {
		if n := c.Of(status); n > 0 {
			parts = append(parts, number(n)+" "+word(status))
		}
	}
	if parts == nil {
		return ""
	}
	return ", " + strings.Join(parts, ", ")
}

// counted lists the statuses that occur, the best known first.
func counted(c runner.Counts) string {
	var parts []string
	for _, status := range []runner.Status{runner.Done, runner.Unchanged, runner.Skipped, runner.Failed, runner.InDoubt, runner.Pending} {
		if n := c.Of(status); n > 0 {
			parts = append(parts, number(n)+" "+word(status))
		}
	}
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, ", ")
}

func word(s runner.Status) string { return strings.ReplaceAll(string(s), "_", " ") }

var verbs = []struct {
	effect       steps.Effect
	future, past string
}{
	{steps.Delete, "delete", "deleted"},
	{steps.Archive, "archive", "archived"},
	{steps.Send, "send", "sent"},
	{steps.Update, "update", "updated"},
	{steps.Create, "create", "created"},
}

// changes lists writes by effect, the worst first. With "to " they are still
// to come.
func changes(c runner.Changes, to string) string {
	var parts []string
	for _, verb := range verbs {
		certain, possible := c.Certain.Of(verb.effect), c.Possible.Of(verb.effect)
		text := verb.past
		if to != "" {
			text = to + verb.future
		}
		switch {
		case possible > 0:
			parts = append(parts, fmt.Sprintf("%s to %s %s", number(certain), number(certain+possible), strings.TrimPrefix(text, "to ")))
		case certain > 0:
			parts = append(parts, number(certain)+" "+text)
		}
	}
	return strings.Join(parts, ", ")
}

// totals is the last line: all that happened, and what it cost.
func totals(r *runner.Result) string {
	took := fmt.Sprintf("%s in %s", plural(r.Calls, "call"), duration(r.Seconds))
	if r.Plan {
		text := "No changes."
		if r.Changes.Any() {
			text = "Plan: " + changes(r.Changes, "to ") + "."
		}
		return text + " Read with " + took + "; nothing was written.\n"
	}
	text := "Applied: " + counted(r.Counts) + "; " + number(r.Counts.Total) + " in all."
	if r.Changes.Any() {
		text += " Changed: " + changes(r.Changes, "") + "."
	}
	return text + " " + took + ".\n"
}

func outputs(b *strings.Builder, r *runner.Result) {
	if len(r.Outputs) == 0 {
		return
	}
	b.WriteString("{\n")
	for i, out := range r.Outputs {
		value := "(known after " + strings.Join(out.After, ", ") + ")"
		if out.After == nil {
			var indented bytes.Buffer
			_ = json.Indent(&indented, out.Value, "  ", "  ") // it is JSON of our own
			value = indented.String()
		}
		comma := ","
		if i == len(r.Outputs)-1 {
			comma = ""
		}
		fmt.Fprintf(b, "  %q: %s%s\n", out.Name, value, comma)
	}
	b.WriteString("}\n")
}

// maxFields is how many fields of a sample are shown.
const maxFields = 6

// sample gives the lines of the instances of a step that are shown.
func (p *Printer) sample(s runner.StepResult) []string {
	var lines []string
	for _, e := range p.samples[s.Label] {
		lines = append(lines, "        "+e.Addr+"\n")
		names := slices.Sorted(maps.Keys(e.With))
		width := 0
		for _, name := range names[:min(len(names), maxFields)] {
			width = max(width, len(name))
		}
		for i, name := range names {
			if i == maxFields {
				lines = append(lines, fmt.Sprintf("          and %s more\n", plural(int64(len(names)-i), "field")))
				break
			}
			lines = append(lines, fmt.Sprintf("          %-*s  %s\n", width, name, shown(e.With[name])))
		}
	}
	return lines
}

// shown is a value on one line, cut where it is long.
func shown(v eval.Value) string {
	if unknown, some := eval.IsUnknown(v); some {
		return "(known after " + strings.Join(unknown.Origins, ", ") + ")"
	}
	text, err := eval.AppendJSON(nil, v)
	if err != nil {
		return "?"
	}
	if runes := []rune(string(text)); len(runes) > 56 {
		return string(runes[:53]) + "..."
	}
	return string(text)
}

// number writes an integer with separators: 12,400.
func number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return number(n) + " " + noun + "s"
}

func duration(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d < time.Minute:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
}
