package sandbox_test

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

var shop = sandbox.App{
	ClientID: "shop", ClientSecret: "hush",
	RedirectURLs: []string{"https://shop.example/in", "http://127.0.0.1:9/callback"},
}

// visit follows no redirect, as a person's browser would.
func visit(t *testing.T, s *sandbox.Server, method, address string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "https://app.intercom.com"+address, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := s.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(text)
}

// found is what stands in a page between two marks.
func found(t *testing.T, text, pattern string) string {
	t.Helper()
	match := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if match == nil {
		t.Fatalf("no %s in\n%s", pattern, text)
	}
	return html.UnescapeString(match[1])
}

// allow presses the button of the page, and gives the address that the person
// is sent back to.
func allow(t *testing.T, s *sandbox.Server, query string) *url.URL {
	t.Helper()
	_, text := visit(t, s, "GET", "/oauth?"+query)
	res, _ := visit(t, s, "POST", found(t, text, `action="([^"]*)"`))
	back, err := res.Location()
	if err != nil {
		t.Fatal(err)
	}
	return back
}

func exchange(t *testing.T, s *sandbox.Server, form url.Values) (int, string) {
	t.Helper()
	res, err := s.Client().PostForm("https://api.intercom.io/auth/eagle/token", form)
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

func TestAPersonLetsAnAppIn(t *testing.T) {
	s := sandbox.New(sandbox.Options{App: shop, Token: "made-up"})
	back := allow(t, s, "client_id=shop&state=a%26b")
	if got := back.Scheme + "://" + back.Host + back.Path; got != "https://shop.example/in" || back.Query().Get("state") != "a&b" {
		t.Errorf("the person is sent to %s", back)
	}
	status, text := exchange(t, s, url.Values{"client_id": {"shop"}, "client_secret": {"hush"}, "code": {back.Query().Get("code")}})
	want := map[string]any{"access_token": "made-up", "token": "made-up", "token_type": "Bearer"}
	if diff := cmp.Diff(want, decode(t, []byte(text))); status != http.StatusOK || diff != "" {
		t.Errorf("%d, token differs (-want +got):\n%s", status, diff)
	}
}

func TestATokenIsAskedForInJSON(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	code := allow(t, s, "client_id=any&redirect_uri=https://shop.example/in").Query().Get("code")
	play(t, s, step{
		call: "POST /auth/eagle/token", body: `{"client_id":"any","client_secret":"any","code":"` + code + `"}`,
		want: map[string]any{"access_token": "sandbox-token"},
	})
}

func TestAPersonDeclines(t *testing.T) {
	s := sandbox.New(sandbox.Options{App: shop})
	_, text := visit(t, s, "GET", "/oauth?client_id=shop&state=x&redirect_uri=http://127.0.0.1:9/callback")
	back, err := url.Parse(found(t, text, `<a href="([^"]*)">cancel`))
	if err != nil || back.Host != "127.0.0.1:9" || back.Query().Get("error") != "access_denied" || back.Query().Get("state") != "x" {
		t.Errorf("the person is sent to %s, %v", back, err)
	}
}

func TestTheAuthorizePageNamesWhatIsWrong(t *testing.T) {
	tests := []struct{ name, query, want string }{
		{"another app", "client_id=other", "There is no app with this client_id"},
		{"no app", "", "There is no app with this client_id"},
		{"a redirect that is not the app's", "client_id=shop&redirect_uri=http://127.0.0.1:8/callback", "The redirect_uri is none of the app's redirect URLs"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, method := range []string{"GET", "POST"} {
				res, text := visit(t, sandbox.New(sandbox.Options{App: shop}), method, "/oauth?"+tt.query)
				if got := found(t, text, `<p id="problem">([^<]*)<`); got != tt.want || res.StatusCode != http.StatusBadRequest {
					t.Errorf("%s: %d %q, want %q", method, res.StatusCode, got, tt.want)
				}
			}
		})
	}
}

func TestACodeIsRefused(t *testing.T) {
	tests := []struct {
		name   string
		app    func(*sandbox.App)
		before func(t *testing.T, s *sandbox.Server, form url.Values)
		status int
		want   string
	}{
		{name: "the second time", status: 401, want: "Unauthorized Code", before: func(t *testing.T, s *sandbox.Server, form url.Values) {
			if status, text := exchange(t, s, form); status != http.StatusOK {
				t.Fatal(status, text)
			}
		}},
		{name: "after five minutes", status: 401, want: "Unauthorized Code", before: func(*testing.T, *sandbox.Server, url.Values) {
			time.Sleep(5*time.Minute + time.Second)
		}},
		{name: "with another secret", status: 401, want: "Unauthorized Client", before: func(_ *testing.T, _ *sandbox.Server, form url.Values) {
			form.Set("client_secret", "shout")
		}},
		{name: "with another redirect", status: 400, want: "redirect_uri is not the one of the authorize request",
			before: func(_ *testing.T, _ *sandbox.Server, form url.Values) {
				form.Set("redirect_uri", "https://evil.example")
			}},
		{name: "where the app was taken out", status: 403, want: "App is not installed in this workspace", app: func(a *sandbox.App) { a.NotInstalled = true }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				app := shop
				if tt.app != nil {
					tt.app(&app)
				}
				s := sandbox.New(sandbox.Options{App: app})
				form := url.Values{"client_id": {"shop"}, "client_secret": {"hush"}, "code": {allow(t, s, "client_id=shop").Query().Get("code")}}
				if tt.before != nil {
					tt.before(t, s, form)
				}
				status, text := exchange(t, s, form)
				if status != tt.status || !strings.Contains(text, `"message":"`+tt.want+`"`) {
					t.Errorf("%d %s, want %d %q", status, text, tt.status, tt.want)
				}
			})
		})
	}
}
