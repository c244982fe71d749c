package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/report"
	"github.com/flowrun-dev/flowrun/internal/spelling"
	"github.com/flowrun-dev/flowrun/steps"
	"github.com/urfave/cli/v2"
)

func (c *command) actionsCommand() *cli.Command {
	return &cli.Command{
		Name:  "actions",
		Usage: "show what a step can do",
		Subcommands: []*cli.Command{
			{Name: "list", Usage: "list all actions", Flags: []cli.Flag{outputFlag("text", "json")}, Action: c.listActions},
			{Name: "show", Usage: "show the inputs and the answer of an action", ArgsUsage: "KEY", Flags: []cli.Flag{outputFlag("text", "json")}, Action: c.showAction},
		},
	}
}

func (c *command) functionsCommand() *cli.Command {
	return &cli.Command{
		Name:  "functions",
		Usage: "list the functions of templates and conditions",
		Action: func(ctx *cli.Context) error {
			if err := noArguments(ctx); err != nil {
				return err
			}
			_, err := fmt.Fprint(c.Out, report.FunctionTable())
			return err
		},
	}
}

func (c *command) listActions(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	if ctx.String("output") == "json" {
		return c.printJSON(report.ActionList(steps.All()))
	}
	_, err := fmt.Fprint(c.Out, report.ActionTable(steps.All()))
	return err
}

func (c *command) showAction(ctx *cli.Context) error {
	if ctx.NArg() != 1 {
		return usage("actions show needs the key of one action", `"flowrun actions list" shows them`)
	}
	action := steps.Find(ctx.Args().First())
	if action == nil {
		hint := "the actions are " + strings.Join(steps.Names(), ", ")
		if near := spelling.Nearest(ctx.Args().First(), steps.Names()); near != "" {
			hint = fmt.Sprintf("did you mean %s?", near)
		}
		return usage(fmt.Sprintf("there is no action %q", ctx.Args().First()), hint)
	}
	if ctx.String("output") == "json" {
		return c.printJSON(report.ActionList([]*steps.Action{action})[0])
	}
	_, err := fmt.Fprint(c.Out, report.ActionPage(action))
	return err
}

func (c *command) printJSON(v any) error {
	encoder := json.NewEncoder(c.Out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
