package cli

import (
	"bytes"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// mostMemory is what any file may cost, whatever is in it: bytes that are
// allocated in all. The race detector takes twice as many.
const mostMemory = 768 << 20

// hostile runs a command in a folder that holds files, against a sandbox with
// the data of testdata/hostile/workspace.json, and gives all it prints, in one
// line. It must end, in bounded memory and without a mistake of ours.
func hostile(t *testing.T, files map[string]string, args ...string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/hostile/workspace.json")
	if err != nil {
		t.Fatal(err)
	}
	data, err := sandbox.ReadData(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sandbox.New(sandbox.Options{Data: data, Token: "test-token"}))
	defer server.Close()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := map[string]string{"INTERCOM_TOKEN": "test-token", "INTERCOM_API_BASE_URL": server.URL, "FLOWRUN_CONFIG_DIR": dir}
	for i, arg := range args {
		args[i] = strings.ReplaceAll(arg, "DIR", dir)
	}
	var out bytes.Buffer
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	Main(args, Streams{In: strings.NewReader(""), Out: &out, Err: &out, Getenv: func(name string) string { return env[name] }})
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; taken > mostMemory {
		t.Errorf("it allocated %d MiB", taken>>20)
	}
	if what := harmful(out.String()); what != "" || strings.Contains(out.String(), "internal error") {
		t.Errorf("it printed %s in %.500q", what, out.String())
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

// TestHostileWorkflows: a workflow from a stranger is refused with one clear
// message, however it is made.
func TestHostileWorkflows(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine, over much; -short leaves it out")
	}
	bomb := "version: 1\nx-0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
	for i := range 9 {
		bomb += "x-" + string(rune('1'+i)) + ": &a" + string(rune('1'+i)) + " [" + strings.Repeat("*a"+string(rune('0'+i))+", ", 9) + "]\n"
	}
	steps := "steps: [{action: listTags}]\n"
	tests := []struct{ name, text, want string }{
		{"nine aliases of nine aliases", bomb + steps, "alias"},
		{"an anchor that contains itself", "version: 1\nx-a: &a [*a]\n" + steps, "contains itself"},
		{"a flood of merge keys", "version: 1\nx-a: &a {b: 1}\nx-m: {" + strings.Repeat("<<: *a, ", 20_000) + "}\n" + steps, "problem"},
		{"a hundred thousand brackets", "version: 1\nx-a: " + strings.Repeat("[", 100_000) + "\n" + steps, "exceeded max depth"},
		{"a hundred thousand braces in JSON", "{\"version\": 1, \"x-a\": " + strings.Repeat("{\"a\":", 100_000), "exceeded max depth"},
		{"six megabytes of a list", "version: 1\nx-a: [" + strings.Repeat("a, ", 2_000_000) + "]\n" + steps, "larger than"},
		{"many nodes", "version: 1\nx-a: [" + strings.Repeat("a,", 300_000) + "]\n" + steps, "more than 50000 values"},
		{"a key that comes twice", "version: 1\nname: a\nname: b\n" + steps, "twice"},
		{"a number with a leading zero", "version: 1\nvars: {a: 0123}\n" + steps, "0123"},
		{"binary", "version: 1\nvars: {a: !!binary aGVsbG8=}\n" + steps, "!!binary"},
		{"two documents", "version: 1\n" + steps + "---\nversion: 1\n" + steps, "document"},
		{"UTF-16", "\xff\xfev\x00e\x00r\x00", "UTF-16"},
		{"a NUL", "version: 1\nname: a\x00b\n" + steps, "NUL"},
		{"a byte order mark", "\ufeffversion: 1\n" + steps, "1 file valid"},
		{"a name that acts", "version: 1\n\"\\e]52;c;aGk=\\a\\n::set-output name=x::y\": 1\n" + steps, "a workflow has no key"},
		{"a token", "version: 1\nname: dG9rO" + strings.Repeat("mZh", 18) + "\n" + steps, "token"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			name := "f.yaml"
			if strings.HasPrefix(tt.text, "{") {
				name = "f.json"
			}
			if got := hostile(t, map[string]string{name: tt.text}, "validate", "DIR/"+name); !strings.Contains(got, tt.want) {
				t.Errorf("it printed %.500s\nwant %q", got, tt.want)
			}
		})
	}
}

func TestHostileExpressions(t *testing.T) {
	doubling := `let a00 = "xxxxxxxxxxxxxxxx"; `
	for i := range 30 {
		doubling += "let a" + number(i+1) + " = a" + number(i) + " + a" + number(i) + "; "
	}
	tests := []struct{ name, expr, want string }{
		{"a text that doubles thirty times", doubling + "len(a30)", "longer than 1048576 bytes"},
		{"a list that doubles", `reduce(1..40, concat(#acc, #acc), [1])`, "reduce"},
		{"a text repeated a thousand million times", `repeat("x", 1000000000)`, "repeat"},
		{"a list of a thousand million", `len(map(1..1000000000, # + 1))`, "longer than 524288 elements"},
		{"two thousand parentheses", strings.Repeat("(", 2000) + "1" + strings.Repeat(")", 2000), `"x": 1`},
		{"a source without end", strings.Repeat("1 + ", 10_000) + "1", "longer than 4096 bytes"},
		{"a pattern that takes for ever elsewhere", `"` + strings.Repeat("a", 2000) + `!" matches "(a+)+$"`, "false"},
		{"a function of the system", `env("INTERCOM_TOKEN")`, "unknown function"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := "version: 1\nsteps: [{action: listTags}]\noutputs:\n  x: |-\n    {{ " + tt.expr + " }}\n"
			if got := hostile(t, map[string]string{"f.yaml": text}, "plan", "DIR/f.yaml"); !strings.Contains(got, tt.want) {
				t.Errorf("it printed %.700s\nwant %q", got, tt.want)
			}
		})
	}
}

