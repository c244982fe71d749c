package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/flowrun-dev/flowrun/internal/credentials"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/urfave/cli/v2"
)

// connect makes the client of a run: to Intercom, or to a sandbox in this
// process.
func (c *command) connect(ctx *cli.Context, program *runner.Program, readOnly bool) (*intercom.Client, error) {
	config := intercom.Config{ReadOnly: readOnly, UserAgent: "flowrun/" + version()}
	if ctx.Bool("verbose") {
		config.Log = logTo(c.Err)
	}
	if ctx.Bool("sandbox") {
		config.Token = "sandbox"
		config.HTTPClient = sandbox.New(sandbox.Options{Data: sandbox.Sample()}).Client()
		return intercom.New(config)
	}
	found, err := credentials.Find(c.Getenv)
	var none *credentials.NoTokenError
	if errors.As(err, &none) {
		return nil, &exitError{exitCredentials, err.Error(), []string{"without an account: add --sandbox"}}
	}
	if err != nil {
		return nil, &exitError{code: exitCredentials, message: err.Error()}
	}
	config.Token, config.BaseURL = found.Token, found.BaseURL
	config.Region = cmp.Or(ctx.String("region"), program.Region(), found.Region)
	client, err := intercom.New(config)
	if err != nil {
		return nil, usage(err.Error())
	}
	return client, nil
}

// logTo prints each call to w: what was called and how it went, never what was
// sent or answered.
func logTo(w io.Writer) func(intercom.Attempt) {
	return func(a intercom.Attempt) {
		fmt.Fprintf(w, "flowrun: %s %s: %d, try %d, %s", a.Method, a.Path, a.Status, a.Try, a.Duration.Round(time.Millisecond))
		if a.Wait > 0 {
			fmt.Fprintf(w, ", waiting %s", a.Wait.Round(time.Millisecond))
		}
		if a.RequestID != "" {
			fmt.Fprintf(w, ", request %s", a.RequestID)
		}
		fmt.Fprintln(w)
	}
}
