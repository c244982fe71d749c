package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/flowrun-dev/flowrun/internal/credentials"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/urfave/cli/v2"
)

// connect makes the client of a run: to Intercom, or to a sandbox in this
// process. The region is that of the workflow, if it names one.
func (c *command) connect(ctx *cli.Context, region string, readOnly bool) (*intercom.Client, error) {
	config := intercom.Config{ReadOnly: readOnly, UserAgent: "flowrun/" + version()}
	var err error
	if config.RateShare, err = rateShare(ctx.String("rate-share")); err != nil {
		return nil, err
	}
	if ctx.Bool("verbose") {
		config.Log = logTo(c.Err)
	}
	if ctx.Bool("sandbox") {
		config.Token = "sandbox"
		config.HTTPClient = sandbox.New(sandbox.Options{Data: sandbox.Sample()}).Client()
		return intercom.New(config)
	}
	found, err := c.credentials()
	if err != nil {
		return nil, err
	}
	config.Token, config.BaseURL = found.Token, found.BaseURL
	config.Region = cmp.Or(ctx.String("region"), region, found.Region)
	client, err := intercom.New(config)
	if err != nil {
		return nil, wrongSetting(err, ctx.String("region"), region, found)
	}
	return client, nil
}

// shortestToken is how long a token is that is kept out of all output. A
// shorter one is a word for a sandbox.
const shortestToken = 8

// credentials finds the token, which is not shown from then on.
func (c *command) credentials() (credentials.Found, error) {
	found, err := credentials.Find(c.Getenv)
	if _, none := errors.AsType[*credentials.NoTokenError](err); none {
		return found, &exitError{exitCredentials, err.Error(), []string{"without an account: add --sandbox to plan or apply"}}
	}
	if err != nil {
		return found, &exitError{code: exitCredentials, message: err.Error()}
	}
	if len(found.Token) >= shortestToken {
		c.hide("", found.Token)
	}
	return found, nil
}

// wrongSetting says where a setting comes from that the client does not take.
func wrongSetting(err error, flag, file string, found credentials.Found) error {
	text := err.Error()
	switch {
	case strings.HasPrefix(text, "base URL"):
		return usage("INTERCOM_API_BASE_URL" + strings.TrimPrefix(text, "base URL"))
	case !strings.Contains(text, "region"):
		return usage(text)
	case flag != "":
		return usage("--region: " + text)
	case file != "":
		return usage("intercom.region in the workflow: " + text)
	}
	return usage("INTERCOM_REGION: " + text)
}

// identify asks whose token it is.
func (c *command) identify(ctx context.Context, client *intercom.Client) (runner.Workspace, error) {
	workspace, err := runner.Identify(ctx, client)
	refused, _ := errors.AsType[*intercom.APIError](err)
	if refused != nil && (refused.Status == http.StatusUnauthorized || refused.Status == http.StatusForbidden) {
		return workspace, &exitError{exitCredentials, "Intercom does not accept the token: " + err.Error(),
			[]string{"set INTERCOM_TOKEN to an access token of your app: Intercom's Developer Hub, Configure, Authentication"}}
	}
	if err != nil {
		return workspace, fmt.Errorf("ask Intercom whose token this is: %w", err)
	}
	return workspace, nil
}

// logTo prints each call to w: what was called and how it went, never what was
// sent or answered.
func logTo(w io.Writer) func(intercom.Attempt) {
	return func(a intercom.Attempt) {
		fmt.Fprintf(w, "flowrun: %s %s: %d, try %d, %s", a.Method, a.Path, a.Status, a.Try, a.Duration.Round(time.Millisecond))
		if a.Wait >= time.Millisecond {
			fmt.Fprintf(w, ", waiting %s", a.Wait.Round(time.Millisecond))
		}
		if a.RequestID != "" {
			fmt.Fprintf(w, ", request %s", a.RequestID)
		}
		fmt.Fprintln(w)
	}
}
