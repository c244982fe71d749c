package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/report"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/urfave/cli/v2"
)

func (c *command) planCommand() *cli.Command {
	return &cli.Command{
		Name:      "plan",
		Usage:     "show what a workflow would change; writes nothing",
		ArgsUsage: "FILE",
		Flags: append(runFlags(),
			&cli.BoolFlag{Name: "detailed-exitcode", Usage: "exit with 2 if there are changes", EnvVars: environment("detailed-exitcode")}),
		Action: func(ctx *cli.Context) error { return c.run(ctx, true) },
	}
}

func (c *command) applyCommand() *cli.Command {
	return &cli.Command{
		Name:      "apply",
		Usage:     "run a workflow",
		ArgsUsage: "FILE",
		Flags: append(runFlags(),
			&cli.BoolFlag{Name: "dry-run", Aliases: []string{"n"}, Usage: "show what would change, as plan does; writes nothing", EnvVars: environment("dry-run")}),
		Action: func(ctx *cli.Context) error { return c.run(ctx, ctx.Bool("dry-run")) },
	}
}

// run plans or applies a workflow file.
func (c *command) run(ctx *cli.Context, plan bool) error {
	name, err := oneFile(ctx)
	if err != nil {
		return err
	}
	program, err := c.load(name)
	if err != nil {
		return err
	}
	inputs, err := c.inputs(ctx, program)
	if err != nil {
		return err
	}
	client, err := c.connect(ctx, program, plan)
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	stop := c.interrupts()
	defer stop.end()
	workspace, err := c.identify(stop.ctx, ctx, client, program)
	if err != nil {
		return err
	}
	options := runner.Options{
		Do: client, Inputs: inputs, Workspace: workspace, Limit: ctx.Int64("limit"),
		RunID: newRunID(time.Now()), StartedAt: time.Now(), Commit: c.Getenv("GITHUB_SHA"), Stop: stop.first,
	}
	remove, err := c.runDir(ctx, plan, &options)
	if err != nil {
		return err
	}
	defer remove()
	printer := report.New(c.Out, c.Err, report.Options{
		Form: ctx.String("output"), Color: c.OutColor && !ctx.Bool("no-color"), Quiet: ctx.Bool("quiet"),
	})
	options.On = printer.Event
	walk := program.Apply
	if plan {
		walk = program.Plan
	}
	result, err := walk(stop.ctx, options)
	if err := errors.Join(printer.End(result), c.githubOutputs(result)); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	return c.exit(ctx, result, stop)
}

// identify asks whose token it is and holds the answer against the file.
func (c *command) identify(ctx context.Context, flags *cli.Context, client *intercom.Client, program *runner.Program) (runner.Workspace, error) {
	workspace, err := runner.Identify(ctx, client)
	var refused *intercom.APIError
	if errors.As(err, &refused) && (refused.Status == 401 || refused.Status == 403) {
		return workspace, &exitError{exitCredentials, "Intercom does not accept the token: " + err.Error(), []string{"set INTERCOM_TOKEN to an access token of your app: Intercom's Developer Hub, Configure, Authentication"}}
	}
	if err != nil {
		return workspace, fmt.Errorf("ask Intercom whose token this is: %w", err)
	}
	want := program.Workspace()
	if want != "" && want != workspace.ID && !flags.Bool("sandbox") {
		return workspace, &exitError{exitCredentials,
			fmt.Sprintf("the token belongs to workspace %s (%s), and %s is for workspace %s; nothing was written", workspace.ID, workspace.Name, program.File(), want),
			[]string{"use a token of workspace " + want + ", or change intercom.workspace in the file"}}
	}
	return workspace, nil
}

// exit turns a result into the end of the command.
func (c *command) exit(ctx *cli.Context, result *runner.Result, stop *interrupts) error {
	counts := result.Counts
	switch {
	case result.Interrupted && stop.signal() != 0:
		return &exitError{code: stop.signal(), message: fmt.Sprintf("interrupted; %d of %d not reached", counts.Pending, counts.Total)}
	case result.Unauthorized:
		return &exitError{code: exitCredentials}
	case result.RowsLeft():
		return &exitError{code: exitRows}
	case len(result.Failures) > 0:
		return &exitError{code: exitFailed}
	case ctx.Bool("detailed-exitcode") && result.Changes.Any():
		return &exitError{code: exitChanges}
	}
	return nil
}

// runDir makes the folder of the run: in the state directory, or a temporary
// one where nothing is to be left behind.
func (c *command) runDir(ctx *cli.Context, plan bool, options *runner.Options) (remove func(), err error) {
	if plan || ctx.Bool("sandbox") {
		options.Dir, err = os.MkdirTemp("", "flowrun-")
		return func() { os.RemoveAll(options.Dir) }, err
	}
	state := ctx.String("state-dir")
	if c.Getenv("CI") != "" && !ctx.IsSet("state-dir") {
		c.note("note: runs are kept in %s and are lost with this CI job; --state-dir names a folder that you save", state)
	}
	options.Dir = filepath.Join(state, "runs", options.RunID)
	if err := os.MkdirAll(options.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("keep the run: %w", err)
	}
	ignore := filepath.Join(state, ".gitignore")
	if _, err := os.Stat(ignore); os.IsNotExist(err) {
		if err := os.WriteFile(ignore, []byte("*\n"), 0o600); err != nil {
			return nil, fmt.Errorf("keep the run: %w", err)
		}
	}
	return func() {}, nil
}

// newRunID names a run: its time in UTC and four characters of chance.
func newRunID(now time.Time) string {
	return now.UTC().Format("20060102-150405-") + strings.ToLower(rand.Text()[:4])
}
