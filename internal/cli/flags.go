package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flowrun-dev/flowrun/internal/files"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/internal/report"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/urfave/cli/v2"
)

// environment is the variable that gives a flag its value: --state-dir is
// FLOWRUN_STATE_DIR.
func environment(flag string) []string {
	return []string{"FLOWRUN_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))}
}

// programFlags are the flags of plan and apply.
func programFlags() []cli.Flag {
	return append([]cli.Flag{
		&cli.StringSliceFlag{Name: "input", Aliases: []string{"i"}, Usage: "set an input: `NAME=VALUE`; may be repeated"},
		&cli.StringFlag{Name: "inputs-file", Usage: "read inputs from a YAML or JSON `FILE`", EnvVars: environment("inputs-file")},
		allowFlag(),
		&cli.Int64Flag{Name: "limit", Usage: "take at most `N` items of each loop", EnvVars: environment("limit"), Action: checkLimit},
		&cli.BoolFlag{Name: "sandbox", Usage: "run against an Intercom look-alike in this process, with sample data", EnvVars: environment("sandbox")},
	}, slices.Concat(guardFlags(), walkFlags())...)
}

// walkFlags are the flags of all commands that walk over a workflow.
func walkFlags() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.IntFlag{Name: "concurrency", Usage: "run `N` items of a loop side by side, instead of what the file says", EnvVars: environment("concurrency"), Action: checkConcurrency},
		&cli.StringFlag{Name: "rate-share", Usage: "use at most this `SHARE` of Intercom's rate limit, such as 50%", EnvVars: environment("rate-share")},
	}, printFlags(), []cli.Flag{
		&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "print each call: method, path, status, time; never its content", EnvVars: environment("verbose")},
	}, connectFlags())
}

// printFlags are the flags of all commands that show a plan.
func printFlags() []cli.Flag {
	return []cli.Flag{
		outputFlag("text", "json", "ndjson"),
		colorFlag(),
		&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "print results and errors only", EnvVars: environment("quiet")},
	}
}

func colorFlag() cli.Flag {
	return &cli.BoolFlag{Name: "no-color", Usage: "print without colours", EnvVars: environment("no-color")}
}

// colors reports whether what goes to a stream is coloured. Shows says whether
// the stream shows colours.
func (c *command) colors(flags *cli.Context, shows bool) report.Colors {
	return report.Colors(shows && !flags.Bool("no-color"))
}

// caFlag names certificates of authorities that are trusted besides those of
// the system, such as that of a proxy that opens TLS.
func caFlag() cli.Flag {
	return &cli.StringFlag{Name: "ca-file", Usage: "also trust the certificates in the PEM `FILE`, such as that of a proxy", EnvVars: environment("ca-file"), Action: checkAuthorities}
}

func checkAuthorities(_ *cli.Context, name string) error {
	_, err := authorities(name)
	return err
}

// keepFlags are the flags of commands that change something and keep it.
func keepFlags() []cli.Flag {
	return []cli.Flag{
		&cli.DurationFlag{Name: "max-duration", Usage: "end within `TIME`, such as 55m; what is not reached can be resumed", EnvVars: environment("max-duration"), Action: checkDuration},
		stateFlag(),
	}
}

// allowFlag names further folders that a workflow may read data files in. In
// the environment several are joined as those of PATH are.
func allowFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "allow-path", Usage: "let the workflow read files in `DIR`, not in its own folder alone; may be repeated", EnvVars: environment("allow-path")}
}

func allowed(ctx *cli.Context) []string {
	var folders []string
	for _, each := range ctx.StringSlice("allow-path") {
		folders = append(folders, filepath.SplitList(each)...)
	}
	return folders
}

func stateFlag() cli.Flag {
	return &cli.StringFlag{Name: "state-dir", Usage: "keep runs in `DIR`", Value: ".flowrun", EnvVars: environment("state-dir")}
}

