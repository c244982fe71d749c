package cli

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/flowrun-dev/flowrun/internal/report"
	"github.com/google/go-cmp/cmp"
)

// world is Intercom in three regions, a workspace in each, by token. The host
// of the US passes on what belongs elsewhere; the others refuse it.
type world struct {
	workspaces map[string]*sandbox.Server
	asked      []string // hosts
}

func newWorld() *world {
	w := &world{workspaces: map[string]*sandbox.Server{}}
	for region, name := range map[string]string{"us": "US", "eu": "Europe", "au": "AU"} {
		data := sandbox.Sample()
		data.Workspace.Region, data.Workspace.IDCode = name, region+"000000"
		w.workspaces["canary-of-"+region] = sandbox.New(sandbox.Options{Data: data, Token: "canary-of-" + region})
	}
	return w
}

func (w *world) RoundTrip(req *http.Request) (*http.Response, error) {
	w.asked = append(w.asked, req.URL.Host)
	home := map[string]string{"api.intercom.io": "us", "api.eu.intercom.io": "eu", "api.au.intercom.io": "au"}[req.URL.Host]
	server := w.workspaces["canary-of-"+home]
	if there := w.workspaces[strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")]; there != nil && home == "us" {
		server = there
	}
	return server.Client().Transport.RoundTrip(req)
}

// machine is one command line after another on a machine with a network of its
// own.
type machine struct {
	network  http.RoundTripper
	keyring  folder
	env      map[string]string
	browse   func(string) error
	out, err bytes.Buffer
}

func newMachine(t *testing.T, network http.RoundTripper, env map[string]string) *machine {
	dir := t.TempDir()
	m := &machine{network: network, keyring: folder(filepath.Join(dir, "keyring")), env: map[string]string{"FLOWRUN_CONFIG_DIR": dir}}
	maps.Copy(m.env, env)
	return m
}

func (m *machine) run(in string, args ...string) int {
	m.out.Reset()
	m.err.Reset()
	return Main(args, Streams{
		In: strings.NewReader(in), Out: &m.out, Err: &m.err, Getenv: func(name string) string { return m.env[name] },
		Keyring: m.keyring, Network: m.network, Browse: m.browse,
	})
}

func saveWorkflow(t *testing.T, head string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "f.yaml")
	if err := os.WriteFile(name, []byte("version: 1\n"+head+"steps: [{action: createTag, with: {name: x}}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestATokenOfAnotherRegionIsRefusedAndTheRegionNamed(t *testing.T) {
	tests := []struct {
		name        string
		token, said string
		want        string
		asked       []string
	}{
		{"one that the US host passes on", "canary-of-eu", "", "this token belongs to an EU workspace; use --region eu", []string{"api.intercom.io"}},
		{"one that the host of another region refuses", "canary-of-us", "eu", "this token belongs to a US workspace; use --region us",
			[]string{"api.eu.intercom.io", "api.intercom.io"}},
		{"one of neither", "canary-of-au", "eu", "this token belongs to an AU workspace; use --region au", []string{"api.eu.intercom.io", "api.intercom.io"}},
		{"one that nobody takes", "canary-of-mars", "eu", "Intercom does not accept the token: GET /me: 401 unauthorized",
			[]string{"api.eu.intercom.io", "api.intercom.io", "api.au.intercom.io"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			m := newMachine(t, w, map[string]string{"INTERCOM_TOKEN": tt.token, "INTERCOM_REGION": tt.said})
			if code := m.run("", "apply", saveWorkflow(t, ""), "--state-dir", t.TempDir()); code != exitCredentials || !strings.Contains(m.err.String(), tt.want) {
				t.Errorf("exit %d, want %q:\n%s", code, tt.want, &m.err)
			}
			if strings.Contains(m.err.String(), "canary") {
				t.Errorf("the token is shown:\n%s", &m.err)
			}
			for i, want := range tt.asked {
				if i >= len(w.asked) || w.asked[i] != want {
					t.Fatalf("asked %q, want %q", w.asked, tt.asked)
				}
			}
			for region, server := range w.workspaces {
				if len(server.Ledger()) > 0 {
					t.Errorf("%s was written to", region)
				}
			}
		})
	}
}

func TestTheRegionThatIsSaidNearestCounts(t *testing.T) {
	tests := []struct {
		name            string
		flag, file, env string
		code            int
	}{
		{"by nobody, the US", "", "", "", exitCredentials},
		{"by a variable", "", "", "eu", exitDone},
		{"by the file before a variable", "", "eu", "us", exitDone},
		{"by a flag before the file", "eu", "us", "au", exitDone},
		{"by a flag, wrong", "au", "eu", "eu", exitCredentials},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t, newWorld(), map[string]string{"INTERCOM_TOKEN": "canary-of-eu", "INTERCOM_REGION": tt.env})
			head := ""
			if tt.file != "" {
				head = "intercom: {region: " + tt.file + "}\n"
			}
			args := []string{"plan", saveWorkflow(t, head)}
			if tt.flag != "" {
				args = append(args, "--region", tt.flag)
			}
			if code := m.run("", args...); code != tt.code {
				t.Errorf("exit %d, want %d:\n%s", code, tt.code, &m.err)
			}
		})
	}
}

