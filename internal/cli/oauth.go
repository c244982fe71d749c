package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/cli/browser"
	"github.com/flowrun-dev/flowrun/intercom"
)

// usualRedirect is where Intercom sends the answer, unless --redirect-url says
// otherwise. An app takes none that it does not have, so the port is fixed.
const usualRedirect = "http://127.0.0.1:8753/callback"

// personPatience is how long somebody may take to log in to Intercom, find the
// button and press it.
const personPatience = 10 * time.Minute

// oauth lets a person authorize an app in the browser, and gives the token.
func (t *loginTry) oauth() (string, error) {
	app := intercom.App{ClientID: t.flags.String("client-id"), RedirectURL: t.flags.String("redirect-url")}
	var err error
	if app.ClientSecret, err = t.clientSecret(); err != nil {
		return "", err
	}
	answer := t.pasted
	if !t.flags.Bool("paste") {
		back, err := listenForAnswer(cmp.Or(app.RedirectURL, usualRedirect))
		if err != nil {
			return "", err
		}
		defer back.close()
		app.RedirectURL = back.address
		answer = func() (url.Values, error) { return t.sentBack(back) }
	}
	login, err := intercom.NewLogin(t.config, app)
	if err != nil {
		return "", t.wrong(err)
	}
	t.open(login.Address())
	query, err := answer()
	if err != nil {
		return "", err
	}
	code, err := login.Code(query)
	if err != nil {
		return "", loginRefused(err, app.RedirectURL)
	}
	t.hideToken(code)
	token, err := login.Token(t.stop.ending, code)
	if err != nil {
		return "", loginRefused(err, app.RedirectURL)
	}
	return token, nil
}

// clientSecret is the app's, from a file, the environment, or a person. There
// is no flag for it: every process of the machine can read those.
func (t *loginTry) clientSecret() (string, error) {
	name, secret := t.flags.String("client-secret-file"), t.Getenv("INTERCOM_CLIENT_SECRET")
	if name != "" {
		text, err := readFile(name)
		if err != nil {
			return "", err
		}
		secret = strings.TrimSpace(string(text[:min(len(text), longestSecret)]))
	}
	if secret != "" {
		t.hideToken(secret)
		return secret, nil
	}
	if name != "" {
		return "", usage(name + " is empty")
	}
	if _, ok := t.terminal(); !ok {
		return "", usage("the client secret of the app is needed, and there is nobody to ask", "set INTERCOM_CLIENT_SECRET, or add --client-secret-file FILE")
	}
	return t.readSecret("client secret")
}

// sentBack waits for the person to come back from the browser.
func (t *loginTry) sentBack(back *callback) (url.Values, error) {
	t.note("waiting for the answer at %s, which has to be one of the app's redirect URLs", back.address)
	late := time.NewTimer(personPatience)
	defer late.Stop()
	select {
	case query := <-back.answers:
		return query, nil
	case <-t.stop.first:
		return nil, context.Cause(t.stop.ending)
	case <-late.C:
	}
	return nil, &exitError{exitCredentials, fmt.Sprintf("no answer came from the browser within %s; nothing was stored", personPatience), []string{
		"if Intercom showed an error, add " + back.address + " to the redirect URLs of the app, or use one that it has, with --redirect-url and --paste",
	}}
}

// pasted reads the address that the browser ends at.
func (t *loginTry) pasted() (url.Values, error) {
	fmt.Fprint(t.Err, "flowrun: paste the address of the page that you come to in the end: ")
	line, err := t.typed(func() ([]byte, error) {
		return bufio.NewReader(io.LimitReader(t.In, 1<<16)).ReadBytes('\n')
	})
	if _, some := t.terminal(); !some {
		fmt.Fprintln(t.Err) // nobody has pressed enter
	}
	if err != nil && (len(line) == 0 || !errors.Is(err, io.EOF)) {
		return nil, usage("there is no address on standard input")
	}
	address, err := url.Parse(strings.TrimSpace(string(line)))
	if err != nil {
		return nil, loginRefused(&intercom.LoginError{Fault: intercom.NoCode}, "")
	}
	return address.Query(), nil
}

// open shows a person a page. Where no browser opens, they can.
func (t *loginTry) open(address string) {
	fmt.Fprintf(t.Err, "flowrun: to log in, your browser opens; where it does not, open this yourself:\n  %s\n", address)
	browse := t.Browse
	if browse == nil {
		browse = func(address string) error {
			browser.Stdout, browser.Stderr = io.Discard, io.Discard
			return browser.OpenURL(address)
		}
	}
	go func() { _ = browse(address) }() // a browser that is started may stay
}
