package report

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/flowrun-dev/flowrun/runner"
)

// Masked is the summary for a report that others see.
func (s *Summary) Masked() *Summary {
	out := *s
	out.masked = true
	result := *s.Result
	out.Result = &result
	result.Failures, result.Outputs = slices.Clone(result.Failures), slices.Clone(result.Outputs)
	for i, f := range result.Failures {
		result.Failures[i] = maskFailure(f)
	}
	result.Findings = slices.Clone(result.Findings)
	for i, f := range result.Findings {
		result.Findings[i].Failure = maskFailure(f.Failure)
	}
	for i, o := range result.Outputs {
		result.Outputs[i].Value, result.Outputs[i].After = maskJSON(o.Value, false), maskTexts(o.After)
	}
	result.NotUndone = MaskedLimits(result.NotUndone)
	out.Groups, out.Failing = slices.Clone(s.Groups), slices.Clone(s.Failing)
	for i, g := range out.Groups {
		out.Groups[i] = g.masked()
	}
	for i, f := range out.Failing {
		out.Failing[i] = f.masked()
	}
	return &out
}

func (f Fails) masked() Fails {
	f.Hint, f.Places = MaskText(f.Hint), slices.Clone(f.Places)
	for i, p := range f.Places {
		f.Places[i] = FailsHere{Addr: MaskText(p.Addr), Data: p.Data, Message: MaskText(p.Message)}
	}
	return f
}

func (g Group) masked() Group {
	shared := g.shared()
	g.Fields, g.Samples = slices.Clone(g.Fields), slices.Clone(g.Samples)
	for i, f := range g.Fields {
		g.Fields[i] = f.masked(g.Action, shared)
	}
	for i, s := range g.Samples {
		addr := MaskText(s.Addr)
		s.masked = addr != s.Addr
		s.Addr, s.Target, s.Changes = addr, MaskText(s.Target), maskChanges(g.Action, s.Changes, shared)
		g.Samples[i] = s
	}
	return g
}

// masked is the field with values that are masked; those that are alike then
// are one. Of many values of their own, one is left as an example.
func (f Field) masked(action string, shared map[string]map[string]int64) Field {
	values := f.Values
	if singular(f) {
		values = values[:1]
	}
	f.Values = nil
	for _, v := range values {
		c := runner.Change{Path: f.Path, Before: v.Before, After: v.After, Known: v.Known, Secret: v.Secret, Told: v.Told}
		c = maskChanges(action, []runner.Change{c}, shared)[0]
		v.Before, v.After, v.Known, v.Addr = c.Before, c.After, c.Known, MaskText(v.Addr)
		at := slices.IndexFunc(f.Values, func(each Value) bool {
			return bytes.Equal(each.Before, v.Before) && bytes.Equal(each.After, v.After) && each.Absent == v.Absent && slices.Equal(each.Known, v.Known)
		})
		if at < 0 {
			f.Values = append(f.Values, v)
			continue
		}
		f.Values[at].Count += v.Count
		f.Different--
	}
	slices.SortStableFunc(f.Values, func(a, b Value) int { return cmp.Compare(b.Count, a.Count) })
	return f
}

// shared counts in how many rows each value of each field stands, as it was or
// as it becomes.
func (g Group) shared() map[string]map[string]int64 {
	shared := map[string]map[string]int64{}
	for _, f := range g.Fields {
		counts := map[string]int64{}
		for _, v := range f.Values {
			counts[string(v.Before)] += v.Count
			if !bytes.Equal(v.Before, v.After) {
				counts[string(v.After)] += v.Count
			}
		}
		shared[f.Path] = counts
	}
	return shared
}
