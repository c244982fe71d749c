package cli

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/flowrun-dev/flowrun/internal/credentials"
	"github.com/urfave/cli/v2"
)

// connection is a client and what it was made from.
type connection struct {
	*intercom.Client
	config intercom.Config
	found  credentials.Found // zero with a sandbox in this process
}

// connectFlags are the flags of all commands that connect.
func connectFlags() []cli.Flag {
	return []cli.Flag{profileFlag("use the login that is stored under `NAME`"), regionFlag(), caFlag()}
}

func profileFlag(usage string) cli.Flag {
	return &cli.StringFlag{Name: "profile", Usage: usage, EnvVars: environment("profile"), Action: checkProfile}
}

func regionFlag() cli.Flag {
	return &cli.StringFlag{Name: "region", Usage: "Intercom's `REGION`: us, eu or au", EnvVars: environment("region")}
}

func checkProfile(_ *cli.Context, name string) error {
	if err := credentials.CheckName(name); err != nil {
		return usage("--profile: " + err.Error())
	}
	return nil
}

// connect makes the client of a run: to Intercom, or to a sandbox in this
// process. The region is that of the workflow, if it names one.
func (c *command) connect(ctx *cli.Context, region string, readOnly bool) (*connection, error) {
	config := c.config(ctx)
	config.ReadOnly = readOnly
	var err error
	if config.RateShare, err = rateShare(ctx.String("rate-share")); err != nil {
		return nil, err
	}
	if ctx.Bool("sandbox") {
		config.Token = "sandbox"
		config.HTTPClient = sandbox.New(sandbox.Options{Data: sandbox.Sample()}).Client()
		client, err := intercom.New(config)
		return &connection{Client: client, config: config}, err
	}
	found, err := c.credentials(ctx.String("profile"))
	if err != nil {
		return nil, err
	}
	config.Token, config.BaseURL = found.Token, found.BaseURL
	config.Region = cmp.Or(ctx.String("region"), region, found.Region)
	client, err := intercom.New(config)
	if err != nil {
		return nil, wrongSetting(err, ctx.String("region"), region, found)
	}
	return &connection{client, config, found}, nil
}

// config is what all clients of a command have in common.
func (c *command) config(ctx *cli.Context) intercom.Config {
	config := intercom.Config{UserAgent: "flowrun/" + version()}
	config.RootCAs, _ = authorities(ctx.String("ca-file")) // the flag was checked
	if c.Network != nil {
		config.HTTPClient = &http.Client{Transport: c.Network}
	}
	if ctx.Bool("verbose") {
		config.Log = logTo(c.Err)
	}
	return config
}

// store is where logins are kept.
func (c *command) store() credentials.Store {
	store := credentials.Store{Dir: c.Getenv("FLOWRUN_CONFIG_DIR"), Keyring: c.Keyring}
	if store.Keyring == nil {
		store.Keyring = credentials.System(c.Getenv)
	}
	if store.Dir == "" {
		if dir, err := os.UserConfigDir(); err == nil {
			store.Dir = filepath.Join(dir, "flowrun")
		}
	}
	return store
}

// authorities are those of the system and those of a file; nil without one.
func authorities(name string) (*x509.CertPool, error) {
	if name == "" {
		return nil, nil
	}
	text, err := readFile(name)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, usage("--ca-file: there is no certificate in "+name, `a file in PEM form has lines "-----BEGIN CERTIFICATE-----"`)
	}
	return pool, nil
}

// shortestToken is how long a token is that is kept out of all output. A
// shorter one is a word for a sandbox.
const shortestToken = 8

// hideToken keeps a token, or another secret of a login, out of all output
// from now on.
func (c *command) hideToken(token string) {
	if len(token) >= shortestToken {
		c.hide("", token)
	}
}

// credentials finds the token, which is not shown from then on. Without a
// profile it is that of the environment, else that of the default login.
func (c *command) credentials(profile string) (credentials.Found, error) {
	found, err := c.store().Find(c.Getenv, profile)
	if err != nil {
		return found, noCredentials(err)
	}
	c.hideToken(found.Token)
	noCore()
	return found, nil
}

// noCredentials is the end of a command that has no token, with what to do.
func noCredentials(err error) error {
	_, none := errors.AsType[*credentials.NoTokenError](err)
	_, unknown := errors.AsType[*credentials.UnknownProfileError](err)
	_, locked := errors.AsType[*credentials.KeyringError](err)
	exit := &exitError{code: exitCredentials, message: err.Error()}
	switch {
	case none:
		exit.hints = []string{"to log in: flowrun auth login --with-token", "without an account: add --sandbox to plan or apply"}
	case unknown:
		exit.hints = []string{`"flowrun auth status" shows the logins, "flowrun auth login --with-token --profile NAME" makes one`}
	case locked:
		exit.hints = []string{"set INTERCOM_TOKEN instead, or log in with --insecure-storage, which keeps the token in a file"}
	}
	return exit
}

// wrongSetting says where a setting comes from that the client does not take.
func wrongSetting(err error, flag, file string, found credentials.Found) error {
	text := err.Error()
	switch {
	case strings.HasPrefix(text, "base URL") && found.BaseURL == found.Profile.BaseURL && found.BaseURL != "":
		return usage("profile " + found.Profile.Name + ": " + text)
	case strings.HasPrefix(text, "base URL"):
		return usage("INTERCOM_API_BASE_URL" + strings.TrimPrefix(text, "base URL"))
	case !strings.Contains(text, "region"):
		return usage(text)
	case flag != "":
		return usage("--region: " + text)
	case file != "":
		return usage("intercom.region in the workflow: " + text)
	case found.Region == found.Profile.Region:
		return usage("profile " + found.Profile.Name + ": " + text)
	}
	return usage("INTERCOM_REGION: " + text)
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
