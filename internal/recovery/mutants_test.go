package recovery_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mutant is a small change of the program that breaks the promise, and the test
// of this package that must fail with it.
type mutant struct {
	name   string
	test   string
	file   string      // in the repository
	change [][2]string // texts that the file has once, and what is put in their place
}

var mutants = []mutant{
	{"M1 no intents, answers only", "TestKilledAnywhere/a_lead", "runner/recorder.go", [][2]string{{
		"if r == nil || intercom.IsRead(req.Method, req.Path) {",
		"if true {",
	}}},
	{"M2 a miss counts before the index has caught up", "TestIndexLag$", "steps/settle.go", [][2]string{{
		"case asked.Before(ready):",
		"case false && asked.Before(ready):",
	}}},
	{"M2 the same, with processes that are killed", "TestKilledAnywhere/a_lead", "steps/settle.go", [][2]string{{
		"case asked.Before(ready):",
		"case false && asked.Before(ready):",
	}}},
	{"M3 the intent is written behind the call", "TestKilledAnywhere/a_lead", "runner/call.go", [][2]string{{
		"\tif err := w.opt.Run.intent(", "\tresp, err := w.Do(ctx, req)\n\tif err := w.opt.Run.intent(",
	}, {
		"\t}\n\tresp, err := w.Do(ctx, req)\n\tif err == nil {", "\t}\n\tif err == nil {",
	}}},
	{"M6 whatever failed is sent again", "TestFaults/a_lead", "intercom/retry.go", [][2]string{{
		"return c.repeat",
		"return true",
	}}},
	{"M7 done, and not to be read, counts as failed", "TestFaults/a_lead", "runner/call.go", [][2]string{{
		"case errors.As(err, &unknown) && !intercom.IsRead(",
		"case errors.As(err, &unknown) && !unknown.Applied && !intercom.IsRead(",
	}}},
	{"M8 redirects are followed", "TestRedirects/an_update", "intercom/attempt.go", [][2]string{{
		"c.transport.RoundTrip(req)",
		"(&http.Client{Transport: c.transport}).Do(req)",
	}}},
	{"M9 a key lets the transport send a call twice", "TestConnectionsThatDie/a_lead", "intercom/attempt.go", [][2]string{{
		"c.transport.RoundTrip(req)",
		`c.transport.RoundTrip(func() *http.Request { req.Header.Set("Idempotency-Key", "1"); return req }())`,
	}, {
		"wire.watch(ctx, !call.repeat, cancel)",
		"wire.watch(ctx, false, cancel)",
	}}},
	{"M11 the number of a row is its identity", "TestInputChanged", "runner/items.go", [][2]string{{
		"if known.List != nil {",
		"if false {",
	}}},
	{"M12 a file is the lock", "TestTheRunIsFreeBehindAKill", "internal/journal/lock.go", [][2]string{{
		"switch held, err := lock.TryLock(); {",
		"_, none := os.Stat(name)\n\tswitch held, err := none != nil, error(nil); {",
	}}},
	{"M14 a 429 counts as an attempt", "TestStorms", "intercom/retry.go", [][2]string{{
		"throttled++\n",
		"throttled++\n\t\t\tif try++; try > call.retry.MaxAttempts {\n\t\t\t\treturn Response{}, got.err\n\t\t\t}\n",
	}}},
}

// TestMutants builds the program with each mutant and sees its test fail. The
// changes are laid over the source; no file of it is touched.
func TestMutants(t *testing.T) {
	if os.Getenv("RECOVERY") != "mutants" {
		t.Skip("takes some minutes; RECOVERY=mutants runs it")
	}
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-timeout=1m", "-overlay", m.overlay(t), "-run", m.test, ".")
			cmd.Env = append(os.Environ(), "RECOVERY=")
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), "--- FAIL") {
				t.Errorf("%s does not fail (%v):\n%s", m.test, err, out)
			}
		})
	}
}

// overlay writes the file that tells the go command what to build instead.
func (m mutant) overlay(t *testing.T) string {
	t.Helper()
	file, err := filepath.Abs(filepath.Join("..", "..", m.file))
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(source)
	for _, c := range m.change {
		if n := strings.Count(text, c[0]); n != 1 {
			t.Fatalf("%s has %q %d times, want once", m.file, c[0], n)
		}
		text = strings.Replace(text, c[0], c[1], 1)
	}
	dir := t.TempDir()
	changed, overlay := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json")
	writeFile(t, changed, text)
	list, err := json.Marshal(map[string]map[string]string{"Replace": {file: changed}})
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, overlay, string(list))
	return overlay
}
