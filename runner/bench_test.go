package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// BenchmarkStep is one updateContact of a loop: the templates, the checks of
// the inputs, the request, and the sandbox's own work, in memory.
func BenchmarkStep(b *testing.B) {
	benchmarkLoop(b, sandbox.New(sandbox.Options{Data: twoUsers(), Limit: 1 << 30}).Client())
}

// BenchmarkStepAlone is [BenchmarkStep] with an answer that costs nothing.
func BenchmarkStepAlone(b *testing.B) {
	answer := `{"type":"contact","id":"000000000000000000000001"}`
	benchmarkLoop(b, &http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
		return response(req, answer), nil
	})})
}

func benchmarkLoop(b *testing.B, transport *http.Client) {
	text := fmt.Sprintf(`{version: 1, steps: [{for_each: {in: "{{ 1..%d }}"}, action: updateContact, with:
		{contact_id: "000000000000000000000001", name: "N {{ item }}", custom_attributes: {plan: "p{{ item }}"}}}]}`, min(b.N, 1_000_000))
	program, problems := Load("bench.yaml", []byte(untab(text)))
	if problems.Err() != nil {
		b.Fatal(problems)
	}
	client, err := intercom.New(intercom.Config{Token: "test", HTTPClient: transport})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	r, err := program.Apply(context.Background(), Options{Do: client, Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	if r.Counts.Done != r.Counts.Total {
		text, _ := json.Marshal(r)
		b.Fatalf("%s", text)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func response(req *http.Request, body string) *http.Response {
	return &http.Response{
		StatusCode: 200, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header:        http.Header{"Content-Type": {"application/json"}},
		Body:          readCloser{strings.NewReader(body)},
		ContentLength: int64(len(body)),
	}
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }
