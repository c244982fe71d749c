package runner

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestHalfALineIsCutOff opens what a killed process left.
func TestHalfALineIsCutOff(t *testing.T) {
	long := strings.Repeat("x", 10_000)
	tests := []struct{ name, left, want string }{
		{"nothing", "", "new\n"},
		{"whole lines", "a\nb\n", "a\nb\nnew\n"},
		{"half a line", "a\nb", "a\nnew\n"},
		{"half a line and nothing else", "a", "new\n"},
		{"half a line that is long", "a\n" + long, "a\nnew\n"},
		{"a long line", long + "\n", long + "\nnew\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "results.ndjson")
			if err := os.WriteFile(name, []byte(tt.left), 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := openLines(name)
			if err != nil {
				t.Fatal(err)
			}
			f.text.WriteString("new\n")
			if err := f.close(); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(name)
			if diff := cmp.Diff(tt.want, string(got)); err != nil || diff != "" {
				t.Errorf("%v; the lines differ (-want +got):\n%s", err, diff)
			}
		})
	}
}
