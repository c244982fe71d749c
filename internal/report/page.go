package report

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"html/template"

	"github.com/flowrun-dev/flowrun/steps"
)

// MaxPage is how long a report in HTML may be, in bytes: few mail systems and
// browsers mind a page of this size.
const MaxPage = 2 << 20

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{"number": Number, "visible": visible}).Parse(pageText))

// page is what the template shows, all of it ready to be read.
type page struct {
	*Summary
	Masked   bool
	Numbers  []pageNumber
	Bar      []pageNumber
	Found    []Fails
	Changed  []pageGroup
	Table    []pageStep
	Undone   [][2]string
	Limits   []pageLimit
	CostText string
	Listed   []pageOutput
	PaceText string
	PaceBars []int // percent of the highest

	MoreFound, MoreGroups, MoreSteps int64
}

type pageNumber struct {
	Class, Text, Label string
	Count              int64
	Possible           bool
}

type pageGroup struct {
	Group
	Title      string
	Open       bool
	Lines      []pageLine
	Rows       []pageRow
	Plain      bool // no row shows a change of a field
	MoreFields string
	MoreRows   int64
}

// pageLine is one change of a field.
type pageLine struct {
	Path, Before, After, Later string
	Rows                       string
	Share                      int // percent of the rows of the group
	Rare                       bool
	Example                    string
}

type pageRow struct {
	Addr, Target string
	Lines        []pageLine
	MoreFields   int
}

type pageStep struct {
	Name, Kind, Text string
	Indent           int
}

type pageOutput struct{ Name, Text string }

// pageLimit is what an undo cannot take back, or not wholly.
type pageLimit struct{ Step, Title, Reason, Rows string }

// Page is a summary as one page of HTML that needs nothing else: no script, no
// other file, no network.
func Page(s *Summary, samples int) ([]byte, error) {
	var b bytes.Buffer
	for _, d := range reportDetails(samples) {
		b.Reset()
		if err := pageTemplate.Execute(&b, newPage(s, d)); err != nil {
			return nil, err
		}
		if b.Len() <= MaxPage {
			break
		}
	}
	return b.Bytes(), nil
}

func newPage(s *Summary, d detail) *page {
	p := &page{Summary: s, Masked: s.masked, Numbers: pageNumbers(s), Bar: pageBar(s)}
	if s.Pace != nil {
		p.PaceText, p.PaceBars = paceText(s.Pace), paceBars(s.Pace)
	}
	p.Found = s.Failing[:min(len(s.Failing), d.findings)]
	p.MoreFound = s.Others
	for _, f := range s.Failing[len(p.Found):] {
		p.MoreFound += f.Count
	}
	p.addGroups(s.tree(), d)
	for _, step := range s.Steps {
		if step.Action == "" && !step.Loop {
			continue
		}
		if len(p.Table) == d.steps {
			p.MoreSteps++
			continue
		}
		var words Printer
		p.Table = append(p.Table, pageStep{cut(visible(cmp.Or(step.Label, step.Name)), 80), step.Action, words.ended(s.Result, step), 20 * min(step.Depth, 6)})
	}
	if s.Plan && s.Changes.Any() {
		p.Undone = s.undoLines(maxReportReasons)
		p.CostText = costText(s.Cost)
	}
	for _, l := range worstFirst(s.NotUndone) {
		p.Limits = append(p.Limits, pageLimit{visible(l.Step), Number(l.Count) + " " + howFar(l.How), visible(l.Reason), visible(limited(l))})
	}
	for _, out := range s.Outputs[:min(len(s.Outputs), d.outputs)] {
		p.Listed = append(p.Listed, pageOutput{cut(out.Name, 60), cut(visible(outputText(out, true)), 400)})
	}
	return p
}

// Title is that of the page.
func (p *page) Title() string { return "flowrun " + p.Kind() + ": " + p.Name() }

// Kind is plan or run.
func (p *page) Kind() string {
	if p.Plan {
		return "plan"
	}
	return "run"
}

// Name is that of the workflow.
func (p *page) Name() string { return visible(cmp.Or(p.Workflow, p.File)) }

// Headline says all in a sentence.
func (p *page) Headline() string { return headline(p.Summary) }

// Footer says what it took.
func (p *page) Footer() string {
	if p.Plan {
		return fmt.Sprintf("Plan %s took %s and %s. Nothing was written.", p.RunID, Duration(p.Seconds), plural(p.Calls, "read"))
	}
	return fmt.Sprintf("Run %s took %s and %s.", p.RunID, Duration(p.Seconds), plural(p.Calls, "call"))
}