func number(n int) string { return string(rune('0'+n/10)) + string(rune('0'+n%10)) }

func TestHostileDataFiles(t *testing.T) {
	tests := []struct{ name, file, text, want string }{
		{"a quote that is left open", "rows.csv", "name\n\"" + strings.Repeat("x\n", 10<<20), "a quote that is not closed"},
		{"a million columns", "rows.csv", strings.Repeat("a,", 1_000_000) + "\n", "line 1"},
		{"lines that end in CR alone", "rows.csv", "name\rAnn\rBob\r", "CR alone"},
		{"a byte order mark", "rows.csv", "\ufeffname\nAnn\n", "1 to create"},
		{"bytes that are no text", "rows.csv", "name\n\xff\xfe\n", "not valid UTF-8"},
		{"a NUL", "rows.csv", "name\nA\x00B\n", "NUL"},
		{"a column that comes twice", "rows.csv", "name,name\na,b\n", `both called "name"`},
		{"a cell that acts", "rows.csv", "name\n\"\x1b]0;x\a\n::error::y\"\n", "1 to create"},
		{"templates in data", "rows.csv", "name\n{{ 1 + 1 }} ${{ inputs.x }}\n", "{{ 1 + 1 }} ${{ inputs.x }}"},
		{"a line without end", "rows.ndjson", `{"name":"` + strings.Repeat("x", 20<<20), "longer than 1 MiB"},
		{"brackets without end", "rows.ndjson", strings.Repeat("[", 900_000), "deep"},
		{"a list without end", "rows.json", `[{"name":"` + strings.Repeat("x", 20<<20), "longer than 1 MiB"},
		{"a name that comes twice", "rows.ndjson", `{"name":"a","name":"b"}`, "to create"},
		{"a packed file", "rows.csv", "\x1f\x8b\x08\x00\x00\x00\x00\x00", "rows.csv"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := "version: 1\nsteps:\n  - for_each: {file: \"" + tt.file + "\"}\n    steps: [{action: createTag, with: {name: \"{{ item.name }}\"}}]\n"
			if got := hostile(t, map[string]string{"f.yaml": text, tt.file: tt.text}, "plan", "DIR/f.yaml"); !strings.Contains(got, tt.want) {
				t.Errorf("it printed %.700s\nwant %q", got, tt.want)
			}
		})
	}
	t.Run("an address is no file", func(t *testing.T) {
		text := "version: 1\nsteps:\n  - for_each: {file: \"https://example.com/rows.csv\"}\n    steps: [{action: listTags}]\n"
		if got := hostile(t, map[string]string{"f.yaml": text}, "plan", "DIR/f.yaml"); !strings.Contains(got, "there is no file https://example.com/rows.csv") {
			t.Errorf("it printed %s", got)
		}
	})
}

// TestHostileNames: what others wrote into the workspace is shown and does not
// act, in no form of output, and is never taken for a template.
func TestHostileNames(t *testing.T) {
	flow := `version: 1
steps:
  - id: all
    for_each: {action: listContacts, as: contact, key: contact.name, max_failures: 100%}
    steps:
      - {action: createTag, with: {name: "{{ contact.name }}"}}
      - {action: rawRequest, with: {method: GET, path: "/contacts/{{ contact.name }}"}, on_error: continue}
      - {action: rawRequest, with: {method: GET, path: /me, headers: {X-Name: "{{ contact.name }}"}}, on_error: continue}
outputs:
  names: "{{ steps.all.items }}"
`
	for _, args := range [][]string{
		{"plan", "DIR/f.yaml"},
		{"plan", "DIR/f.yaml", "--output", "json"},
		{"plan", "DIR/f.yaml", "--output", "ndjson", "-v"},
		{"apply", "DIR/f.yaml", "-v", "--state-dir", "DIR/state"},
		{"apply", "DIR/f.yaml", "--output", "json", "--state-dir", "DIR/state"},
	} {
		got := hostile(t, map[string]string{"f.yaml": flow}, args...)
		whole := slices.Contains(args, "--output") // a plan for people shows some of the names
		if strings.Contains(got, "42 of") || whole && !strings.Contains(got, "{{ 6 * 7 }}") {
			t.Errorf("%v: a template in a name is not shown as it is: %.2000s", args, got)
		}
	}
}
