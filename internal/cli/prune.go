package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/flowrun-dev/flowrun/runner"
	"github.com/urfave/cli/v2"
)

func (c *command) pruneRuns(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	age, err := parseAge(ctx.String("older-than"))
	if err != nil {
		return err
	}
	runs, err := runner.Runs(ctx.String("state-dir"))
	if err != nil {
		return unread(ctx.String("state-dir"), err)
	}
	plans, err := runner.LeftPlans(ctx.String("state-dir"), time.Now().Add(-age))
	if err != nil {
		return err
	}
	var old []*runner.Past
	for _, run := range runs {
		if time.Since(run.StartedAt) > age && run.Status != runner.RunGoesOn {
			old = append(old, run)
		}
	}
	if len(old)+len(plans) == 0 {
		_, err := fmt.Fprintln(c.Out, "nothing to remove")
		return err
	}
	if agreed, err := c.ask(ctx, "remove "+runsAndPlans(len(old), len(plans))+"?"); err != nil || !agreed {
		return err
	}
	return errors.Join(c.removeRuns(old), c.removePlans(plans))
}

func runsAndPlans(runs, plans int) string {
	switch {
	case plans == 0:
		return count(runs, "run")
	case runs == 0:
		return count(plans, "plan") + " that nobody applied"
	}
	return count(runs, "run") + " and " + count(plans, "plan") + " that nobody applied"
}

// removeRuns removes runs and says so, one by one. One that cannot be removed
// keeps no other.
func (c *command) removeRuns(runs []*runner.Past) error {
	var failed error
	for _, run := range runs {
		switch err := run.Remove(); {
		case runner.IsLocked(err):
			c.note("run %s is kept: %v", run.ID, err)
		case err != nil:
			failed = errors.Join(failed, unremoved("run "+run.ID, run.Dir, err))
		default:
			fmt.Fprintf(c.Out, "removed %s\n", strings.Join([]string{run.ID, brackets(run.Workflow, run.Status)}, " "))
		}
	}
	return failed
}

// brackets are what is there of some texts, in brackets.
func brackets(texts ...string) string {
	var some []string
	for _, text := range texts {
		if text != "" {
			some = append(some, text)
		}
	}
	return "(" + strings.Join(some, ", ") + ")"
}

// removePlans removes the folders of plans that were not applied.
func (c *command) removePlans(dirs []string) error {
	var failed error
	for _, dir := range dirs {
		switch err := runner.RemovePlan(dir); {
		case runner.IsLocked(err): // somebody looks at it, or applies it now
		case err != nil:
			failed = errors.Join(failed, unremoved("a plan", dir, err))
		default:
			fmt.Fprintln(c.Out, "removed a plan that nobody applied")
		}
	}
	return failed
}

func unremoved(what, dir string, err error) error {
	return &exitError{exitJournal, fmt.Sprintf("%s cannot be removed: %s: %v", what, dir, within(dir, err)), nil}
}

// parseAge reads an age such as 30d, 12h or 90m.
func parseAge(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err == nil {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	age, err := time.ParseDuration(text)
	if err != nil || age < 0 {
		return 0, usage("prune needs --older-than with an age, such as 30d or 12h", "flowrun runs prune --older-than 30d")
	}
	return age, nil
}
