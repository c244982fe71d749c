package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/urfave/cli/v2"
)

func (c *command) showCommand() *cli.Command {
	return &cli.Command{
		Name:      "show",
		Usage:     "show a plan that was saved",
		ArgsUsage: "PLAN",
		UsageText: "flowrun plan workflow.yaml --out winback.plan\n" +
			"flowrun show winback.plan                    needs no token and no network",
		Flags: append(printFlags(), showFlags()...),
		Action: func(ctx *cli.Context) error {
			name, err := oneFile(ctx, "saved plan", "winback.plan")
			if err != nil {
				return err
			}
			if ext := filepath.Ext(name); (ext == ".yaml" || ext == ".yml") && !runner.IsPlan(name) {
				return usage(name+" is no saved plan", "to see what a workflow would change: flowrun plan "+name)
			}
			return c.showPlan(ctx, name)
		},
	}
}

// showPlan shows a saved plan as it was shown when it was made.
func (c *command) showPlan(ctx *cli.Context, name string) error {
	saved, prog, err := openPlan(name)
	if err != nil {
		return err
	}
	defer saved.Close()
	s := c.session(ctx, prog)
	defer s.end()
	_, err = s.replay(saved)
	return err
}

// openPlan opens a saved plan and loads its workflow.
func openPlan(name string) (*runner.SavedPlan, *runner.Program, error) {
	saved, err := runner.OpenPlan(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, usage(name + ": there is no such file")
	}
	if err != nil {
		return nil, nil, unfit(err)
	}
	prog, err := saved.Program()
	if err != nil {
		saved.Close()
		return nil, nil, unfit(fmt.Errorf("%s: its workflow does not load with this version of flowrun: %w", name, err))
	}
	return saved, prog, nil
}

// unfit is the error of a plan that cannot be used any more.
func unfit(err error) error {
	return &exitError{exitPlan, err.Error(), []string{"make a new plan: flowrun plan FILE --out PLAN"}}
}

// replay shows a saved plan.
func (s *session) replay(saved *runner.SavedPlan) (*runner.Result, error) {
	shown := s.show()
	result, err := saved.Replay(shown.event)
	if err != nil {
		return nil, unfit(err)
	}
	return result, shown.end(result)
}

// applyPlan applies exactly what a saved plan says, or takes up the run that
// did so before.
func (c *command) applyPlan(ctx *cli.Context, name string) error {
	saved, prog, err := openPlan(name)
	if err != nil {
		return err
	}
	defer saved.Close()
	if err := cmp.Or(fixedByPlan(ctx), tighten(ctx, prog)); err != nil {
		return err
	}
	past, err := runner.FindRun(ctx.String("state-dir"), saved.RunID)
	if err == nil && past.Status != runner.RunEmpty {
		return c.goOn(ctx, past, name)
	}
	if time.Now().After(saved.ExpiresAt) {
		return unfit(fmt.Errorf("%s was made at %s and is too old: what it saw may have changed", name, saved.StartedAt.Local().Format("2006-01-02 15:04")))
	}
	inputs, err := saved.GiveInputs(prog, program.Given{Flags: ctx.StringSlice("input"), Getenv: c.Getenv})
	c.hideAll(inputs)
	if err != nil {
		return usage(err.Error())
	}
	s, err := c.open(ctx, prog, opening{typed: "flowrun apply " + name, workspace: saved.Workspace.ID, of: name})
	if err != nil {
		return err
	}
	defer s.end()
	s.options = saved.Options()
	s.options.Inputs = inputs
	if err := s.unpack(saved); err != nil {
		return err
	}
	if err := s.begin(); err != nil {
		return err
	}
	return s.walk(prog.Apply)
}

// unpack approves a saved plan, and puts it where a run can be made of it.
func (s *session) unpack(saved *runner.SavedPlan) error {
	show := func(saved *runner.SavedPlan) (*runner.Result, error) { return saved.Replay(func(runner.Event) {}) }
	if s.asks() {
		show = s.replay
	}
	plan, err := show(saved)
	if err != nil {
		return unfit(err)
	}
	if err := s.approve(plan); err != nil {
		return err
	}
	dir, err := s.beside()
	if err != nil {
		return err
	}
	if s.draft, err = saved.Unpack(dir); err != nil {
		return unfit(err)
	}
	return nil
}

// goOn takes up a run that has begun to apply the plan.
func (c *command) goOn(ctx *cli.Context, past *runner.Past, name string) error {
	if past.Status == runner.RunEnded && past.UndoneBy != "" {
		return unfit(fmt.Errorf("run %s has applied %s, and run %s took it back", past.ID, name, past.UndoneBy))
	}
	if past.Status == runner.RunEnded {
		_, err := fmt.Fprintf(c.Out, "run %s has applied %s; there is nothing left to do\n", past.ID, name)
		return err
	}
	c.note("run %s has begun to apply %s, and goes on", past.ID, name)
	return c.resumeRun(ctx, past)
}

// fixedByPlan refuses flags for what a plan has fixed.
func fixedByPlan(ctx *cli.Context) error {
	for _, flag := range []string{"limit", "inputs-file", "sandbox"} {
		if ctx.IsSet(flag) {
			return usage("--"+flag+" cannot be given with a plan: the plan has fixed it", "make a new plan with it")
		}
	}
	return nil
}
