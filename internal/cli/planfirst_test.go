package cli

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/google/go-cmp/cmp"
)

// terminal runs command lines as somebody at a terminal does.
type terminal struct {
	t      *testing.T
	server *sandbox.Server
	url    string
	dir    string
	alone  bool   // it is none: nobody is there
	asked  func() // what happens while the first question stands; may be nil
}

func newTerminal(t *testing.T, workflow string) *terminal {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "f.yaml"), []byte(workflow), 0o600); err != nil {
		t.Fatal(err)
	}
	term := &terminal{t: t, dir: dir}
	term.serve(&sandbox.Data{})
	return term
}

// serve begins with a workspace.
func (term *terminal) serve(data *sandbox.Data) {
	term.server = sandbox.New(sandbox.Options{Data: data})
	front := httptest.NewServer(term.server)
	term.t.Cleanup(front.Close)
	term.url = front.URL
}

// Read is somebody who reads a question.
func (term *terminal) Read([]byte) (int, error) {
	if term.asked != nil {
		term.asked()
	}
	return 0, io.EOF
}

// put changes a record as somebody else would.
func (term *terminal) put(path, body string) {
	term.t.Helper()
	req := httptest.NewRequest(http.MethodPut, path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer test-token")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	answer := httptest.NewRecorder()
	if term.server.ServeHTTP(answer, req); answer.Code != http.StatusOK {
		term.t.Fatal(answer.Body)
	}
}

// run gives the exit code, and all that was printed.
func (term *terminal) run(answer string, args ...string) (code int, shown string) {
	var out bytes.Buffer
	env := map[string]string{"INTERCOM_TOKEN": "test-token", "INTERCOM_API_BASE_URL": term.url}
	switch args[0] {
	case "apply", "resume", "undo", "runs":
		args = append(args, "--state-dir", filepath.Join(term.dir, "state"))
	}
	code = Main(args, Streams{
		In: io.MultiReader(term, strings.NewReader(answer)), Out: &out, Err: &out, InTTY: !term.alone, ErrTTY: !term.alone,
		Getenv: func(name string) string { return env[name] },
	})
	return code, out.String()
}

func (term *terminal) effects() (effects []string) {
	for _, e := range term.server.Ledger() {
		effects = append(effects, e.Method+" "+e.Path)
	}
	return effects
}

// left are the folders under the one that runs are kept in.
func (term *terminal) left() int {
	entries, _ := os.ReadDir(filepath.Join(term.dir, "state", "runs"))
	return len(entries)
}

func TestOnATerminalThePlanIsShownAndAsked(t *testing.T) {
	const makesATag = "{version: 1, steps: [{action: createTag, with: {name: new}}]}"
	const guarded = "{version: 1, guards: {max_creates: 0}, steps: [{action: createTag, with: {name: new}}]}"
	const idle = "{version: 1, steps: [{action: listTags}]}"
	tests := []struct {
		name, workflow, answer string
		flags                  []string
		code                   int
		shown                  string
		writes, runs           int
	}{
		{"yes", makesATag, "y\n", nil, exitDone, "1 to create", 1, 1},
		{"yes in full", makesATag, "Yes\n", nil, exitDone, "Apply this plan?", 1, 1},
		{"no", makesATag, "n\n", nil, exitFailed, "declined; nothing was done", 0, 0},
		{"just return", makesATag, "\n", nil, exitFailed, "declined; nothing was done", 0, 0},
		{"no answer", makesATag, "", nil, exitFailed, "no answer; nothing was done", 0, 0},
		{"answered beforehand", makesATag, "", []string{"--yes"}, exitDone, "1 to create", 1, 1},
		{"nothing to do", idle, "", nil, exitDone, "", 0, 1},
		{"a guard is not overridden", guarded, "y\n", []string{"--yes"}, exitGuard, "max_creates is 0, and this comes to 1", 0, 0},
		{"an acknowledged guard still asks", guarded, "n\n", []string{"--ack", "creates=1"}, exitFailed, "declined", 0, 0},
		{"a form for programs has no question", makesATag, "", []string{"--output", "json"}, exitDone, `"create": 1`, 1, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			term := newTerminal(t, tt.workflow)
			code, shown := term.run(tt.answer, append([]string{"apply", filepath.Join(term.dir, "f.yaml")}, tt.flags...)...)
			if code != tt.code || !strings.Contains(shown, tt.shown) {
				t.Errorf("exit %d, want %d with %q:\n%s", code, tt.code, tt.shown, shown)
			}
			if got := len(term.effects()); got != tt.writes {
				t.Errorf("%d writes, want %d: %v", got, tt.writes, term.effects())
			}
			if got := term.left(); got != tt.runs {
				t.Errorf("%d folders of runs are left, want %d", got, tt.runs)
			}
		})
	}
}

func TestWhatIsAppliedIsThePlanThatWasShown(t *testing.T) {
	term := newTerminal(t, `{version: 1, steps: [
  {for_each: {file: tags.csv, as: row, key: row.name}, steps: [{action: createTag, with: {name: "{{ row.name }}"}}]}]}`)
	list := filepath.Join(term.dir, "tags.csv")
	if err := os.WriteFile(list, []byte("name\none\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	plan := filepath.Join(term.dir, "f.plan")
	if code, shown := term.run("", "plan", filepath.Join(term.dir, "f.yaml"), "--out", plan); code != exitDone {
		t.Fatal(shown)
	}
	if err := os.WriteFile(list, []byte("name\none\ntwo\n"), 0o600); err != nil { // after the plan was looked at
		t.Fatal(err)
	}
	if code, shown := term.run("y\n", "apply", plan); code != exitDone || !strings.Contains(shown, "Apply this plan?") {
		t.Errorf("exit %d:\n%s", code, shown)
	}
	if diff := cmp.Diff([]string{"POST /tags"}, term.effects()); diff != "" {
		t.Errorf("effects differ (-want +got):\n%s", diff)
	}
	info, err := os.Stat(plan)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the plan can be read by others: %v, %v", info.Mode(), err)
	}
}

func TestOneOfTwoProcessesAppliesAPlan(t *testing.T) {
	term := newTerminal(t, "{version: 1, steps: [{action: createTag, with: {name: new}}]}")
	plan := filepath.Join(term.dir, "f.plan")
	if code, shown := term.run("", "plan", filepath.Join(term.dir, "f.yaml"), "--out", plan); code != exitDone {
		t.Fatal(shown)
	}
	saved, err := runner.OpenPlan(plan)
	if err != nil {
		t.Fatal(err)
	}
	saved.Close()
	other := filepath.Join(term.dir, "state", "runs", saved.RunID) // of a process that is as far as this one
	if err := os.MkdirAll(filepath.Join(other, "list"), 0o700); err != nil {
		t.Fatal(err)
	}
	code, shown := term.run("y\n", "apply", plan)
	if code != exitLocked || !strings.Contains(shown, "another process is beginning run "+saved.RunID) {
		t.Errorf("exit %d:\n%s", code, shown)
	}
	if effects := term.effects(); len(effects) > 0 || term.left() != 1 {
		t.Errorf("%d folders are left, and this was written: %v", term.left(), effects)
	}
}
