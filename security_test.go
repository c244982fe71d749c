package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestSecurityPromisesAreHeld: each test that SECURITY.md names is there, and
// each promise names one.
func TestSecurityPromisesAreHeld(t *testing.T) {
	text, err := os.ReadFile("SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := testNames(t)
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9_]+|[a-z_]+\\.txtar)`")
	promises := 0
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| Promise") {
			continue
		}
		promises++
		held := named.FindAllStringSubmatch(line, -1)
		if len(held) == 0 {
			t.Errorf("nothing holds %s", line)
		}
		for _, name := range held {
			if !tests[name[1]] {
				t.Errorf("there is no test %s, which is to hold %s", name[1], line)
			}
		}
	}
	if promises < 30 {
		t.Errorf("SECURITY.md has %d promises", promises)
	}
}

// testNames are the names of all tests and scripts.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	walkFiles(t, func(path string, text []byte) {
		if strings.HasSuffix(path, ".txtar") {
			names[filepath.Base(path)] = true
		}
		if strings.HasSuffix(path, "_test.go") {
			for _, match := range function.FindAllSubmatch(text, -1) {
				names[string(match[1])] = true
			}
		}
	})
	return names
}

// walkFiles visits the files of the project.
func walkFiles(t *testing.T, visit func(path string, text []byte)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == ".flowrun"):
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		text, err := os.ReadFile(path)
		visit(filepath.ToSlash(path), text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestOnlyTheCommandLineTouchesTheProcess: streams, environment and exit code
// belong to internal/cli, whose one writer cleans all that is printed.
func TestOnlyTheCommandLineTouchesTheProcess(t *testing.T) {
	forbidden := map[string][]string{
		"os":  {"Stdin", "Stdout", "Stderr", "Exit", "Getenv", "LookupEnv", "Environ"},
		"fmt": {"Print", "Printf", "Println"},
		"log": {"Print", "Printf", "Println", "Fatal", "Fatalf", "Panic"},
	}
	for _, file := range goFiles(t) {
		if file == "main.go" || strings.HasPrefix(file, "internal/cli/") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			of, ok := selector.X.(*ast.Ident)
			if ok && slices.Contains(forbidden[of.Name], selector.Sel.Name) {
				t.Errorf("%s uses %s.%s, which is for internal/cli", file, of.Name, selector.Sel.Name)
			}
			return true
		})
	}
}

// TestNoTokenIsInTheRepository looks for what Intercom's access tokens look
// like. Those of the tests say in base64 that they are none.
func TestNoTokenIsInTheRepository(t *testing.T) {
	shape := regexp.MustCompile(`dG9rO[A-Za-z0-9+/_-]{35,}`)
	fake := regexp.MustCompile(`ZmFrZ|NhbmFyeS|abcdefghij`) // "fake" and "canary" in base64, and the alphabet
	walkFiles(t, func(path string, text []byte) {
		for _, found := range shape.FindAll(text, -1) {
			if !fake.Match(found) {
				t.Errorf("%s holds what looks like a token: %.12s...", path, found)
			}
		}
	})
}
