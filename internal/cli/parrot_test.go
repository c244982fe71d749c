package cli

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const repeatedToken = "canary+token/0123456789"

// parrot is an Intercom that repeats what it is sent, as a careless server or
// one in between might.
type parrot struct {
	refuses bool // to exchange a code
}

func (p parrot) RoundTrip(req *http.Request) (*http.Response, error) {
	heard := strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, err
		}
		heard = form.Get("client_secret") + form.Get("code")
	}
	repeated := fmt.Sprintf("%s %s %s", heard, base64.StdEncoding.EncodeToString([]byte(heard)), url.QueryEscape(heard))
	status, body := http.StatusOK, fmt.Sprintf(`{"name":%q,"app":{"id_code":"w1","name":%q,"region":"US"}}`, repeated, repeated)
	switch {
	case req.URL.Path != "/me" && p.refuses:
		status, body = http.StatusUnauthorized, fmt.Sprintf(`{"errors":[{"code":"unauthorized","message":%q}]}`, repeated)
	case req.URL.Path != "/me":
		body = fmt.Sprintf(`{"access_token":%q}`, repeatedToken)
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: req,
	}, nil
}

// comesBack is a browser whose person is at the redirect URL at once.
func comesBack(address string) error {
	asked, err := url.Parse(address)
	if err != nil {
		return err
	}
	_, err = open(asked.Query().Get("redirect_uri") + "?code=canary-code&state=" + asked.Query().Get("state"))
	return err
}

func TestWhatIntercomRepeatsOfASecretIsNotShown(t *testing.T) {
	oauth := []string{"auth", "login", "--client-id", "shop", "--redirect-url", "http://127.0.0.1:0/callback"}
	tests := []struct {
		name    string
		refuses bool
		env, in string
		args    []string
		code    int
	}{
		{"when a token is stored", false, "", repeatedToken, []string{"auth", "login", "--with-token"}, exitDone},
		{"when a login is shown", false, repeatedToken, "", []string{"auth", "status"}, exitDone},
		{"when a login is shown to programs", false, repeatedToken, "", []string{"auth", "status", "-o", "json"}, exitDone},
		{"when a workflow is planned", false, repeatedToken, "", []string{"plan", saveWorkflow(t, "intercom: {workspace: other}\n")}, exitCredentials},
		{"when an app is let in", false, "", "", oauth, exitDone},
		{"when an app is refused", true, "", "", oauth, exitCredentials},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t, parrot{tt.refuses}, map[string]string{"INTERCOM_TOKEN": tt.env, "INTERCOM_CLIENT_SECRET": "canary+secret/0123456789"})
			m.browse = comesBack
			if code := m.run(tt.in, tt.args...); code != tt.code {
				t.Errorf("exit %d", code)
			}
			shown := m.out.String() + m.err.String()
			for _, secret := range []string{"canary", "Y2FuYXJ5", "NhbmFye", "jYW5hcn"} { // the others are in base64
				if strings.Contains(shown, secret) {
					t.Errorf("%s is shown:\n%s", secret, shown)
				}
			}
			if !strings.Contains(shown, "***") {
				t.Errorf("nothing was repeated:\n%s", shown)
			}
		})
	}
}

func TestAnAnswerWithoutAWorkspaceIsNone(t *testing.T) {
	m := newMachine(t, answer(`{"type":"admin"}`), nil)
	if code := m.run(repeatedToken, "auth", "login", "--with-token"); code == exitDone || !strings.Contains(m.err.String(), "names no workspace") {
		t.Errorf("exit %d:\n%s%s", code, &m.out, &m.err)
	}
}

// answer is an Intercom that says one thing.
type answer string

func (a answer) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(string(a))), Request: req,
	}, nil
}
