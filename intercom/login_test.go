package intercom_test

import (
	"errors"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

const clientSecret = "not-a-real-secret-0123456789"

var app = intercom.App{ClientID: "shop", ClientSecret: clientSecret, RedirectURL: "http://127.0.0.1:8753/callback"}

// door is a sandbox that the app may come into.
func door() *sandbox.Server {
	return sandbox.New(sandbox.Options{Token: "not-a-real-token", App: sandbox.App{
		ClientID: app.ClientID, ClientSecret: clientSecret, RedirectURLs: []string{app.RedirectURL},
	}})
}

func begin(t *testing.T, server *sandbox.Server, app intercom.App) *intercom.Login {
	t.Helper()
	login, err := intercom.NewLogin(intercom.Config{HTTPClient: server.Client()}, app)
	if err != nil {
		t.Fatal(err)
	}
	return login
}

// consent plays the person: it opens the page, presses the button, and gives
// the query of the address that it is sent to.
func consent(t *testing.T, server *sandbox.Server, address string) url.Values {
	t.Helper()
	client := server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	page, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer page.Body.Close()
	text, err := io.ReadAll(page.Body)
	if err != nil {
		t.Fatal(err)
	}
	form := regexp.MustCompile(`action="([^"]*)"`).FindStringSubmatch(string(text))
	if form == nil {
		t.Fatalf("no form in %s", text)
	}
	sent, err := client.Post("https://app.intercom.com"+html.UnescapeString(form[1]), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer sent.Body.Close()
	to, err := sent.Location()
	if err != nil {
		t.Fatal(err)
	}
	return to.Query()
}

func TestALoginGivesAToken(t *testing.T) {
	server := door()
	login := begin(t, server, app)
	code, err := login.Code(consent(t, server, login.Address()))
	if err != nil {
		t.Fatal(err)
	}
	if token, err := login.Token(t.Context(), code); err != nil || token != "not-a-real-token" {
		t.Errorf("token %q, %v", token, err)
	}
}

func TestTheAddressIsThatOfTheRegion(t *testing.T) {
	tests := []struct {
		cfg  intercom.Config
		want string
	}{
		{intercom.Config{}, "https://app.intercom.com/oauth"},
		{intercom.Config{Region: "EU"}, "https://app.eu.intercom.com/oauth"},
		{intercom.Config{Region: "au"}, "https://app.au.intercom.com/oauth"},
		{intercom.Config{BaseURL: "https://api.eu.intercom.io:443"}, "https://app.eu.intercom.com/oauth"},
		{intercom.Config{Region: "eu", BaseURL: "http://127.0.0.1:8085"}, "http://127.0.0.1:8085/oauth"},
	}
	for _, tt := range tests {
		login, err := intercom.NewLogin(tt.cfg, app)
		if err != nil {
			t.Fatal(err)
		}
		before, query, _ := strings.Cut(login.Address(), "?")
		asked, err := url.ParseQuery(query)
		if err != nil || before != tt.want {
			t.Errorf("%+v: address %s, %v", tt.cfg, login.Address(), err)
		}
		if asked.Get("client_id") != "shop" || asked.Get("redirect_uri") != app.RedirectURL || len(asked.Get("state")) < 20 || strings.Contains(query, clientSecret) {
			t.Errorf("asked %s", query)
		}
	}
}

func TestEachLoginHasAStateOfItsOwn(t *testing.T) {
	server := door()
	first, second := begin(t, server, app), begin(t, server, app)
	if first.Address() == second.Address() {
		t.Error("two logins have the same address")
	}
}

func TestAnAnswerIsRefused(t *testing.T) {
	tests := []struct {
		name   string
		change func(url.Values)
		want   intercom.LoginFault
	}{
		{"of another login", func(q url.Values) { q.Set("state", "made-up") }, intercom.OtherState},
		{"without a state", func(q url.Values) { q.Del("state") }, intercom.OtherState},
		{"with two states", func(q url.Values) { q.Add("state", "made-up") }, intercom.OtherState},
		{"that declines", func(q url.Values) { q.Del("code"); q.Set("error", "access_denied") }, intercom.Declined},
		{"that declines another login", func(q url.Values) { q.Set("error", "access_denied"); q.Set("state", "made-up") }, intercom.OtherState},
		{"that names the redirect", func(q url.Values) { q.Set("error", "redirect_uri_mismatch") }, intercom.BadRedirect},
		{"for reasons unknown", func(q url.Values) { q.Set("error", "server_error") }, intercom.Refused},
		{"without a code", func(q url.Values) { q.Del("code") }, intercom.NoCode},
		{"with an empty code", func(q url.Values) { q.Set("code", "") }, intercom.NoCode},
		{"with two codes", func(q url.Values) { q.Add("code", "made-up") }, intercom.NoCode},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := door()
			login := begin(t, server, app)
			answer := consent(t, server, login.Address())
			tt.change(answer)
			code, err := login.Code(answer)
			if fault := faultIn(t, err); fault != tt.want || code != "" {
				t.Errorf("code %q, %v", code, err)
			}
		})
	}
}