// pageNumbers are the numbers at the top: the writes by effect, the destructive
// ones first, what is so already, and what fails.
func pageNumbers(s *Summary) []pageNumber {
	var all []pageNumber
	for _, verb := range verbs {
		certain, possible := s.Changes.Certain.Of(verb.effect), s.Changes.Possible.Of(verb.effect)
		n := pageNumber{Class: verb.effect.String(), Text: Number(certain), Label: verb.past}
		if s.Plan {
			n.Label = "to " + verb.future
		}
		if s.Plan && verb.effect == steps.Create && anyUpserts(s.Result) {
			n.Label += " or update"
		}
		if possible > 0 {
			n.Text += " to " + Number(certain+possible)
		}
		if certain+possible > 0 {
			all = append(all, n)
		}
	}
	if len(all) == 0 {
		all = append(all, pageNumber{Text: "0", Label: "changes"})
	}
	if n := s.unchanged(); n > 0 {
		all = append(all, pageNumber{Class: "same", Text: Number(n), Label: "unchanged"})
	}
	if n := s.failures(); n > 0 && s.Plan {
		all = append(all, pageNumber{Class: "delete", Text: Number(n), Label: "would fail"})
	} else if n > 0 {
		all = append(all, pageNumber{Class: "delete", Text: Number(n), Label: "failed"})
	}
	return all
}

// pageBar has a piece for each effect, as wide as there are writes.
func pageBar(s *Summary) []pageNumber {
	var bar []pageNumber
	for _, verb := range verbs {
		for _, possible := range []bool{false, true} {
			n := s.Changes.Certain.Of(verb.effect)
			if possible {
				n = s.Changes.Possible.Of(verb.effect)
			}
			if n > 0 {
				title := groupText(Group{Effect: Effect{verb.effect}, Possible: possible, Count: n}, s.Plan)
				bar = append(bar, pageNumber{Class: verb.effect.String(), Label: title, Count: n, Possible: possible})
			}
		}
	}
	return bar
}

// openGroups is how many groups are open when the page is.
const openGroups = 3

func (p *page) addGroups(list []*node, d detail) {
	for _, n := range list {
		for _, g := range n.groups {
			if len(p.Changed) == 3*d.steps {
				p.MoreGroups++
				continue
			}
			shown := newPageGroup(g, d, p.Plan)
			shown.Open = len(p.Changed) < openGroups || severity[g.Effect.Effect] > severity[steps.Update]
			p.Changed = append(p.Changed, shown)
		}
		p.addGroups(n.inner, d)
	}
}

func newPageGroup(g Group, d detail, plan bool) pageGroup {
	out := pageGroup{Group: g, Title: groupText(g, plan)}
	few := g.Samples[:min(len(g.Samples), d.samples)]
	out.Plain = len(g.Fields) == 0
	for _, s := range few {
		out.Rows = append(out.Rows, newPageRow(s, d))
	}
	out.MoreRows = g.Count - int64(len(few))
	if out.MoreRows == 0 && len(few) > 0 {
		return out // each of them is shown
	}
	for _, f := range g.listed(d.fields) {
		out.Lines = append(out.Lines, fieldLines(f, g, d)...)
	}
	out.MoreFields = g.moreFields(d.fields)
	return out
}

func newPageRow(s Sample, d detail) pageRow {
	row := pageRow{Addr: cut(visible(s.Addr), 200), Target: cut(visible(s.Target), 100)}
	for _, c := range s.Changes[:min(len(s.Changes), d.fields)] {
		line := newPageLine(valueOf(c))
		line.Path = visible(c.Path)
		row.Lines = append(row.Lines, line)
	}
	row.MoreFields = len(s.Changes) - len(row.Lines)
	return row
}

func newPageLine(v Value) pageLine {
	line := pageLine{}
	line.Before = beforeText(v)
	if v.Known != nil {
		line.Later = visible("known after " + named(v.Known))
	} else {
		line.After = valueText(v.After)
	}
	return line
}

// fieldLines are the changes of a field, the most frequent first.
func fieldLines(f Field, g Group, d detail) []pageLine {
	var lines []pageLine
	add := func(line pageLine, n int64) {
		if len(lines) == 0 {
			line.Path = visible(f.Path)
		}
		line.Rows = Number(n)
		line.Share = int(100 * n / max(g.Count, 1))
		lines = append(lines, line)
	}
	shown := f.listed(d.values)
	for _, v := range shown {
		line := newPageLine(v)
		if line.Rare = v.Rare || f.Rare; line.Rare {
			line.Example = cut(visible(v.Addr), 100)
		}
		add(line, v.Count)
	}
	if rest, rows := f.rest(shown); rest != "" {
		add(pageLine{Later: rest}, rows)
	}
	return lines
}
