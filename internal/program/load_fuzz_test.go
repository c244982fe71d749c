package program

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzLoad: no workflow makes the loader panic, and there is either a program
// or something wrong.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"../../workflows/examples/*.yaml", "testdata/*/*.yaml"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			f.Fatalf("no files like %s (%v)", pattern, err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		program, problems := Load("testdata/ok/fuzz.yaml", text)
		if (program == nil) != (problems.Err() != nil) {
			t.Errorf("program %v with problems %v", program, problems)
		}
		_ = problems.Error()
	})
}
