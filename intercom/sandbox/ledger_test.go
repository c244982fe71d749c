package sandbox_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

func TestLedgerHoldsWhatWasApplied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen []int
		s := sandbox.New(sandbox.Options{Data: small(), On: func(e sandbox.Entry) { seen = append(seen, e.Seq) }})
		play(t, s,
			step{call: "PUT /contacts/" + annID, body: `{"name":"New"}`},
			step{call: "PUT /contacts/" + annID, body: `{"name":"New"}`},                      // changes nothing
			step{call: "POST /contacts/" + oldID + "/archive"},                                // is archived
			step{call: "POST /contacts", body: `{"external_id":"a1"}`, status: 409},           // is refused
			step{call: "GET /contacts/" + annID},                                              // reads
			step{call: "POST /tags", body: `{"name":"VIP"}`},                                  // exists
			step{call: "POST /tags", body: `{"name":"vip","users":[{"id":"` + bobID + `"}]}`}, // tags
		)
		time.Sleep(time.Second)
		play(t, s, step{call: "DELETE /contacts/" + annID + "/tags/1"})
		start := time.Unix(now, 0)
		want := []sandbox.Entry{
			{
				Seq: 1, Time: start, Method: "PUT", Path: "/contacts/" + annID, Operation: "PUT /contacts/{contact_id}",
				ObjectID: annID, Body: json.RawMessage(`{"name":"New"}`), Delivered: true,
			},
			{
				Seq: 2, Time: start, Method: "POST", Path: "/tags", Operation: "POST /tags",
				ObjectID: "1", Body: json.RawMessage(`{"name":"vip","users":[{"id":"` + bobID + `"}]}`), Delivered: true,
			},
			{
				Seq: 3, Time: start.Add(time.Second), Method: "DELETE", Path: "/contacts/" + annID + "/tags/1",
				Operation: "DELETE /contacts/{contact_id}/tags/{tag_id}", ObjectID: annID, Delivered: true,
			},
		}
		if diff := cmp.Diff(want, s.Ledger()); diff != "" {
			t.Errorf("ledger differs (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]int{1, 2, 3}, seen); diff != "" {
			t.Errorf("effects told differ (-want +got):\n%s", diff)
		}
	})
}

func TestControlEndpoints(t *testing.T) {
	s := sandbox.New(sandbox.Options{Data: small(), Token: "token"})
	control := func(method, path, body string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), method, "http://sandbox/_sandbox/"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		res, err := s.Client().Do(req) // without a token
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(text)
	}
	play(t, s, step{call: "POST /tags", body: `{"name":"fresh"}`})
	if status, text := control("GET", "ledger", ""); status != 200 || strings.Count(text, "\n") != 1 || !strings.Contains(text, `"operation":"POST /tags"`) {
		t.Errorf("ledger is %d %q", status, text)
	}
	status, text := control("GET", "state", "")
	if d, err := sandbox.ReadData(strings.NewReader(text)); status != 200 || err != nil || len(d.Tags) != 4 {
		t.Errorf("state is %d, %v: %s", status, err, text)
	}
	tests := []struct {
		body   string
		status int
		text   string
	}{
		{`{"kind":"status","status":503,"method":"GET"}`, 204, ""},
		{`[{"kind":"slow","delay":"250ms"},{"kind":"lost"}]`, 204, ""},
		{`{"kind":"fire"}`, 400, `unknown kind of fault "fire"`},
		{`{"kind":"slow","delay":"soon"}`, 400, `delay "soon" is not a duration such as 250ms`},
		{`{"kind":"slow","sort":1}`, 400, `unknown field "sort"`},
	}
	for _, tt := range tests {
		status, text := control("POST", "faults", tt.body)
		if status != tt.status || !strings.Contains(text, tt.text) {
			t.Errorf("POST faults %s: %d %q, want %d with %q", tt.body, status, text, tt.status, tt.text)
		}
	}
	play(t, s, step{call: "GET /tags", status: 503})
	if status, _ := control("DELETE", "faults", ""); status != 204 {
		t.Errorf("DELETE faults: %d, want 204", status)
	}
	play(t, s, step{call: "GET /tags"})
	if status, _ := control("GET", "coffee", ""); status != 404 {
		t.Errorf("GET coffee: %d, want 404", status)
	}
	res, _ := send(t, s, "GET /me", "")
	if got := res.Header.Get("X-Ratelimit-Remaining"); got != "1663" {
		t.Errorf("remaining is %s, want 1663: control requests do not count", got)
	}
}

func TestFaultsKeepTheirJSONForm(t *testing.T) {
	want := sandbox.Fault{Kind: sandbox.FaultSlow, Path: "/tags", Delay: 1500 * time.Millisecond, Probability: 0.5}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got sandbox.Fault
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fault differs after %s (-want +got):\n%s", text, diff)
	}
}