func checkLimit(_ *cli.Context, n int64) error {
	if n < 1 {
		return usage(fmt.Sprintf("--limit is 1 or more, not %d", n), "without --limit, all items are taken")
	}
	return nil
}

func checkDuration(_ *cli.Context, d time.Duration) error {
	if d <= 0 {
		return usage(fmt.Sprintf("--max-duration is more than nothing, such as 55m, not %s", d))
	}
	return nil
}

// rateShare reads a share such as 50% or 0.5; none is 0.
func rateShare(text string) (float64, error) {
	if text == "" {
		return 0, nil
	}
	number, percent := strings.CutSuffix(text, "%")
	share, err := strconv.ParseFloat(number, 64)
	if percent {
		share /= 100
	}
	if err != nil || !(share > 0 && share <= 1) {
		return 0, usage(fmt.Sprintf("--rate-share is from 1%% to 100%%, not %q", text))
	}
	return share, nil
}

func checkConcurrency(_ *cli.Context, n int) error {
	if n < 1 || n > workflow.MaxConcurrency {
		return usage(fmt.Sprintf("--concurrency is from 1 to %d, not %d", workflow.MaxConcurrency, n))
	}
	return nil
}

func outputFlag(forms ...string) cli.Flag {
	return &cli.StringFlag{
		Name: "output", Aliases: []string{"o"}, Value: forms[0], Usage: "print as `FORM`: " + strings.Join(forms, ", "), EnvVars: environment("output"),
		Action: func(_ *cli.Context, form string) error {
			if slices.Contains(forms, form) {
				return nil
			}
			return usage(fmt.Sprintf("--output is %s, not %q", strings.Join(forms, " or "), form))
		},
	}
}

// load reads and checks the workflow file of a command.
func (c *command) load(ctx *cli.Context, name string) (*runner.Program, error) {
	text, err := readFile(name)
	if err != nil {
		return nil, err
	}
	prog, problems := runner.Load(name, text, allowed(ctx)...)
	if len(problems) > 0 {
		fmt.Fprint(c.Err, problemText(problems))
		c.annotateProblems(problems)
	}
	if problems.Err() != nil {
		return nil, usage(fmt.Sprintf("%s is not a valid workflow; nothing was sent", name))
	}
	return prog, tighten(ctx, prog)
}

// problemText gives problems as lines for a person.
func problemText(problems workflow.Problems) string {
	var b strings.Builder
	for _, p := range problems {
		b.WriteString(p.Text())
	}
	return b.String()
}

// readFile reads a file that is named on the command line.
func readFile(name string) ([]byte, error) {
	text, why := fileText(name)
	if why != "" {
		return nil, usage(name + ": " + why)
	}
	return text, nil
}

// fileText reads a file, or says why it cannot be read.
func fileText(name string) (text []byte, why string) {
	text, err := files.Read(name)
	switch {
	case err == nil:
		return text, ""
	case errors.Is(err, fs.ErrNotExist):
		return nil, "there is no such file"
	}
	return nil, err.Error()
}

// inputs settles the program's inputs from flags, file and environment.
func (c *command) inputs(ctx *cli.Context, prog *runner.Program) (program.Inputs, error) {
	given := program.Given{Flags: ctx.StringSlice("input"), Getenv: c.Getenv}
	if name := ctx.String("inputs-file"); name != "" {
		text, err := readFile(name)
		if err != nil {
			return program.Inputs{}, err
		}
		fields, problems := workflow.ParseValues(name, text)
		if problems.Err() != nil {
			fmt.Fprint(c.Err, problemText(problems))
			return program.Inputs{}, usage(name + " cannot be read")
		}
		given.Files = fields
	}
	inputs, err := prog.Inputs(given)
	c.hideAll(inputs)
	if err != nil {
		return inputs, usage(err.Error())
	}
	return inputs, nil
}

// hideAll keeps the secret inputs out of all output from now on.
func (c *command) hideAll(inputs program.Inputs) {
	for _, secret := range inputs.Secrets {
		c.hide("", secret)
	}
}
