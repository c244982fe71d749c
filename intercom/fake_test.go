package intercom

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const testToken = "not-a-real-token-0123456789"

// fake is a transport that answers in memory.
type fake func(*http.Request) (*http.Response, error)

func (f fake) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// newFake gives a client whose requests go to f. Its random pauses are the
// longest possible.
func newFake(t *testing.T, f fake) *Client {
	t.Helper()
	c, err := New(Config{Token: testToken, HTTPClient: &http.Client{Transport: f}})
	if err != nil {
		t.Fatal(err)
	}
	longest := func(d time.Duration) time.Duration { return d }
	c.random, c.pace.governor.random = longest, longest
	return c
}

// answer is JSON with a status and further headers as "Name: value".
func answer(status int, body string, headers ...string) *http.Response {
	header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		header.Set(name, value)
	}
	return &http.Response{
		StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// rated is an answer with rate headers and a Date; times are since 1970.
func rated(status, limit, remaining int, reset, date time.Duration) *http.Response {
	return answer(status, `{}`,
		fmt.Sprintf("X-RateLimit-Limit: %d", limit),
		fmt.Sprintf("X-RateLimit-Remaining: %d", remaining),
		fmt.Sprintf("X-RateLimit-Reset: %d", reset/time.Second),
		"Date: "+time.Unix(0, int64(date)).UTC().Format(http.TimeFormat))
}

// lose plays a connection that took the request and died.
func lose(req *http.Request) (*http.Response, error) {
	trace := httptrace.ContextClientTrace(req.Context())
	trace.GetConn("api.intercom.io:443")
	trace.GotConn(httptrace.GotConnInfo{})
	return nil, io.ErrUnexpectedEOF
}

// refuseConn plays a connection that did not come about.
func refuseConn(req *http.Request) (*http.Response, error) {
	httptrace.ContextClientTrace(req.Context()).GetConn("api.intercom.io:443")
	return nil, errors.New("connection refused")
}

// inTurn plays steps one after the other, and the last one from then on.
func inTurn(steps ...fake) fake {
	var calls atomic.Int64 // they may come side by side
	return func(req *http.Request) (*http.Response, error) {
		return steps[min(int(calls.Add(1)), len(steps))-1](req)
	}
}

// says plays an answer.
func says(status int, body string, headers ...string) fake {
	return func(*http.Request) (*http.Response, error) { return answer(status, body, headers...), nil }
}

// outcome names how a call ended.
func outcome(err error) string {
	switch err := err.(type) {
	case nil:
		return "done"
	case *APIError:
		if err.Earlier != nil {
			return "refused after doubt"
		}
		return "refused"
	case *NotSentError:
		return "not sent"
	case *UnknownError:
		if err.Applied {
			return "applied"
		}
		return "unknown"
	}
	return fmt.Sprintf("%T", err)
}
