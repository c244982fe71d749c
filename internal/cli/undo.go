package cli

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/flowrun-dev/flowrun/internal/report"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/urfave/cli/v2"
)

func (c *command) undoCommand() *cli.Command {
	return &cli.Command{
		Name:      "undo",
		Usage:     "take back what a run has changed",
		ArgsUsage: "RUN",
		Description: "RUN is the id of a run, its beginning, or last. What takes it back is planned first: the plan is shown, and you are " +
			"asked. It is then a run of its own, which can be resumed, and undone. A record that somebody has changed " +
			"since is left alone. What cannot be taken back, or not wholly, is listed with the reason.",
		UsageText: "flowrun undo last --dry-run                   see what would be taken back\n" +
			"flowrun undo last --yes --ack deletes=1       in CI, where nobody can be asked\n" +
			"flowrun undo 20261104-153012-k7q2 --step update --on-conflict field",
		Flags: append(append([]cli.Flag{
			&cli.StringFlag{Name: "step", Usage: "take back only the step with this `ID`, and those inside it"},
			&cli.StringFlag{Name: "rows", Usage: "take back only the rows whose keys stand in `FILE`, one on a line"},
			&cli.StringFlag{
				Name: "on-conflict", Value: runner.SkipConflict, Action: checkConflict, EnvVars: environment("on-conflict"),
				Usage: "a record that was changed since: `WHAT` is skip, field (put back the fields that were not) or force",
			},
			&cli.BoolFlag{Name: "hard", Usage: "delete the contacts that the run created, instead of archiving them"},
			&cli.BoolFlag{Name: "dry-run", Aliases: []string{"n"}, Usage: "show what would be taken back; writes nothing", EnvVars: environment("dry-run")},
			&cli.StringFlag{Name: "out", Usage: "save the plan as `PLAN`, for \"flowrun apply PLAN\", and write nothing; it holds personal data"},
			yesFlag("do not ask"), ackFlag(),
		}, walkFlags()...), slices.Concat(showFlags(), keepFlags())...),
		Action: c.undo,
	}
}

func checkConflict(_ *cli.Context, what string) error {
	if !slices.Contains([]string{runner.SkipConflict, runner.FieldConflict, runner.ForceConflict}, what) {
		return usage(fmt.Sprintf("--on-conflict is skip, field or force, not %q", what))
	}
	return nil
}

