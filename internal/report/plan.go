package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fatih/color"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/flowrun-dev/flowrun/steps"
	"github.com/rivo/uniseg"
)

// maxLines is how long a plan may be on a terminal, whatever its size.
const maxLines = 60

// picture is a plan while it is written for a terminal.
type picture struct {
	painter
	detail
	*Summary
	b strings.Builder
}

// plan is the picture of a plan in at most a number of lines.
func (p *Printer) plan(s *Summary, lines int) string {
	text := ""
	for _, d := range details(p.opt.Samples) {
		text = p.planAs(s, d)
		if strings.Count(text, "\n") <= lines {
			break
		}
	}
	return text
}

func (p *Printer) planAs(s *Summary, d detail) string {
	v := picture{painter: p.painter, detail: d, Summary: s}
	if !p.opt.Quiet {
		v.steps()
		v.findings()
	}
	v.b.WriteString(p.planSums(s))
	v.b.WriteString(p.outputs(s.Outputs, d.outputs))
	return v.b.String()
}

// node is a step with those inside it.
type node struct {
	runner.StepResult
	groups []Group
	inner  []*node
	worst  int
}

// tree gives the steps with those inside them, the destructive ones first.
func (s *Summary) tree() []*node {
	top := &node{}
	path := []*node{top}
	groups := map[string][]Group{}
	for _, g := range s.Groups {
		groups[g.Step] = append(groups[g.Step], g)
	}
	for _, step := range s.Steps {
		n := &node{StepResult: step, groups: groups[step.Label]}
		path = path[:min(step.Depth+1, len(path))]
		outer := path[len(path)-1]
		outer.inner = append(outer.inner, n)
		path = append(path, n)
	}
	top.sort()
	return top.inner
}

func (n *node) sort() {
	for _, g := range n.groups {
		if worst := severity[g.Effect.Effect]; worst > severity[steps.Update] {
			n.worst = max(n.worst, worst)
		}
	}
	for _, inner := range n.inner {
		inner.sort()
		n.worst = max(n.worst, inner.worst)
	}
	slices.SortStableFunc(n.inner, func(a, b *node) int { return cmp.Compare(b.worst, a.worst) })
}

// steps shows the steps and what they change.
func (v *picture) steps() {
	names, kinds := 0, 0
	for _, s := range v.Steps {
		name, kind := titles(s)
		names, kinds = max(names, uniseg.StringWidth(name)), max(kinds, uniseg.StringWidth(kind))
	}
	shown, left := 0, 0
	var walk func([]*node)
	walk = func(list []*node) {
		for _, n := range list {
			switch {
			case n.Action == "" && !n.Loop: // a group has no line
			case v.detail.steps > 0 && shown == v.detail.steps:
				left++
			default:
				shown++
				v.head(n, names, kinds)
				for _, g := range n.groups {
					v.group(n, g)
				}
			}
			walk(n.inner)
		}
	}
	walk(v.tree())
	if left > 0 {
		fmt.Fprintf(&v.b, "    and %s\n", more(left, "step"))
	}
	v.b.WriteString("\n")
}

// head is the line of a step: its sign, its name, its action and what becomes
// of it.
func (v *picture) head(n *node, names, kinds int) {
	name, kind := titles(n.StepResult)
	begin := padded(name, names) + "  " + padded(kind, kinds) + "  "
	became := (&Printer{}).ended(v.Result, n.StepResult)
	v.b.WriteString(v.stepLine(effectOf(n.StepResult), begin, became, became))
}

// group shows the writes of a step that have one effect.
func (v *picture) group(n *node, g Group) {
	if v.fields == 0 {
		return
	}
	if len(n.groups) > 1 || g.Possible {
		v.b.WriteString("      " + v.paint(effectColors[g.Effect.Effect], groupTitle(g)) + "\n")
	}
	if g.Count <= int64(min(v.whole, len(g.Samples))) {
		for _, s := range g.Samples {
			v.sample(s)
		}
		return
	}
	for _, f := range g.listed(v.fields) {
		v.field(f, g)
	}
	if more := g.moreFields(v.fields); more != "" {
		v.b.WriteString("        and " + more + "\n")
	}
	v.addresses(g)
}

// groupTitle says what the writes of a group are, where a step has several
// groups or they may not be made.
func groupTitle(g Group) string {
	for _, verb := range verbs {
		if verb.effect != g.Effect.Effect {
			continue
		}
		future := verb.future
		if g.Effect.Effect == steps.Create && upserted(g.Action) {
			future += " or update"
		}
		if !g.Possible {
			return Number(g.Count) + " to " + future
		}
		text := "up to " + Number(g.Count) + " to " + future
		if g.After != nil {
			text += ", decided by " + named(g.After)
		}
		return text
	}
	return ""
}

// sample shows one write with all its fields.
func (v *picture) sample(s Sample) {
	line := visible(s.Addr)
	if s.Target != "" {
		line += "  " + visible(s.Target)
	}
	v.b.WriteString("      " + v.paint(color.Faint, cut(line, Width-6)) + "\n")
	width := 0
	for _, c := range s.Changes[:min(len(s.Changes), v.fields)] {
		width = max(width, uniseg.StringWidth(fieldName(c.Path)))
	}
	for i, c := range s.Changes {
		if i == v.fields {
			fmt.Fprintf(&v.b, "        and %s\n", more(len(s.Changes)-i, "field"))
			return
		}
		text := transition(valueOf(c), Width-8-width-2)
		v.b.WriteString("        " + padded(fieldName(c.Path), width) + "  " + text + "\n")
	}
}

// fieldWidth is how wide the name of a field may be.
const fieldWidth = 36

func fieldName(path string) string { return cut(visible(path), fieldWidth) }

// addresses names some rows of a group.
func (v *picture) addresses(g Group) {
	most := v.samples
	if severity[g.Effect.Effect] > severity[steps.Send] && !g.Possible {
		most *= 4 // what takes away is looked at more closely
	}
	few := g.Samples[:min(len(g.Samples), most)]
	if len(few) == 0 {
		return
	}
	var names []string
	for _, s := range few {
		names = append(names, cut(visible(s.title()), 60))
	}
	text := strings.Join(names, ", ")
	if left := g.Count - int64(len(few)); left > 0 {
		text += " and " + strings.Replace(plural(left, "row"), " row", " more row", 1)
	}
	for _, line := range strings.Split(strings.TrimRight(Wrap(text, "      ", Width), "\n"), "\n") {
		v.b.WriteString(v.paint(color.Faint, cut(line, Width)) + "\n")
	}
}
