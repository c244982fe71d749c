package workflow

import (
	"strings"
	"testing"
)

// parseValue reads "v: " + source and returns the node of v.
func parseValue(t *testing.T, source string) *Node {
	t.Helper()
	return valueIn(t, "file.yaml", "v: "+source)
}

func valueIn(t *testing.T, name, text string) *Node {
	t.Helper()
	fields, problems := ParseValues(name, []byte(text))
	if problems != nil {
		t.Fatalf("%s\nhas problems:\n%v", text, problems)
	}
	return fields[0].Value
}

// TestPlacesInScalars marks a place in the source with X, which is also a
// letter of the value: the place of that letter must be that of the mark.
func TestPlacesInScalars(t *testing.T) {
	tests := []struct{ name, source string }{
		{"plain", `some X text`},
		{"plain at the end", `some X`},
		{"plain behind wide characters", `東京 é X`},
		{"plain over lines", "some\n  text\n\n  and X more"},
		{"plain with a comment behind", `some X # comment`},
		{"single quoted", `'some X text'`},
		{"single quoted behind an escaped quote", `'it''s ''X'''`},
		{"single quoted over lines", "'some\n   text\n\n   and X'"},
		{"double quoted", `"some X text"`},
		{"double quoted behind escapes", `"\t\\\" \x41 \u00e9 \U0001F600 X"`},
		{"double quoted behind escapes of several bytes", `"\u6771\u4eac X"`},
		{"double quoted over lines", "\"some\n   text\n\n   and X\""},
		{"double quoted over lines with spaces at their ends", "\"some  \n   text X\""},
		{"double quoted with an escaped line break", "\"some \\\n   text X\""},
		{"double quoted with two escaped line breaks", "\"some \\\n   \\\n  textX\""},
		{"literal", "|\n  some\n    more\n\n  X text\n"},
		{"literal in the first line", "|-\n  X text\n"},
		{"literal with a chosen indentation", "|2\n    some\n  X\n"},
		{"literal with a comment in its head", "| # comment\n  some X\n"},
		{"folded", ">\n  some\n  text\n\n  and\n  X\n"},
		{"folded with indented lines", ">-\n  some\n    code\n  X\n"},
		{"in a list", `[some, X]`},
	}
	for _, tt := range tests {
		for _, breaks := range []string{"\n", "\r\n"} {
			t.Run(tt.name, func(t *testing.T) {
				text := strings.ReplaceAll("v: "+tt.source, "\n", breaks)
				n := valueIn(t, "file.yaml", text)
				if n.Kind == List {
					n = n.Items[1]
				}
				file := &File{Text: []byte(text)}
				want := file.pos(strings.Index(text, "X"))
				if got := n.At(strings.Index(n.Text, "X")); got != want {
					t.Errorf("%q: X is at %v, want %v", text, got, want)
				}
			})
		}
	}
}

func TestPlacesInJSON(t *testing.T) {
	for _, source := range []string{`"some X"`, `"\u00e9\n\/ X"`, `"\ud83d\ude00abX"`, `"é 東京 X"`} {
		text := `{"a b": ` + source + `}`
		n := valueIn(t, "file.json", text)
		want := (&File{Text: []byte(text)}).pos(strings.Index(text, "X"))
		if got := n.At(strings.Index(n.Text, "X")); got != want {
			t.Errorf("%s: X is at %v, want %v", text, got, want)
		}
	}
}

func TestWidths(t *testing.T) {
	tests := []struct {
		source string
		want   int
	}{
		{`abc`, 3},
		{`"abc"`, 5},
		{`'it''s'`, 7},
		{`"\u00e9"`, 8},
		{`東京`, 2},
		{`12`, 2},
		{"some\n  text", 4},
		{"|\n  some\n", 1},
		{`[a, b]`, 1},
		{`{a: b}`, 1},
		{``, 1},
		{`""`, 2},
	}
	for _, tt := range tests {
		if got := parseValue(t, tt.source).Width(); got != tt.want {
			t.Errorf("the width of %q is %d, want %d", tt.source, got, tt.want)
		}
	}
}

func TestWidthOfAPart(t *testing.T) {
	tests := []struct {
		source, part string
		want         int
	}{
		{`some text`, "text", 4},
		{`"a \"b\" c"`, `"b"`, 5},
		{`"\u00e9t\u00e9"`, "été", 13},
		{`'it''s'`, "t's", 4},
		{"one\n  two three", "two three", 9},
		{"one\n  two three", "one two", 3},
		{"|\n  one\n  two\n", "two", 3},
	}
	for _, tt := range tests {
		n := parseValue(t, tt.source)
		at := strings.Index(n.Text, tt.part)
		if got := n.WidthAt(at, len(tt.part)); got != tt.want {
			t.Errorf("the width of %q in %q is %d, want %d", tt.part, tt.source, got, tt.want)
		}
	}
}

func TestPlaceOfAComment(t *testing.T) {
	for _, source := range []string{`some text   # X`, `12 # X`, "some\n  text # X"} {
		text := "v: " + source
		n := valueIn(t, "file.yaml", text)
		want := (&File{Text: []byte(text)}).pos(strings.Index(text, "#"))
		if got := n.CommentAt(); got != want {
			t.Errorf("%q: the comment is at %v, want %v", text, got, want)
		}
	}
}
