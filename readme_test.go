package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/flowrun-dev/flowrun/schema"
	"github.com/flowrun-dev/flowrun/steps"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite outputs and tables in README.md")

// TestMain puts flowrun, and a curl that needs no installation, into PATH for
// the commands of the README.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"flowrun": main, "curl": curl})
}

// TestReadme holds the README to the program, block by block and in order:
//
//   - a yaml block that is a workflow is valid, unless its file is called
//     broken; its first line names the file, which later commands find;
//   - the commands of a console block, the lines that begin with "$ ", print
//     what stands below them;
//   - what stands between <!-- name --> and <!-- end --> is the table of that
//     name below.
//
// The commands run in one folder that is empty at the start. With -update the
// README is rewritten as the program says.
func TestReadme(t *testing.T) {
	if testing.Short() {
		t.Skip("processes, one behind the other")
	}
	was := string(read(t, "README.md"))
	text := was
	for name, rows := range map[string]string{"actions": actionTable(), "functions": functionList(), "examples": exampleList(t)} {
		text = between(t, text, name, rows)
	}
	text = console(t, text)
	if *update {
		if err := os.WriteFile("README.md", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(strings.Split(was, "\n"), strings.Split(text, "\n")); diff != "" {
		t.Errorf("README.md differs from the program (-README +program); go test . -update rewrites it:\n%s", diff)
	}
}

// TestReadmeNamesEveryKey holds the README's table to the schema.
func TestReadmeNamesEveryKey(t *testing.T) {
	text := read(t, "README.md")
	type keys struct{ Properties map[string]any }
	var file struct {
		keys
		Defs map[string]keys `json:"$defs"`
	}
	if err := json.Unmarshal(schema.JSON(), &file); err != nil {
		t.Fatal(err)
	}
	all := []keys{file.keys}
	for _, part := range []string{"intercom", "input", "guards", "retry", "until", "step", "loop"} {
		if len(file.Defs[part].Properties) == 0 {
			t.Errorf("the schema has no %s", part)
		}
		all = append(all, file.Defs[part])
	}
	for _, part := range all {
		for key := range part.Properties {
			if !bytes.Contains(text, []byte("`"+key+"`")) {
				t.Errorf("README.md does not say what `%s` is", key)
			}
		}
	}
}

// between replaces what stands between the marks of a table.
func between(t *testing.T, text, name, rows string) string {
	t.Helper()
	begin, end := "<!-- "+name+" -->\n", "<!-- end -->"
	before, behind, ok := strings.Cut(text, begin)
	if !ok {
		t.Fatalf("README.md has no line %s", begin)
	}
	_, after, ok := strings.Cut(behind, end)
	if !ok {
		t.Fatalf("README.md has no line %s behind %s", end, begin)
	}
	return before + begin + rows + end + after
}

func actionTable() string {
	var b strings.Builder
	b.WriteString("| Action | Effect | Call |\n|---|---|---|\n")
	for _, a := range steps.All() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", a.Name, a.Effect, a.Calls()[0])
	}
	return b.String()
}

func functionList() string {
	var b strings.Builder
	b.WriteString("```text\n")
	for _, f := range eval.Functions() {
		fmt.Fprintf(&b, "%-38s %s\n", f.Signature, f.Doc)
	}
	return b.String() + "```\n"
}

// exampleList names the examples as they name themselves.
func exampleList(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("workflows/examples/*.yaml")
	if err != nil || len(files) < 10 {
		t.Fatalf("found %d examples: %v", len(files), err)
	}
	var links []string
	for _, name := range files {
		links = append(links, fmt.Sprintf("[%s](%s)", load(t, name, read(t, name)).Name(), name))
	}
	return strings.Join(links, ", ") + ".\n"
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func load(t *testing.T, name string, text []byte) *runner.Program {
	t.Helper()
	program, problems := runner.Load(name, text)
	if len(problems) > 0 {
		t.Fatalf("%s is no valid workflow:\n%v", name, problems)
	}
	return program
}

var fence = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")

// console runs what the blocks say, and gives the text with the output that
// the commands had.
func console(t *testing.T, text string) string {
	t.Helper()
	sh := newShell(t)
	return fence.ReplaceAllStringFunc(text, func(block string) string {
		part := fence.FindStringSubmatch(block)
		switch part[1] {
		case "yaml":
			sh.save(t, part[2])
		case "console":
			return "```console\n" + sh.block(t, part[2]) + "```"
		}
		return block
	})
}

// shell runs commands in a folder. It stands for two terminals, as "flowrun
// sandbox" goes on in the background.
type shell struct {
	dir  string
	env  []string
	port string // of the sandbox, in place of 8085
}

// newShell has an environment of its own: neither a CI nor a token changes
// what the commands print.
func newShell(t *testing.T) *shell {
	dir := t.TempDir()
	return &shell{dir: dir, env: []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir}, port: "8085"}
}

// save checks a workflow and writes it to the file that its first line names.
func (sh *shell) save(t *testing.T, text string) {
	t.Helper()
	if !strings.Contains(text, "\nversion: 1\n") {
		return
	}
	name, _, ok := strings.Cut(strings.TrimPrefix(text, "# "), "\n")
	if !ok || filepath.Ext(name) != ".yaml" {
		t.Fatalf("the first line of this workflow is not the name of its file:\n%s", text)
	}
	path := filepath.Join(sh.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if name != "broken.yaml" {
		load(t, path, []byte(text))
	}
}

// block runs the commands of a console block and gives the block as it is to
// be.
func (sh *shell) block(t *testing.T, text string) string {
	t.Helper()
	var b strings.Builder
	for _, each := range strings.Split("\n"+text, "\n$ ")[1:] {
		command, shown, _ := strings.Cut(strings.TrimSuffix(each, "\n"), "\n")
		got := strings.TrimRight(sh.run(t, command), "\n")
		if alike(got) == alike(shown) {
			got = shown // with the ids and times that it had
		}
		b.WriteString("$ " + command + "\n")
		if got != "" {
			b.WriteString(got + "\n")
		}
	}
	return b.String()
}

// run runs a command line and gives all that it printed.
func (sh *shell) run(t *testing.T, line string) string {
	t.Helper()
	if settings, ok := strings.CutPrefix(line, "export "); ok {
		sh.env = append(sh.env, strings.Fields(sh.here(settings))...)
		return ""
	}
	if line == "flowrun sandbox" {
		return sh.sandbox(t)
	}
	dir := sh.dir
	if args, ok := strings.CutPrefix(line, "go run . "); ok {
		line, dir = "flowrun "+args, "." // this is the folder that it is for
	}
	cmd := exec.Command("sh", "-c", sh.here(line))
	cmd.Dir, cmd.Env = dir, sh.env
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatalf("%s: %v", line, err)
	}
	return strings.ReplaceAll(string(out), sh.port, "8085")
}

// here puts the port of the sandbox in place of the README's.
func (sh *shell) here(text string) string { return strings.ReplaceAll(text, "8085", sh.port) }

// sandbox starts a sandbox that ends with the test, on a port that is free.
// The last line that it prints is the command to try.
func (sh *shell) sandbox(t *testing.T) string {
	t.Helper()
	cmd := exec.Command("flowrun", "sandbox", "--listen", "127.0.0.1:0")
	cmd.Dir, cmd.Env = sh.dir, sh.env
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(cmd.Process.Signal(os.Interrupt), cmd.Wait()); err != nil {
			t.Errorf("the sandbox ended with %v", err)
		}
	})
	var out []byte
	for !bytes.Contains(out, []byte("workflow.yaml\n")) {
		part := make([]byte, 1024)
		n, err := stdout.Read(part)
		if out = append(out, part[:n]...); err != nil {
			t.Fatalf("the sandbox ended with %v after\n%s", err, out)
		}
	}
	sh.port = regexp.MustCompile(`127\.0\.0\.1:(\d+)`).FindStringSubmatch(string(out))[1]
	return strings.ReplaceAll(string(out), sh.port, "8085")
}

// changing is what differs from run to run.
var changing = []*regexp.Regexp{
	regexp.MustCompile(`\b\d{8}-\d{6}-[a-z0-9]{4}\b`), // ids of runs
	regexp.MustCompile(`\brequest [^)\s]+`),           // ids of requests
	regexp.MustCompile(`\b\d+\.\d s\b`),               // durations
	regexp.MustCompile(`\b1[789]\d{8}\b`),             // Unix times
	regexp.MustCompile(`"user-\d+"|"[0-9a-f]{24}"`),   // the row of a loop that a plan shows
}

// alike is the text without what differs from run to run.
func alike(text string) string {
	for _, pattern := range changing {
		text = pattern.ReplaceAllString(text, "...")
	}
	return text
}

// curl is as much of curl as the README needs: a GET, with -s and -H.
func curl() {
	args := os.Args[1:]
	req, err := http.NewRequest(http.MethodGet, args[len(args)-1], nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	req.Header.Set("Accept", "*/*")
	if at := slices.Index(args, "-H"); at >= 0 {
		name, value, _ := strings.Cut(args[at+1], ": ")
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err == nil {
		_, err = io.Copy(os.Stdout, resp.Body)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(7)
	}
}
