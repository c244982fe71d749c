package workflow

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestLimits: a hostile file costs little and gives one clear message.
func TestLimits(t *testing.T) {
	tests := []struct{ name, file, text, want string }{
		{"a file of more than 1 MiB", "a.yaml", "# " + strings.Repeat("x", 1<<20), "a.yaml: the file is larger than 1 MiB"},
		{"many values", "a.yaml", "v: [" + strings.Repeat("1,", maxNodes) + "]", "a.yaml:1:100001: the file has more than 50000 values"},
		{"deep lists", "a.yaml", "v: " + strings.Repeat("[", 100) + strings.Repeat("]", 100), "a.yaml:1:68: the file is nested more than 64 deep"},
		{"deep mappings", "a.yaml", deepMapping(100), "a.yaml:66:66: the file is nested more than 64 deep"},
		{"brackets to the end", "a.yaml", strings.Repeat("[", 100_000), "exceeded max depth"},
		{"deep JSON", "a.json", `{"v": ` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + "}", "a.json:1:71: the file is too large"},
		{"JSON brackets to the end", "a.json", strings.Repeat("[", 100_000), "a.json:1:10001: not valid JSON: invalid character '[' exceeded max depth"},
		{"a bomb of aliases", "a.yaml", bomb(20), "with all that its aliases repeat"},
		{"a long text repeated by aliases", "a.yaml", "a: &a " + strings.Repeat("x", 10_000) + "\nb: [" + strings.Repeat("*a, ", 1000) + "]", "the file has more than 4 MiB of text with all that its aliases repeat"},
		{"an alias in itself", "a.yaml", "v: &a {b: *a}", "a.yaml:1:11: the alias *a contains itself"},
		{"two aliases in each other", "a.yaml", "v: &a {b: &b {c: *a}}\nw: *b", "a.yaml:1:18: the alias *a contains itself"},
		{"an alias as a key", "a.yaml", "v: &a b\n*a : c", "a.yaml:2:1: a key must be a plain word"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, problems := ParseValues(tt.file, []byte(tt.text))
			if len(problems) == 0 || !strings.Contains(problems[0].Text(), tt.want) {
				t.Errorf("problems = %.300v, want %s", problems, tt.want)
			}
			if len(problems) > 2 {
				t.Errorf("there are %d problems: %.500v", len(problems), problems)
			}
		})
	}
}

func deepMapping(depth int) string {
	var b strings.Builder
	for i := range depth {
		fmt.Fprintf(&b, "%sa:\n", strings.Repeat(" ", i))
	}
	return b.String()
}

// bomb is a list of lists of lists: ten times as many values per level.
func bomb(levels int) string {
	var b strings.Builder
	b.WriteString("a0: &a0 [1]\n")
	for i := 1; i < levels; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 10), ","))
	}
	return b.String()
}

func TestMergeKeys(t *testing.T) {
	n := valueIn(t, "a.yaml", `
v:
  <<: [{a: 1, b: 1}, {b: 2, c: 2}]
  c: 3
x: y
`)
	got := plainTree(n)
	want := [][2]any{{"c", "2 3"}, {"a", "2 1"}, {"b", "2 1"}}
	if diff := cmp.Diff(any(want), got); diff != "" {
		t.Errorf("fields differ (-want +got):\n%s", diff)
	}
}

func TestInputsFiles(t *testing.T) {
	for text, want := range map[string]string{
		"- a":               "a.yaml:1:1: an inputs file is a mapping of names to values, not a list",
		"":                  "a.yaml: the file is empty",
		"a: 1\na: 2":        `a.yaml:2:1: the key "a" is given twice; the first one is in line 1`,
		"a: {{ inputs.b }}": "a.yaml:1:4: a template without quotes; YAML takes its braces for a mapping",
	} {
		_, problems := ParseValues("a.yaml", []byte(text))
		if len(problems) != 1 || !strings.HasPrefix(problems[0].Text(), want) {
			t.Errorf("%q: problems = %v, want %s", text, problems, want)
		}
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{"500ms": 500 * time.Millisecond, "1m30s": 90 * time.Second, "1.5h": 90 * time.Minute, "2d": 48 * time.Hour} {
		w, problems := Parse("a.yaml", []byte("version: 1\ndefaults: {timeout: "+text+"}\nsteps: [{action: listTags}]\n"))
		if problems != nil {
			t.Fatal(problems)
		}
		if got := w.Defaults.Timeout.Value; got != want {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
}

// TestVeryManyProblems: each problem costs its place in a line of 1 MiB, so
// not all of them are looked for.
func TestVeryManyProblems(t *testing.T) {
	for _, name := range []string{"a.json", "a.yaml"} {
		text := `{"version": 1, "steps": [` + strings.Repeat(`{"a": 1, "a": 2},`, 5_000) + `{}]}`
		_, problems := Parse(name, []byte(text))
		if problems = problems.Sort(); len(problems) != maxProblems+1 {
			t.Errorf("%s: there are %d problems", name, len(problems))
		}
		_ = problems.Error()
	}
}
