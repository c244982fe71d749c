package cli

import (
	"fmt"
	"runtime/debug"

	"github.com/flowrun-dev/flowrun/schema"
	"github.com/urfave/cli/v2"
)

func (c *command) schemaCommand() *cli.Command {
	return &cli.Command{
		Name:  "schema",
		Usage: "print the JSON Schema of workflow files, for editors",
		Action: func(ctx *cli.Context) error {
			if err := noArguments(ctx); err != nil {
				return err
			}
			_, err := c.Out.Write(schema.JSON())
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
			_, err := fmt.Fprintf(c.Out, "flowrun %s\n", version())
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