// undo takes a run back.
func (c *command) undo(ctx *cli.Context) error {
	past, err := c.pastToUndo(ctx)
	if err != nil {
		return err
	}
	aside, err := os.MkdirTemp("", "flowrun-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(aside)
	undo, err := c.whatToUndo(ctx, past, aside)
	if err != nil {
		return err
	}
	program, err := undo.Program()
	if err != nil {
		return err
	}
	if program == nil {
		return c.noWayBack(ctx, undo)
	}
	look := ctx.Bool("dry-run") || ctx.String("out") != ""
	s, err := c.open(ctx, program, opening{typed: "flowrun undo " + past.ID, look: look, workspace: past.Workspace, of: "run " + past.ID})
	if err != nil {
		return err
	}
	defer s.end()
	s.options = runner.Options{RunID: runner.NewRunID(s.flags.String("state-dir"), time.Now()), StartedAt: time.Now(), Commit: c.Getenv("GITHUB_SHA")}
	if look {
		return s.walkAside(program.Plan)
	}
	return s.takeBack()
}

// takeBack plans an undo, asks, and applies that plan. Where nothing is left to
// take back there is no run.
func (s *session) takeBack() error {
	if !s.asks() && !s.flags.Bool("yes") {
		return usage(`there is nobody to ask: "Take this back?"`, "add --yes, or --dry-run to look only")
	}
	plan, err := s.planFirst(s.flags.String("output") == "text")
	if err != nil {
		return err
	}
	if !plan.Changes.Any() {
		s.note("nothing is left to take back of run %s", s.program.Undoes())
		return nil
	}
	if err := s.begin(); err != nil {
		return err
	}
	return s.walk(s.program.Apply)
}

// pastToUndo finds the run that is to be taken back, and refuses one that
// cannot be.
func (c *command) pastToUndo(ctx *cli.Context) (*runner.Past, error) {
	past, err := c.past(ctx)
	if exit, ok := errors.AsType[*exitError](err); ok && exit.code == exitUsage && ctx.NArg() == 1 {
		exit.hints = append(exit.hints, `what "flowrun runs prune" has removed cannot be taken back, and neither can a run with --sandbox, of which nothing is kept: `+
			`"flowrun sandbox --listen" keeps a workspace to try undo on`)
	}
	if err != nil {
		return nil, err
	}
	switch past.Status {
	case runner.RunGoesOn:
		return nil, fmt.Errorf("run %s: %w", past.ID, past.Locked())
	case runner.RunEmpty:
		return nil, usage(fmt.Sprintf("run %s ended before it began: nothing was sent", past.ID))
	}
	return past, nil
}

// whatToUndo reads from the journal what there is to take back.
func (c *command) whatToUndo(ctx *cli.Context, past *runner.Past, aside string) (*runner.Undo, error) {
	opt := runner.UndoOptions{Step: ctx.String("step"), OnConflict: ctx.String("on-conflict"), Hard: ctx.Bool("hard")}
	if name := ctx.String("rows"); name != "" {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, usage("--rows: " + err.Error())
		}
		opt.Keys = map[string]bool{}
		for line := range strings.Lines(string(text)) {
			if key := strings.TrimSpace(line); key != "" {
				opt.Keys[key] = true
			}
		}
	}
	undo, err := past.Undo(aside, opt)
	if err == nil && len(undo.Missed) > 0 {
		c.tellMissed(undo, !c.inCI() || ctx.Bool("reveal"))
	}
	if doubt, ok := errors.AsType[*runner.OpenDoubtError](err); ok {
		same := c.repeated(ctx)
		return nil, usage(doubt.Error(), "flowrun resume "+past.ID+same+" looks for them, and goes on with the run; flowrun resolve "+past.ID+same+" says what is true of one")
	}
	if unknown, ok := errors.AsType[*runner.NoStepError](err); ok {
		return nil, usage(unknown.Error())
	}
	return undo, err
}

// maxMissed is how many keys are named of which there is nothing to take back.
const maxMissed = 5

// tellMissed says which of the keys that were chosen the run wrote nothing for.
// They may be addresses of people, which are for nobody else to see.
func (c *command) tellMissed(undo *runner.Undo, named bool) {
	text := fmt.Sprintf("run %s has changed nothing in %s of --rows", undo.Of.ID, count(len(undo.Missed), "row"))
	if named {
		text += ": " + strings.Join(undo.Missed[:min(len(undo.Missed), maxMissed)], ", ")
		if more := len(undo.Missed) - maxMissed; more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
	}
	c.note("%s", text)
}

// noWayBack ends an undo of a run that wrote nothing, or nothing that can be
// taken back.
func (c *command) noWayBack(ctx *cli.Context, undo *runner.Undo) error {
	c.mask = c.inCI() && !ctx.Bool("reveal")
	limits := undo.Limits
	if c.mask {
		limits = report.MaskedLimits(limits)
	}
	if ctx.String("output") == "json" {
		if err := c.printJSON(map[string]any{"undoes": undo.Of.ID, "not_undone": limits}); err != nil {
			return err
		}
	} else if _, err := fmt.Fprint(c.Out, report.Limits(limits)); err != nil {
		return err
	}
	if len(undo.Limits) == 0 {
		what := "changed nothing"
		if ctx.IsSet("step") || ctx.IsSet("rows") {
			what += " that was chosen"
		}
		c.note("run %s %s; there is nothing to take back", undo.Of.ID, what)
		return nil
	}
	return &exitError{code: exitFailed, message: fmt.Sprintf("nothing of run %s can be taken back", undo.Of.ID)}
}
