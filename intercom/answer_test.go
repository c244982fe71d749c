package intercom

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

func TestAnswersThatSayDone(t *testing.T) {
	deep := strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth)
	tests := []struct {
		name, kind, body, encoding string
		want                       string // body
		err                        string
	}{
		{"JSON", "application/json; charset=utf-8", `{"a":1}`, "", `{"a":1}`, ""},
		{"JSON by another name", "application/vnd.api+json", `[1]`, "", `[1]`, ""},
		{"JSON without a name", "", `[1]`, "", `[1]`, ""},
		{"nothing", "", ``, "", ``, ""},
		{"nothing but space", "text/html", " \r\n", "", ``, ""},
		{"JSON as deep as allowed", "application/json", deep, "", deep, ""},
		{"brackets in strings do not nest", "application/json", `"` + strings.Repeat(`[\"`, 9999) + `"`, "",
			`"` + strings.Repeat(`[\"`, 9999) + `"`, ""},

		{"JSON that is too deep", "application/json", "[" + deep + "]", "", "", "JSON nests deeper than 512"},
		{"brackets without end", "application/json", strings.Repeat(`{"a":[`, 1<<20), "", "", "JSON nests deeper than 512"},
		{"half of it", "application/json", `{"a":`, "", "", "not valid JSON"},
		{"two values", "application/json", `{} {}`, "", "", "not valid JSON"},
		{"a web page", "text/html", `<html>`, "", "", `its type is "text/html", not JSON`},
		{"a text", "text/plain", `{"a":1}`, "", "", `its type is "text/plain", not JSON`},
		{"a type that makes no sense", ";;", `{}`, "", "", `its type is ";;", not JSON`},
		{"an encoding that was not asked for", "application/json", "\x1f\x8b", "br", "", `its encoding is "br"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newFake(t, says(200, tt.body, "Content-Type: "+tt.kind, "Content-Encoding: "+tt.encoding))
			resp, err := c.Do(t.Context(), Request{Method: "POST", Path: "/tags"})
			if tt.err != "" {
				want := "POST /tags: 200: carried out, but the answer cannot be read: " + tt.err
				if outcome(err) != "applied" || err.Error() != want {
					t.Fatalf("error = %v, want %s", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if string(resp.Body) != tt.want || (tt.want == "") != (resp.Body == nil) {
				t.Errorf("body = %.100q, want %.100q", resp.Body, tt.want)
			}
		})
	}
}

func TestAnswerWithoutEndIsReadNoFurtherThanAllowed(t *testing.T) {
	var body endless
	c := newFake(t, func(*http.Request) (*http.Response, error) {
		got := answer(200, ``)
		got.Body, got.ContentLength = io.NopCloser(&body), 1<<60
		return got, nil
	})
	_, err := c.Do(t.Context(), Request{Method: "POST", Path: "/tags"})
	if outcome(err) != "applied" || !strings.Contains(err.Error(), "larger than 16 MiB") {
		t.Errorf("error = %v", err)
	}
	if body.read > maxBody+1 {
		t.Errorf("%d bytes read", body.read)
	}
}

// endless is a body of spaces.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.read += len(p)
	return len(p), nil
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		name    string
		status  int
		headers string // one
		body    string
		want    APIError
	}{
		{"a list of errors", 409, "",
			`{"type":"error.list","request_id":"r1","errors":[{"code":"conflict","message":"A contact matching those details already exists with id=5da6"}]}`,
			APIError{Code: "conflict", Message: "A contact matching those details already exists with id=5da6", RequestID: "r1"}},
		{"the header's request id goes first", 400, "X-Request-Id: r2",
			`{"type":"error.list","request_id":"r1","errors":[{"code":"parameter_invalid","message":"bad","field":"email"}]}`,
			APIError{Code: "parameter_invalid", Message: "bad", Field: "email", RequestID: "r2"}},
		{"more than one error", 422, "",
			`{"type":"error.list","request_id":null,"errors":[{"code":"a","message":"one"},{"code":"b"},{"code":"c"}]}`,
			APIError{Code: "a", Message: "one (and 2 more)"}},
		{"a lone error", 400, "", `{"type":"error","message":"no"}`, APIError{Message: "no"}},
		{"an error key", 400, "", `{"error_key":"nope"}`, APIError{Code: "nope"}},
		{"an error as a word", 400, "", `{"error":"nope"}`, APIError{Message: "nope"}},
		{"no errors in the list", 400, "", `{"type":"error.list","errors":[]}`, APIError{}},
		{"members of other types", 400, "", `{"errors":[{"code":7,"message":{"a":1},"field":null}]}`, APIError{}},
		{"null", 404, "", `null`, APIError{}},
		{"nothing", 404, "", ``, APIError{}},
		{"a web page", 403, "Content-Type: text/html", `<html><body>Blocked</body></html>`, APIError{Message: "the answer is a web page, not JSON"}},
		{"a line of text", 400, "Content-Type: text/plain", "upstream\n  said no\xff", APIError{Message: "upstream said no?"}},
		{"a long message is cut", 400, "", `{"message":"` + strings.Repeat("x", 1000) + `"}`, APIError{Message: strings.Repeat("x", 300) + "..."}},
		{"a redirect to another host", 302, "Location: https://user:pw@files.example.com/a?token=1", ``,
			APIError{Message: "points to files.example.com, and redirects are not followed"}},
		{"an answer for caches", 304, "", ``, APIError{}},
		{"a merged contact", 410, "", `{"errors":[{"code":"contact_merged","message":"This contact has been merged."}]}`,
			APIError{Code: "contact_merged", Message: "This contact has been merged."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newFake(t, says(tt.status, tt.body, tt.headers))
			_, err := c.Do(t.Context(), Request{Method: "POST", Path: "/tags"})
			got, ok := errors.AsType[*APIError](err)
			if !ok {
				t.Fatal(err)
			}
			tt.want.Method, tt.want.Path, tt.want.Status = "POST", "/tags", tt.status
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("error differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestServerFailures(t *testing.T) {
	tests := []struct{ name, kind, body, want string }{
		{"null", "application/json", `null`, "POST /tickets: 504: Gateway Timeout"},
		{"a web page", "text/html", `<html>`, "POST /tickets: 504: Gateway Timeout: the answer is a web page, not JSON"},
		{"a list of errors", "application/json", `{"request_id":"r1","errors":[{"code":"server_error","message":"Server Error"}]}`,
			"POST /tickets: 504: server_error: Server Error (request r1)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newFake(t, says(504, tt.body, "Content-Type: "+tt.kind))
			_, err := c.Do(t.Context(), Request{Method: "POST", Path: "/tickets"})
			if outcome(err) != "unknown" || err.Error() != tt.want {
				t.Errorf("error = %v, want %s", err, tt.want)
			}
		})
	}
}

func TestTokenIsInNoError(t *testing.T) {
	echo := `{"errors":[{"code":"` + testToken + `","message":"got ` + testToken + `","field":"` + testToken + `"}]}`
	servers := map[string]fake{
		"in a refusal":           says(400, echo, "X-Request-Id: "+testToken),
		"in a failure":           says(500, echo, "X-Request-Id: "+testToken),
		"in the type":            says(200, `{}`, "Content-Type: text/"+testToken),
		"in a redirect":          says(302, ``, "Location: https://"+testToken+".example.com/"),
		"in the transport":       func(*http.Request) (*http.Response, error) { return nil, errors.New("odd " + testToken) },
		"after a lost answer":    inTurn(lose, says(400, echo)),
		"in an answer cut short": says(200, `{"a":"`+testToken),
	}
	for name, server := range servers {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newFake(t, server)
				_, err := c.Do(t.Context(), Request{Method: "PUT", Path: "/contacts/1", Repeat: true})
				if err == nil || strings.Contains(err.Error(), testToken) {
					t.Errorf("error = %v", err)
				}
			})
		})
	}
}

