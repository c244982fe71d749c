package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNumber(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 12400: "12,400", 1234567: "1,234,567"} {
		if got := Number(n); got != want {
			t.Errorf("Number(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for seconds, want := range map[float64]string{0.04: "0.0 s", 59.94: "59.9 s", 72: "1 min 12 s", 11100: "3 h 5 min"} {
		if got := Duration(seconds); got != want {
			t.Errorf("Duration(%v) = %q, want %q", seconds, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"a short text stays", "one two", "  one two\n"},
		{"a long one is broken between words", "one two three four", "  one two\n  three four\n"},
		{"a word that is too long stands alone", "a antidisestablishment b", "  a\n  antidisestablishment\n  b\n"},
		{"characters count, not bytes", "äöü äöü äöü", "  äöü äöü\n  äöü\n"},
		{"lines of its own are kept", "one\ntwo", "  one\n  two\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Wrap(tt.text, "  ", 12)); diff != "" {
				t.Errorf("text differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRowsAlignAndFitTheWidth(t *testing.T) {
	const long = "a text that is longer than what is left of a line beside the first column of a table"
	got := Rows("  ", [][2]string{{"a", "short"}, {"name", long}, {"a name that is too long for the first column", "below"}})
	want := "" +
		"  a     short\n" +
		"  name  a text that is longer than what is left of a line beside the first\n" +
		"        column of a table\n" +
		"  a name that is too long for the first column\n" +
		"        below\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows differ (-want +got):\n%s", diff)
	}
}
