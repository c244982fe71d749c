package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fatih/color"
	"github.com/flowrun-dev/flowrun/runner"
)

// when is how times of runs are shown in a terminal, in its own time zone.
const when = "2006-01-02 15:04"

// RunTable lists runs, one a line.
func RunTable(runs []*runner.Past, colors bool) string {
	p := Printer{painter: painter(colors)}
	workflows, statuses := len("WORKFLOW"), len("STATUS")
	for _, r := range runs {
		workflows = min(24, max(workflows, utf8.RuneCountInString(r.Workflow)))
		statuses = max(statuses, len(r.Status))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-20s  %-*s  %-9s  %-16s  %-*s  ROWS AND STEPS\n", "RUN", workflows, "WORKFLOW", "WORKSPACE", "BEGAN", statuses, "STATUS")
	for _, r := range runs {
		status := p.paint(runColors[r.Status], fmt.Sprintf("%-*s", statuses, r.Status))
		line := fmt.Sprintf("%-20s  %-*s  %-9s  %-16s  %s  %s",
			r.ID, workflows, cut(r.Workflow, workflows), r.Workspace, r.StartedAt.Local().Format(when), status, p.brief(r))
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

var runColors = map[string]color.Attribute{
	"incomplete":      color.FgYellow,
	"interrupted":     color.FgYellow,
	runner.RunStopped: color.FgYellow,
	"failed":          color.FgRed,
	runner.RunDamaged: color.FgRed,
}

// brief is how many rows and steps of a run are done, and what is not.
func (p *Printer) brief(r *runner.Past) string {
	if r.Counts.Total == 0 {
		return ""
	}
	return p.counted(r.Counts)
}

// PastRun is all that is shown of a run.
type PastRun struct {
	*runner.Past
	Result *runner.Result // nil of a run that never began
	Left   []runner.Left
	Files  []string
}

// MarshalJSON gives the run with what it has come to beside it.
func (r PastRun) MarshalJSON() ([]byte, error) {
	left := r.Left
	if left == nil {
		left = []runner.Left{}
	}
	all := struct {
		*runner.Past
		Changes *runner.Changes     `json:"changes,omitempty"`
		Steps   []runner.StepResult `json:"steps,omitempty"`
		Left    []runner.Left       `json:"left"`
		Files   []string            `json:"files,omitempty"`
	}{Past: r.Past, Left: left, Files: r.Files}
	if r.Result != nil {
		all.Changes, all.Steps = &r.Result.Changes, r.Result.Steps
	}
	return json.Marshal(all)
}

// Run shows a run: what it was, what became of its steps, what is left, and
// what to type next.
func Run(w io.Writer, r PastRun, colors bool) error {
	p := Printer{painter: painter(colors)}
	var b strings.Builder
	b.WriteString(p.labelled(runFacts(r)) + "\n")
	if r.Result != nil {
		b.WriteString(p.table(r.Result) + "\n")
		b.WriteString(p.labelled(p.done(r.Result)))
	}
	p.left(&b, r.Left)
	if next := nextFor(r); next != nil {
		b.WriteString("\n" + p.labelled(next))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func runFacts(r PastRun) [][2]string {
	began := r.StartedAt.Local().Format(time.DateTime)
	facts := [][2]string{{"Run", r.ID + ", " + r.Status}}
	if r.Result == nil {
		return append(facts, [2]string{"Began", began})
	}
	facts = append(facts,
		[2]string{"Workflow", r.Workflow + " (" + r.File + ")"},
		[2]string{"Workspace", r.Workspace},
		[2]string{"Began", began + " with flowrun " + r.Version})
	if r.EndedAt != nil {
		facts = append(facts, [2]string{"Ended", r.EndedAt.Local().Format(time.DateTime)})
	}
	if r.Resumed > 0 {
		facts = append(facts, [2]string{"Resumed", plural(int64(r.Resumed), "time")})
	}
	return facts
}

// left lists what failed and what is in doubt.
func (p *Printer) left(b *strings.Builder, left []runner.Left) {
	if len(left) == 0 {
		return
	}
	b.WriteString("\n")
	for i, each := range left {
		if i == maxFailures {
			fmt.Fprintf(b, "  and %s more\n", Number(int64(len(left)-i)))
			return
		}
		fmt.Fprintf(b, "  %s  %s: %s\n", p.paint(statusColors[each.Status], word(each.Status)), each.Addr, each.Message)
	}
}

// nextFor says where to look and what to type next.
func nextFor(r PastRun) [][2]string {
	var lines [][2]string
	label := "Files"
	for _, name := range r.Files {
		lines = append(lines, [2]string{label, name})
		label = ""
	}
	for _, each := range r.Left {
		if each.Status == runner.InDoubt {
			row := ""
			if each.Row != "" {
				row = " --row " + shellWord(each.Row)
			}
			lines = append(lines, [2]string{"Look", fmt.Sprintf("in Intercom, then: flowrun resolve %s%s --applied ID (or --not-applied)", r.ID, row)})
			break
		}
	}
	switch r.Status {
	case runner.RunEnded, runner.RunEmpty, runner.RunGoesOn, runner.RunDamaged:
	default:
		lines = append(lines, [2]string{"Go on", "flowrun resume " + r.ID})
	}
	return lines
}

// shellWord is text as one word of a command line.
func shellWord(text string) string {
	plain := func(r rune) bool {
		return r < utf8.RuneSelf && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("@._-+:/", r))
	}
	if text != "" && strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// Story tells what happened to a row, one thing a line.
func Story(story []runner.Moment) string {
	var b strings.Builder
	for _, m := range story {
		at := strings.Repeat(" ", len(time.DateTime))
		if m.Time != nil {
			at = m.Time.Local().Format(time.DateTime)
		}
		text := word(runner.Status(m.What))
		for _, part := range []string{m.Op, m.Reason, m.Message} {
			if part != "" {
				text += ": " + part
			}
		}
		if m.RemoteID != "" {
			text += ", id " + m.RemoteID
		}
		if m.Who != "" {
			text += ", by " + m.Who
		}
		fmt.Fprintf(&b, "%s  %s  %s\n", at, m.Addr, text)
	}
	return b.String()
}
