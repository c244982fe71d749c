package report

import (
	"strings"
	"testing"
	"time"

	"github.com/flowrun-dev/flowrun/runner"
	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"
)

var tableNow = time.Date(2026, 11, 4, 15, 40, 0, 0, time.UTC)

// pastRun is a run that began a while ago.
func pastRun(id string, ago time.Duration, set func(*runner.Past)) *runner.Past {
	p := &runner.Past{ID: id, Workflow: "win back", Workspace: "ecahpwf5", Who: "ann", Status: runner.RunEnded, StartedAt: tableNow.Add(-ago)}
	p.Counts = runner.Counts{Done: 3, Total: 3}
	set(p)
	return p
}

func TestRunTable(t *testing.T) {
	plain := func(*runner.Past) {}
	long := func(p *runner.Past) {
		p.Workflow, p.Status = "win back the churned trials of the last quarter", "interrupted"
		p.Counts = runner.Counts{Done: 398_796, Failed: 1_204, InDoubt: 12, Total: 400_012}
	}
	tests := []struct {
		name string
		runs []*runner.Past
		want string
	}{
		{name: "what all have in common is left out", runs: []*runner.Past{
			pastRun("20261104-153012-k7q2", 9*time.Minute+48*time.Second, plain),
			pastRun("20261101-153012-aaaa", 72*time.Hour, func(p *runner.Past) {
				p.Status, p.Counts = "incomplete", runner.Counts{Done: 1, Failed: 1, Total: 2}
			}),
		}, want: `
RUN                   WORKFLOW  STATUS      AGE  DONE
20261104-153012-k7q2  win back  done        9m   3/3
20261101-153012-aaaa  win back  incomplete  3d   1/2, 1 failed
`},
		{name: "what was taken back is undone, however it ended", runs: []*runner.Past{
			pastRun("20261104-153012-k7q2", time.Second, func(p *runner.Past) { p.Workflow, p.Undoes = "undo of win back", "20261104-153010-bbbb" }),
			pastRun("20261104-153010-bbbb", 3*time.Second, func(p *runner.Past) { p.UndoneBy = "20261104-153012-k7q2" }),
		}, want: `
RUN                   WORKFLOW          STATUS  AGE  DONE
20261104-153012-k7q2  undo of win back  done    1s   3/3
20261104-153010-bbbb  win back          undone  3s   3/3
`},
		{name: "several workspaces and people have columns", runs: []*runner.Past{
			pastRun("20261104-153012-k7q2", 400*24*time.Hour, plain),
			pastRun("20261104-153010-bbbb", time.Hour, func(p *runner.Past) { p.Workspace, p.Who = "other000", "bob" }),
		}, want: `
RUN                   WORKFLOW  WORKSPACE  WHO  STATUS  AGE   DONE
20261104-153012-k7q2  win back  ecahpwf5   ann  done    400d  3/3
20261104-153010-bbbb  win back  other000   bob  done    1h    3/3
`},
		{name: "no line is wider than a terminal", runs: []*runner.Past{
			pastRun("20261104-153012-k7q2", 400*24*time.Hour, long),
			pastRun("20261104-153010-bbbb", time.Hour, func(p *runner.Past) { long(p); p.Workspace, p.Who = "other000", "somebody.with@a.long.name" }),
		}, want: `
RUN                   WORKFLOW  STATUS       AGE   DONE
20261104-153012-k7q2  win b...  interrupted  400d  398,796/400,012, 1,204 fai...
20261104-153010-bbbb  win b...  interrupted  1h    398,796/400,012, 1,204 fai...
`},
		{name: "wide letters count as two", runs: []*runner.Past{
			pastRun("20261104-153012-k7q2", 0, func(p *runner.Past) { p.Workflow = strings.Repeat("漢", 40) }),
			pastRun("20261104-153010-bbbb", -time.Hour, plain),
		}, want: `
RUN                   WORKFLOW                         STATUS  AGE  DONE
20261104-153012-k7q2  漢漢漢漢漢漢漢漢漢漢漢漢漢漢...  done    0s   3/3
20261104-153010-bbbb  win back                         done    0s   3/3
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := RunTable(tt.runs, tableNow, false)
			if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), got); diff != "" {
				t.Errorf("the table differs (-want +got):\n%s", diff)
			}
			for line := range strings.Lines(got) {
				if width := uniseg.StringWidth(strings.TrimSuffix(line, "\n")); width > 80 {
					t.Errorf("%d columns: %s", width, line)
				}
			}
			if colored := RunTable(tt.runs, tableNow, true); uncolored(colored) != got {
				t.Errorf("in colour, it is\n%s", colored)
			}
		})
	}
}

// uncolored takes the colours out of a text.
func uncolored(text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "\x1b[")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, text, _ = strings.Cut(rest, "m")
	}
}
