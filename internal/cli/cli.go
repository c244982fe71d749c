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
	"net/http"
	"os"
	"sync"

	"github.com/flowrun-dev/flowrun/internal/credentials"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/mattn/go-isatty"
	"github.com/urfave/cli/v2"
	"golang.org/x/term"
)

// Streams is what a command reads from and writes to, and what else it has of
// the machine.
type Streams struct {
	In       io.Reader
	Out      io.Writer
	Err      io.Writer
	OutColor bool       // Out is a terminal that shows colours
	ErrColor bool       // Err is one
	InTTY    bool       // In is a terminal
	ErrTTY   bool       // Err is one
	ErrWidth func() int // of that terminal, in columns; nil or 0 if it is not known
	Getenv   func(string) string

	Keyring credentials.Keyring        // nil is that of the operating system
	Browse  func(address string) error // opens a page; nil is the person's browser
	Network http.RoundTripper          // the way to Intercom; nil is the network
}

// System returns the streams of the process.
func System() Streams {
	color := os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	out, errs := isatty.IsTerminal(os.Stdout.Fd()), isatty.IsTerminal(os.Stderr.Fd())
	return Streams{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		OutColor: out && color, ErrColor: errs && color, ErrTTY: errs,
		ErrWidth: func() int { width, _, _ := term.GetSize(int(os.Stderr.Fd())); return width },
		InTTY:    isatty.IsTerminal(os.Stdin.Fd()),
		Getenv:   os.Getenv,
	}
}

// Main runs one command line, without the program's name, and returns the exit
// code.
func Main(args []string, streams Streams) int {
	c := newCommand(streams)
	code := c.report(c.main(args))
	if err := errors.Join(c.failureReason(code), c.out.flush(), c.err.flush()); err != nil && code == exitDone {
		code = exitFailed
	}
	return code
}

// command is one run of the program.
type command struct {
	Streams
	args     []string  // as urfave/cli takes them: the program's name first, flags before the rest
	out, err *cleaner  // what Out and Err are here
	screen   io.Writer // Err itself, for what is drawn and erased again
	bar      *bar      // nil while nothing is drawn
	mu       sync.Mutex
	secrets  secrets
	mask     bool // what is printed is not to say who somebody is

	walks     bool           // this is a plan or a run
	annotated map[string]int // by kind
}

// newCommand puts all output behind the cleaner.
func newCommand(streams Streams) *command {
	c := &command{Streams: streams, screen: streams.Err}
	c.out = &cleaner{to: streams.Out, color: streams.OutColor, before: c.erase, mu: &c.mu, secrets: &c.secrets, mask: &c.mask}
	c.err = &cleaner{to: streams.Err, color: streams.ErrColor, before: c.erase, mu: &c.mu, secrets: &c.secrets, mask: &c.mask}
	c.Out, c.Err = c.out, c.err
	return c
}

// hide keeps a secret out of all output from now on.
func (c *command) hide(name, secret string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.secrets.add(name, secret)
}

// main runs the command line. A panic is a mistake of ours: it is told as one,
// without the values that a stack trace would show.
func (c *command) main(args []string) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = runner.Panicked(cause)
		}
	}()
	app := c.app()
	err = c.arguments(app, args)
	if errors.Is(err, errHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	return app.Run(c.args)
}

// redact takes the secrets out of what is written elsewhere.
func (c *command) redact(text string) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.secrets.redact([]byte(text))
}

func (c *command) app() *cli.App {
	app := &cli.App{
		Name:                      "flowrun",
		Usage:                     "run declarative workflows against Intercom",
		Commands:                  c.commands(),
		HideVersion:               true,
		HideHelp:                  true,
		DisableSliceFlagSeparator: true,
		Writer:                    c.Out,
		ErrWriter:                 c.Err,
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
	each.HideHelp = true
	for _, sub := range each.Subcommands {
		prepare(sub)
	}
}

func (c *command) commands() []*cli.Command {
	return []*cli.Command{
		c.planCommand(),
		c.applyCommand(),
		c.showCommand(),
		c.resumeCommand(),
		c.undoCommand(),
		c.resolveCommand(),
		c.runsCommand(),
		c.doctorCommand(),
		c.validateCommand(),
		c.actionsCommand(),
		c.functionsCommand(),
		c.authCommand(),
		c.schemaCommand(),
		c.sandboxCommand(),
		c.completionCommand(),
		c.versionCommand(),
	}
}

// note prints a line for people that is neither a result nor an error.
func (c *command) note(format string, args ...any) {
	fmt.Fprintf(c.Err, "flowrun: "+format+"\n", args...)
}
