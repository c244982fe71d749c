package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/flowrun-dev/flowrun/schema"
	"github.com/urfave/cli/v2"
)

func (c *command) schemaCommand() *cli.Command {
	return &cli.Command{
		Name:      "schema",
		Usage:     "print the JSON Schema of workflow files, for editors",
		ArgsUsage: "[plan]",
		UsageText: "flowrun schema > workflow.schema.json\nflowrun schema plan                          that of plan --output json",
		Action: func(ctx *cli.Context) error {
			text := schema.JSON()
			switch {
			case ctx.NArg() == 1 && ctx.Args().First() == "plan":
				text = schema.Plan()
			case ctx.NArg() > 0:
				return usage("schema takes plan or nothing, not " + strings.Join(ctx.Args().Slice(), " "))
			}
			_, err := c.Out.Write(text)
			return err
		},
	}
}

func (c *command) versionCommand() *cli.Command {
	return &cli.Command{
		Name:  "version",
		Usage: "print the version",
		Action: func(ctx *cli.Context) error {
			if err := noArguments(ctx); err != nil {
				return err
			}
			_, err := fmt.Fprintf(c.Out, "flowrun %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// version is the version this program was built as.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
