package cli

import (
	"fmt"

	"github.com/urfave/cli/v2"
)

// usualSamples is how many rows of a step a plan names.
const usualSamples = 3

// showFlags are the flags of commands that show a plan.
func showFlags() []cli.Flag {
	return append([]cli.Flag{
		&cli.BoolFlag{Name: "full", Usage: "list every change of the plan", EnvVars: environment("full")},
		&cli.IntFlag{Name: "sample", Usage: "name `N` rows of each step", Value: usualSamples, EnvVars: environment("sample"), Action: checkSample},
	}, reportFlags()...)
}

func checkSample(_ *cli.Context, n int) error {
	const most = 1000
	if n < 0 || n > most {
		return usage(fmt.Sprintf("--sample is from 0 to %d, not %d", most, n), "--full lists every change")
	}
	return nil
}
