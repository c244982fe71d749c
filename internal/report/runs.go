package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/flowrun-dev/flowrun/runner"
)

// PastRun is all that is shown of a run.
type PastRun struct {
	*runner.Past
	Result *runner.Result // nil of a run that never began
	Pace   *runner.Pace   // nil where nothing ended
	Left   []runner.Left
	Files  []string
	Flags  string // to be typed behind its id, such as " --state-dir state"
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
		Pace    *runner.Pace        `json:"pace,omitempty"`
		Left    []runner.Left       `json:"left"`
		Files   []string            `json:"files,omitempty"`
	}{Past: r.Past, Pace: r.Pace, Left: left, Files: r.Files}
	if r.Result != nil {
		all.Changes, all.Steps = &r.Result.Changes, r.Result.Steps
	}
	return json.Marshal(all)
}

// Run shows a run: what it was, what became of its steps, what is left, and
// what to type next.
func Run(w io.Writer, r PastRun, colors Colors) error {
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
		[2]string{"Began", began + by(r.Who) + " with flowrun " + r.Version})
	if r.EndedAt != nil {
		facts = append(facts, [2]string{"Ended", r.EndedAt.Local().Format(time.DateTime)})
	}
	if r.Undoes != "" {
		facts = append(facts, [2]string{"Undoes", r.Undoes})
	}
	if r.UndoneBy != "" {
		facts = append(facts, [2]string{"Undone", "by " + r.UndoneBy})
	}
	if r.Pace != nil {
		facts = append(facts, [2]string{"Pace", chart(r.Pace)})
	}
	if r.Resumed > 0 {
		facts = append(facts, [2]string{"Resumed", plural(int64(r.Resumed), "time")})
	}
	return facts
}

func by(who string) string {
	if who == "" {
		return ""
	}
	return " by " + who
}

// chart draws how a run went over time, and says what the highest bar is.
func chart(p *runner.Pace) string {
	bars := []rune(" ▁▂▃▄▅▆▇█")
	var b strings.Builder
	for _, percent := range paceBars(p) {
		b.WriteRune(bars[(percent*(len(bars)-1)+99)/100])
	}
	return b.String() + "  " + paceText(p)
}

// paceBars are the parts of a pace in percent of the highest. A part in which
// something ended is never nothing.
func paceBars(p *runner.Pace) []int {
	most := max(1, slices.Max(p.Ended))
	bars := make([]int, len(p.Ended))
	for i, n := range p.Ended {
		bars[i] = int((n*100 + most - 1) / most)
	}
	return bars
}

func paceText(p *runner.Pace) string {
	sum := int64(0)
	for _, n := range p.Ended {
		sum += n
	}
	return fmt.Sprintf("%s in %s, at most %s in %s", plural(sum, "step"),
		Duration(float64(len(p.Ended))*p.Each), Number(slices.Max(p.Ended)), Duration(p.Each))
}

// left lists what failed and what is in doubt, as the run told it. A hint that
// was given is not given again.
func (p *Printer) left(b *strings.Builder, left []runner.Left) {
	if len(left) == 0 {
		return
	}
	b.WriteString("\n")
	hints := map[string]bool{"": true}
	for i, each := range left {
		if i == maxFailures {
			fmt.Fprintf(b, "  and %s more\n", Number(int64(len(left)-i)))
			return
		}
		text := each.Addr + ": " + each.Message
		if each.Line > 0 {
			text = failureText(each.Failure())
		}
		fmt.Fprintf(b, "  %s  %s\n", p.paint(statusColors[each.Status], word(each.Status)), strings.ReplaceAll(text, "\n", "\n  "))
		if !hints[each.Hint] {
			hints[each.Hint] = true
			fmt.Fprintf(b, "%*s  hint: %s\n", utf8.RuneCountInString(word(each.Status))+2, "", each.Hint)
		}
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
		if each.Status == runner.InDoubt && !each.Unlooked() {
			row := ""
			if each.Row != "" {
				row = " --row " + shellWord(each.Row)
			}
			lines = append(lines, [2]string{"Look", fmt.Sprintf("in Intercom, then: flowrun resolve %s%s%s --applied ID (or --not-applied)", r.ID, r.Flags, row)})
			break
		}
	}
	switch r.Status {
	case runner.RunEnded, runner.RunEmpty, runner.RunGoesOn, runner.RunDamaged:
	default:
		lines = append(lines, [2]string{"Go on", "flowrun resume " + r.ID + r.Flags})
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
	for i, m := range story {
		if i > 0 && m == (runner.Moment{Addr: story[i-1].Addr, What: story[i-1].What}) {
			continue // a row of one step ends as that does
		}
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
