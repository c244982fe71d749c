package sandbox

import (
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// App is an app of Intercom's Developer Hub that people let into the workspace
// by OAuth, as
// https://developers.intercom.com/docs/build-an-integration/learn-more/authentication/setting-up-oauth
// has it: a page at GET /oauth asks them, and POST /auth/eagle/token gives a
// token for the code that comes of it. The zero value takes any client and any
// redirect URL.
type App struct {
	ClientID     string   // "" takes any
	ClientSecret string   // "" takes any
	RedirectURLs []string // the first is the one of a request that names none; nil takes any
	NotInstalled bool     // nobody gets a token, as where the workspace has taken the app out
}

// codeLife is how long a code can be exchanged for a token.
const codeLife = 5 * time.Minute

// grant is what a person has allowed, until its code is exchanged.
type grant struct {
	clientID, redirect string
	expires            time.Time
}

const (
	authorizePath = "/oauth"
	tokenPath     = "/auth/eagle/token"
)

// oauth answers a request that belongs to OAuth, and tells whether it was one.
// Such a request needs no token and counts against no limit.
func (s *Server) oauth(w http.ResponseWriter, r *http.Request) bool {
	switch r.Method + " " + r.URL.Path {
	case "GET " + authorizePath:
		s.askPerson(w, r)
	case "POST " + authorizePath:
		s.authorize(w, r)
	case "POST " + tokenPath:
		s.giveToken(w, r)
	default:
		return false
	}
	return true
}

// askPerson shows the page that asks whether the app may come in.
func (s *Server) askPerson(w http.ResponseWriter, r *http.Request) {
	back, problem := s.redirect(r.URL.Query())
	if problem != "" {
		showConsent(w, http.StatusBadRequest, consent{Problem: problem})
		return
	}
	declined := url.Values{"error": {"access_denied"}, "error_description": {"The user denied access to the app"}}
	showConsent(w, http.StatusOK, consent{
		Workspace: s.Snapshot().Workspace.Name,
		Yes:       r.URL.RequestURI(),
		No:        answerTo(back, declined, r.URL.Query().Get("state")),
	})
}

// authorize takes the person's yes and sends them back with a code.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	back, problem := s.redirect(asked)
	if problem != "" {
		showConsent(w, http.StatusBadRequest, consent{Problem: problem})
		return
	}
	code := s.grant(asked.Get("client_id"), asked.Get("redirect_uri"))
	http.Redirect(w, r, answerTo(back, url.Values{"code": {code}}, asked.Get("state")), http.StatusFound)
}

// redirect is where the answer to an authorize request goes. Intercom tells the
// person what is wrong, and not the app: nothing says whose address it is.
func (s *Server) redirect(asked url.Values) (*url.URL, string) {
	app := s.opts.App
	id, to := asked.Get("client_id"), asked.Get("redirect_uri")
	switch {
	case id == "" || app.ClientID != "" && id != app.ClientID:
		return nil, "There is no app with this client_id"
	case to == "" && len(app.RedirectURLs) == 0:
		return nil, "The address of this page names no redirect_uri, and this look-alike does not know those of the app"
	case to == "":
		to = app.RedirectURLs[0]
	case len(app.RedirectURLs) > 0 && !slices.Contains(app.RedirectURLs, to):
		return nil, "The redirect_uri is none of the app's redirect URLs"
	}
	back, err := url.Parse(to)
	if err != nil || back.Host == "" || back.Scheme != "http" && back.Scheme != "https" {
		return nil, "The redirect_uri is no address"
	}
	return back, ""
}

// answerTo is the address that a person is sent back to.
func answerTo(back *url.URL, answer url.Values, state string) string {
	to := *back
	query := to.Query()
	maps.Copy(query, answer)
	if state != "" {
		query.Set("state", state)
	}
	to.RawQuery = query.Encode()
	return to.String()
}

// grant gives a code that is good once, for [codeLife].
func (s *Server) grant(clientID, redirect string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	code := uuid("code " + requestID(time.Now(), s.serial))
	s.grants[code] = grant{clientID, redirect, time.Now().Add(codeLife)}
	return code
}

// giveToken exchanges a code for a token.
func (s *Server) giveToken(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.serial++
	s.calls["POST "+tokenPath]++
	a := newAnswer(time.Now(), s.serial)
	s.mu.Unlock()
	asked, err := tokenRequest(r)
	if err == nil {
		err = s.exchangeCode(asked)
	}
	token := s.opts.Token
	if token == "" {
		token = "sandbox-token"
	}
	a.write(map[string]string{"token_type": "Bearer", "token": token, "access_token": token}, err)
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // a client that went away
}

// tokenRequest reads the form, or the JSON, of a request for a token.
func tokenRequest(r *http.Request) (url.Values, error) {
	if !isJSON(r.Header.Get("Content-Type")) {
		if err := r.ParseForm(); err != nil {
			return nil, badParameter("the request body is no form")
		}
		return r.PostForm, nil
	}
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	members, err := parseObject(body)
	asked := url.Values{}
	for name := range members {
		if text, _, err := members.text(name); err == nil {
			asked.Set(name, text)
		}
	}
	return asked, err
}

// exchangeCode uses up a code. "Unauthorized Code" is Intercom's sentence; of
// the other refusals nothing is published, and the sentences are the sandbox's.
func (s *Server) exchangeCode(asked url.Values) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	app, code := s.opts.App, asked.Get("code")
	given, known := s.grants[code]
	switch {
	case app.ClientID != "" && asked.Get("client_id") != app.ClientID,
		app.ClientSecret != "" && asked.Get("client_secret") != app.ClientSecret,
		asked.Get("client_id") == "" || asked.Get("client_secret") == "":
		return refuse(http.StatusUnauthorized, "unauthorized", "Unauthorized Client")
	case !known || given.clientID != asked.Get("client_id") || time.Now().After(given.expires):
		return refuse(http.StatusUnauthorized, "unauthorized", "Unauthorized Code")
	}
	delete(s.grants, code)
	switch {
	case asked.Has("redirect_uri") && asked.Get("redirect_uri") != given.redirect:
		return refuse(http.StatusBadRequest, "parameter_invalid", "redirect_uri is not the one of the authorize request")
	case app.NotInstalled:
		return refuse(http.StatusForbidden, "forbidden", "App is not installed in this workspace")
	}
	return nil
}

// consent is what the authorize page shows: a question, or a problem.
type consent struct {
	Problem   string
	Workspace string
	Yes, No   string // where the answers lead
}

var consentPage = template.Must(template.New("").Parse(`<!DOCTYPE html>
<html lang="en">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Intercom look-alike</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 26rem; margin: 12vh auto; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; }
button { font: inherit; padding: .5rem 1rem; }
</style>
{{if .Problem}}<h1>Something went wrong</h1>
<p id="problem">{{.Problem}}</p>
{{else}}<h1>Connect to {{.Workspace}}</h1>
<p>The app will be able to read and change what this workspace holds.</p>
<form method="post" action="{{.Yes}}"><button>Authorize access</button></form>
<p><a href="{{.No}}">cancel</a></p>
{{end}}</html>
`))

func showConsent(w http.ResponseWriter, status int, c consent) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = consentPage.Execute(w, c) // a browser that went away
}
