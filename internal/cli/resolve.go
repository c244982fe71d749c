package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/user"

	"github.com/flowrun-dev/flowrun/runner"
	"github.com/urfave/cli/v2"
)

func (c *command) resolveCommand() *cli.Command {
	return &cli.Command{
		Name:      "resolve",
		Usage:     "settle by hand what nobody knows of whether it was applied",
		ArgsUsage: "RUN",
		Description: "A call whose answer was lost, and that must not be made twice, leaves its row in doubt. Look in " +
			"Intercom whether it was applied, and say so. Nothing is sent: \"flowrun resume\" goes on from there.",
		UsageText: "flowrun resolve last --row ann@example.com --applied 65f0c1d2e3a4b5c6d7e8f901\n" +
			"flowrun resolve last --row ann@example.com --step welcome --not-applied",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "row", Usage: "of the row with this `KEY`; without it, a step outside loops"},
			&cli.StringFlag{Name: "step", Usage: "of the step with this `LABEL`, where several are in doubt"},
			&cli.StringFlag{Name: "applied", Usage: "it was applied, and Intercom's `ID` of the record is this"},
			&cli.BoolFlag{Name: "not-applied", Usage: "it was not applied; resume sends it again"},
			&cli.BoolFlag{Name: "resend", Usage: "nobody knows; resume sends it again all the same"},
			stateFlag(),
		}, connectFlags()...),
		Action: c.resolve,
	}
}

func (c *command) resolve(ctx *cli.Context) error {
	decision, err := c.decision(ctx)
	if err != nil {
		return err
	}
	past, err := c.past(ctx)
	if err != nil {
		return err
	}
	if past.Status == runner.RunEmpty {
		return neverBegan(past)
	}
	doubts, err := runner.OpenDoubts(past.Dir, c.by("flowrun resolve "+past.ID))
	if err != nil {
		return untaken(past, err)
	}
	err = c.settle(ctx, past, doubts, decision)
	return errors.Join(err, doubts.Close())
}

// decision is what the flags say became of the call.
func (c *command) decision(ctx *cli.Context) (runner.Decision, error) {
	decision := runner.Decision{RemoteID: ctx.String("applied"), Who: c.who()}
	given := 0
	for _, each := range []struct {
		flag    string
		verdict runner.Verdict
	}{{"applied", runner.WasApplied}, {"not-applied", runner.NotApplied}, {"resend", runner.SendAgain}} {
		if ctx.IsSet(each.flag) {
			given++
			decision.Verdict = each.verdict
		}
	}
	if given != 1 || decision.Verdict == runner.WasApplied && decision.RemoteID == "" {
		return decision, usage("resolve needs one of --applied ID, --not-applied and --resend", `"flowrun resolve --help" has examples`)
	}
	return decision, nil
}

// who is the name of the user.
func (c *command) who() string {
	name := cmp.Or(c.Getenv("GITHUB_ACTOR"), c.Getenv("GITLAB_USER_LOGIN"), c.Getenv("USER"), c.Getenv("USERNAME"))
	if name == "" {
		if current, err := user.Current(); err == nil {
			name = current.Username
		}
	}
	return cmp.Or(name, "somebody")
}

func (c *command) settle(ctx *cli.Context, past *runner.Past, doubts *runner.Doubts, decision runner.Decision) error {
	found, err := doubts.Find(ctx.String("row"), ctx.String("step"))
	if err != nil {
		return usage(fmt.Sprintf("run %s: %v", past.ID, err))
	}
	if decision.Verdict == runner.WasApplied && doubts.Needed(found) != nil {
		if decision.Data, err = c.look(ctx, past, doubts, found, decision.RemoteID); err != nil {
			return err
		}
	}
	if err := doubts.Settle(context.Background(), found, decision); err != nil {
		return err
	}
	fmt.Fprintf(c.Out, "%s: %s, decided by %s\n", found.Addr, decision.Verdict, decision.Who)
	c.note("hint: to go on: flowrun resume %s%s", past.ID, c.repeated(ctx))
	return nil
}

// look reads the record that later steps refer to.
func (c *command) look(ctx *cli.Context, past *runner.Past, doubts *runner.Doubts, found runner.Left, id string) ([]byte, error) {
	s, err := c.open(ctx, doubts.Program(), opening{look: true, workspace: past.Workspace, of: "run " + past.ID})
	if err != nil {
		return nil, err
	}
	defer s.end()
	data, err := doubts.Read(s.stop.ctx, s.client, found, id)
	if err != nil {
		return nil, usage(fmt.Sprintf("later steps need the record %s, which cannot be read: %v; nothing was decided", id, err), "is it Intercom's id of the record?")
	}
	return data, nil
}
