package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const module = "github.com/flowrun-dev/flowrun/"

// mayImport says which of our packages a package may import. A package that
// is not here may import none.
var mayImport = map[string][]string{
	".":                    {"internal/cli"},
	"internal/cli":         {"internal/files", "internal/program", "runner", "steps", "schema", "intercom", "intercom/sandbox", "internal/workflow", "internal/report", "internal/credentials", "internal/secret", "internal/spelling"},
	"internal/report":      {"runner", "steps", "internal/eval"},
	"internal/credentials": {"internal/files"},
	"internal/eval":        {"internal/jsontext", "internal/spelling"},
	"internal/journal":     {"internal/jsontext"},
	"internal/program":     {"steps", "intercom", "internal/workflow", "internal/eval", "internal/files", "internal/rows", "internal/secret", "internal/spelling"},
	"internal/rows":        {"internal/eval"},
	"internal/secret":      {"internal/jsontext"},
	"internal/workflow":    {"internal/spelling"},
	"runner":               {"steps", "intercom", "internal/program", "internal/workflow", "internal/eval", "internal/files", "internal/journal", "internal/jsontext", "internal/repeats", "internal/rows", "internal/secret", "internal/spelling"},
	"schema":               {"steps"},
	"steps":                {"intercom", "internal/jsontext"},
}

// onlyIn says which packages may use a library.
var onlyIn = map[string][]string{
	"gopkg.in/yaml.v3":              {"internal/workflow"},
	"github.com/expr-lang/expr":     {"internal/eval"},
	"github.com/tidwall/gjson":      {"internal/eval", "internal/program", "internal/secret", "runner", "intercom", "steps"},
	"github.com/gofrs/flock":        {"internal/journal"},
	"golang.org/x/sync":             {"runner"},
	"github.com/urfave/cli/v2":      {"internal/cli"},
	"golang.org/x/oauth2":           {"intercom"},
	"github.com/mattn/go-isatty":    {"internal/cli"},
	"golang.org/x/term":             {"internal/cli"},
	"github.com/cli/browser":        {"internal/cli"},
	"github.com/zalando/go-keyring": {"internal/credentials"},
	"github.com/expr-lang/expr/vm":  {},
}

// TestImports holds the layers of the project: who may import whom.
func TestImports(t *testing.T) {
	for _, file := range goFiles(t) {
		in := filepath.ToSlash(filepath.Dir(file))
		for _, path := range imports(t, file) {
			if ours, ok := strings.CutPrefix(path, module); ok && !slices.Contains(mayImport[in], ours) {
				t.Errorf("%s imports %s, which %s may not", file, ours, in)
			}
			for library, allowed := range onlyIn {
				if (path == library || strings.HasPrefix(path, library+"/")) && !slices.Contains(allowed, in) {
					t.Errorf("%s imports %s, which is for %s only", file, path, strings.Join(allowed, " and "))
				}
			}
		}
	}
}

// goFiles are the files of the project that are not tests.
func goFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != "." {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) < 20 {
		t.Fatalf("found %d files: %v", len(files), err)
	}
	return files
}

func imports(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, spec := range parsed.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// BenchmarkVersion measures how long the program takes to start, in CPU time.
func BenchmarkVersion(b *testing.B) {
	binary := filepath.Join(b.TempDir(), "flowrun")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	var used time.Duration
	b.ResetTimer()
	for range b.N {
		command := exec.Command(binary, "version")
		if err := command.Run(); err != nil {
			b.Fatal(err)
		}
		used += command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	}
	b.ReportMetric(float64(used.Microseconds())/1000/float64(b.N), "cpu-ms/op")
}
