package sandbox_test

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// FuzzReadData: what can be read can be served, written and read again.
func FuzzReadData(f *testing.F) {
	var sample bytes.Buffer
	if err := sandbox.Sample().Write(&sample); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"contacts":[{"email":"a@example.com","custom_attributes":{"plan":null}}]}`))
	f.Add([]byte(`{"tags":[{"name":"a"}],"segments":[{"name":"s","query":{"operator":"OR","value":[{"field":"tag_id","operator":"=","value":"1"}]}}]}`))
	f.Add(sample.Bytes()[:2000])
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := sandbox.ReadData(bytes.NewReader(text))
		if err != nil {
			return
		}
		want := sandbox.New(sandbox.Options{Data: d}).Snapshot()
		var out bytes.Buffer
		if err := want.Write(&out); err != nil {
			t.Fatalf("write: %v", err)
		}
		again, err := sandbox.ReadData(&out)
		if err != nil {
			t.Fatalf("read again: %v", err)
		}
		if diff := cmp.Diff(want, sandbox.New(sandbox.Options{Data: again}).Snapshot()); diff != "" {
			t.Fatalf("state differs (-want +got):\n%s", diff)
		}
	})
}

// FuzzSearch: any body gets 200 or a refusal, in JSON.
func FuzzSearch(f *testing.F) {
	f.Add([]byte(`{"query":{"field":"name","operator":"~","value":"a"},"sort":{"field":"email"},"pagination":{"per_page":1}}`))
	f.Add([]byte(`{"query":{"operator":"AND","value":[{"field":"created_at","operator":">","value":"1306054154"}]}}`))
	f.Add([]byte(`{"query":{"field":"custom_attributes.plan","operator":"IN","value":["a",null]},"pagination":{"starting_after":"WzEsIjIiLDJd"}}`))
	s := sandbox.New(sandbox.Options{Data: small(), Limit: 1 << 40})
	f.Fuzz(func(t *testing.T, body []byte) {
		req := request(t, "POST /contacts/search", "{}")
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		res, err := s.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != 200 && res.StatusCode != 400 || !json.Valid(text) {
			t.Errorf("%s: %d %s", body, res.StatusCode, text)
		}
	})
}