func TestACodeIsNotExchanged(t *testing.T) {
	otherSecret, otherRedirect := app, app
	otherSecret.ClientSecret, otherRedirect.RedirectURL = "another-made-up-secret", "https://elsewhere.example/in"
	tests := []struct {
		name   string
		app    intercom.App
		before func(t *testing.T, login *intercom.Login, code string)
		want   intercom.LoginFault
	}{
		{"a second time", app, func(t *testing.T, login *intercom.Login, code string) { _, _ = login.Token(t.Context(), code) }, intercom.BadCode},
		{"after five minutes", app, func(*testing.T, *intercom.Login, string) { time.Sleep(6 * time.Minute) }, intercom.BadCode},
		{"with another secret", otherSecret, nil, intercom.BadApp},
		{"with another redirect URL", otherRedirect, nil, intercom.BadRedirect},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := door()
				answer := consent(t, server, begin(t, server, app).Address())
				login := begin(t, server, tt.app)
				if tt.before != nil {
					tt.before(t, login, answer.Get("code"))
				}
				token, err := login.Token(t.Context(), answer.Get("code"))
				if fault := faultIn(t, err); fault != tt.want || token != "" {
					t.Errorf("token %q, %v", token, err)
				}
			})
		})
	}
}

func faultIn(t *testing.T, err error) intercom.LoginFault {
	t.Helper()
	refused, ok := errors.AsType[*intercom.LoginError](err)
	if !ok {
		t.Fatalf("error %v is no LoginError", err)
	}
	return refused.Fault
}

type answers func(*http.Request) (*http.Response, error)

func (f answers) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestTheSecretGoesToOneHostAndIntoNoError(t *testing.T) {
	tests := []struct {
		name   string
		status int
		header http.Header
		body   string
	}{
		{"a redirect", http.StatusTemporaryRedirect, http.Header{"Location": {"https://evil.example/"}}, ""},
		{"a refusal that repeats it", http.StatusUnauthorized, nil, `{"errors":[{"code":"unauthorized","message":"secret ` + clientSecret + ` is wrong"}]}`},
		{"a failure that repeats it", http.StatusBadGateway, nil, clientSecret},
		{"a page", http.StatusOK, http.Header{"Content-Type": {"text/html"}}, "<p>" + clientSecret},
		{"no token", http.StatusOK, http.Header{"Content-Type": {"application/json"}}, "{}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var hosts []string
			transport := answers(func(req *http.Request) (*http.Response, error) {
				hosts = append(hosts, req.URL.Host)
				return &http.Response{StatusCode: tt.status, Header: tt.header, Body: io.NopCloser(strings.NewReader(tt.body)), Request: req}, nil
			})
			login, err := intercom.NewLogin(intercom.Config{Region: "eu", HTTPClient: &http.Client{Transport: transport}}, app)
			if err != nil {
				t.Fatal(err)
			}
			token, err := login.Token(t.Context(), "code")
			if err == nil || token != "" || strings.Contains(err.Error(), clientSecret) {
				t.Errorf("token %q, %v", token, err)
			}
			if len(hosts) != 1 || hosts[0] != "api.eu.intercom.io" {
				t.Errorf("sent to %q", hosts)
			}
		})
	}
}

func TestALoginIsNotBegun(t *testing.T) {
	tests := []struct {
		name string
		cfg  intercom.Config
		app  intercom.App
		want string
	}{
		{"without a secret", intercom.Config{}, intercom.App{ClientID: "a"}, "client secret"},
		{"with a mangled secret", intercom.Config{}, intercom.App{ClientID: "a", ClientSecret: "b\n"}, "copy it again"},
		{"with a redirect to another machine in clear text", intercom.Config{}, intercom.App{ClientID: "a", ClientSecret: "b", RedirectURL: "http://shop.example/in"}, "redirect URL"},
		{"with a host that is not Intercom's", intercom.Config{BaseURL: "https://evil.example"}, app, "not a host of Intercom's"},
		{"with an unknown region", intercom.Config{Region: "mars"}, app, "unknown region"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := intercom.NewLogin(tt.cfg, tt.app); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestRegionsAreKnownByTheNamesThatIntercomGivesThem(t *testing.T) {
	for name, want := range map[string]string{"US": "us", "Europe": "eu", "EU": "eu", "AU": "au", "Australia": "au", "Mars": "", "": ""} {
		if got := intercom.RegionOf(name); got != want {
			t.Errorf("RegionOf(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestAClientKnowsItsRegion(t *testing.T) {
	tests := []struct {
		cfg  intercom.Config
		want string
	}{
		{intercom.Config{}, "us"},
		{intercom.Config{Region: "EU"}, "eu"},
		{intercom.Config{BaseURL: "https://api.au.intercom.io"}, "au"},
		{intercom.Config{Region: "eu", BaseURL: "http://127.0.0.1:1"}, ""},
	}
	for _, tt := range tests {
		tt.cfg.Token = "not-a-real-token"
		client, err := intercom.New(tt.cfg)
		if err != nil || client.Region() != tt.want {
			t.Errorf("%+v: region %q, %v", tt.cfg, client.Region(), err)
		}
	}
}
