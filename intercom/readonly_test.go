package intercom

import (
	"errors"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// operations gives every operation of Intercom's API, as "METHOD /path".
func operations(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("testdata/operations.txt")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") {
			found = append(found, line)
		}
	}
	return found
}

func TestReadsAmongAllOperations(t *testing.T) {
	exceptions := []string{
		"POST /admins/activity_logs/search",
		"POST /calls/search",
		"POST /companies/list",
		"POST /contacts/search",
		"GET /contacts/{id}/banners", // records an impression of each banner
		"POST /conversations/search",
		"POST /tickets/search",
	}
	parameter := regexp.MustCompile(`{\w+}`)
	var got []string
	all := operations(t)
	for _, operation := range all {
		method, path, _ := strings.Cut(operation, " ")
		path = parameter.ReplaceAllString(path, "17")
		if IsRead(method, path) != (method == "GET") {
			got = append(got, operation)
		}
	}
	if diff := cmp.Diff(exceptions, got); diff != "" {
		t.Errorf("operations for which the method does not decide differ (-want +got):\n%s", diff)
	}
	if len(all) != 231 {
		t.Errorf("%d operations, want 231", len(all))
	}
}

func TestIsReadIsNotTricked(t *testing.T) {
	reads := []string{
		"GET /contacts/find_by_external_id/a%2Fb%20c",
		"HEAD /me",
		"GET /contacts/17/banners_of_old",
		"GET /anything/new",
	}
	writes := []string{
		"POST /contacts/search/",
		"POST //contacts/search",
		"POST /contacts//search",
		"POST /contacts/./search",
		"POST /contacts/x/../search",
		"POST /contacts/%2e/search",
		"POST /contacts/x/%2e%2E/search",
		"POST /contacts%2Fsearch",
		"POST /contacts/se%61rch",
		"POST /Contacts/search",
		"POST /contacts/search?a=b",
		"POST /contacts/search#a",
		"POST /contacts/search;a=b",
		"POST /contacts/search.json",
		"POST contacts/search",
		"PUT /contacts/search",
		"post /contacts/search",
		"get /me",
		" /me",
		"GET /",
		"GET /me/",
		"GET /contacts/../tags",
		"GET /contacts/17/banners",
		"HEAD /contacts/17/banners",
		"GET /contacts/17/Banners",
		"GET /contacts/17/bann%65rs",
		"GET /contacts/17/banners.json",
		"GET /contacts/17%2Fbanners",
		"OPTIONS /me",
		"PATCH /me",
	}
	for _, operation := range slices.Concat(reads, writes) {
		method, path, _ := strings.Cut(operation, " ")
		if got, want := IsRead(method, path), slices.Contains(reads, operation); got != want {
			t.Errorf("IsRead(%q, %q) = %v", method, path, got)
		}
	}
}

func TestReadOnlyClientKeepsWritesIn(t *testing.T) {
	for _, base := range []string{"", "http://127.0.0.1:1/some/base%2Fpath/"} {
		sent := 0
		c, err := New(Config{
			Token: testToken, BaseURL: base, ReadOnly: true,
			HTTPClient: &http.Client{Transport: fake(func(*http.Request) (*http.Response, error) {
				sent++
				return answer(200, `{}`), nil
			})},
		})
		if err != nil {
			t.Fatal(err)
		}
		// A caller who believes that a write is a read changes nothing.
		_, err = c.Do(t.Context(), Request{Method: "POST", Path: "/tags", Body: []byte(`{}`), Repeat: true})
		if _, ok := errors.AsType[*WriteRefusedError](err); !ok || outcome(err) != "not sent" || sent != 0 {
			t.Errorf("base %q: write sent %d times: %v", base, sent, err)
		}
		if _, err = c.Do(t.Context(), Request{Method: "POST", Path: "/contacts/search"}); err != nil || sent != 1 {
			t.Errorf("base %q: search sent %d times: %v", base, sent, err)
		}
	}
}

func TestReadOnlyTransportRefusesWhatActsAsAWrite(t *testing.T) {
	door := &readOnly{base: "/api", next: fake(func(*http.Request) (*http.Response, error) {
		t.Error("the request went out")
		return answer(200, `{}`), nil
	})}
	requests := []struct{ method, url, header string }{
		{"POST", "https://api.intercom.io/contacts/search", ""}, // outside the base path
		{"GET", "https://api.intercom.io/apicontacts", ""},
		{"POST", "https://api.intercom.io/api/contacts/search", "X-HTTP-Method-Override"},
		{"GET", "https://api.intercom.io/api/contacts/17/banners", ""},
	}
	for _, r := range requests {
		req, err := http.NewRequest(r.method, r.url, strings.NewReader(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		if r.header != "" {
			req.Header.Set(r.header, "DELETE")
		}
		if _, err := door.RoundTrip(req); err == nil {
			t.Errorf("%s %s went through", r.method, r.url)
		}
	}
}

func TestReadOnlyClientClosesItsConnections(t *testing.T) {
	transport := &closing{}
	c, err := New(Config{Token: testToken, ReadOnly: true, HTTPClient: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	c.CloseIdleConnections()
	if !transport.closed {
		t.Error("idle connections were not closed")
	}
}

type closing struct {
	http.RoundTripper
	closed bool
}

func (c *closing) CloseIdleConnections() { c.closed = true }
