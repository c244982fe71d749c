package report

import (
	"cmp"
	"fmt"
	"html"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/runner"
	"github.com/flowrun-dev/flowrun/steps"
)

// MaxMarkdown is how long a report in Markdown may be, in bytes. GitHub takes
// comments of 65,536 characters.
const MaxMarkdown = 60_000

// Markdown is a summary for a comment on a pull request. It begins with a
// comment that is not shown, [Marker], by which a later report finds the
// comment that it is to take the place of.
//
// What comes from records and files stands in code spans, where it can neither
// be Markdown nor HTML, nor call on anybody.
func Markdown(s *Summary, samples int) string {
	text := ""
	for _, d := range reportDetails(samples) {
		m := markdown{detail: d, Summary: s}
		if text = m.text(); len(text) <= MaxMarkdown {
			break
		}
	}
	return text
}

// Marker is the beginning of the report about a workflow.
func Marker(s *Summary) string {
	name := strings.Map(func(r rune) rune {
		if r == '-' || r == '<' || r == '>' || Acts(r) {
			return '_'
		}
		return r
	}, cmp.Or(s.Workflow, s.File))
	return "<!-- flowrun:" + cut(name, 100) + " -->"
}

// maxReportReasons is how many reasons a report gives why not all can be taken
// back.
const maxReportReasons = 10

// markdown is a report while it is written.
type markdown struct {
	detail
	*Summary
	b strings.Builder
}

func (m *markdown) text() string {
	what := "run"
	if m.Plan {
		what = "plan"
	}
	m.printf("%s\n### flowrun %s: %s\n\n", Marker(m.Summary), what, code(cmp.Or(m.Workflow, m.File)))
	m.printf("%s in workspace %s (%s): **%s**\n\n", code(m.File), code(m.Workspace.Name), code(m.Workspace.ID), headline(m.Summary))
	m.totals()
	m.refused()
	m.failed()
	m.changes()
	m.notUndone()
	m.allSteps()
	m.facts()
	return m.b.String()
}

func (m *markdown) printf(format string, args ...any) { fmt.Fprintf(&m.b, format, args...) }

// headline is what a plan comes to, or what a run did, in a sentence.
func headline(s *Summary) string {
	if s.Plan {
		return planTotals(s)
	}
	text := "no changes"
	if s.Changes.Any() {
		text = changeList(s.Changes, false, false)
	}
	if ended := s.Ended(); ended != runner.RunEnded {
		text += "; " + strings.ReplaceAll(ended, "_", " ")
	}
	var p Printer
	return text + "; " + p.counted(s.Counts)
}

// totals is the table of writes by effect.
func (m *markdown) totals() {
	if !m.Changes.Any() {
		return
	}
	head, rule := "| |", "|---|"
	certain, possible := "| "+m.certainly()+" |", "| possible |"
	for _, verb := range slices.Backward(verbs) {
		effect := verb.effect
		head += " " + effect.String() + " |"
		rule += "--:|"
		certain += " " + cell(m.Changes.Certain.Of(effect)) + " |"
		text := cell(m.Changes.Possible.Of(effect))
		if text != "" {
			text = "up to " + text
		}
		possible += " " + text + " |"
	}
	m.printf("%s\n%s\n%s\n", head, rule, certain)
	if m.Changes.Possible.Total() > 0 {
		m.printf("%s\n", possible)
	}
	m.printf("\n")
	if n := m.Changes.Certain.Delete + m.Changes.Possible.Delete; n > 0 && m.Plan {
		verb := "are"
		if n == 1 {
			verb = "is"
		}
		m.printf("> [!CAUTION]\n> %s %s to be deleted for good.\n\n", plural(n, "record"), verb)
	}
}

func (m *markdown) certainly() string {
	if m.Plan {
		return "certain"
	}
	return "written"
}

func cell(n int64) string {
	if n == 0 {
		return ""
	}
	return Number(n)
}

// refused lists the guards that the plan goes beyond.
func (m *markdown) refused() {
	for _, b := range m.Refused {
		m.printf("> [!WARNING]\n> Refused by a guard: %s.\n\n", code(b.Error()))
	}
}

// failed lists what failed, or would fail.
func (m *markdown) failed() {
	n := m.failures()
	if n == 0 {
		return
	}
	word := "failed"
	if m.Plan {
		word = "would fail"
	}
	if m.Blocking > 0 {
		word += "; the plan is blocked"
	}
	m.printf("> [!WARNING]\n> %s %s.\n\n", Number(n), word)
	m.printf("| Times | Step | Place | What |\n|--:|---|---|---|\n")
	left := m.Others
	for i, f := range m.Failing {
		if i >= m.findings {
			left += f.Count
			continue
		}
		what := ""
		for _, p := range f.Places[:min(len(f.Places), max(m.places, 1))] {
			what += cellCode(cmp.Or(p.Data, p.Addr), 80) + " " + cellCode(p.Message, 200) + "<br>"
		}
		if f.Hint != "" && m.places > 0 {
			what += "hint: " + cellCode(f.Hint, 200)
		}
		m.printf("| %s | %s | %s | %s |\n", Number(f.Count), cellCode(f.Step, 80), cellCode(fmt.Sprintf("%s:%d", f.File, f.Line), 120), strings.TrimSuffix(what, "<br>"))
	}
	if left > 0 {
		m.printf("| %s | | | others |\n", Number(left))
	}
	m.printf("\n")
}

