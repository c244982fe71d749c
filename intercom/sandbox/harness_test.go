package sandbox_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// step is one request and what its answer must hold.
type step struct {
	call   string // method and path
	body   string
	status int            // 200 if zero
	want   map[string]any // by path into the answer, such as "data.0.id"; "#" is a length
}

// gone stands for a member that must be absent.
const gone = absent("absent")

type absent string

// play sends each step's request and compares the answer.
func play(t *testing.T, s *sandbox.Server, steps ...step) {
	t.Helper()
	for _, st := range steps {
		res, body := send(t, s, st.call, st.body)
		want := st.status
		if want == 0 {
			want = http.StatusOK
		}
		if res.StatusCode != want {
			t.Fatalf("%s: status %d, want %d: %s", st.call, res.StatusCode, want, body)
		}
		got := map[string]any{}
		for path := range st.want {
			got[path] = pick(decode(t, body), path)
		}
		if diff := cmp.Diff(st.want, got, cmp.Transformer("empty", emptyMap)); diff != "" {
			t.Errorf("%s: answer differs (-want +got):\n%s", st.call, diff)
		}
	}
}

// scenario is a conversation with a small workspace of its own. The clock
// stands still.
type scenario struct {
	name     string
	switches sandbox.Switches
	steps    []step
}

// likely is the behaviour without any switch.
var likely sandbox.Switches

func playAll(t *testing.T, scenarios []scenario) {
	t.Helper()
	for _, sc := range scenarios {
		t.Run(sc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				play(t, sandbox.New(sandbox.Options{Data: small(), Switches: sc.switches}), sc.steps...)
			})
		})
	}
}

// emptyMap makes a nil map equal to an empty one.
func emptyMap(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

// refusal is what an error answer must hold.
func refusal(code, message string) map[string]any {
	return map[string]any{"type": "error.list", "errors.0.code": code, "errors.0.message": message}
}

func request(t *testing.T, call, body string) *http.Request {
	t.Helper()
	method, path, _ := strings.Cut(call, " ")
	req, err := http.NewRequestWithContext(t.Context(), method, "https://api.intercom.io"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer token")
	req.Header.Set("Accept", "application/json")
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return req
}

func send(t *testing.T, s *sandbox.Server, call, body string) (*http.Response, []byte) {
	t.Helper()
	res, err := s.Client().Do(request(t, call, body))
	if err != nil {
		t.Fatalf("%s: %v", call, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s: %v", call, err)
	}
	return res, text
}

// decode reads JSON with int for whole numbers.
func decode(t *testing.T, text []byte) any {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil && !errors.Is(err, io.EOF) {
		t.Fatalf("answer is no JSON: %v: %s", err, text)
	}
	return v
}

// pick gives the value at a path.
func pick(v any, path string) any {
	for part := range strings.SplitSeq(path, ".") {
		switch node := v.(type) {
		case map[string]any:
			member, ok := node[part]
			if !ok {
				return gone
			}
			v = member
		case []any:
			if part == "#" {
				return len(node)
			}
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(node) {
				return gone
			}
			v = node[i]
		default:
			return gone
		}
	}
	return plain(v)
}

func plain(v any) any {
	n, ok := v.(json.Number)
	if !ok {
		return v
	}
	if i, err := n.Int64(); err == nil {
		return int(i)
	}
	f, _ := n.Float64()
	return f
}

// Ids of the small workspace.
const (
	annID   = "65000000000000000000000a"
	bobID   = "65000001000000000000000b"
	leaID   = "65000002000000000000000c"
	oldID   = "65000003000000000000000d"
	acmeID  = "6400000000000000000000a0"
	emptyID = "6400000100000000000000b0"
)

// small is a workspace of four contacts: Ann has an external_id and is with
// Acme; Bob has an email only; Lea is a lead; Old is archived.
func small() *sandbox.Data {
	return &sandbox.Data{
		Workspace: sandbox.Workspace{Timezone: "UTC"},
		Tags:      []sandbox.Tag{{ID: "1", Name: "vip"}, {ID: "2", Name: "beta"}, {ID: "3", Name: "Alpha"}},
		Segments: []sandbox.Segment{
			{ID: "5600000000000000000000e0", Name: "Seg 1", Query: []byte(`{"field":"tag_id","operator":"=","value":"1"}`)},
		},
		Companies: []sandbox.Company{
			{ID: acmeID, CompanyID: "acme", Name: "Acme", Tags: []string{"vip"}, CreatedAt: 1677721600},
			{ID: emptyID, CompanyID: "empty", Name: "Empty", CreatedAt: 1677721601},
		},
		Contacts: []sandbox.Contact{
			{
				ID: annID, ExternalID: "a1", Email: "ann@example.com", Name: "Ann", CreatedAt: 1694498816, SignedUpAt: 1694498816,
				Companies: []string{"acme"}, Tags: []string{"vip"},
				CustomAttributes: map[string]any{"plan": "trial", "monthly_spend": 20.5, "churn_risk": 70},
			},
			{ID: bobID, Email: "bob@example.com", Name: "Bob", CreatedAt: 1694498817, CustomAttributes: map[string]any{"plan": "pro", "churn_risk": 10}},
			{ID: leaID, Role: "lead", ExternalID: "5f8d5a0e-0000-4000-8000-000000000001", Email: "lea@example.com", CreatedAt: 1694498818},
			{ID: oldID, ExternalID: "old1", Email: "old@example.com", State: "archived", CreatedAt: 1694498819},
		},
	}
}
