package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/credentials"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/mattn/go-isatty"
	"github.com/urfave/cli/v2"
	"golang.org/x/term"
)

// loginTry is one try to log in.
type loginTry struct {
	*command
	flags  *cli.Context
	stop   *interrupts
	config intercom.Config // without the token
}

// login gets a token, asks whose it is, and stores it.
func (c *command) login(ctx *cli.Context) error {
	if err := loginFlags(ctx); err != nil {
		return err
	}
	try := &loginTry{command: c, flags: ctx, stop: c.interrupts("stopping"), config: c.config(ctx)}
	defer try.stop.end()
	try.config.BaseURL = c.Getenv("INTERCOM_API_BASE_URL")
	try.config.Region = cmp.Or(ctx.String("region"), c.Getenv("INTERCOM_REGION"))
	err := try.run()
	if code := try.stop.signal(); err != nil && code != 0 {
		return &exitError{code: code, message: "interrupted; nothing was stored"}
	}
	return err
}

func (t *loginTry) run() error {
	profile := credentials.Profile{
		Name:     cmp.Or(t.flags.String("profile"), credentials.Default),
		BaseURL:  t.config.BaseURL,
		ClientID: t.flags.String("client-id"),
		Insecure: t.flags.Bool("insecure-storage"),
		SavedAt:  time.Now().UTC(),
	}
	if err := t.store().Ready(profile.Insecure); err != nil {
		return noCredentials(err)
	}
	token, err := t.token()
	if err != nil {
		return err
	}
	t.hideToken(token)
	workspace, region, err := t.whose(token)
	if err != nil {
		return err
	}
	profile.Workspace, profile.WorkspaceName, profile.Admin = workspace.ID, workspace.Name, workspace.Admin
	if region != "" { // which says the address
		profile.Region, profile.BaseURL = region, ""
	}
	if err := t.sameWorkspace(profile); err != nil {
		return err
	}
	if err := t.store().Save(profile, token); err != nil {
		return noCredentials(fmt.Errorf("the login cannot be kept: %w", err))
	}
	t.loggedIn(profile)
	return nil
}

// loginFlags refuses flags that do not go together.
func loginFlags(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	byToken, byApp := ctx.Bool("with-token"), ctx.String("client-id") != ""
	if byToken == byApp {
		return usage("login needs one of --with-token and --client-id ID",
			"with the token of an app of your own: flowrun auth login --with-token", "with an app that uses OAuth: flowrun auth login --client-id ID")
	}
	for _, flag := range []string{"client-secret-file", "redirect-url", "paste"} {
		if byToken && ctx.IsSet(flag) {
			return usage(fmt.Sprintf("--%s goes with --client-id, not with --with-token", flag))
		}
	}
	return nil
}

// token gets the token that is to be stored.
func (t *loginTry) token() (string, error) {
	if t.flags.Bool("with-token") {
		return t.readSecret("access token")
	}
	return t.oauth()
}

// longestSecret bounds what is read as a token or a client secret.
const longestSecret = 4096

// readSecret reads a secret from standard input. On a terminal it is asked for,
// and not shown while it is typed.
func (t *loginTry) readSecret(what string) (string, error) {
	read := func() ([]byte, error) { return io.ReadAll(io.LimitReader(t.In, longestSecret)) }
	if fd, ok := t.terminal(); ok {
		if state, err := term.GetState(fd); err == nil {
			defer func() { _ = term.Restore(fd, state) }() // also after a signal
		}
		fmt.Fprintf(t.Err, "flowrun: %s (it is not shown): ", what)
		read = func() ([]byte, error) { return term.ReadPassword(fd) }
		defer fmt.Fprintln(t.Err)
	}
	text, err := t.typed(read)
	if err != nil {
		return "", fmt.Errorf("read the %s: %w", what, err)
	}
	secret := strings.TrimSpace(string(text))
	t.hideToken(secret)
	if secret == "" {
		return "", usage("there is no "+what+" on standard input", "flowrun auth login --with-token < token.txt")
	}
	if err := credentials.Check("the "+what, secret); err != nil {
		return "", usage(err.Error())
	}
	return secret, nil
}

// terminal is the one that a person types at, if there is one.
func (t *loginTry) terminal() (int, bool) {
	file, ok := t.In.(*os.File)
	if !ok || !isatty.IsTerminal(file.Fd()) {
		return 0, false
	}
	return int(file.Fd()), true
}

