package steps

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
)

// world is a workspace, and what can be done to it.
type world struct {
	t      *testing.T
	server *sandbox.Server
	do     intercom.Doer
	read   intercom.Doer // refuses writes
}

// newWorld makes a workspace whose clock is ahead of this machine's.
func newWorld(t *testing.T, opts sandbox.Options, ahead time.Duration) *world {
	w := &world{t: t, server: sandbox.New(opts)}
	w.do, w.read = w.client(false, ahead), w.client(true, ahead)
	return w
}

func (w *world) client(readOnly bool, ahead time.Duration) intercom.Doer {
	w.t.Helper()
	c, err := intercom.New(intercom.Config{Token: "t", HTTPClient: w.server.Client(), ReadOnly: readOnly})
	if err != nil {
		w.t.Fatal(err)
	}
	return skewed{c, ahead}
}

// skewed moves every time that Intercom gives, and every one that it is given.
type skewed struct {
	do    intercom.Doer
	ahead time.Duration
}

var unixTimes = regexp.MustCompile(`("created_at","operator":"[<>=]+","value":|"(?:created|updated)_at":)(\d+)`)

func (s skewed) Do(ctx context.Context, req intercom.Request) (intercom.Response, error) {
	req.Body = shift(req.Body, -s.ahead)
	resp, err := s.do.Do(ctx, req)
	if date, parseErr := http.ParseTime(resp.Header.Get("Date")); parseErr == nil {
		resp.Header.Set("Date", date.Add(s.ahead).Format(http.TimeFormat))
	}
	resp.Body = shift(resp.Body, s.ahead)
	return resp, err
}

func shift(body []byte, by time.Duration) []byte {
	return unixTimes.ReplaceAllFunc(body, func(found []byte) []byte {
		match := unixTimes.FindSubmatch(found)
		n, _ := strconv.ParseInt(string(match[2]), 10, 64)
		return fmt.Appendf(nil, "%s%d", match[1], n+int64(by/time.Second))
	})
}

// call sends a write.
func (w *world) call(action string, in values) {
	w.t.Helper()
	if _, err := w.try(action, in); err != nil {
		w.t.Fatal(err)
	}
}

