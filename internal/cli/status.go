package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/credentials"
	"github.com/flowrun-dev/flowrun/internal/report"
	"github.com/urfave/cli/v2"
)

// authStatus shows the token of the environment and all logins, or the one
// that is named.
func (c *command) authStatus(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	logins, err := c.logins(ctx)
	if err != nil {
		return err
	}
	if len(logins) == 0 {
		return noCredentials(&credentials.NoTokenError{})
	}
	if ctx.String("output") == "json" {
		err = c.printJSON(logins)
	} else {
		err = report.Logins(c.Out, logins, c.colors(ctx, c.OutColor))
	}
	if err != nil {
		return err
	}
	broken := 0
	for _, login := range logins {
		if !login.Works {
			broken++
		}
	}
	if broken > 0 {
		return &exitError{code: exitCredentials, message: fmt.Sprintf("%d of %s cannot be used", broken, count(len(logins), "login"))}
	}
	return nil
}

// logins tries each token.
func (c *command) logins(ctx *cli.Context) ([]report.Login, error) {
	names, err := c.store().Names()
	if err != nil {
		return nil, err
	}
	variable, wanted := c.tokenVariable(), ctx.String("profile")
	var logins []report.Login
	if variable != "" && wanted == "" {
		found, err := c.store().Find(c.Getenv, "")
		login := c.try(ctx, found, err)
		login.Variable, login.Kept, login.InUse = variable, "the environment", true
		logins = append(logins, login)
	}
	if wanted != "" {
		names = []string{wanted}
	}
	for _, name := range names {
		found, err := c.store().Find(c.withoutToken, name)
		if _, unknown := errors.AsType[*credentials.UnknownProfileError](err); unknown {
			return nil, noCredentials(err)
		}
		login := c.try(ctx, found, err)
		login.Profile, login.ClientID = name, found.Profile.ClientID
		if found.Profile.Name != "" {
			login.Kept = c.store().Place(found.Profile)
		}
		login.InUse = variable == "" && name == cmp.Or(wanted, credentials.Default)
		logins = append(logins, login)
	}
	return logins, nil
}

// tokenVariable is the variable that holds a token, or "".
func (c *command) tokenVariable() string {
	for _, name := range credentials.Variables() {
		if c.Getenv(name) != "" {
			return name
		}
	}
	return ""
}

// withoutToken is the environment of somebody who relies on the login that is
// stored.
func (c *command) withoutToken(name string) string {
	if slices.Contains(credentials.Variables(), name) {
		return ""
	}
	return c.Getenv(name)
}

// tryPatience is how long Intercom may take to say whose a token is.
const tryPatience = 15 * time.Second

// windowSeconds is the length of Intercom's rate windows, as
// https://developers.intercom.com/docs/references/rest-api/errors/rate-limiting
// has it.
const windowSeconds = 10

// try asks Intercom whose the token is that was found, or was not.
func (c *command) try(ctx *cli.Context, found credentials.Found, err error) report.Login {
	login := report.Login{Region: found.Region, BaseURL: found.BaseURL, APIVersion: intercom.Version}
	c.hideToken(found.Token)
	if err != nil {
		login.Error = err.Error()
		return login
	}
	config := c.config(ctx)
	config.Token, config.BaseURL, config.Region = found.Token, found.BaseURL, found.Region
	client, err := intercom.New(config)
	if err != nil {
		login.Error = wrongSetting(err, "", "", found).Error()
		return login
	}
	defer client.CloseIdleConnections()
	login.Region = client.Region()
	patient, cancel := context.WithTimeout(context.Background(), tryPatience)
	defer cancel()
	workspace, err := c.identify(patient, &connection{client, config, found})
	if workspace.ID != "" {
		login.Workspace, login.Admin = &workspace, workspace.Admin
	}
	if rate := client.RateLimit(); rate.Limit > 0 {
		login.Rate = &report.Rate{Limit: rate.Limit, Remaining: rate.Remaining, WindowSeconds: windowSeconds}
	}
	if err != nil {
		login.Error = err.Error()
		return login
	}
	login.Works = true
	return login
}