func TestALoginFindsTheRegionOut(t *testing.T) {
	for _, region := range []string{"us", "eu", "au"} {
		m := newMachine(t, newWorld(), nil)
		if code := m.run("canary-of-"+region, "auth", "login", "--with-token"); code != exitDone || !strings.Contains(m.out.String(), ", "+region+"\n") {
			t.Fatalf("exit %d:\n%s%s", code, &m.out, &m.err)
		}
		if code := m.run("", "plan", saveWorkflow(t, "")); code != exitDone {
			t.Errorf("%s: the login does not serve: exit %d:\n%s", region, code, &m.err)
		}
	}
}

func TestALoginDoesNotCorrectARegionThatWasSaid(t *testing.T) {
	for name, said := range map[string]string{"INTERCOM_REGION": "eu", "INTERCOM_API_BASE_URL": "https://api.eu.intercom.io"} {
		m := newMachine(t, newWorld(), map[string]string{name: said})
		if code := m.run("canary-of-au", "auth", "login", "--with-token"); code != exitCredentials || !strings.Contains(m.err.String(), "use --region au") {
			t.Errorf("%s: exit %d:\n%s", name, code, &m.err)
		}
		if _, err := os.Stat(string(m.keyring)); err == nil {
			t.Error("the token was stored")
		}
	}
}

func TestStatusTellsProgramsWhatEachLoginIs(t *testing.T) {
	m := newMachine(t, newWorld(), nil)
	for _, region := range []string{"eu", "us"} {
		if code := m.run("canary-of-"+region, "auth", "login", "--with-token", "--profile", region); code != exitDone {
			t.Fatalf("exit %d:\n%s", code, &m.err)
		}
	}
	if err := m.keyring.Set("flowrun", "us", "canary-that-was-replaced"); err != nil {
		t.Fatal(err)
	}
	m.env["INTERCOM_TOKEN"] = "canary-of-us"
	if code := m.run("", "auth", "status", "--output", "json"); code != exitCredentials || !strings.Contains(m.err.String(), "1 of 3 logins cannot be used") {
		t.Errorf("exit %d:\n%s", code, &m.err)
	}
	if strings.Contains(m.out.String()+m.err.String(), "canary") {
		t.Errorf("a token is shown:\n%s%s", &m.out, &m.err)
	}
	var got []report.Login
	if err := json.Unmarshal(m.out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	type seen struct {
		Profile, Variable, Workspace, Region, Kept string
		InUse, Works, Rate                         bool
	}
	var short []seen
	for _, l := range got {
		s := seen{Profile: l.Profile, Variable: l.Variable, Region: l.Region, Kept: l.Kept, InUse: l.InUse, Works: l.Works}
		if l.Workspace != nil {
			s.Workspace = l.Workspace.ID
		}
		s.Rate = l.Rate != nil && l.Rate.Limit == 1666 && l.Rate.Remaining > 1000
		short = append(short, s)
	}
	want := []seen{
		{Variable: "INTERCOM_TOKEN", Workspace: "us000000", Region: "us", Kept: "the environment", InUse: true, Works: true, Rate: true},
		{Profile: "eu", Workspace: "eu000000", Region: "eu", Kept: "the keyring of this machine", Works: true, Rate: true},
		{Profile: "us", Region: "us", Kept: "the keyring of this machine"},
	}
	if diff := cmp.Diff(want, short); diff != "" {
		t.Errorf("logins differ (-want +got):\n%s", diff)
	}
}
