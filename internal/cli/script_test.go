package cli

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expectations in the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"flowrun": func() { os.Exit(Main(os.Args[1:], stage())) },
	})
}

// TestScripts runs the command line as a user does, each script against a
// sandbox of its own behind a real socket. A script has these commands besides
// testscript's:
//
//	ledger FILE          writes the applied effects, "METHOD PATH" and the body, a line each
//	fault JSON           makes the sandbox misbehave
//	exits CODE flowrun   runs flowrun, whose exit code must be CODE
//	applied N            waits until N effects have been applied
//	workspace ID         makes the token one of another workspace
//	contactid NAME       puts the id of the contact with that name into $ID
//	damage STATE         changes a byte in the journal of the run in a state directory
func TestScripts(t *testing.T) {
	examples, err := filepath.Abs("../../workflows/examples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               func(env *testscript.Env) error { return setup(env, examples) },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"ledger":    ledger,
			"fault":     fault,
			"exits":     exits,
			"applied":   applied,
			"workspace": workspace,
			"contactid": contactID,
			"damage":    damage,
		},
	})
}

type (
	serverKey    struct{}
	appliedKey   struct{}
	workspaceKey struct{}
)

func setup(env *testscript.Env, examples string) error {
	data, err := startData(filepath.Join(env.WorkDir, "data.json"))
	if err != nil {
		return err
	}
	app, err := startApp(filepath.Join(env.WorkDir, "app.json"))
	if err != nil {
		return err
	}
	applied := make(chan struct{}, 10_000)
	server := sandbox.New(sandbox.Options{
		Data: data, Token: "test-token", App: app,
		On: func(sandbox.Entry) { applied <- struct{}{} },
	})
	env.Values[appliedKey{}] = applied
	var id atomic.Pointer[string]
	listener := httptest.NewServer(identity(server, &id))
	env.Defer(listener.Close)
	env.Values[serverKey{}], env.Values[workspaceKey{}] = server, &id
	env.Setenv("INTERCOM_API_BASE_URL", listener.URL)
	env.Setenv("INTERCOM_TOKEN", "test-token")
	env.Setenv("INTERCOM_CLIENT_SECRET", clientSecret)
	env.Setenv("FLOWRUN_CONFIG_DIR", filepath.Join(env.WorkDir, "config"))
	env.Setenv("STAGE_KEYRING", filepath.Join(env.WorkDir, "keyring"))
	env.Setenv("EXAMPLES", examples)
	env.Setenv("TMPDIR", env.WorkDir)
	env.Setenv("CI", "")
	env.Setenv("GORACE", "atexit_sleep_ms=0") // else each command of a race build sleeps for a second
	return nil
}

// startData is what the workspace of a script holds: the script's data.json,
// or the sample.
func startData(name string) (*sandbox.Data, error) {
	file, err := os.Open(name)
	if os.IsNotExist(err) {
		return sandbox.Sample(), nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return sandbox.ReadData(file)
}

func ledger(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: ledger FILE")
	}
	var b strings.Builder
	for _, e := range ts.Value(serverKey{}).(*sandbox.Server).Ledger() {
		fmt.Fprintf(&b, "%s %s %s\n", e.Method, e.Path, e.Body)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o600))
}

func fault(ts *testscript.TestScript, neg bool, args []string) {
	var f sandbox.Fault
	if neg || len(args) != 1 {
		ts.Fatalf("usage: fault JSON")
	}
	ts.Check(json.Unmarshal([]byte(args[0]), &f))
	ts.Value(serverKey{}).(*sandbox.Server).Fail(f)
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARGS...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := "exit status " + args[0]
	if args[0] == "0" && err == nil || err != nil && err.Error() == code {
		return
	}
	ts.Fatalf("%s: %v, want %s", strings.Join(args[1:], " "), err, code)
}

func applied(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: applied N")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	for range n {
		<-ts.Value(appliedKey{}).(chan struct{})
	}
}

// identity lets the token belong to the workspace with an id.
func identity(server http.Handler, id *atomic.Pointer[string]) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		other := id.Load()
		if r.URL.Path != "/me" || other == nil {
			server.ServeHTTP(w, r)
			return
		}
		answer := httptest.NewRecorder()
		server.ServeHTTP(answer, r)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(answer.Code)
		fmt.Fprint(w, strings.ReplaceAll(answer.Body.String(), "ecahpwf5", *other))
	})
}

func workspace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: workspace ID")
	}
	ts.Value(workspaceKey{}).(*atomic.Pointer[string]).Store(&args[0])
}

func damage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: damage STATE")
	}
	names, err := filepath.Glob(ts.MkAbs(args[0]) + "/runs/*/journal-000001.log")
	ts.Check(err)
	if len(names) != 1 {
		ts.Fatalf("found %d journals", len(names))
	}
	text, err := os.ReadFile(names[0])
	ts.Check(err)
	text[len(text)/3] ^= 1
	ts.Check(os.WriteFile(names[0], text, 0o600))
}

func contactID(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: contactid NAME")
	}
	for _, e := range ts.Value(serverKey{}).(*sandbox.Server).Snapshot().Contacts {
		if e.Name == args[0] {
			ts.Setenv("ID", e.ID)
			return
		}
	}
	ts.Fatalf("there is no contact %s", args[0])
}
