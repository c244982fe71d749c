package intercom

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// roundTripper gives the transport that cfg lends, or one made for Intercom.
//
// Requests go straight to the transport: http.Client adds redirects, cookies
// and a Referer, and none of them is wanted.
func roundTripper(cfg Config) http.RoundTripper {
	if lent := cfg.HTTPClient; lent != nil && lent.Transport != nil {
		return lent.Transport
	}
	return &http.Transport{
		Proxy:               proxy,
		DialContext:         (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: cfg.RootCAs},
		TLSHandshakeTimeout: 5 * time.Second,
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: cfg.MaxInFlight,
		MaxConnsPerHost:     cfg.MaxInFlight,
		IdleConnTimeout:     50 * time.Second,
		// A connection that died unnoticed would hold every call on it until
		// the call's own deadline.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second},
	}
}

// usualInFlight is the most calls at a time, unless Config says otherwise.
const usualInFlight = 128

// errProxy stands for the standard library's error, which repeats the proxy's
// address, and with it a password.
var errProxy = errors.New("HTTP_PROXY or HTTPS_PROXY is not the address of a proxy")

// Proxy is the proxy that requests go through, as HTTPS_PROXY, HTTP_PROXY and
// NO_PROXY say: scheme and host, without the user and the password. It is ""
// where there is none.
func (c *Client) Proxy() (string, error) {
	req, err := http.NewRequest(http.MethodGet, c.base, nil)
	if err != nil {
		return "", err
	}
	address, err := proxy(req)
	if err != nil || address == nil {
		return "", err
	}
	return (&url.URL{Scheme: address.Scheme, Host: address.Host}).String(), nil
}

func proxy(req *http.Request) (*url.URL, error) {
	address, err := http.ProxyFromEnvironment(req)
	if err != nil {
		return nil, errProxy
	}
	return address, nil
}

// wire watches how far a request got.
type wire struct {
	asked  atomic.Bool // a connection was asked for
	handed atomic.Bool // the request was handed to a connection
	gone   atomic.Bool // all of it was written
}

// watch gives a context whose request is watched by w. If once is set, the
// transport may not send the request a second time by itself, as it does with
// a GET whose connection died: stop is called instead.
func (w *wire) watch(ctx context.Context, once bool, stop func(error)) context.Context {
	handed := func() { w.handed.Store(true) }
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) {
			if once && w.gone.Load() {
				stop(errors.New("the connection was lost"))
				return
			}
			// If this is not the first time, the connection before took
			// nothing of the request, or the request may be repeated.
			w.asked.Store(true)
			w.handed.Store(false)
		},
		// Not WroteHeaders alone: a request whose context ends now may still
		// be written by the connection that has it.
		GotConn:      func(httptrace.GotConnInfo) { handed() },
		WroteHeaders: handed,
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			handed()
			w.gone.Store(info.Err == nil)
		},
	})
}

// nothingSent reports whether err, the transport's, proves that the request
// never left. A transport that reports no progress proves it only by an error
// of dialling.
func (w *wire) nothingSent(err error) bool {
	if isFinal(err) || errors.Is(err, errProxy) {
		return true
	}
	if dial, ok := errors.AsType[*net.OpError](err); ok && (dial.Op == "dial" || dial.Op == "proxyconnect") {
		return true
	}
	return w.asked.Load() && !w.handed.Load()
}

// isFinal reports whether an error of the transport would come again however
// often the request is sent.
func isFinal(err error) bool {
	if _, ok := errors.AsType[*WriteRefusedError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*heldBackError](err); ok {
		return true
	}
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}