// changes has a part for each step that writes, which opens.
func (m *markdown) changes() {
	var walk func([]*node)
	walk = func(list []*node) {
		for _, n := range list {
			for _, g := range n.groups {
				m.group(g)
			}
			walk(n.inner)
		}
	}
	if m.fields > 0 {
		walk(m.tree())
	}
}

func (m *markdown) group(g Group) {
	m.printf("<details><summary>%s <code>%s</code> %s: <b>%s</b></summary>\n\n", html.EscapeString(g.Effect.Sign()),
		html.EscapeString(cut(g.Step, 80)), html.EscapeString(g.Action), html.EscapeString(groupText(g, m.Plan)))
	m.groupFields(g)
	m.groupSamples(g)
	m.printf("</details>\n\n")
}

// groupText says what the writes of a group are.
func groupText(g Group, plan bool) string {
	if plan {
		return groupTitle(g)
	}
	for _, verb := range verbs {
		if verb.effect == g.Effect.Effect && g.Possible {
			return Number(g.Count) + " in doubt"
		} else if verb.effect == g.Effect.Effect {
			return Number(g.Count) + " " + verb.past
		}
	}
	return ""
}

func (m *markdown) groupFields(g Group) {
	if len(g.Fields) == 0 {
		return
	}
	m.printf("| Field | Change | Rows |\n|---|---|--:|\n")
	for _, f := range g.listed(m.fields) {
		shown := f.listed(m.values)
		for _, v := range shown {
			note := ""
			if v.Rare || f.Rare {
				note = " rare: " + cellCode(v.Addr, 80)
			} else if singular(f) {
				note = " for example"
			}
			m.printf("| %s | %s%s | %s |\n", cellCode(f.Path, 60), cellCode(transition(v, 100), 100), note, Number(v.Count))
		}
		if rest, rows := f.rest(shown); rest != "" {
			m.printf("| %s | %s | %s |\n", cellCode(f.Path, 60), rest, Number(rows))
		}
	}
	if more := g.moreFields(m.fields); more != "" {
		m.printf("| and %s | | |\n", more)
	}
	m.printf("\n")
}

func (m *markdown) groupSamples(g Group) {
	few := g.Samples[:min(len(g.Samples), m.samples)]
	if len(few) == 0 {
		return
	}
	names := make([]string, len(few))
	for i, s := range few {
		names[i] = code(cut(s.title(), 80))
	}
	text := strings.Join(names, ", ")
	if left := g.Count - int64(len(few)); left > 0 {
		text += " and " + strings.Replace(plural(left, "row"), " row", " more row", 1)
	}
	m.printf("%s\n\n", text)
}

// notUndone lists what an undo cannot take back, or not wholly.
func (m *markdown) notUndone() {
	if len(m.NotUndone) == 0 {
		return
	}
	m.printf("| Taken back | Writes | Step | Why not wholly | Rows |\n|---|--:|---|---|---|\n")
	for _, l := range worstFirst(m.NotUndone) {
		m.printf("| %s | %s | %s | %s | %s |\n", howFar(l.How), Number(l.Count), cellCode(l.Step, 80), cellCode(l.Reason, 300), cellCode(limited(l), 200))
	}
	m.printf("\n")
}

// allSteps is the table of the steps, in the order of the file.
func (m *markdown) allSteps() {
	m.printf("<details><summary>All steps</summary>\n\n| | Step | Action | |\n|---|---|---|---|\n")
	var p Printer
	shown := 0
	for _, s := range m.Steps {
		if s.Action == "" && !s.Loop {
			continue
		}
		if shown++; shown > m.detail.steps {
			continue
		}
		effect := ""
		if e := effectOf(s); e != steps.Read {
			effect = e.Sign()
		}
		m.printf("| %s | %s%s | %s | %s |\n", effect, strings.Repeat("&nbsp;&nbsp;", s.Depth), cellCode(cmp.Or(s.Label, s.Name), 60), s.Action, p.ended(m.Result, s))
	}
	if left := shown - m.detail.steps; left > 0 {
		m.printf("| | and %s | | |\n", more(left, "step"))
	}
	m.printf("\n</details>\n\n")
}

// facts are the last lines: undo, cost, outputs.
func (m *markdown) facts() {
	if m.Plan && m.Changes.Any() {
		for i, line := range m.undoLines(maxReportReasons) {
			if i == 0 {
				m.printf("**%s**: %s.\n", line[0], line[1])
			} else {
				m.printf("- %s\n", code(cut(line[1], 300)))
			}
		}
		m.printf("\n**Cost** of applying it: %s.\n\n", costText(m.Cost))
	}
	for i, out := range m.Outputs {
		if i == m.outputs {
			m.printf("- and %s\n", more(len(m.Outputs)-i, "output"))
			break
		}
		m.printf("- output %s: %s\n", code(cut(out.Name, 60)), code(cut(outputText(out, true), 200)))
	}
	if m.Plan {
		m.printf("\n<sub>Plan %s took %s and %s; nothing was written.</sub>\n", code(m.RunID), Duration(m.Seconds), plural(m.Calls, "read"))
		return
	}
	m.printf("\n<sub>Run %s took %s and %s.</sub>\n", code(m.RunID), Duration(m.Seconds), plural(m.Calls, "call"))
}

// code is a text as a code span: in it nothing acts but the end of the span.
func code(text string) string {
	text = visible(text)
	if text == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) > 1 || strings.HasPrefix(text, " ") {
		text = " " + text + " "
	}
	return fence + text + fence
}

// cellCode is a code span in a table, cut to a width.
func cellCode(text string, width int) string {
	return strings.ReplaceAll(code(cut(text, width)), "|", `\|`)
}
