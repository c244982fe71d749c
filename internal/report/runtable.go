package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fatih/color"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/rivo/uniseg"
)

const (
	tableWidth = 80 // columns of a terminal, at least
	mostName   = 32 // of a workflow
	leastName  = 8
)

// RunTable lists runs, one a line of at most 80 columns. The workspace, and who
// began the runs, are left out where they are all the same, and where there is no
// room: then the names of workflows are shortened first, and the end of a line
// last.
func RunTable(runs []*runner.Past, now time.Time, colors Colors) string {
	t := runTable{head: []string{"RUN", "WORKFLOW", "WORKSPACE", "WHO", "STATUS", "AGE", "DONE"}}
	for _, r := range runs {
		t.rows = append(t.rows, []string{r.ID, cut(r.Workflow, mostName), r.Workspace, cut(r.Who, 16), statusOf(r), age(now.Sub(r.StartedAt)), brief(r)})
	}
	for _, column := range []int{3, 2} {
		if !slices.ContainsFunc(t.rows, func(row []string) bool { return row[column] != t.rows[0][column] }) {
			t.drop(column)
		}
	}
	t.fit()
	return t.text(painter(colors))
}

// runUndone is how a run stands that was taken back.
const runUndone = "undone"

func statusOf(r *runner.Past) string {
	if r.UndoneBy != "" {
		return runUndone
	}
	return r.Status
}

// age is how long ago something was, in its largest unit.
func age(d time.Duration) string {
	switch {
	case d < 0: // the clock was set back
		return "0s"
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 24*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}

// runTable is a table that is made narrower until it fits.
type runTable struct {
	head []string
	rows [][]string
}

func (t *runTable) drop(column int) {
	t.head = slices.Delete(t.head, column, column+1)
	for i := range t.rows {
		t.rows[i] = slices.Delete(t.rows[i], column, column+1)
	}
}

// widths are those of the columns, without the gap between them.
func (t *runTable) widths() []int {
	widths := make([]int, len(t.head))
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], uniseg.StringWidth(cell))
		}
	}
	return widths
}

// over is by how many columns the table is too wide.
func (t *runTable) over() int {
	sum := -gap
	for _, width := range t.widths() {
		sum += width + gap
	}
	return sum - tableWidth
}

const gap = 2 // between columns

// fit makes the table as narrow as a terminal.
func (t *runTable) fit() {
	for _, name := range []string{"WHO", "WORKSPACE"} {
		room := max(0, t.widths()[1]-leastName)
		if at := slices.Index(t.head, name); at > 0 && t.over() > room {
			t.drop(at)
		}
	}
	t.shorten(1, leastName)
	t.shorten(len(t.head)-1, len("DONE"))
}

// shorten cuts the cells of a column as far as it is needed, and down to least
// at most.
func (t *runTable) shorten(column, least int) {
	over := t.over()
	if over <= 0 {
		return
	}
	most := max(least, t.widths()[column]-over)
	for _, row := range t.rows {
		row[column] = cut(row[column], most)
	}
}

func (t *runTable) text(paint painter) string {
	widths := t.widths()
	var b strings.Builder
	for _, row := range append([][]string{t.head}, t.rows...) {
		var line strings.Builder
		for i, cell := range row {
			shown := cell
			if t.head[i] == "STATUS" {
				shown = paint.paint(runColors[cell], cell)
			}
			line.WriteString(shown + strings.Repeat(" ", widths[i]-uniseg.StringWidth(cell)+gap))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// brief is how many rows and steps of a run are settled, and what failed.
func brief(r *runner.Past) string {
	c := r.Counts
	if c.Total == 0 {
		return ""
	}
	text := fmt.Sprintf("%s/%s", Number(c.Done+c.Unchanged+c.Skipped), Number(c.Total))
	for _, status := range []runner.Status{runner.Failed, runner.InDoubt} {
		if n := c.Of(status); n > 0 {
			text += ", " + Number(n) + " " + word(status)
		}
	}
	return text
}

var runColors = map[string]color.Attribute{
	runUndone:         color.FgYellow,
	"incomplete":      color.FgYellow,
	"interrupted":     color.FgYellow,
	runner.RunStopped: color.FgYellow,
	"failed":          color.FgRed,
	runner.RunDamaged: color.FgRed,
}
