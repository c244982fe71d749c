package intercom

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// App is an app of Intercom's Developer Hub that uses OAuth.
type App struct {
	ClientID     string
	ClientSecret string // printed nowhere
	RedirectURL  string // one of the app's own; "" is the first of them
}

// Login is one try to get a token from a person by OAuth: the authorization
// code flow, as
// https://developers.intercom.com/docs/build-an-integration/learn-more/authentication/setting-up-oauth
// has it. The person opens [Login.Address] and is sent on to the app's redirect
// URL; [Login.Code] reads that address, and [Login.Token] gets the token.
//
// What the app may do is not asked for but ticked in the Developer Hub. The
// token does not expire, and none comes to refresh it.
type Login struct {
	state string
	flow  oauth2.Config
	http  *http.Client
}

// loginTimeout is how long the exchange of a code may take.
const loginTimeout = 30 * time.Second

// NewLogin begins a login. Of cfg it takes what [New] takes, but for the token.
// The error says which setting is wrong.
func NewLogin(cfg Config, app App) (*Login, error) {
	base, err := endpoint(cfg)
	if err != nil {
		return nil, err
	}
	if err := app.check(); err != nil {
		return nil, err
	}
	cfg.MaxInFlight = 1
	agent := cmp.Or(cfg.UserAgent, "flowrun")
	if !isFieldValue(agent) {
		return nil, errors.New("the user agent holds a line break or a character that is not ASCII")
	}
	return &Login{
		state: rand.Text(),
		flow: oauth2.Config{
			ClientID: app.ClientID, ClientSecret: app.ClientSecret, RedirectURL: app.RedirectURL,
			Endpoint: oauth2.Endpoint{
				AuthURL: authorizeURL(base), TokenURL: base.String() + tokenPath, AuthStyle: oauth2.AuthStyleInParams,
			},
		},
		http: &http.Client{
			Transport:     &named{agent, roundTripper(cfg)},
			Timeout:       loginTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // the secret stays here
		},
	}, nil
}

const tokenPath = "/auth/eagle/token"

func (a App) check() error {
	if a.ClientID == "" || a.ClientSecret == "" {
		return errors.New("OAuth needs the client id and the client secret of an app")
	}
	for _, text := range []string{a.ClientID, a.ClientSecret} {
		if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return errors.New("the client id or secret holds a space, a line break or a character that is not ASCII; copy it again")
		}
	}
	if a.RedirectURL == "" {
		return nil
	}
	to, err := url.Parse(a.RedirectURL)
	if err != nil || to.Hostname() == "" || to.User != nil || to.Fragment != "" || to.Scheme != "https" && (to.Scheme != "http" || !isLoopback(to.Hostname())) {
		return errors.New("the redirect URL must begin with https://, or be one of this machine, such as http://127.0.0.1:8753/callback")
	}
	return nil
}

// authorizeURL is the page that asks people: on Intercom's own app, each region
// with its own, else on the host of the API.
func authorizeURL(base *url.URL) string {
	switch hostRegion(base.Host) {
	case "us":
		return "https://app.intercom.com/oauth"
	case "eu":
		return "https://app.eu.intercom.com/oauth"
	case "au":
		return "https://app.au.intercom.com/oauth"
	}
	return base.String() + "/oauth"
}

// Address is the page that asks the person. It holds no secret.
func (l *Login) Address() string { return l.flow.AuthCodeURL(l.state) }

// Code reads the query of the address that the person was sent to. The error
// is a [*LoginError].
func (l *Login) Code(answer url.Values) (string, error) {
	switch {
	case len(answer["code"]) == 0 && len(answer["error"]) == 0:
		return "", &LoginError{Fault: NoCode}
	case len(answer["state"]) != 1 || answer["state"][0] != l.state:
		return "", &LoginError{Fault: OtherState}
	case answer.Get("error") == "access_denied":
		return "", &LoginError{Fault: Declined}
	case len(answer["error"]) > 0:
		text := clip(strings.TrimSpace(answer.Get("error") + " " + answer.Get("error_description")))
		return "", &LoginError{Fault: faultOf(text), Err: errors.New(text)}
	case len(answer["code"]) != 1 || answer["code"][0] == "":
		return "", &LoginError{Fault: NoCode}
	}
	return answer["code"][0], nil
}

// Token exchanges a code for a token. It asks once: a code is good once. The
// error is a [*LoginError] when Intercom refused, and an [*UnknownError] when
// no answer came.
func (l *Login) Token(ctx context.Context, code string) (string, error) {
	token, err := l.flow.Exchange(context.WithValue(ctx, oauth2.HTTPClient, l.http), code)
	if err == nil {
		return token.AccessToken, checkToken(token.AccessToken)
	}
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return "", &UnknownError{Method: http.MethodPost, Path: tokenPath, Err: l.plain(err)}
	}
	said := readRefusal(refused.Response, refused.Body)
	status := refused.Response.StatusCode
	if status >= 500 {
		return "", &UnknownError{Method: http.MethodPost, Path: tokenPath, Status: status, RequestID: said.requestID, Err: l.plain(errors.New(said.text(status)))}
	}
	return "", &LoginError{Fault: faultOf(said.code + " " + said.message), Err: l.plain(&APIError{
		Method: http.MethodPost, Path: tokenPath, Status: status,
		Code: said.code, Message: said.message, Field: said.field, RequestID: said.requestID,
	})}
}

// plain is an error without the client secret, should it have been repeated.
func (l *Login) plain(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if len(l.flow.ClientSecret) < 8 || !strings.Contains(err.Error(), l.flow.ClientSecret) {
		return err
	}
	return errors.New(strings.ReplaceAll(err.Error(), l.flow.ClientSecret, "***"))
}

// named sends requests with a User-Agent, and asks for JSON.
type named struct {
	agent string
	next  http.RoundTripper
}

func (n *named) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("User-Agent", n.agent)
	req.Header.Set("Accept", "application/json")
	return n.next.RoundTrip(req)
}
