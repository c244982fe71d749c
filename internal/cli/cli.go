// Package cli is flowrun's command line: its commands and flags, what they
// print, and the exit codes. It is the only place that puts the other packages
// together.
//
// Results go to standard output. Everything else, errors and hints and notes,
// goes to standard error, each line begun with "flowrun:", in lower case and
// without a full stop. An error is printed once, by [Main].
package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/urfave/cli/v2"
)

// Streams is what a command reads from and writes to.
type Streams struct {
	In       io.Reader
	Out      io.Writer
	Err      io.Writer
	OutColor bool // Out is a terminal that shows colours
	ErrTTY   bool // Err is a terminal
	Getenv   func(string) string
}

// System returns the streams of the process.
func System() Streams {
	color := isatty.IsTerminal(os.Stdout.Fd()) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	return Streams{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		OutColor: color, ErrTTY: isatty.IsTerminal(os.Stderr.Fd()),
		Getenv: os.Getenv,
	}
}

// Main runs one command line, without the program's name, and returns the exit
// code.
func Main(args []string, streams Streams) int {
	c := &command{Streams: streams}
	return c.report(c.main(args))
}

// main runs the command line. A panic is a mistake of ours: it is told as one,
// without the values that a stack trace would show.
func (c *command) main(args []string) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = &exitError{exitFailed, fmt.Sprintf("internal error: %T at %s", cause, caller()), []string{"this is a mistake in flowrun; please report it with this line"}}
		}
	}()
	app := c.app()
	if err := c.arguments(app, args); err != nil {
		return err
	}
	return app.Run(c.args)
}

// caller is the place of ours that panicked.
func caller() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		frame, more := frames.Next()
		if strings.Contains(frame.Function, "flowrun/") && !strings.Contains(frame.Function, "internal/cli.(*command).main") {
			return fmt.Sprintf("%s:%d", filepath.Base(frame.File), frame.Line)
		}
		if !more {
			return "an unknown place"
		}
	}
}

// command is one run of the program.
type command struct {
	Streams
	args []string // as urfave/cli takes them: the program's name first, flags before the rest
}

func (c *command) app() *cli.App {
	app := &cli.App{
		Name:  "flowrun",
		Usage: "run declarative workflows against Intercom",
		UsageText: "flowrun plan workflow.yaml      see what would change\n" +
			"flowrun apply workflow.yaml     change it",
		Description:               "Exit codes: 0 done; 1 a step failed; 2 changes (plan --detailed-exitcode); 3 bad usage or workflow;\n4 credentials or workspace; 5 a guard; 6 rows failed, in doubt or pending; 130, 143 interrupted.",
		Commands:                  c.commands(),
		HideVersion:               true,
		HideHelpCommand:           true,
		DisableSliceFlagSeparator: true,
		Writer:                    c.Out,
		ErrWriter:                 c.Err,
		Action:                    c.noCommand,
		OnUsageError:              usageError,
		ExitErrHandler:            func(*cli.Context, error) {},
	}
	for _, each := range app.Commands {
		prepare(each)
	}
	return app
}

// prepare gives a command what urfave/cli does not take from the app.
func prepare(each *cli.Command) {
	each.OnUsageError = usageError
	each.HideHelpCommand = true
	for _, sub := range each.Subcommands {
		prepare(sub)
	}
}

func (c *command) commands() []*cli.Command {
	return []*cli.Command{
		c.planCommand(),
		c.applyCommand(),
		c.validateCommand(),
		c.actionsCommand(),
		c.schemaCommand(),
		c.sandboxCommand(),
		c.completionCommand(),
		c.versionCommand(),
	}
}

// noCommand answers a command line without a known command.
func (c *command) noCommand(ctx *cli.Context) error {
	if !ctx.Args().Present() {
		return cli.ShowAppHelp(ctx)
	}
	return unknownCommand(ctx.Args().First(), ctx.App.Commands)
}

// Exit codes. Their meaning is a promise.
const (
	exitDone        = 0
	exitFailed      = 1
	exitChanges     = 2
	exitUsage       = 3
	exitCredentials = 4
	exitRows        = 6
	exitInterrupt   = 130
	exitTerminate   = 143
)

// exitError is an error with its exit code and what to do about it. Without a
// message nothing is printed: it has been said already.
type exitError struct {
	code    int
	message string
	hints   []string
}

func (e *exitError) Error() string { return e.message }

// usage is an error of the command line or of a file.
func usage(message string, hints ...string) error {
	return &exitError{exitUsage, message, hints}
}

func usageError(_ *cli.Context, err error, _ bool) error {
	return usage(err.Error(), `"flowrun help" shows the commands, and "flowrun COMMAND --help" its flags`)
}

// report prints an error, once, and gives the exit code.
func (c *command) report(err error) int {
	if err == nil {
		return exitDone
	}
	var exit *exitError
	if !errors.As(err, &exit) {
		exit = &exitError{code: exitFailed, message: err.Error()}
	}
	if exit.message != "" {
		fmt.Fprintf(c.Err, "flowrun: error: %s\n", strings.ReplaceAll(exit.message, "\n", "\n  "))
	}
	for _, hint := range exit.hints {
		fmt.Fprintf(c.Err, "flowrun: hint: %s\n", hint)
	}
	return exit.code
}

// note prints a line for people that is neither a result nor an error.
func (c *command) note(format string, args ...any) {
	fmt.Fprintf(c.Err, "flowrun: "+format+"\n", args...)
}
