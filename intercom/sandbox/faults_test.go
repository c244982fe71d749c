package sandbox_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// outcome is what a client sees of a request, and whether it was applied.
type outcome struct {
	status  int
	body    string // the first 20 bytes
	err     error  // of the connection or of the body
	applied bool
}

// renameAnn sends a write and gives its outcome.
func renameAnn(t *testing.T, s *sandbox.Server, client *http.Client, url string) outcome {
	t.Helper()
	req := request(t, "PUT /contacts/"+annID, `{"name":"New"}`)
	if url != "" {
		inner, err := http.NewRequestWithContext(t.Context(), "PUT", url+"/contacts/"+annID, strings.NewReader(`{"name":"New"}`))
		if err != nil {
			t.Fatal(err)
		}
		inner.Header = req.Header
		req = inner
	}
	out := outcome{}
	res, err := client.Do(req)
	if err != nil {
		out.err = root(err)
	} else {
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		out.status, out.body, out.err = res.StatusCode, string(body[:min(20, len(body))]), root(err)
	}
	out.applied = len(s.Ledger()) == 1
	return out
}

// root gives the errors a client can know by, without their wrappings.
func root(err error) error {
	for _, known := range []error{syscall.ECONNRESET, io.ErrUnexpectedEOF, io.EOF, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			return known
		}
	}
	return err
}

var faultTests = []struct {
	name  string
	fault sandbox.Fault
	want  outcome
}{
	{"429", sandbox.Fault{Kind: sandbox.FaultRateLimit}, outcome{429, `{"type":"error.list"`, nil, false}},
	{"500 before", sandbox.Fault{Kind: sandbox.FaultStatus}, outcome{500, `{"type":"error.list"`, nil, false}},
	{"500 after", sandbox.Fault{Kind: sandbox.FaultStatus, After: true}, outcome{500, `{"type":"error.list"`, nil, true}},
	{"502", sandbox.Fault{Kind: sandbox.FaultStatus, Status: 502, After: true}, outcome{502, "<html>\r\n<head><title", nil, true}},
	{"503", sandbox.Fault{Kind: sandbox.FaultStatus, Status: 503}, outcome{503, `{"type":"error.list"`, nil, false}},
	{"504", sandbox.Fault{Kind: sandbox.FaultStatus, Status: 504, After: true}, outcome{504, "null", nil, true}},
	{"reset", sandbox.Fault{Kind: sandbox.FaultReset}, outcome{err: syscall.ECONNRESET}},
	{"truncated", sandbox.Fault{Kind: sandbox.FaultTruncated}, outcome{200, `{"type":"contact","id`[:20], io.ErrUnexpectedEOF, true}},
	{"not JSON", sandbox.Fault{Kind: sandbox.FaultNotJSON}, outcome{200, "<!doctype html><html", nil, true}},
	{"huge", sandbox.Fault{Kind: sandbox.FaultHuge, Size: 1 << 20}, outcome{200, `{"type":"list","data`, nil, true}},
}

func TestFaults(t *testing.T) {
	for _, tt := range append(faultTests, struct {
		name  string
		fault sandbox.Fault
		want  outcome
	}{"lost", sandbox.Fault{Kind: sandbox.FaultLost}, outcome{err: io.ErrUnexpectedEOF, applied: true}}) {
		t.Run(tt.name, func(t *testing.T) {
			s := sandbox.New(sandbox.Options{Data: small()})
			s.Fail(tt.fault)
			got := renameAnn(t, s, s.Client(), "")
			if got != tt.want {
				t.Errorf("outcome is %+v, want %+v", got, tt.want)
			}
			if tt.want.applied && s.Ledger()[0].Delivered {
				t.Error("the ledger says that the answer was delivered")
			}
		})
	}
}

