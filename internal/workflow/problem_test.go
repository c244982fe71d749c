package workflow

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTextOfAProblem(t *testing.T) {
	long := strings.Repeat("0123456789", 30)
	tests := []struct {
		name    string
		problem Problem
		want    string
	}{
		{
			name:    "place, message, source, caret and hint",
			problem: Problem{File: "a.yaml", Line: 2, Column: 3, Width: 4, Message: "it is wrong", Hint: "mend it", Source: "  nmae: x"},
			want:    "a.yaml:2:3: it is wrong\n      nmae: x\n      ^^^^\n  hint: mend it\n",
		},
		{
			name:    "the file as a whole",
			problem: Problem{File: "a.yaml", Message: "the file is empty"},
			want:    "a.yaml: the file is empty\n",
		},
		{
			name:    "a warning",
			problem: Problem{File: "a.yaml", Line: 1, Column: 1, Message: "it may be wrong", Warning: true},
			want:    "a.yaml:1:1: warning: it may be wrong\n",
		},
		{
			name:    "no width is one character",
			problem: Problem{File: "a", Line: 1, Column: 2, Message: "m", Source: "abc"},
			want:    "a:1:2: m\n    abc\n     ^\n",
		},
		{
			name:    "the caret ends with the line",
			problem: Problem{File: "a", Line: 1, Column: 2, Width: 50, Message: "m", Source: "abc"},
			want:    "a:1:2: m\n    abc\n     ^^\n",
		},
		{
			name:    "the caret stands behind the line",
			problem: Problem{File: "a", Line: 1, Column: 4, Width: 1, Message: "m", Source: "abc"},
			want:    "a:1:4: m\n    abc\n       ^\n",
		},
		{
			name:    "a tab stays a tab",
			problem: Problem{File: "a", Line: 1, Column: 4, Width: 1, Message: "m", Source: "a\tbc"},
			want:    "a:1:4: m\n    a\tbc\n     \t ^\n",
		},
		{
			name:    "wide characters take two columns",
			problem: Problem{File: "a", Line: 1, Column: 4, Width: 2, Message: "m", Source: "東京 값b"},
			want:    "a:1:4: m\n    東京 값b\n         ^^^\n",
		},
		{
			name:    "combining characters take none",
			problem: Problem{File: "a", Line: 1, Column: 3, Width: 1, Message: "m", Source: "e\u0301b"},
			want:    "a:1:3: m\n    e\u0301b\n     ^\n",
		},
		{
			name:    "control characters do nothing",
			problem: Problem{File: "a", Line: 1, Column: 3, Width: 1, Message: "m", Source: "a\x1b[b"},
			want:    "a:1:3: m\n    a\ufffd[b\n      ^\n",
		},
		{
			name:    "of a long line its beginning is shown",
			problem: Problem{File: "a", Line: 1, Column: 2, Width: 3, Message: "m", Source: long},
			want:    "a:1:2: m\n    " + long[:100] + " ...\n     ^^^\n",
		},
		{
			name:    "of a long line what is around the caret is shown",
			problem: Problem{File: "a", Line: 1, Column: 151, Width: 3, Message: "m", Source: long},
			want:    "a:1:151: m\n    ... " + long[100:200] + " ...\n    " + strings.Repeat(" ", 54) + "^^^\n",
		},
		{
			name:    "of a long line its end is shown",
			problem: Problem{File: "a", Line: 1, Column: 291, Width: 30, Message: "m", Source: long},
			want:    "a:1:291: m\n    ... " + long[240:] + "\n    " + strings.Repeat(" ", 54) + "^^^^^^^^^^\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.problem.Text()); diff != "" {
				t.Errorf("text differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestProblemsAreSortedAndToldOnce(t *testing.T) {
	p := func(line, column int, message string) Problem {
		return Problem{File: "a", Line: line, Column: column, Message: message}
	}
	got := Problems{p(2, 1, "c"), p(1, 5, "b"), p(2, 1, "c"), p(1, 2, "a"), p(0, 0, "whole")}.Sort()
	want := Problems{p(0, 0, "whole"), p(1, 2, "a"), p(1, 5, "b"), p(2, 1, "c")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order differs (-want +got):\n%s", diff)
	}
}

func TestWarningsAreNoError(t *testing.T) {
	if err := (Problems{{Message: "a", Warning: true}}).Err(); err != nil {
		t.Errorf("error = %v", err)
	}
	err := Problems{{File: "a", Message: "a", Warning: true}, {File: "a", Message: "b"}}.Err()
	if err == nil || err.Error() != "a: warning: a\na: b" {
		t.Errorf("error = %v", err)
	}
}

func TestProblemsAsJSON(t *testing.T) {
	text, err := json.Marshal(Problem{File: "a.yaml", Line: 2, Column: 3, Width: 4, Message: "m", Hint: "h", Source: "s"})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"file":"a.yaml","line":2,"column":3,"message":"m","hint":"h","source":"s"}`
	if string(text) != want {
		t.Errorf("got %s, want %s", text, want)
	}
}

func TestQuote(t *testing.T) {
	for text, want := range map[string]string{
		`a b`:                        `"a b"`,
		`a "b"`:                      `'a "b"'`,
		`it's`:                       `"it's"`,
		`it's "b"`:                   `'it''s "b"'`,
		`a\b`:                        `'a\b'`,
		`it's a\b`:                   `"it's a\\b"`,
		"two\nlines":                 `"two\nlines"`,
		`{{ a == "b" ? 'c' : "d" }}`: `'{{ a == "b" ? ''c'' : "d" }}'`,
	} {
		if got := Quote(text); got != want {
			t.Errorf("Quote(%s) = %s, want %s", text, got, want)
		}
		if n := parseValue(t, want); n.Kind != String || n.Text != text {
			t.Errorf("%s is read as %q, want %q", want, n.Text, text)
		}
	}
}
