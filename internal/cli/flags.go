package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/urfave/cli/v2"
)

// environment is the variable that gives a flag its value: --state-dir is
// FLOWRUN_STATE_DIR.
func environment(flag string) []string {
	return []string{"FLOWRUN_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))}
}

// runFlags are the flags of plan and apply.
func runFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "input", Aliases: []string{"i"}, Usage: "set an input: `NAME=VALUE`; may be repeated"},
		&cli.StringFlag{Name: "inputs-file", Usage: "read inputs from a YAML or JSON `FILE`", EnvVars: environment("inputs-file")},
		&cli.Int64Flag{Name: "limit", Usage: "take at most `N` items of each loop", EnvVars: environment("limit")},
		&cli.BoolFlag{Name: "sandbox", Usage: "run against an Intercom look-alike in this process, with sample data", EnvVars: environment("sandbox")},
		&cli.StringFlag{Name: "region", Usage: "Intercom's region: us, eu or au", EnvVars: environment("region")},
		&cli.StringFlag{Name: "state-dir", Usage: "keep runs in `DIR`", Value: ".flowrun", EnvVars: environment("state-dir")},
		outputFlag("text", "json", "ndjson"),
		&cli.BoolFlag{Name: "no-color", Usage: "print without colours", EnvVars: environment("no-color")},
		&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "print results and errors only", EnvVars: environment("quiet")},
		&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "print each call: method, path, status, time; never its content", EnvVars: environment("verbose")},
	}
}

func outputFlag(forms ...string) cli.Flag {
	return &cli.StringFlag{
		Name: "output", Aliases: []string{"o"}, Value: forms[0], Usage: "print as `FORM`: " + strings.Join(forms, ", "), EnvVars: environment("output"),
		Action: func(_ *cli.Context, form string) error {
			for _, each := range forms {
				if each == form {
					return nil
				}
			}
			return usage(fmt.Sprintf("--output is %s, not %q", strings.Join(forms, " or "), form))
		},
	}
}

// load reads and checks the workflow file of a command.
func (c *command) load(name string) (*runner.Program, error) {
	text, err := readFile(name)
	if err != nil {
		return nil, err
	}
	program, problems := runner.Load(name, text)
	if len(problems) > 0 {
		fmt.Fprint(c.Err, problemText(problems))
	}
	if problems.Err() != nil {
		return nil, usage(fmt.Sprintf("%s is not a valid workflow; nothing was sent", name))
	}
	return program, nil
}

// problemText gives problems as lines for a person.
func problemText(problems workflow.Problems) string {
	var b strings.Builder
	for _, p := range problems {
		b.WriteString(p.Text())
	}
	return b.String()
}

func readFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err == nil && info.IsDir() {
		return nil, usage(name+" is a folder, not a workflow file", "name a file in it: "+name+"/workflow.yaml")
	}
	text, err := os.ReadFile(name)
	if os.IsNotExist(err) {
		return nil, usage("there is no file " + name)
	}
	if err != nil {
		return nil, usage(err.Error())
	}
	return text, nil
}

// inputs settles the program's inputs from flags, file and environment.
func (c *command) inputs(ctx *cli.Context, program *runner.Program) (runner.Inputs, error) {
	given := runner.Given{Flags: ctx.StringSlice("input"), Getenv: c.Getenv}
	if name := ctx.String("inputs-file"); name != "" {
		text, err := readFile(name)
		if err != nil {
			return runner.Inputs{}, err
		}
		fields, problems := workflow.ParseValues(name, text)
		if problems.Err() != nil {
			fmt.Fprint(c.Err, problemText(problems))
			return runner.Inputs{}, usage(name + " cannot be read")
		}
		given.Files = fields
	}
	inputs, err := program.Inputs(given)
	if err != nil {
		return inputs, usage(err.Error())
	}
	return inputs, nil
}
