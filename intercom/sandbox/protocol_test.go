package sandbox_test

import (
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// malformed requests, and a few that are just well enough formed.
var malformed = []struct {
	name   string
	call   string
	body   string
	header [2]string // one to set; "" removes it
	status int
	want   map[string]any
}{
	{"no token", "GET /me", "", [2]string{"Authorization", ""}, 401, refusal("unauthorized", "Access Token Invalid")},
	{"another token", "GET /me", "", [2]string{"Authorization", "Bearer other"}, 401, refusal("unauthorized", "Access Token Invalid")},
	{"a password", "GET /me", "", [2]string{"Authorization", "Basic dG9rZW4="}, 401, refusal("unauthorized", "Access Token Invalid")},
	{
		"no Accept", "GET /me", "", [2]string{"Accept", ""}, 406,
		refusal("media_type_not_acceptable", "The Accept header should send a media type of application/json"),
	},
	{"Accept of HTML", "GET /me", "", [2]string{"Accept", "text/html"}, 406, nil},
	{"Accept of anything", "GET /me", "", [2]string{"Accept", "text/html, */*;q=0.5"}, 200, nil},
	{"the version spoken", "GET /me", "", [2]string{"Intercom-Version", "2.16"}, 200, nil},
	{
		"an unknown version", "GET /me", "", [2]string{"Intercom-Version", "9.9"}, 400,
		refusal("intercom_version_invalid", `The version "9.9" does not exist`),
	},
	{
		"a version not spoken here", "GET /me", "", [2]string{"Intercom-Version", "2.11"}, 400,
		refusal("intercom_version_invalid", "This sandbox speaks version 2.16 only, not 2.11"),
	},
	{
		"an unknown path", "GET /shoes", "", [2]string{}, 404,
		refusal("not_found", "The requested resource does not exist; check your path and try again"),
	},
	{"another method of a path", "PUT /tags", "{}", [2]string{}, 404, map[string]any{"errors.0.code": "not_found"}},
	{"an unknown method", "PATCH /tags", "{}", [2]string{}, 405, nil},
	{"a slash too many", "GET /tags/", "", [2]string{}, 404, nil},
	{"a body of text", "POST /tags", `{"name":"x"}`, [2]string{"Content-Type", "text/plain"}, 415, nil},
	{"a body with a charset", "POST /tags", `{"name":"x"}`, [2]string{"Content-Type", "application/json; charset=utf-8"}, 200, nil},
	{"a list for a body", "POST /tags", `[]`, [2]string{}, 400, refusal("parameter_invalid", "the request body must be a JSON object")},
	{"two bodies", "POST /tags", `{} {}`, [2]string{}, 400, refusal("parameter_invalid", "malformed JSON in the request body")},
}

func TestRequestsThatAreNotWellFormed(t *testing.T) {
	for _, tt := range malformed {
		t.Run(tt.name, func(t *testing.T) {
			s := sandbox.New(sandbox.Options{Data: small(), Token: "token"})
			req := request(t, tt.call, tt.body)
			if tt.header[0] != "" {
				req.Header.Set(tt.header[0], tt.header[1])
			}
			res, err := s.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			if res.StatusCode != tt.status {
				t.Errorf("status is %d, want %d", res.StatusCode, tt.status)
			}
			text, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			for path, want := range tt.want {
				if got := pick(decode(t, text), path); got != want {
					t.Errorf("%s is %v, want %v", path, got, want)
				}
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(sandbox.Options{Data: small()})
		res, _ := send(t, s, "PUT /contacts/"+annID, `{"name":"New"}`)
		want := http.Header{
			"Content-Type":          {"application/json; charset=utf-8"},
			"Content-Length":        res.Header["Content-Length"],
			"Date":                  {"Sat, 01 Jan 2000 00:00:00 GMT"},
			"Status":                {"200 OK"},
			"Cache-Control":         {"max-age=0, private, must-revalidate"},
			"Etag":                  res.Header["Etag"],
			"Intercom-Version":      {"2.16"},
			"X-Intercom-Version":    {"5d1e0b7c2a9f4e6830b1c7d2f5a8e94c6b3d7012"},
			"X-Ratelimit-Limit":     {"1666"},
			"X-Ratelimit-Remaining": {"1666"},
			"X-Ratelimit-Reset":     {"946684806"},
			"X-Request-Id":          {"71mk700000000000000g"},
			"X-Runtime":             {"0.025000"},
			"Set-Cookie":            res.Header["Set-Cookie"],
		}
		if diff := cmp.Diff(want, res.Header); diff != "" {
			t.Errorf("headers differ (-want +got):\n%s", diff)
		}
		if res.Header.Get("Set-Cookie") == "" || res.Header.Get("Etag") == "" {
			t.Error("a write sets the recent_write cookie and has an ETag")
		}
		res, _ = send(t, s, "PUT /contacts/"+annID, `{"name":"New"}`)
		if cookie := res.Header.Get("Set-Cookie"); cookie != "" {
			t.Errorf("a write that changed nothing set the cookie %q", cookie)
		}
		res, body := send(t, s, "GET /contacts/nobody", "")
		if got := pick(decode(t, body), "request_id"); got != res.Header.Get("X-Request-Id") {
			t.Errorf("request_id is %v, want the header's %q", got, res.Header.Get("X-Request-Id"))
		}
		if got := res.Header.Get("Cache-Control"); got != "no-cache" {
			t.Errorf("Cache-Control of an error is %q, want no-cache", got)
		}
	})
}

func TestRateWindows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(sandbox.Options{Data: small(), Limit: 3})
		type rate struct {
			status           int
			remaining, reset string
		}
		call := func(path string) rate {
			res, _ := send(t, s, "GET "+path, "")
			if after := res.Header.Get("Retry-After"); after != "" {
				t.Errorf("Retry-After is %q; Intercom sends none", after)
			}
			return rate{res.StatusCode, res.Header.Get("X-Ratelimit-Remaining"), res.Header.Get("X-Ratelimit-Reset")}
		}
		// the first window ends at six seconds past, the next ten later
		want := []rate{{200, "3", "946684806"}, {404, "2", "946684806"}, {200, "1", "946684806"}, {429, "0", "946684806"}, {429, "0", "946684806"}}
		var got []rate
		for _, path := range []string{"/me", "/contacts/nobody", "/me", "/me", "/me"} {
			got = append(got, call(path))
		}
		time.Sleep(6*time.Second - time.Nanosecond)
		want, got = append(want, rate{429, "0", "946684806"}), append(got, call("/me"))
		time.Sleep(time.Nanosecond)
		want, got = append(want, rate{200, "3", "946684816"}), append(got, call("/me"))
		s.Spend(2)
		want, got = append(want, rate{429, "0", "946684816"}), append(got, call("/me"))
		time.Sleep(25 * time.Second)
		want, got = append(want, rate{200, "3", "946684836"}), append(got, call("/me"))
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(rate{})); diff != "" {
			t.Errorf("windows differ (-want +got):\n%s", diff)
		}
		s.Spend(3)
		play(t, s, step{call: "GET /me", status: 429, want: refusal("rate_limit_exceeded", "Exceeded rate limit of 3 in 10_seconds")})
	})
}

func TestRemainingMayCountTheCallItself(t *testing.T) {
	s := sandbox.New(sandbox.Options{Limit: 5, Switches: sandbox.Switches{RemainingCountsCall: true}})
	res, _ := send(t, s, "GET /me", "")
	if got := res.Header.Get("X-Ratelimit-Remaining"); got != "4" {
		t.Errorf("remaining is %s, want 4", got)
	}
}

func TestCallsAreCountedByOperation(t *testing.T) {
	s := sandbox.New(sandbox.Options{Data: small()})
	play(t, s,
		step{call: "GET /contacts/" + annID},
		step{call: "GET /contacts/nobody", status: 404},
		step{call: "POST /contacts/search", body: `{"query":` + filter("role", "=", `"user"`) + `}`},
		step{call: "GET /shoes", status: 404},
	)
	want := map[string]int{"GET /contacts/{contact_id}": 2, "POST /contacts/search": 1, "GET /shoes": 1}
	if diff := cmp.Diff(want, s.Calls()); diff != "" {
		t.Errorf("calls differ (-want +got):\n%s", diff)
	}
}