// typed waits for what a person types, and not beyond a signal.
func (t *loginTry) typed(read func() ([]byte, error)) ([]byte, error) {
	type input struct {
		text []byte
		err  error
	}
	inputs := make(chan input, 1)
	go func() {
		text, err := read()
		inputs <- input{text, err}
	}()
	select {
	case in := <-inputs:
		return in.text, in.err
	case <-t.stop.first:
		return nil, context.Cause(t.stop.ending)
	}
}

// whose asks whose the new token is, and in which region. A region that was
// not said is found out; one that was said must be right.
func (t *loginTry) whose(token string) (runner.Workspace, string, error) {
	t.config.Token = token
	client, err := intercom.New(t.config)
	if err != nil {
		return runner.Workspace{}, "", t.wrong(err)
	}
	defer client.CloseIdleConnections()
	conn := &connection{Client: client, config: t.config}
	workspace, region, err := locate(t.stop.ending, conn)
	switch {
	case refusesToken(err) && t.flags.String("client-id") != "":
		return workspace, "", loginRefused(&intercom.LoginError{Fault: intercom.NotInstalled, Err: err}, "")
	case err != nil:
		return workspace, "", unidentified(err, conn)
	case client.Region() == "": // a sandbox has none
		return workspace, "", nil
	case region != "" && region != client.Region() && (t.config.Region != "" || t.config.BaseURL != ""):
		return workspace, "", wrongRegion(region, conn)
	}
	return workspace, cmp.Or(region, client.Region()), nil
}

// wrong says where a setting comes from that a login does not take.
func (t *loginTry) wrong(err error) error {
	return wrongSetting(err, t.flags.String("region"), "", credentials.Found{BaseURL: t.config.BaseURL, Region: t.config.Region})
}

// sameWorkspace refuses to put a login in place of one to another workspace:
// who says --profile prod means one workspace, today and tomorrow.
func (t *loginTry) sameWorkspace(profile credentials.Profile) error {
	before, err := t.store().Profile(profile.Name)
	if err != nil || before.Workspace == profile.Workspace {
		return nil // none, or one that is of no use
	}
	return &exitError{exitCredentials,
		fmt.Sprintf("profile %s is for workspace %s (%s), and this token belongs to %s (%s); nothing was stored",
			profile.Name, before.Workspace, before.WorkspaceName, profile.Workspace, profile.WorkspaceName),
		[]string{"store it under another name with --profile, or first: flowrun auth logout --profile " + profile.Name}}
}

// loggedIn says what was stored, and what goes before it.
func (c *command) loggedIn(p credentials.Profile) {
	as := ""
	if p.Admin != "" {
		as = " as " + p.Admin
	}
	where := cmp.Or(p.Region, p.BaseURL)
	fmt.Fprintf(c.Out, "logged in to %s (%s)%s, %s\n", cmp.Or(p.WorkspaceName, "workspace"), p.Workspace, as, where)
	fmt.Fprintf(c.Out, "the token is in %s, under profile %s; it does not expire\n", c.store().Place(p), p.Name)
	if name := c.tokenVariable(); name != "" {
		c.note("note: %s is set, and goes before the login that is stored", name)
		return
	}
	if p.Name != credentials.Default {
		c.note("note: to use it, add --profile %s or set FLOWRUN_PROFILE=%s", p.Name, p.Name)
	}
}

// loginRefused says why nobody logged in, and what to do about it. The
// redirect is where the app was to send the answer.
func loginRefused(err error, redirect string) error {
	refused, ok := errors.AsType[*intercom.LoginError](err)
	if !ok {
		return fmt.Errorf("exchange the code for a token: %w; nothing was stored", err)
	}
	hint := map[intercom.LoginFault]string{
		intercom.Declined:     "log in again and press the button that authorizes access; nothing was stored",
		intercom.OtherState:   "log in again, and use the page that opens then; an older page, or somebody else's, does not serve",
		intercom.NoCode:       "it is the address of the page that Intercom sent you to, whole, with code= and state= in it",
		intercom.BadCode:      "log in again, without a pause in between",
		intercom.BadApp:       "copy both again: Intercom's Developer Hub, your app, Basic information",
		intercom.BadRedirect:  "add " + cmp.Or(redirect, "the one of --redirect-url") + " to the app's redirect URLs in Intercom's Developer Hub, or name one it has with --redirect-url and --paste",
		intercom.NotInstalled: "install the app: Intercom's Developer Hub, your app; a public app needs Intercom's review first",
	}[refused.Fault]
	exit := &exitError{code: exitCredentials, message: err.Error()}
	if hint != "" {
		exit.hints = []string{hint}
	}
	return exit
}
