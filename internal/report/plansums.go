package report

import (
	"fmt"
	"strings"

	"github.com/fatih/color"
	"github.com/flowrun-dev/flowrun/runner"
)

// maxReasonLines is how many reasons are given why not all can be taken back.
const maxReasonLines = 3

// planSums are the last lines of a plan: what it comes to, what of it would
// fail, what could be taken back, what applying it takes, and what the plan
// took itself.
func (p *Printer) planSums(s *Summary) string {
	lines := [][2]string{{"Plan", planTotals(s)}}
	if n := s.failures(); n > 0 {
		text := Number(n) + " that would fail"
		switch {
		case s.Blocking == n:
			text += "; the plan is blocked"
		case s.Blocking > 0:
			text += "; the plan is blocked by " + Number(s.Blocking) + " of them"
		}
		lines = append(lines, [2]string{"Found", p.paint(color.FgRed, text)})
	}
	if s.Changes.Any() {
		lines = append(lines, s.undoLines(maxReasonLines)...)
		lines = append(lines, [2]string{"Cost", costText(s.Cost)})
	}
	lines = append(lines, [2]string{"Took", fmt.Sprintf("%s, %s; nothing was written", Duration(s.Seconds), plural(s.Calls, "read"))})
	return p.labelled(folded(lines, Width-len("Found  ")))
}

// folded breaks the lines that are too long; what follows of one has no label.
func folded(lines [][2]string, width int) [][2]string {
	var out [][2]string
	for _, line := range lines {
		for _, text := range strings.Split(strings.TrimRight(Wrap(line[1], "", width), "\n"), "\n") {
			out = append(out, [2]string{line[0], text})
			line[0] = ""
		}
	}
	return out
}

// failures counts what would fail.
func (s *Summary) failures() int64 {
	n := s.Others
	for _, f := range s.Failing {
		n += f.Count
	}
	return n
}

// planTotals counts the writes of a plan, those that are certain and those that
// are possible, and what is so already.
func planTotals(s *Summary) string {
	text := "no changes"
	if s.Changes.Any() {
		text = changeList(s.Changes, true, s.Changes.Certain.Create > 0 && anyUpserts(s.Result))
	}
	var later []string
	for _, step := range s.Steps {
		if step.After != nil {
			later = append(later, step.Label)
		}
	}
	if n := s.unchanged(); n > 0 {
		text += "; " + Number(n) + " unchanged"
	}
	if later != nil {
		text += "; and what " + named(later) + " may do"
	}
	return text
}

// undoLines says how much could be taken back, and then why not all, with at
// most a number of reasons.
func (s *Summary) undoLines(most int) [][2]string {
	u, label := s.Undo, "Undo"
	if s.Undoes != "" {
		label = "Redo" // by an undo of this undo
	}
	var parts []string
	for _, each := range []struct {
		n    int64
		word string
	}{{u.Full, "fully"}, {u.Partly, "partly"}, {u.None, "not"}} {
		if each.n > 0 {
			parts = append(parts, Number(each.n)+" "+each.word)
		}
	}
	if parts == nil {
		return nil
	}
	lines := [][2]string{{label, strings.Join(parts, ", ")}}
	for i, r := range u.Reasons {
		if i == most {
			lines = append(lines, [2]string{"", "and " + more(len(u.Reasons)-i, "reason")})
			break
		}
		text := fmt.Sprintf("%s %s: %s: %s", Number(r.Count), howFar(r.Undo), r.Action, r.Note)
		lines = append(lines, [2]string{"", text})
	}
	return lines
}

// howFar says how far something can be taken back, where that is not all the way.
func howFar(back runner.Reversal) string {
	if back == runner.Never {
		return "not"
	}
	return "partly"
}

func costText(c *Cost) string {
	text := plural(c.Most, "call")
	switch {
	case c.Open && c.Most > c.Least:
		text = "at least " + plural(c.Least, "call") + ", " + Number(c.Most) + " as far as can be seen"
	case c.Open:
		text = "at least " + text
	case c.Most > c.Least:
		text = Number(c.Least) + " to " + text
	}
	switch {
	case c.Seconds == 0:
	case c.Seconds < 1:
		text += ", under 1 s"
	default:
		text += ", about " + roughly(c.Seconds)
	}
	switch {
	case c.Seconds < 1:
	case c.AtLimit:
		text += " at this workspace's limit"
	default:
		text += " at the speed of this plan"
	}
	return text
}

// roughly is a duration without what an estimate cannot tell.
func roughly(seconds float64) string {
	if seconds < 60 {
		return fmt.Sprintf("%d s", int(seconds+0.5))
	}
	return Duration(seconds)
}
