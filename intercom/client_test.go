package intercom

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNewChecksSettings(t *testing.T) {
	tests := []struct {
		name string
		cfg  Config
		base string
		err  string
	}{
		{"no region is the US", Config{}, "https://api.intercom.io", ""},
		{"a region has its host", Config{Region: "eu"}, "https://api.eu.intercom.io", ""},
		{"a region in capitals", Config{Region: "AU"}, "https://api.au.intercom.io", ""},
		{"a base URL goes before the region", Config{Region: "eu", BaseURL: "https://api.intercom.io/"}, "https://api.intercom.io", ""},
		{"http to this machine", Config{BaseURL: "http://127.0.0.1:8080/base/"}, "http://127.0.0.1:8080/base", ""},
		{"http to this machine by name", Config{BaseURL: "http://localhost:8080"}, "http://localhost:8080", ""},
		{"http to this machine in IPv6", Config{BaseURL: "http://[::1]:8080"}, "http://[::1]:8080", ""},

		{"an unknown region", Config{Region: "eu-west-1"}, "", `unknown region "eu-west-1"; regions are "us", "eu" and "au"`},
		{"another host", Config{BaseURL: "https://api.intercom.io.example.com"}, "",
			"base URL: api.intercom.io.example.com is not a host of Intercom's, and the token may not go there"},
		{"another port", Config{BaseURL: "https://api.intercom.io:8443"}, "",
			"base URL: api.intercom.io:8443 is not a host of Intercom's, and the token may not go there"},
		{"http to Intercom", Config{BaseURL: "http://api.intercom.io"}, "",
			"base URL: http would send the token to api.intercom.io in clear text; use https"},
		{"http to another host", Config{BaseURL: "http://example.com"}, "",
			"base URL: http would send the token to example.com in clear text; use https"},
		{"a password", Config{BaseURL: "https://me:" + testToken + "@api.intercom.io"}, "",
			"base URL may not hold a user, a query or a fragment"},
		{"a query", Config{BaseURL: "https://api.intercom.io?a=" + testToken}, "",
			"base URL may not hold a user, a query or a fragment"},
		{"a host alone", Config{BaseURL: "api.intercom.io"}, "",
			`base URL is not a URL with scheme and host, such as "https://api.intercom.io"`},
		{"another scheme", Config{BaseURL: "ftp://api.intercom.io"}, "", "base URL must begin with https://"},
		{"a way up", Config{BaseURL: "https://api.intercom.io/a/../b"}, "", `base URL: path "/a/../b" has a segment that is "." or ".."`},
		{"a program's name with a line break", Config{UserAgent: "flowrun\r\nA: b"}, "",
			"header User-Agent holds a line break or a character that is not ASCII"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.cfg.Token = testToken
			c, err := New(tt.cfg)
			if tt.err != "" {
				if err == nil || err.Error() != tt.err {
					t.Fatalf("error = %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if c.base != tt.base {
				t.Errorf("base = %q, want %q", c.base, tt.base)
			}
		})
	}
}

func TestNewRefusesMangledTokensWithoutRepeatingThem(t *testing.T) {
	for _, token := range []string{"", "dG9rOm left", "dG9rOm\n", "dG9rOm\u00a0", "dG9rOm\x00", "\ufeffdG9rOm"} {
		_, err := New(Config{Token: token})
		if err == nil {
			t.Errorf("token %q was taken", token)
		} else if strings.Contains(err.Error(), "dG9rOm") {
			t.Errorf("%q repeats the token", err)
		}
	}
}

func TestRequestOnTheWire(t *testing.T) {
	var got *http.Request
	c, err := New(Config{
		Token: testToken, BaseURL: "http://127.0.0.1:1/base",
		HTTPClient: &http.Client{Transport: fake(func(req *http.Request) (*http.Response, error) {
			got = req
			return answer(200, `{"id":"1"}`, "X-Request-Id: r1"), nil
		})},
	})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(t.Context(), Request{
		Method: "PUT", Path: "/contacts/a%2Fb", Query: map[string][]string{"q": {"x y&z"}},
		Body: []byte(`{"name":"Ann"}`), Header: http.Header{"x-note": {"hello"}},
	})
	if err != nil {
		t.Fatal(err)
	}

	if url := got.URL.String(); url != "http://127.0.0.1:1/base/contacts/a%2Fb?q=x+y%26z" {
		t.Errorf("URL = %s", url)
	}
	header := http.Header{
		"Accept":           {"application/json"},
		"Authorization":    {"Bearer " + testToken},
		"Content-Type":     {"application/json"},
		"Intercom-Version": {"2.16"},
		"User-Agent":       {"flowrun"},
		"X-Note":           {"hello"},
	}
	if diff := cmp.Diff(header, got.Header); diff != "" {
		t.Errorf("headers differ (-want +got):\n%s", diff)
	}
	if got.GetBody == nil || got.ContentLength != 14 {
		t.Error("the transport cannot start the body over")
	}
	resp.Header = nil
	if diff := cmp.Diff(Response{Status: 200, Body: []byte(`{"id":"1"}`), RequestID: "r1"}, resp); diff != "" {
		t.Errorf("response differs (-want +got):\n%s", diff)
	}
}

func TestCheckHeader(t *testing.T) {
	for _, name := range []string{
		"Authorization", "host", "Cookie", "Proxy-Authorization", "proxy-connection", "Idempotency-Key", "x-idempotency-key",
		"Intercom-Version", "Content-Length", "Transfer-Encoding", "Accept-Encoding", "X-HTTP-Method-Override",
		"", "A b", "A:", "A\r\nB", "\u00c4", "A\x00",
	} {
		if CheckHeader(name, "x") == nil {
			t.Errorf("header %q was allowed", name)
		}
	}
	for _, value := range []string{"a\r\nB: c", "a\n", "a\x00", "a\x1b[2J", "caf\u00e9", "\x7f"} {
		err := CheckHeader("X-Note", value)
		if err == nil {
			t.Errorf("value %q was allowed", value)
		} else if strings.Contains(err.Error(), value) {
			t.Errorf("%q repeats the value", err)
		}
	}
	if err := CheckHeader("X-Note", "a value\twith (all) \"sorts\" of ~ASCII~"); err != nil {
		t.Error(err)
	}
}

func FuzzCheckHeader(f *testing.F) {
	f.Add("X-Note", "hello")
	f.Add("Idempotency-Key", "1")
	f.Add("A\r\nB", "c\r\nd")
	f.Fuzz(func(t *testing.T, name, value string) {
		if CheckHeader(name, value) != nil {
			return
		}
		// What is allowed adds one line of its own, and is none of the client's.
		var text strings.Builder
		header := http.Header{http.CanonicalHeaderKey(name): {value}}
		if err := header.Write(&text); err != nil {
			t.Fatal(err)
		}
		if strings.Count(text.String(), "\n") != 1 {
			t.Errorf("%q: %q becomes %q", name, value, text.String())
		}
		if isReserved(http.CanonicalHeaderKey(name)) {
			t.Errorf("%q was allowed", name)
		}
	})
}
