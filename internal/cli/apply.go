package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/flowrun-dev/flowrun/runner"
	"github.com/urfave/cli/v2"
)

func (c *command) planCommand() *cli.Command {
	return &cli.Command{
		Name:      "plan",
		Usage:     "show what a workflow would change; writes nothing",
		ArgsUsage: "FILE",
		UsageText: "flowrun plan workflow.yaml\n" +
			"flowrun plan workflow.yaml --limit 5 --input plan=pro\n" +
			"flowrun plan --sandbox workflow.yaml         needs no account",
		Flags: append(programFlags(),
			&cli.BoolFlag{Name: "detailed-exitcode", Usage: "exit with 2 if there are changes", EnvVars: environment("detailed-exitcode")}),
		Action: func(ctx *cli.Context) error { return c.run(ctx, true) },
	}
}

func (c *command) applyCommand() *cli.Command {
	return &cli.Command{
		Name:      "apply",
		Usage:     "run a workflow",
		ArgsUsage: "FILE",
		Description: "The run is kept in the state directory: what was sent and answered, so that it can be " +
			"resumed, and the rows that failed, so that they can be mended and applied again.",
		UsageText: "flowrun apply workflow.yaml --dry-run        see what would change\n" +
			"flowrun apply workflow.yaml --limit 5        a careful first run\n" +
			"flowrun apply workflow.yaml --max-duration 55m --rate-share 50%",
		Flags: append(append(programFlags(), append(keepFlags(), ackFlag())...),
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
	program, err := c.load(ctx, name)
	if err != nil {
		return err
	}
	inputs, err := c.inputs(ctx, program)
	if err != nil {
		return err
	}
	s := c.session(ctx, program)
	defer s.end()
	if err := s.connect(plan); err != nil {
		return err
	}
	if err := s.rightWorkspace(cmp.Or(program.Workspace(), s.workspace.ID), program.File()); err != nil && !ctx.Bool("sandbox") {
		return err
	}
	s.options = runner.Options{
		Inputs: inputs, Limit: ctx.Int64("limit"), RunID: newRunID(time.Now()), StartedAt: time.Now(), Commit: c.Getenv("GITHUB_SHA"),
	}
	if !plan {
		if err := s.guard(); err != nil {
			return err
		}
	}
	if plan || ctx.Bool("sandbox") {
		return s.walkAside(plan)
	}
	if err := s.begin(); err != nil {
		return err
	}
	return s.walk(program.Apply)
}

// session is one plan or one stretch of a run, from the connection to its end.
type session struct {
	*command
	flags     *cli.Context
	program   *runner.Program
	client    *connection
	workspace runner.Workspace
	stop      *interrupts
	options   runner.Options
	run       *runner.Run // nil if nothing is kept
}

func (c *command) session(flags *cli.Context, program *runner.Program) *session {
	return &session{command: c, flags: flags, program: program, stop: c.interrupts("stopping: finishing what is in flight; once more stops at once")}
}

// connect makes the client and asks whose token it is.
func (s *session) connect(plan bool) (err error) {
	if s.client, err = s.command.connect(s.flags, s.program.Region(), plan); err != nil {
		return err
	}
	context.AfterFunc(s.stop.ending, s.client.Stop) // what waits to be sent is not in flight
	s.workspace, err = s.identify(s.stop.ctx, s.client)
	return err
}

// rightWorkspace refuses a token of another workspace than the one that of is
// for.
func (s *session) rightWorkspace(want, of string) error {
	if want == s.workspace.ID {
		return nil
	}
	return &exitError{exitCredentials,
		fmt.Sprintf("the token belongs to workspace %s (%s), and %s is for workspace %s; nothing was written", s.workspace.ID, s.workspace.Name, of, want),
		[]string{"use a token of workspace " + want}}
}

// walkAside walks in a folder that is gone afterwards.
func (s *session) walkAside(plan bool) (err error) {
	if s.options.Dir, err = os.MkdirTemp("", "flowrun-"); err != nil {
		return err
	}
	defer os.RemoveAll(s.options.Dir)
	if plan {
		return s.walk(s.program.Plan)
	}
	return s.walk(s.program.Apply)
}

// begin makes the folder of a new run.
func (s *session) begin() error {
	state := s.flags.String("state-dir")
	if s.Getenv("CI") != "" && !s.flags.IsSet("state-dir") {
		s.note("note: runs are kept in %s and are lost with this CI job; --state-dir names a folder that you save", state)
	}
	s.options.Dir = filepath.Join(state, "runs", s.options.RunID)
	s.options.Workspace = s.workspace
	if err := keepOutOfGit(state); err != nil {
		return unkept(s.options.Dir, err)
	}
	run, err := runner.Begin(s.options.Dir, s.program, s.options, version(), "flowrun apply "+s.program.File())
	if err != nil {
		return unkept(s.options.Dir, err)
	}
	s.run = run
	return nil
}

// keepOutOfGit makes the state directory, in which git sees nothing.
func keepOutOfGit(state string) error {
	if err := os.MkdirAll(state, 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(state, ".gitignore"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = file.WriteString("*\n")
	return errors.Join(err, file.Close())
}

// newRunID names a run: its time in UTC and four characters of chance.
func newRunID(now time.Time) string {
	return now.UTC().Format("20060102-150405-") + strings.ToLower(rand.Text()[:4])
}
