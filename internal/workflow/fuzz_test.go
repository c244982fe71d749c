package workflow

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// addFiles adds the workflow files of the project as seeds.
func addFiles(f *testing.F, add func(text []byte, isJSON bool)) {
	for _, pattern := range []string{"../../workflows/examples/*.yaml", "../program/testdata/*/*.yaml", "../program/testdata/*/*.json"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			f.Fatalf("no files like %s (%v)", pattern, err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			add(text, filepath.Ext(name) == ".json")
		}
	}
}

// FuzzParse: no text makes the reader panic, and every place is in the file.
func FuzzParse(f *testing.F) {
	addFiles(f, func(text []byte, isJSON bool) { f.Add(text, isJSON) })
	f.Fuzz(func(t *testing.T, text []byte, isJSON bool) {
		name := "a.yaml"
		if isJSON {
			name = "a.json"
		}
		w, problems := Parse(name, text)
		if w == nil && len(problems) == 0 {
			t.Fatal("neither a workflow nor a problem")
		}
		file := &File{Text: bytesWithoutMark(text)}
		for _, p := range problems {
			_ = p.Text()
			checkPlace(t, file, Pos{p.Line, p.Column})
			if p.Message == "" {
				t.Error("a problem without message")
			}
		}
		left := 500 // aliases can make very many nodes
		fields, _ := ParseValues(name, text)
		for _, field := range fields {
			checkNode(t, file, field.Key, &left)
			checkNode(t, file, field.Value, &left)
		}
	})
}

func bytesWithoutMark(text []byte) []byte {
	if len(text) >= 3 && string(text[:3]) == "\ufeff" {
		return text[3:]
	}
	return text
}

// checkPlace holds a place against the file. The place behind the last
// character of a line is in it.
func checkPlace(t *testing.T, file *File, pos Pos) {
	t.Helper()
	if pos == (Pos{}) {
		return
	}
	line := file.Line(pos.Line)
	if pos.Line < 1 || pos.Line > len(file.lines()) || pos.Column < 1 || pos.Column > len([]rune(line))+2 {
		t.Errorf("place %v is not in the file; the line is %q of %d", pos, line, len(file.lines()))
	}
}

func checkNode(t *testing.T, file *File, n *Node, left *int) {
	t.Helper()
	if *left--; *left < 0 {
		return
	}
	checkPlace(t, file, n.Pos)
	for at := 0; at <= min(len(n.Text), 50); at++ {
		checkPlace(t, file, n.At(at))
		if n.WidthAt(at, 3) < 1 {
			t.Error("no width")
		}
	}
	if n.Width() < 1 {
		t.Error("no width")
	}
	for _, item := range n.Items {
		checkNode(t, file, item, left)
	}
	for _, field := range n.Fields {
		checkNode(t, file, field.Key, left)
		checkNode(t, file, field.Value, left)
	}
}

// FuzzParseJSON: JSON is YAML too, so a document of simple texts is the same
// tree read as either.
func FuzzParseJSON(f *testing.F) {
	f.Add("a", "b", int64(5), true)
	f.Add("", "a \"b\" \\ é", int64(-1), false)
	f.Fuzz(func(t *testing.T, key, value string, number int64, flag bool) {
		if !simple(key) || !simple(value) {
			t.Skip("YAML and JSON write such texts differently")
		}
		text, err := json.Marshal(map[string]any{key: []any{value, number, flag, nil, map[string]any{"n" + key: value}}})
		if err != nil {
			t.Fatal(err)
		}
		fromJSON, problems := ParseValues("a.json", text)
		if problems != nil {
			t.Fatalf("%s: %v", text, problems)
		}
		fromYAML, problems := ParseValues("a.yaml", text)
		if problems != nil {
			t.Fatalf("%s: %v", text, problems)
		}
		got, want := &Node{Kind: Map, Fields: fromJSON}, &Node{Kind: Map, Fields: fromYAML}
		if diff := cmp.Diff(plainTree(want), plainTree(got)); diff != "" {
			t.Errorf("%s differs (-yaml +json):\n%s", text, diff)
		}
	})
}

// simple reports a text of printable characters, which JSON and YAML write
// alike.
func simple(text string) bool {
	if len(text) > 100 || !utf8.ValidString(text) {
		return false
	}
	for _, c := range text {
		if c < ' ' || c >= 0x7f && c < 0xa0 || c > 0xd7ff || c == 0x2028 || c == 0x2029 || c == 0xfeff {
			return false
		}
	}
	return true
}
