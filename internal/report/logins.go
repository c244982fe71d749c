package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/fatih/color"
	"github.com/flowrun-dev/flowrun/runner"
)

// Login is a token and what Intercom says of it.
type Login struct {
	Profile    string            `json:"profile,omitempty"`  // empty for a token of the environment
	Variable   string            `json:"variable,omitempty"` // that holds it, such as "INTERCOM_TOKEN"
	InUse      bool              `json:"in_use"`             // by the commands that name no profile
	Works      bool              `json:"works"`
	Error      string            `json:"error,omitempty"` // why it does not
	Workspace  *runner.Workspace `json:"workspace,omitempty"`
	Admin      string            `json:"admin,omitempty"`
	Region     string            `json:"region,omitempty"`   // us, eu or au, of the host that was asked
	BaseURL    string            `json:"base_url,omitempty"` // where that is none of Intercom's
	ClientID   string            `json:"client_id,omitempty"`
	Kept       string            `json:"kept,omitempty"` // where the token is
	APIVersion string            `json:"api_version"`
	Rate       *Rate             `json:"rate_limit,omitempty"`
}

// Rate is Intercom's allowance for an app, as its headers have it.
type Rate struct {
	Limit         int `json:"limit"`
	Remaining     int `json:"remaining"`
	WindowSeconds int `json:"window_seconds"`
}

// Logins shows logins, a block each.
func Logins(w io.Writer, logins []Login, colors Colors) error {
	p := Printer{painter: painter(colors)}
	var b strings.Builder
	for i, login := range logins {
		if i > 0 {
			b.WriteString("\n")
		}
		name := login.Variable
		if login.Profile != "" {
			name = "profile " + login.Profile
		}
		if login.InUse {
			name += ", in use"
		}
		b.WriteString(name + "\n" + indented(p.labelled(p.loginFacts(login))))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (p *Printer) loginFacts(l Login) [][2]string {
	works := [2]string{"Works", "yes"}
	if !l.Works {
		works[1] = p.paint(color.FgRed, "no") + ": " + l.Error
	}
	facts := [][2]string{works}
	if l.Workspace != nil {
		facts = append(facts, [2]string{"Workspace", fmt.Sprintf("%s (%s)", l.Workspace.Name, l.Workspace.ID)})
	}
	app := "its own access token"
	if l.ClientID != "" {
		app = l.ClientID + ", by OAuth"
	}
	for _, fact := range [][2]string{
		{"Region", l.Region}, {"Address", l.BaseURL}, {"App", app}, {"Admin", l.Admin}, {"Token in", l.Kept}, {"API", "version " + l.APIVersion},
	} {
		if fact[1] != "" {
			facts = append(facts, fact)
		}
	}
	if l.Rate != nil {
		facts = append(facts, [2]string{"Rate", fmt.Sprintf("%s calls in %d s, %s left",
			Number(int64(l.Rate.Limit)), l.Rate.WindowSeconds, Number(int64(l.Rate.Remaining)))})
	}
	return facts
}

func indented(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ") + "\n"
}
