package report

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"
)

var update = flag.Bool("update", false, "write the files in testdata anew")

// golden compares text with a file in testdata.
func golden(t *testing.T, name, text string) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(text, "\n")); diff != "" {
		t.Errorf("%s differs; go test ./internal/report -update writes it (-want +got):\n%s", name, diff)
	}
}

// planText is a plan as a terminal without colours shows it.
func planText(t *testing.T, s *Summary, opt Options) string {
	t.Helper()
	var out strings.Builder
	opt.Form = "text"
	if err := New(&out, &out, opt).End(s); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestAPlanOfManyRowsFitsTheScreen(t *testing.T) {
	text := planText(t, summarize(12_400, 1, 3), Options{Samples: 3})
	golden(t, "bulk.txt", text)
	if n := strings.Count(text, "\n"); n > maxLines-headingLines {
		t.Errorf("the plan has %d lines", n)
	}
	for _, line := range strings.Split(text, "\n") {
		if width := uniseg.StringWidth(line); width > Width {
			t.Errorf("%d columns: %s", width, line)
		}
	}
	if colored := planText(t, summarize(12_400, 1, 3), Options{Samples: 3, Color: true}); !strings.Contains(colored, "\x1b[31m") {
		t.Error("there are no colours")
	}
}

func TestThePictureDoesNotDependOnWhichRowEndsFirst(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine, over much")
	}
	one, other := summarize(12_400, 1, 3), summarize(12_400, 2, 3)
	if diff := cmp.Diff(planText(t, one, Options{Samples: 3}), planText(t, other, Options{Samples: 3})); diff != "" {
		t.Errorf("text differs:\n%s", diff)
	}
	if diff := cmp.Diff(Markdown(one.Masked(), 3), Markdown(other.Masked(), 3)); diff != "" {
		t.Errorf("Markdown differs:\n%s", diff)
	}
}
