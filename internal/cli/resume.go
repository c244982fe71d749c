package cli

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/urfave/cli/v2"
)

func (c *command) resumeCommand() *cli.Command {
	return &cli.Command{
		Name:      "resume",
		Usage:     "go on with a run that was stopped, or that left rows",
		ArgsUsage: "RUN",
		Description: "RUN is the id of a run, its beginning, or last. The run goes on with the workflow, the lists and " +
			"the inputs that it began with: what is done is not done again. A secret input is not kept and has to be " +
			"given again.",
		UsageText: "flowrun resume last\n" +
			"flowrun resume 20261104-153012-k7q2 --max-duration 55m",
		Flags: append(append([]cli.Flag{
			&cli.StringSliceFlag{Name: "input", Aliases: []string{"i"}, Usage: "give a secret input again: `NAME=VALUE`; may be repeated"},
			&cli.BoolFlag{Name: "accept-changes", Usage: "go on although the workflow or a data file has changed since, or the run was taken back", EnvVars: environment("accept-changes")},
			ackFlag(),
		}, walkFlags()...), slices.Concat(reportFlags(), keepFlags(), []cli.Flag{staleFlag()})...),
		Action: c.resume,
	}
}

func (c *command) resume(ctx *cli.Context) error {
	past, err := c.past(ctx)
	if err != nil {
		return err
	}
	if past.Status == runner.RunEnded {
		_, err := fmt.Fprintf(c.Out, "run %s is done; there is nothing to resume\n", past.ID)
		return err
	}
	return c.resumeRun(ctx, past)
}

// resumeRun goes on with a run.
func (c *command) resumeRun(ctx *cli.Context, past *runner.Past) error {
	if err := canResume(ctx, past); err != nil {
		return err
	}
	prog, err := past.Program()
	if err != nil {
		return unusable(past, err)
	}
	inputs, err := past.Inputs(prog, program.Given{Flags: ctx.StringSlice("input"), Getenv: c.Getenv})
	c.hideAll(inputs)
	if err != nil {
		return usage(err.Error())
	}
	s, err := c.open(ctx, prog, opening{typed: "flowrun resume " + past.ID, workspace: past.Workspace, of: "run " + past.ID})
	if err != nil {
		return err
	}
	defer s.end()
	s.options = past.Options()
	s.options.Inputs = inputs
	if err := s.reopen(past); err != nil {
		return untaken(past, err)
	}
	s.claim()
	if err := s.acknowledge(); err != nil {
		return err
	}
	return s.walk(s.program.Apply)
}

// reopen takes up a run.
func (s *session) reopen(past *runner.Past) (err error) {
	if s.run, s.program, err = runner.Reopen(past.Dir, s.by(s.typed)); err != nil {
		return err
	}
	if torn := s.run.Torn(); torn != "" {
		s.note("note: the end of the journal was half written and is cut off (%s); what it was about is found out", torn)
	}
	if s.flags.Bool("accept-changes") {
		return s.run.AcceptChanges()
	}
	return nil
}

// past finds the run that is the only argument of a command.
func (c *command) past(ctx *cli.Context) (*runner.Past, error) {
	name := ctx.Command.Name
	switch ctx.NArg() {
	case 0:
		return nil, usage(name+" needs the id of a run, or last", `"flowrun runs list" shows the runs`)
	case 1:
	default:
		return nil, usage(fmt.Sprintf("%s takes one run, not %d: %s", name, ctx.NArg(), strings.Join(ctx.Args().Slice(), " ")))
	}
	past, err := runner.FindRun(ctx.String("state-dir"), ctx.Args().First())
	if unknown, ok := errors.AsType[*runner.UnknownRunError](err); ok {
		hint := `"flowrun runs list" shows the runs; --state-dir names another folder`
		if len(unknown.Among) > 0 {
			hint = "write more of the id"
		}
		return nil, usage(err.Error(), hint)
	}
	return past, unread(ctx.String("state-dir"), err)
}

// canResume refuses a run that another process has, that never began, or whose
// files have changed.
func canResume(ctx *cli.Context, past *runner.Past) error {
	switch past.Status {
	case runner.RunGoesOn:
		return fmt.Errorf("run %s: %w", past.ID, past.Locked())
	case runner.RunEmpty:
		return neverBegan(past)
	}
	if info, err := os.Stat(past.Dir); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o002 != 0 {
		return &exitError{exitJournal, fmt.Sprintf("run %s: its folder can be written by others", past.ID),
			[]string{"look whether it is as you left it, then: chmod -R go-w " + past.Dir}}
	}
	if past.UndoneBy != "" && !ctx.Bool("accept-changes") {
		return usage(
			fmt.Sprintf("run %s was taken back by run %s, and would go on with its other rows alone", past.ID, past.UndoneBy),
			fmt.Sprintf("to have all of it again: flowrun undo %s, and then resume; to go on all the same: flowrun resume %s --accept-changes", past.UndoneBy, past.ID))
	}
	changed, err := past.Changed()
	if err != nil {
		return err
	}
	if len(changed) > 0 && !ctx.Bool("accept-changes") {
		return usage(
			fmt.Sprintf("changed since run %s began: %s", past.ID, strings.Join(changed, ", ")),
			"the run goes on with the workflow and the lists as they were, and reads a file that it has not listed yet as it is now; if that is right, add --accept-changes")
	}
	return nil
}

func neverBegan(past *runner.Past) error {
	return usage(fmt.Sprintf("run %s ended before it began: nothing was sent", past.ID), "apply the workflow again")
}

// unusable is the error of a run whose folder is not complete.
func unusable(past *runner.Past, err error) error {
	return &exitError{code: exitJournal, message: fmt.Sprintf("run %s cannot be used: %v", past.ID, err)}
}
