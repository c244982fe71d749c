package cli

import (
	"bytes"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// runDoctor examines the way to a server, and gives what is printed and the
// exit code.
func runDoctor(t *testing.T, url string, args ...string) (string, int) {
	t.Helper()
	t.Chdir(t.TempDir())
	env := map[string]string{"INTERCOM_TOKEN": "test-token", "INTERCOM_API_BASE_URL": url}
	var out bytes.Buffer
	code := Main(append([]string{"doctor"}, args...), Streams{
		In: strings.NewReader(""), Out: &out, Err: &out, Getenv: func(name string) string { return env[name] },
	})
	return out.String(), code
}

// sampleBut is a sandbox with sample data; before changes its answers.
func sampleBut(before func(w http.ResponseWriter, r *http.Request) (answered bool)) http.Handler {
	server := sandbox.New(sandbox.Options{Data: sandbox.Sample(), Token: "test-token"})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !before(w, r) {
			server.ServeHTTP(w, r)
		}
	})
}

func TestDoctorWarns(t *testing.T) {
	answer := func(w http.ResponseWriter, status int, body string) bool {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
		return true
	}
	tests := []struct {
		name   string
		before func(w http.ResponseWriter, r *http.Request) bool
		want   string
		code   int
	}{
		{name: "of what the app may not read", want: "warning  permissions  the app may not read companies\n", before: func(w http.ResponseWriter, r *http.Request) bool {
			return r.URL.Path == "/companies/list" && answer(w, 403, `{"type":"error.list","errors":[{"code":"forbidden","message":"no"}]}`)
		}},
		{name: "of a clock that is wrong", want: "warning  clock        59m", before: func(w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("Date", time.Now().Add(59*time.Minute+30*time.Second).UTC().Format(http.TimeFormat))
			return r.URL.Path == "/ticket_types" && answer(w, 200, `{"type":"list","data":[]}`)
		}},
		{name: "of an allowance that is used up", want: "warning  rate limit   3 of 166 calls of this window are left\n", before: func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/ticket_types" {
				return false
			}
			w.Header().Set("X-RateLimit-Limit", "166")
			w.Header().Set("X-RateLimit-Remaining", "3")
			w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(time.Now().Unix()+10, 10))
			return answer(w, 200, `{"type":"list","data":[]}`)
		}},
		{name: "of an API that does not work", want: "problem  permissions  tags cannot be read: ", code: exitFailed, before: func(w http.ResponseWriter, r *http.Request) bool {
			return r.URL.Path == "/tags" && answer(w, 404, `{"type":"error.list","errors":[{"code":"not_found","message":"no"}]}`)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(sampleBut(tt.before))
			defer server.Close()
			got, code := runDoctor(t, server.URL)
			if !strings.Contains(got, tt.want) || code != tt.code {
				t.Errorf("exit %d with\n%swant %d with %q", code, got, tt.code, tt.want)
			}
		})
	}
}

func TestCertificatesOfAFileAreTrusted(t *testing.T) {
	server := httptest.NewUnstartedServer(sampleBut(func(http.ResponseWriter, *http.Request) bool { return false }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	file := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, code := runDoctor(t, server.URL, "--ca-file", file); code != exitDone || !strings.Contains(onOneLine(got), "trusting the certificates in "+file) {
		t.Errorf("exit %d with\n%s", code, got)
	}
	if got, code := runDoctor(t, server.URL); code != exitFailed || !strings.Contains(onOneLine(got), "name it with --ca-file") {
		t.Errorf("without the file: exit %d with\n%s", code, got)
	}
}

// onOneLine is a text that was wrapped as it was before.
func onOneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
