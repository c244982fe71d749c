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
	s := c.session(ctx, program)
	defer s.end()
	look := ctx.Bool("dry-run") || ctx.String("out") != ""
	if err := s.connect(look); err != nil {
		return err
	}
	if err := s.rightWorkspace(past.Workspace, "run "+past.ID); err != nil {
		return err
	}
	s.options = runner.Options{RunID: newRunID(time.Now()), StartedAt: time.Now(), Commit: c.Getenv("GITHUB_SHA")}
	if look {
		return s.showUndo(undo)
	}
	if goOn, err := s.approveUndo(undo); err != nil || !goOn {
		return err
	}
	if err := s.begin("flowrun undo " + past.ID); err != nil {
		return err
	}
	conflicts := s.watchConflicts()
	err = s.walk(program.Apply)
	s.tellConflicts(conflicts)
	return err
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
	if doubt, ok := errors.AsType[*runner.OpenDoubtError](err); ok {
		return nil, usage(doubt.Error(), "flowrun resume "+past.ID+" looks for them, and goes on with the run; flowrun resolve "+past.ID+" says what is true of one")
	}
	if unknown, ok := errors.AsType[*runner.NoStepError](err); ok {
		return nil, usage(unknown.Error())
	}
	return undo, err
}

// noWayBack ends an undo of a run that wrote nothing, or nothing that can be
// taken back.
func (c *command) noWayBack(ctx *cli.Context, undo *runner.Undo) error {
	c.mask = c.inCI() && !ctx.Bool("reveal")
	limits := c.shownLimits(undo)
	if ctx.String("output") == "json" {
		if err := c.printJSON(map[string]any{"undoes": undo.Of.ID, "not_undone": limits}); err != nil {
			return err
		}
	} else if _, err := fmt.Fprint(c.Out, report.Limits(limits)); err != nil {
		return err
	}
	if len(undo.Limits) == 0 {
		_, err := fmt.Fprintf(c.Err, "run %s changed nothing; there is nothing to take back\n", undo.Of.ID)
		return err
	}
	return &exitError{code: exitFailed, message: fmt.Sprintf("nothing of run %s can be taken back", undo.Of.ID)}
}

// showUndo plans an undo and shows the plan.
func (s *session) showUndo(undo *runner.Undo) error {
	_, err := s.planUndo(undo, true)
	return err
}

// approveUndo plans an undo, shows the plan to a person, and asks. It is false
// where there is nothing to do.
func (s *session) approveUndo(undo *runner.Undo) (bool, error) {
	plan, err := s.planUndo(undo, s.flags.String("output") == "text")
	if err != nil {
		return false, err
	}
	for _, b := range s.unacknowledged(s.program.Breaches(plan)) {
		return false, &exitError{exitGuard, fmt.Sprintf("this deletes %s for good, which has to be acknowledged; nothing was written", b.Found),
			[]string{fmt.Sprintf("if that is meant: flowrun undo %s --ack %s%s", undo.Of.ID, b.Ack, s.sameFlags())}}
	}
	if plan.Blocking > 0 {
		return false, blocked(plan)
	}
	if !plan.Changes.Any() {
		s.note("nothing is left to take back of run %s", undo.Of.ID)
		return false, nil
	}
	return s.ask(s.flags, "Take this back?")
}

// planUndo plans an undo. Shown, it tells what would be done, what is left alone
// and what there is no way back from.
func (s *session) planUndo(undo *runner.Undo, shown bool) (*runner.Result, error) {
	dir, err := os.MkdirTemp("", "flowrun-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	s.options.Dir = dir
	if !shown {
		options := s.options
		options.Do, options.Stop, options.Workspace = s.client, s.stop.first, s.workspace
		return s.program.Plan(s.stop.ctx, options)
	}
	if s.flags.String("out") != "" {
		if err := s.keepPlan(dir); err != nil {
			return nil, err
		}
	}
	conflicts := s.watchConflicts()
	plan, err := s.tell(s.program.Plan)
	if err != nil {
		return nil, err
	}
	if plan.Interrupted {
		return nil, &exitError{code: s.stop.signal(), message: "interrupted while planning; nothing was written"}
	}
	if s.flags.String("output") != "text" {
		return plan, nil
	}
	s.tellConflicts(conflicts)
	_, err = fmt.Fprint(s.Out, report.Limits(s.shownLimits(undo)))
	return plan, err
}

// shownLimits are what there is no way back from, as it can be shown here.
func (c *command) shownLimits(undo *runner.Undo) []runner.Limit {
	if c.mask {
		return report.MaskedLimits(undo.Limits)
	}
	return undo.Limits
}

// conflicts are the records that are left alone: the first ones, and how many.
type conflicts struct {
	first []string
	count int
}

const maxConflicts = 10

// watchConflicts has the next walk note which records it leaves alone.
func (s *session) watchConflicts() *conflicts {
	all := new(conflicts)
	s.watch = func(e runner.Event) {
		if s.mask {
			e = report.MaskedEvent(e)
		}
		if e.Ended == nil || e.Ended.Status != runner.Skipped || e.Ended.Note == "" {
			return
		}
		if all.count++; len(all.first) < maxConflicts {
			all.first = append(all.first, e.Ended.Addr+": "+e.Ended.Note)
		}
	}
	return all
}

// tellConflicts says which records were left alone.
func (s *session) tellConflicts(all *conflicts) {
	if all.count == 0 {
		return
	}
	s.note("left alone, since somebody has changed them: %s", plural(int64(all.count), "record", "records"))
	for _, each := range all.first {
		s.note("  %s", each)
	}
	if more := all.count - len(all.first); more > 0 {
		s.note("  and %d more; results.ndjson of the run has all", more)
	}
}
