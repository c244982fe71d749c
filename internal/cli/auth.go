package cli

import (
	"cmp"
	"fmt"

	"github.com/flowrun-dev/flowrun/internal/credentials"
	"github.com/urfave/cli/v2"
)

func (c *command) authCommand() *cli.Command {
	return &cli.Command{
		Name:  "auth",
		Usage: "log in to Intercom, and see who is logged in",
		Subcommands: []*cli.Command{
			c.loginCommand(),
			{
				Name: "status", Usage: "show the logins, and whether they work", Action: c.authStatus,
				Description: "Each token is tried with GET /me. Without --profile, the token of the environment and all " +
					"logins are shown. Exits with 4 when one does not work, or there is none.",
				Flags: []cli.Flag{
					profileFlag("show the login that is stored under `NAME` alone"), caFlag(), outputFlag("text", "json"),
					colorFlag(),
				},
			},
			{
				Name: "logout", Usage: "forget a login and its token", Action: c.logout,
				Description: "The token itself goes on working: Intercom's tokens do not expire. To end it, replace it in " +
					"Intercom's Developer Hub, or take the app out of the workspace.",
				UsageText: "flowrun auth logout\nflowrun auth logout --profile prod",
				Flags:     []cli.Flag{profileFlag("forget the login that is stored under `NAME` (default)")},
			},
		},
	}
}

func (c *command) loginCommand() *cli.Command {
	return &cli.Command{
		Name: "login", Usage: "store an access token, so that no variable needs to hold it", Action: c.login,
		Description: "With --with-token the token of your own app is read from standard input: Intercom's Developer Hub, " +
			"Configure, Authentication. With --client-id a person lets an app in, in the browser, by OAuth. Its client " +
			"secret comes from --client-secret-file, from INTERCOM_CLIENT_SECRET, or is asked for. Intercom sends the " +
			"answer to one of the app's redirect URLs: to this machine, or, with --paste, to one with https, whose " +
			"address you paste.\n\nTokens are kept in the keyring of the operating system. They do not expire, and need " +
			"no refreshing.",
		UsageText: "flowrun auth login --with-token < token.txt\n" +
			"flowrun auth login --with-token --profile prod --region eu\n" +
			"flowrun auth login --client-id ID\n" +
			"flowrun auth login --client-id ID --paste --redirect-url https://acme.example",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "with-token", Usage: "read a token from standard input", EnvVars: environment("with-token")},
			&cli.StringFlag{Name: "client-id", Usage: "log in by OAuth, to the app with this `ID`", EnvVars: environment("client-id")},
			&cli.StringFlag{Name: "client-secret-file", Usage: "read the app's client secret from `FILE`", EnvVars: environment("client-secret-file")},
			&cli.StringFlag{Name: "redirect-url", Usage: "have the answer sent to this `URL` of the app's (" + usualRedirect + ")", EnvVars: environment("redirect-url")},
			&cli.BoolFlag{Name: "paste", Usage: "paste the address that the browser ends at", EnvVars: environment("paste")},
			&cli.BoolFlag{Name: "insecure-storage", Usage: "keep the token in a file that only you can read, not in the keyring", EnvVars: environment("insecure-storage")},
			profileFlag("store the login under `NAME` (default)"),
			regionFlag(), caFlag(),
		},
	}
}

// logout forgets a login.
func (c *command) logout(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	name := cmp.Or(ctx.String("profile"), credentials.Default)
	profile, _ := c.store().Profile(name) // one that cannot be read can be removed
	if err := c.store().Remove(name); err != nil {
		return noCredentials(err)
	}
	fmt.Fprintf(c.Out, "logged out of %s (profile %s)\n", cmp.Or(profile.WorkspaceName, profile.Workspace, "a workspace"), name)
	c.note("note: the token goes on working until it is replaced in Intercom's Developer Hub, or the app is taken out")
	return nil
}
