package cli

import (
	"fmt"
	"time"

	"github.com/flowrun-dev/flowrun/internal/report"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/urfave/cli/v2"
)

func (c *command) runsCommand() *cli.Command {
	color := colorFlag()
	return &cli.Command{
		Name:  "runs",
		Usage: "show and remove the runs that are kept",
		Subcommands: []*cli.Command{
			{Name: "list", Usage: "list the runs, the newest first", Flags: []cli.Flag{stateFlag(), outputFlag("text", "json"), color}, Action: c.listRuns},
			{
				Name: "show", Usage: "show what a run did, and what is left", ArgsUsage: "RUN", Action: c.showRun,
				UsageText: "flowrun runs show last\nflowrun runs show last --row ann@example.com      all that happened to one row\nflowrun runs show last --report html=run.html     a page for others",
				Flags:     append(reportFlags(), &cli.StringFlag{Name: "row", Usage: "tell the story of the row with this `KEY`"}, stateFlag(), outputFlag("text", "json"), color),
			},
			{
				Name: "prune", Usage: "remove old runs, and the personal data in them", Action: c.pruneRuns,
				Description: "A run that another process has is never removed.",
				UsageText:   "flowrun runs prune --older-than 30d",
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "older-than", Usage: "that began longer ago than `AGE`, such as 30d or 12h"},
					yesFlag("do not ask"),
					stateFlag(),
				},
			},
		},
	}
}

func (c *command) listRuns(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	runs, err := runner.Runs(ctx.String("state-dir"))
	if err != nil {
		return unread(ctx.String("state-dir"), err)
	}
	if ctx.String("output") == "json" {
		if runs == nil {
			runs = []*runner.Past{}
		}
		return c.printJSON(runs)
	}
	if len(runs) == 0 {
		c.note("no runs are kept in %s", ctx.String("state-dir"))
		return nil
	}
	_, err = fmt.Fprint(c.Out, report.RunTable(runs, time.Now(), c.colors(ctx, c.OutColor)))
	return err
}

func (c *command) showRun(ctx *cli.Context) error {
	past, err := c.past(ctx)
	if err != nil {
		return err
	}
	if key := ctx.String("row"); ctx.IsSet("row") {
		return c.tellRow(ctx, past, key)
	}
	run, err := wholeRun(past)
	if err != nil {
		return err
	}
	run.Flags = c.repeated(ctx)
	if err := c.reportRun(ctx, run); err != nil {
		return err
	}
	if ctx.String("output") == "json" {
		return c.printJSON(run)
	}
	return report.Run(c.Out, run, c.colors(ctx, c.OutColor))
}

// reportRun writes the reports of a run that are asked for.
func (c *command) reportRun(ctx *cli.Context, run report.PastRun) error {
	if len(ctx.StringSlice("report")) == 0 || run.Result == nil {
		return nil
	}
	c.mask = c.inCI() && !ctx.Bool("reveal")
	s := &session{command: c, flags: ctx}
	collected, reports := report.Collect(usualSamples), s.reports()
	reports.samples = usualSamples
	err := run.Replay(func(e runner.Event) {
		collected.Event(e)
		reports.event(e)
	})
	if err != nil {
		reports.close()
		return err
	}
	result := *run.Result
	result.Pace = run.Pace
	reports.end(s, collected.Summary(&result))
	return nil
}

// wholeRun gathers what is shown of a run.
func wholeRun(past *runner.Past) (report.PastRun, error) {
	run := report.PastRun{Past: past, Files: runner.ResultFiles(past.Dir)}
	if past.Status == runner.RunEmpty {
		return run, nil
	}
	var err error
	if run.Result, err = past.Result(); err != nil {
		return run, err
	}
	if run.Pace, err = past.Pace(); err != nil {
		return run, err
	}
	run.Left, err = past.Left()
	return run, err
}

func (c *command) tellRow(ctx *cli.Context, past *runner.Past, key string) error {
	story, err := past.Story(key)
	if err != nil {
		return err
	}
	if len(story) == 0 {
		return usage(fmt.Sprintf("run %s says nothing of a row %q", past.ID, key), "a row is named by for_each.key; results.ndjson in "+past.Dir+" has all that have ended")
	}
	if ctx.String("output") == "json" {
		return c.printJSON(story)
	}
	_, err = fmt.Fprint(c.Out, report.Story(story))
	return err
}
