package cli

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// TestAPersonLogsInWithABrowser drives the pages of a login by OAuth in a real
// Chromium: the one that asks, on the sandbox, and the one of flowrun's own that
// the person comes back to.
func TestAPersonLogsInWithABrowser(t *testing.T) {
	browser := chromium(t)
	tests := []struct {
		name, press string
		code        int
		out, err    string
	}{
		{"and authorizes access", `//button[text()="Authorize access"]`, exitDone, "logged in to Acme (ecahpwf5) as Ciara Byrne", ""},
		{"and cancels", `//a[text()="cancel"]`, exitCredentials, "", "access was declined in the browser"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			intercom := httptest.NewServer(sandbox.New(sandbox.Options{
				Data: sandbox.Sample(), Token: "canary-token", App: sandbox.App{ClientID: "shop", ClientSecret: clientSecret},
			}))
			defer intercom.Close()
			m := newMachine(t, nil, map[string]string{"INTERCOM_API_BASE_URL": intercom.URL, "INTERCOM_CLIENT_SECRET": clientSecret})
			seen := make(chan string, 1)
			m.browse = func(address string) error {
				text, err := press(browser, address, tt.press)
				seen <- text
				return err
			}
			code := m.run("", "auth", "login", "--client-id", "shop", "--redirect-url", "http://127.0.0.1:0/callback")
			if code != tt.code || !strings.HasPrefix(m.out.String(), tt.out) || !strings.Contains(m.err.String(), tt.err) {
				t.Errorf("exit %d:\n%s%s", code, &m.out, &m.err)
			}
			if strings.Contains(m.out.String()+m.err.String(), "canary") {
				t.Errorf("a secret is shown:\n%s%s", &m.out, &m.err)
			}
			if text := <-seen; !strings.Contains(text, "flowrun has the answer") {
				t.Errorf("the person sees %q", text)
			}
		})
	}
}

// press opens a page, presses what is asked for, and gives the text of the page
// that flowrun shows then.
func press(browser context.Context, address, what string) (string, error) {
	tab, closeTab := chromedp.NewContext(browser)
	defer closeTab()
	err := chromedp.Do(tab,
		chromedp.Navigate(address),
		chromedp.Click(chromedp.Search(what)),
		chromedp.WaitVisible(chromedp.Search(`//h1[text()="flowrun has the answer"]`)),
	)
	if err != nil {
		return "", err
	}
	return chromedp.Run(tab, chromedp.Text(chromedp.CSS("body")))
}

// chromium starts a browser that ends with the test.
func chromium(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("there is no Chromium on this machine; Debian's package is chromium")
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	}
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // which root cannot have
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	allocator, stop := chromedp.NewExecAllocator(ctx, options...)
	browser, quit := chromedp.NewContext(allocator)
	t.Cleanup(func() { quit(); stop(); cancel() })
	if err := chromedp.Do(browser); err != nil {
		t.Skipf("Chromium does not start here: %v", err)
	}
	return browser
}