func TestTokenThatIsAWordIsNoSecret(t *testing.T) {
	c, err := New(Config{Token: "sandbox", HTTPClient: &http.Client{Transport: says(404, `{"message":"not in this sandbox"}`)}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Do(t.Context(), Request{Method: "GET", Path: "/tags/1"})
	if want := "GET /tags/1: 404 Not Found: not in this sandbox"; message(err) != want {
		t.Errorf("error = %v, want %s", err, want)
	}
}

// FuzzResponse: whatever a server answers, the call ends in one of its ways,
// without a panic, and what is done has readable JSON.
func FuzzResponse(f *testing.F) {
	f.Add(200, "application/json", []byte(`{"type":"list","data":[{"id":"1"}],"pages":null}`))
	f.Add(409, "application/json", []byte(`{"errors":[{"code":"conflict","message":"id=1"}]}`))
	f.Add(504, "text/html", []byte(`<html>`))
	f.Add(302, "", []byte(``))
	f.Add(200, "application/json", []byte(`{"a":"\ud800\"`))
	f.Add(500, "application/json", []byte(strings.Repeat("[", maxDepth+1)))
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte) {
		if status == http.StatusTooManyRequests {
			return // waits
		}
		c := newFake(t, says(status, string(body), "Content-Type: "+kind))
		resp, err := c.Do(t.Context(), Request{Method: "POST", Path: "/tags"})
		switch outcome(err) {
		case "done":
			if resp.Body != nil && checkJSON(resp.Body) != nil {
				t.Errorf("%q was given as JSON", resp.Body)
			}
			if status < 200 || status > 299 {
				t.Errorf("%d was done", status)
			}
		case "refused":
			if status < 300 || status > 499 {
				t.Errorf("%d was refused", status)
			}
		case "applied", "unknown":
		default:
			t.Errorf("ended %s", outcome(err))
		}
	})
}
