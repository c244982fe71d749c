package program

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the .out files of testdata/err anew")

// TestProblems loads each workflow of testdata/err and compares what is said
// about it with the file of the same name that ends in .out.
func TestProblems(t *testing.T) {
	t.Chdir("testdata/err") // so that messages name the file and no folder
	for _, name := range workflowsIn(t, ".") {
		t.Run(strings.TrimSuffix(name, filepath.Ext(name)), func(t *testing.T) {
			var got strings.Builder
			for _, p := range loadFile(t, name) {
				got.WriteString(p.Text())
			}
			if got.Len() == 0 {
				t.Fatal("there is no problem")
			}
			compareFile(t, strings.TrimSuffix(name, filepath.Ext(name))+".out", got.String())
		})
	}
}

// workflowsIn gives the names of the workflow files in a folder.
func workflowsIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		if ext := filepath.Ext(entry.Name()); ext == ".yaml" || ext == ".json" {
			names = append(names, entry.Name())
		}
	}
	if len(names) == 0 {
		t.Fatalf("there are no workflows in %s", dir)
	}
	return names
}

func loadFile(t *testing.T, name string) workflow.Problems {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	_, problems := Load(name, text)
	return problems
}

// compareFile holds got against a file, or with -update writes the file.
func compareFile(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}

// TestFilesWithoutProblems loads each workflow of testdata/ok.
func TestFilesWithoutProblems(t *testing.T) {
	t.Chdir("testdata/ok")
	for _, name := range workflowsIn(t, ".") {
		t.Run(strings.TrimSuffix(name, filepath.Ext(name)), func(t *testing.T) {
			if problems := loadFile(t, name); problems != nil {
				t.Errorf("it has problems:\n%v", problems)
			}
		})
	}
}

// TestExamples loads each example.
func TestExamples(t *testing.T) {
	t.Chdir("../../workflows/examples")
	for _, name := range workflowsIn(t, ".") {
		if problems := loadFile(t, name); problems != nil {
			t.Errorf("%s has problems:\n%v", name, problems)
		}
	}
}