func TestFaultsOverASocket(t *testing.T) {
	for _, tt := range append(faultTests, struct {
		name  string
		fault sandbox.Fault
		want  outcome
	}{"lost", sandbox.Fault{Kind: sandbox.FaultLost}, outcome{err: io.EOF, applied: true}}) {
		t.Run(tt.name, func(t *testing.T) {
			s := sandbox.New(sandbox.Options{Data: small()})
			s.Fail(tt.fault)
			server := httptest.NewServer(s)
			defer server.Close()
			client := server.Client()
			if got := renameAnn(t, s, client, server.URL); got != tt.want {
				t.Errorf("outcome is %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestRedirectFault(t *testing.T) {
	s := sandbox.New(sandbox.Options{Data: small()})
	s.Fail(sandbox.Fault{Kind: sandbox.FaultRedirect})
	client := s.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if got, want := renameAnn(t, s, client, ""), (outcome{302, "<html><body>You are ", nil, false}); got != want {
		t.Errorf("outcome is %+v, want %+v", got, want)
	}
}

func TestLatencyAndSlowBodiesTakeTime(t *testing.T) {
	tests := []struct {
		name    string
		fault   sandbox.Fault
		timeout time.Duration
		err     error
		applied bool
	}{
		{"patience", sandbox.Fault{Kind: sandbox.FaultLatency, Delay: 3 * time.Second}, time.Minute, nil, true},
		{"gives up before", sandbox.Fault{Kind: sandbox.FaultLatency, Delay: 3 * time.Second}, time.Second, context.DeadlineExceeded, false},
		{"gives up after", sandbox.Fault{Kind: sandbox.FaultLatency, Delay: 3 * time.Second, After: true}, time.Second, context.DeadlineExceeded, true},
		{"slow body", sandbox.Fault{Kind: sandbox.FaultSlow}, time.Minute, context.DeadlineExceeded, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := sandbox.New(sandbox.Options{Data: small()})
				s.Fail(tt.fault)
				client := s.Client()
				client.Timeout = tt.timeout
				start := time.Now()
				got := renameAnn(t, s, client, "")
				if got.err != tt.err || got.applied != tt.applied {
					t.Errorf("outcome is %+v, want error %v, applied %t", got, tt.err, tt.applied)
				}
				if took, want := time.Since(start), min(tt.timeout, tt.fault.Delay); tt.fault.Kind == sandbox.FaultLatency && took != want {
					t.Errorf("took %v, want %v", took, want)
				}
			})
		})
	}
}

func TestWhichRequestsAreStruck(t *testing.T) {
	me, tags := "GET /me", "GET /tags"
	tests := []struct {
		name  string
		fault sandbox.Fault
		calls []string
		want  string // one letter a call: x is struck
	}{
		{"all", sandbox.Fault{}, []string{me, tags, me}, "xxx"},
		{"one method", sandbox.Fault{Method: "POST"}, []string{me, "POST /tags"}, ".x"},
		{"one path", sandbox.Fault{Path: "/tags"}, []string{me, tags, "GET /tags/1"}, ".x."},
		{"a pattern", sandbox.Fault{Path: "/tags/*"}, []string{tags, "GET /tags/1"}, ".x"},
		{"an operation's path", sandbox.Fault{Path: "/contacts/{contact_id}/tags"}, []string{tags, "GET /contacts/" + annID + "/tags"}, ".x"},
		{"from the second", sandbox.Fault{Nth: 2}, []string{me, me, me}, ".xx"},
		{"only the second", sandbox.Fault{Nth: 2, Count: 1}, []string{me, me, me}, ".x."},
		{"by chance, the same each time", sandbox.Fault{Probability: 0.5, Seed: 7}, []string{me, me, me, me, me, me, me, me}, "x.....xx"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sandbox.New(sandbox.Options{Data: small()})
			tt.fault.Kind, tt.fault.Status = sandbox.FaultStatus, 503
			s.Fail(tt.fault)
			var got strings.Builder
			for _, call := range tt.calls {
				res, _ := send(t, s, call, "")
				if res.StatusCode == 503 {
					got.WriteByte('x')
				} else {
					got.WriteByte('.')
				}
			}
			if got.String() != tt.want {
				t.Errorf("struck %s, want %s", got.String(), tt.want)
			}
		})
	}
}

func TestFaultCheck(t *testing.T) {
	tests := []struct {
		fault sandbox.Fault
		want  string
	}{
		{sandbox.Fault{Kind: sandbox.FaultLost}, ""},
		{sandbox.Fault{Kind: sandbox.FaultStatus, Status: 418}, "status 418: only 408, 500, 502, 503 and 504 can be had"},
		{sandbox.Fault{Kind: sandbox.FaultLost, Path: "tags"}, `path "tags" does not start with a slash`},
		{sandbox.Fault{Kind: sandbox.FaultLost, Probability: 2}, "probability 2 is not between 0 and 1"},
		{sandbox.Fault{Kind: sandbox.FaultLost, Nth: -1}, "nth, count, size and delay cannot be negative"},
	}
	for _, tt := range tests {
		got := ""
		if err := tt.fault.Check(); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("Check(%+v) = %q, want %q", tt.fault, got, tt.want)
		}
	}
}

func TestCancelledRequestIsNotApplied(t *testing.T) {
	s := sandbox.New(sandbox.Options{Data: small()})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Client().Do(request(t, "POST /tags", `{"name":"x"}`).WithContext(ctx))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want that the context was cancelled", err)
	}
	if diff := cmp.Diff([]sandbox.Entry{}, s.Ledger()); diff != "" {
		t.Errorf("ledger differs (-want +got):\n%s", diff)
	}
}