func gjsonID(body []byte) string {
	_, rest, _ := strings.Cut(string(body), `"id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	return id
}

func (w *world) try(action string, in values) (intercom.Response, error) {
	w.t.Helper()
	req, err := Find(action).Request(in)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.do.Do(w.t.Context(), req)
}

// lose sends a write whose answer does not come. It is applied if the server
// lost the answer, and not if it reset the connection.
func (w *world) lose(action string, in values, kind sandbox.FaultKind) Sent {
	w.t.Helper()
	w.server.Fail(sandbox.Fault{Kind: kind, Method: "POST", Count: 1})
	first := time.Now()
	_, err := w.try(action, in)
	if _, ok := errors.AsType[*intercom.UnknownError](err); !ok {
		w.t.Fatalf("the call ended with %v, want an unknown outcome", err)
	}
	w.server.Heal()
	return Sent{First: first, Last: time.Now()}
}

// settle settles a call, and holds it to send nothing but reads.
func (w *world) settle(action string, in values, sent Sent, lag time.Duration) Evidence {
	w.t.Helper()
	before := w.server.Calls()
	got := w.settleAll(action, lag, Doubt{in, sent})
	for op, n := range w.server.Calls() {
		if n > before[op] && !strings.HasPrefix(op, "GET ") && !strings.HasSuffix(op, "/search") {
			w.t.Errorf("settling sent %s", op)
		}
	}
	return got[0]
}

func (w *world) settleAll(action string, lag time.Duration, doubts ...Doubt) []Evidence {
	w.t.Helper()
	got, err := Find(action).Settle(w.t.Context(), Look{Do: w.read, Lag: lag}, doubts)
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

// doubt is a call whose outcome is not known, and what settling it must say.
type doubt struct {
	name   string
	opts   sandbox.Options
	ahead  time.Duration  // of Intercom's clock
	before func(w *world) // what other people do up to a moment before the call
	in     values         // of the call
	fault  string         // "applied" or "refused"
	after  func(w *world) // what other people do in the second after the call
	taken  bool           // the first contact or ticket that was made is another call's
	said   bool           // Intercom said that it was done
	wait   time.Duration  // between the call and settling
	lag    time.Duration  // setting
	want   Verdict
	again  time.Duration // after the call; 0: never
	note   string        // must be in the note
}

func (d doubt) run(t *testing.T, action string) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, d.opts, d.ahead)
		time.Sleep(time.Hour)
		if d.before != nil {
			d.before(w)
		}
		kind := map[string]sandbox.FaultKind{"applied": sandbox.FaultLost, "refused": sandbox.FaultReset}[d.fault]
		sent := w.lose(action, d.in, kind)
		own := w.lastMade(kind)
		time.Sleep(time.Second)
		if d.after != nil {
			d.after(w)
		}
		time.Sleep(d.wait)
		sent.Applied = d.said
		if d.taken {
			first := w.server.Ledger()[0].ObjectID
			sent.Taken = func(id string) bool { return id == first }
		}
		got := w.settle(action, d.in, sent, d.lag)
		d.check(t, got, sent, own)
	})
}

// lastMade gives the id of what a lost call made, if it did.
func (w *world) lastMade(kind sandbox.FaultKind) string {
	ledger := w.server.Ledger()
	if kind != sandbox.FaultLost || len(ledger) == 0 {
		return ""
	}
	return ledger[len(ledger)-1].ObjectID
}

func (d doubt) check(t *testing.T, got Evidence, sent Sent, own string) {
	t.Helper()
	want := Evidence{Verdict: d.want, Note: got.Note, Data: got.Data}
	if d.again != 0 {
		want.Again = sent.Last.Add(d.again)
	}
	if d.want == Applied {
		want.ID = own
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("evidence differs (-want +got):\n%s", diff)
	}
	if (got.Verdict == Applied) != (len(got.Data) > 0) || got.ID != "" && gjsonID(got.Data) != got.ID {
		t.Errorf("the data is %s, for the id %q", got.Data, got.ID)
	}
	if !strings.Contains(got.Note, d.note) {
		t.Errorf("note = %q, want %q in it", got.Note, d.note)
	}
}

func TestSettleLeavesTheRestToPeople(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	sent := Sent{First: now, Last: now.Add(time.Second)}
	raw := values{"method": "POST", "path": "/contacts/" + ann + "/notes", "effect": "create"}
	put := values{"method": "PUT", "path": "/contacts/" + ann, "effect": "update"}
	tests := []struct {
		name   string
		action string
		in     values
		sent   Sent
		want   Evidence
		err    string
	}{
		{"a raw call has effects that flowrun does not know", "rawRequest", raw, sent, Evidence{
			Note: "flowrun does not know what POST /contacts/" + ann + "/notes leaves behind; " +
				"look in Intercom for what it does, between 2026-01-02T03:04:05Z and 2026-01-02T03:05:06Z"}, ""},
		{"a raw PUT is sent again", "rawRequest", put, sent,
			Evidence{Verdict: NotApplied, Note: "sending it again leaves the same, whatever became of it"}, ""},
		{"what is repeatable is sent again", "createTag", values{"name": "vip"}, sent,
			Evidence{Verdict: NotApplied, Note: "sending it again leaves the same, whatever became of it"}, ""},
		{"inputs must be right", "createTag", values{}, sent, Evidence{}, "createTag: name is missing: name of the tag"},
		{"the times must be known", "createTag", values{"name": "vip"}, Sent{First: now}, Evidence{},
			"createTag: cannot be settled without the times of its first and its last attempt"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Find(tt.action).Settle(t.Context(), Look{}, []Doubt{{tt.in, tt.sent}})
			if diff := cmp.Diff(tt.want, append(got, Evidence{})[0]); diff != "" || message(err) != tt.err {
				t.Errorf("error = %v, want %q; evidence differs (-want +got):\n%s", err, tt.err, diff)
			}
		})
	}
}

// broken answers GET /me, and to everything else with an error.
type broken struct{ err error }

func (b broken) Do(_ context.Context, req intercom.Request) (intercom.Response, error) {
	if req.Path == "/me" {
		return intercom.Response{Header: http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}}}, nil
	}
	return intercom.Response{}, b.err
}

func TestALookUpThatFailsIsNoMiss(t *testing.T) {
	long := time.Now().Add(-24 * time.Hour)
	sent := Sent{First: long, Last: long}
	tests := []struct {
		name string
		err  error
	}{
		{"a connection that ended", &intercom.UnknownError{Err: fmt.Errorf("no answer: %w", io.EOF)}},
		{"a refusal", &intercom.APIError{Status: 403}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, in := range []values{{"email": "ann@example.com"}, {"external_id": "42"}} {
				got, err := Find("createContact").Settle(t.Context(), Look{Do: broken{tt.err}}, []Doubt{{in, sent}})
				if err != tt.err {
					t.Errorf("settling %v gave %+v and error %v, want %v", in, got, err, tt.err)
				}
			}
		})
	}
}

func TestSettleNeedsTheTimeOfIntercom(t *testing.T) {
	sent := Sent{First: time.Now(), Last: time.Now()}
	_, err := Find("createContact").Settle(t.Context(), Look{Do: doer{}}, []Doubt{{values{"email": "ann@example.com"}, sent}})
	if want := "the answer has no Date, so that times in it cannot be compared with those of the call"; message(err) != want {
		t.Errorf("error = %v, want %q", err, want)
	}
}
