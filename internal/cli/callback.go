package cli

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// callback is a redirect URL on this machine, at which a person comes back from
// Intercom.
type callback struct {
	address string          // of it, with the port that it has
	answers chan url.Values // the query that they come with; only the first counts
	path    string
	server  *http.Server
}

// listenForAnswer opens the port of a redirect URL. Port 0 is one that is free.
func listenForAnswer(redirect string) (*callback, error) {
	to, err := url.Parse(redirect)
	if err != nil || to.Scheme != "http" || to.RawQuery != "" {
		return nil, usage(fmt.Sprintf("--redirect-url: %s is not of this machine, such as %s", redirect, usualRedirect), "add --paste for one with https, which cannot be listened on")
	}
	if ip := net.ParseIP(to.Hostname()); to.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, usage(fmt.Sprintf("--redirect-url: %s is not of this machine, such as %s", redirect, usualRedirect))
	}
	port := to.Port()
	if port == "" {
		port = "80"
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(to.Hostname(), port))
	if err != nil {
		return nil, usage("--redirect-url: "+err.Error(), "name another port, which has to be one of the app's redirect URLs as well, or add --paste")
	}
	if port == "0" {
		_, port, _ = net.SplitHostPort(listener.Addr().String())
		to.Host = net.JoinHostPort(to.Hostname(), port)
	}
	back := &callback{address: to.String(), path: cmp.Or(to.Path, "/"), answers: make(chan url.Values, 1)}
	back.server = &http.Server{Handler: back, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 16 << 10}
	go func() { _ = back.server.Serve(listener) }() // until close
	return back, nil
}

// ServeHTTP takes the answer. What it says is told in the terminal: this page
// must not depend on what somebody sent.
func (b *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || r.URL.Path != b.path {
		http.NotFound(w, r)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
	header.Set("Connection", "close")
	fmt.Fprint(w, thanksPage)
	select {
	case b.answers <- r.URL.Query():
	default: // it has one
	}
}

// thanksPage is what the person sees who has come back.
const thanksPage = `<!DOCTYPE html>
<html lang="en">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>flowrun</title>
<body style="font: 16px/1.5 system-ui, sans-serif; max-width: 26rem; margin: 12vh auto; padding: 0 1.5rem">
<h1 style="font-size: 1.5rem">flowrun has the answer</h1>
<p>The terminal says what it was. You can close this page.</p>
`

// close lets the page reach the browser, and frees the port.
func (b *callback) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if b.server.Shutdown(ctx) != nil {
		_ = b.server.Close() // a browser that opened a connection and never used it
	}
}
