package cli

import (
	"encoding/json"
	"fmt"

	"github.com/flowrun-dev/flowrun/internal/report"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/urfave/cli/v2"
)

func (c *command) validateCommand() *cli.Command {
	return &cli.Command{
		Name:      "validate",
		Usage:     "check workflow files; needs no token and no network",
		ArgsUsage: "FILE...",
		Flags:     []cli.Flag{outputFlag("text", "json"), allowFlag()},
		Action:    c.validate,
	}
}

// validate prints every problem of every file.
func (c *command) validate(ctx *cli.Context) error {
	if !ctx.Args().Present() {
		return usage("validate needs a workflow file", "flowrun validate workflows/*.yaml")
	}
	all := workflow.Problems{}
	for _, name := range ctx.Args().Slice() {
		text, why := fileText(name)
		if why != "" {
			all = append(all, workflow.Problem{File: name, Message: why})
			continue
		}
		_, problems := runner.Load(name, text, allowed(ctx)...)
		all = append(all, problems...)
	}
	if err := c.printProblems(ctx, all); err != nil {
		return err
	}
	c.annotateProblems(all)
	if all.Err() != nil {
		return &exitError{code: exitUsage}
	}
	return nil
}

func (c *command) printProblems(ctx *cli.Context, all workflow.Problems) error {
	if ctx.String("output") == "json" {
		encoder := json.NewEncoder(c.Out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		return encoder.Encode(struct {
			Valid    bool              `json:"valid"`
			Problems workflow.Problems `json:"problems"`
		}{all.Err() == nil, all})
	}
	fmt.Fprint(c.Out, problemText(all))
	switch n := ctx.NArg(); {
	case all.Err() != nil:
		fmt.Fprintf(c.Out, "%s in %s\n", count(len(all), "problem"), count(n, "file"))
	default:
		fmt.Fprintf(c.Out, "%s valid\n", count(n, "file"))
	}
	return nil
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return report.Number(int64(n)) + " " + noun + "s"
}
