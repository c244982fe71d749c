package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/runner"
	"github.com/flowrun-dev/flowrun/steps"
)

// severity orders effects, the worst first: what cannot be taken back, what
// takes away, the rest.
var severity = map[steps.Effect]int{steps.Delete: 4, steps.Archive: 3, steps.Send: 2, steps.Update: 1}

// What is rare: at most one of a hundred, where there are twenty or more.
const (
	rareShare = 100
	rareFrom  = 20
)

func rare(n, of int64) bool { return of >= rareFrom && n*rareShare <= of }

// Summary gives the summary at the end of the plan or the run.
func (c *Collector) Summary(r *runner.Result) *Summary {
	s := &Summary{Result: r, Groups: []Group{}, Failing: []Fails{}, Others: c.others, Undo: c.undo}
	if r.Plan {
		s.Cost = estimate(r)
	}
	order := map[string]int{}
	for i, step := range r.Steps {
		order[step.Label] = i
	}
	for _, g := range c.groups {
		s.Groups = append(s.Groups, g.finished())
	}
	slices.SortFunc(s.Groups, func(a, b Group) int {
		return cmp.Or(
			cmp.Compare(order[a.Step], order[b.Step]),
			cmp.Compare(severity[b.Effect.Effect], severity[a.Effect.Effect]),
			cmp.Compare(boolean(a.Possible), boolean(b.Possible)),
		)
	})
	for _, found := range r.Findings {
		if f := c.findings[findingKey{labelOf(found.Addr), found.Code, found.Line}]; f != nil && found.Blocks {
			f.Blocks = true
		}
	}
	for _, f := range c.findings {
		s.Failing = append(s.Failing, f.finished())
	}
	slices.SortFunc(s.Failing, func(a, b Fails) int {
		return cmp.Or(cmp.Compare(boolean(b.Blocks), boolean(a.Blocks)), cmp.Compare(a.Line, b.Line), cmp.Compare(order[a.Step], order[b.Step]), strings.Compare(a.Code, b.Code))
	})
	for reason, n := range c.reasons {
		reason.Count = n
		s.Undo.Reasons = append(s.Undo.Reasons, reason)
	}
	slices.SortFunc(s.Undo.Reasons, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Note, b.Note), strings.Compare(a.Action, b.Action))
	})
	return s
}

// finished gives what fails with its places as they stand in their file: of two
// lines, the shorter number is the lower one.
func (f *Fails) finished() Fails {
	done := *f
	done.Places = slices.Clone(f.Places)
	slices.SortFunc(done.Places, func(a, b FailsHere) int {
		return cmp.Or(cmp.Compare(len(a.Data), len(b.Data)), strings.Compare(a.Data, b.Data), strings.Compare(a.Addr, b.Addr))
	})
	return done
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// finished gives a group with its fields, and its samples in the order of the
// rows.
func (g *group) finished() Group {
	done := g.Group
	done.Fields = []Field{}
	for path, h := range g.fields {
		f := Field{Path: path, Count: h.total, Rare: rare(h.total, g.Count)}
		f.Values, f.Different, f.About = h.values()
		for i, v := range f.Values {
			f.Values[i].Rare = !f.About && f.Different < rareFrom && rare(v.Count, f.Count)
		}
		done.Fields = append(done.Fields, f)
	}
	slices.SortFunc(done.Fields, func(a, b Field) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Path, b.Path))
	})
	done.Samples = slices.Clone(g.Samples)
	slices.SortFunc(done.Samples, func(a, b Sample) int {
		return cmp.Or(slices.Compare(a.index, b.index), strings.Compare(a.Addr, b.Addr))
	})
	return done
}
