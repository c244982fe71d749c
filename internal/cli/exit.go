package cli

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"slices"
	"strings"
	"syscall"

	"github.com/flowrun-dev/flowrun/runner"
	"github.com/urfave/cli/v2"
)

// Exit codes. Their meaning is a promise.
const (
	exitDone        = 0
	exitFailed      = 1
	exitChanges     = 2
	exitUsage       = 3
	exitCredentials = 4
	exitGuard       = 5
	exitRows        = 6
	exitPlan        = 7
	exitLocked      = 8
	exitJournal     = 9
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

func usageError(ctx *cli.Context, err error, _ bool) error {
	text := strings.Replace(strings.TrimSuffix(err.Error(), ": parse error"), "for flag -", "for --", 1)
	_, name, _ := strings.Cut(text, " for --")
	for _, flag := range ctx.Command.Flags {
		if !slices.Contains(flag.Names(), name) {
			continue
		}
		switch flag.(type) {
		case *cli.DurationFlag:
			return usage(text, "write a number and a unit, such as 30s, 55m or 2h")
		case *cli.IntFlag, *cli.Int64Flag:
			return usage(text, "write a whole number")
		}
	}
	return usage(text, `"flowrun help" shows the commands, and "flowrun COMMAND --help" its flags`)
}

// report prints an error, once, and gives the exit code.
func (c *command) report(err error) int {
	if err == nil {
		return exitDone
	}
	exit := asExit(err)
	if exit.message != "" {
		fmt.Fprintf(c.Err, "flowrun: %s %s\n", c.red("error:"), strings.ReplaceAll(exit.message, "\n", "\n  "))
	}
	for _, hint := range exit.hints {
		fmt.Fprintf(c.Err, "flowrun: hint: %s\n", hint)
	}
	return exit.code
}

func (c *command) red(text string) string {
	if !c.ErrColor {
		return text
	}
	return "\x1b[31m" + text + "\x1b[0m"
}

// asExit gives an error its exit code and says what to do about it.
func asExit(err error) *exitError {
	exit, ok := errors.AsType[*exitError](err)
	switch {
	case ok:
		return exit
	case runner.IsLocked(err):
		return &exitError{exitLocked, err.Error(), []string{"wait until that process has ended, or stop it"}}
	case runner.IsDamaged(err):
		return &exitError{exitJournal, err.Error(), []string{"bring the folder of the run back from a copy; results.ndjson in it says what was done, and to apply again may do some of it twice"}}
	case runner.IsJournal(err):
		return &exitError{exitJournal, err.Error(), makeRoom(err)}
	case isPanic(err):
		return &exitError{exitFailed, err.Error(), []string{"this is a mistake in flowrun; please report it with this line"}}
	case errors.Is(err, syscall.ECONNREFUSED) && strings.Contains(err.Error(), "proxyconnect"):
		return &exitError{exitFailed, err.Error(), []string{"nothing listens at the address that HTTPS_PROXY names"}}
	case isUntrusted(err):
		return &exitError{exitFailed, err.Error(), []string{"a proxy that opens TLS has a certificate of its own: name it with --ca-file FILE"}}
	case isUnfound(err):
		return &exitError{exitFailed, err.Error(), []string{"is this machine online, and does it need a proxy? HTTPS_PROXY names one"}}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &exitError{exitFailed, err.Error(), []string{`nothing listens at INTERCOM_API_BASE_URL; "flowrun sandbox" serves a look-alike`}}
	}
	return &exitError{code: exitFailed, message: err.Error()}
}

func isUntrusted(err error) bool {
	_, ok := errors.AsType[x509.UnknownAuthorityError](err)
	return ok
}

func isUnfound(err error) bool {
	_, ok := errors.AsType[*net.DNSError](err)
	return ok
}

func isPanic(err error) bool {
	_, ok := errors.AsType[*runner.PanicError](err)
	return ok
}

// unkept is the error of a run whose folder cannot be written.
func unkept(dir string, err error) error {
	if runner.IsLocked(err) || runner.IsJournal(err) {
		return err
	}
	return &exitError{
		exitJournal, fmt.Sprintf("the run cannot be kept in %s: %v; nothing was sent", dir, within(dir, err)),
		[]string{"make room or make it writable, or name another folder with --state-dir"},
	}
}

// untaken is the error of a run that is there and cannot be taken up.
func untaken(past *runner.Past, err error) error {
	if runner.IsLocked(err) || runner.IsJournal(err) {
		return err
	}
	return &exitError{
		exitJournal, fmt.Sprintf("run %s cannot be taken up: %v; nothing was sent", past.ID, err),
		[]string{"make room in its folder, or make it writable"},
	}
}

// unread is the error of runs that cannot be looked at.
func unread(stateDir string, err error) error {
	if _, ok := errors.AsType[*fs.PathError](err); !ok {
		return err
	}
	return &exitError{
		exitJournal, "the runs cannot be read: " + err.Error(),
		[]string{"let your user read " + stateDir + ", or name another folder with --state-dir"},
	}
}

// within is err without the path, where that is in a folder that is named
// already.
func within(dir string, err error) error {
	at, ok := errors.AsType[*fs.PathError](err)
	if ok && strings.HasPrefix(at.Path, dir) {
		return at.Err
	}
	return err
}

// makeRoom says what to do about an error, if it is that of a full disk.
func makeRoom(err error) []string {
	if isFull(err) {
		return []string{"make room on that disk"}
	}
	return nil
}

// isFull reports whether err is that of a full disk, or of a share of it that
// is used up.
func isFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }
