package rows

import (
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNDJSON(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"a value per line", "{\"a\": 1}\n[2]\n\"three\"\nnull\n", []string{`1 {"a": 1}`, `2 [2]`, `3 "three"`, `4 null`}},
		{"no line", "", nil},
		{"empty lines are passed over", "\n1\n  \n2", []string{`2 1`, `4 2`}},
		{"lines may end in CR LF", "1\r\n2\r\n", []string{`1 1`, `2 2`}},
		{"a byte order mark is passed over", "\ufeff1\n", []string{`1 1`}},
		{"a byte order mark and a space", "\ufeff 1\n", []string{`1 1`}},
		{"large numbers keep their digits", "{\"id\":7328334202200869666}\n", []string{`1 {"id":7328334202200869666}`}},
		{"templates are text", "\"{{ inputs.plan }}\"\n", []string{`1 "{{ inputs.plan }}"`}},
		{"a line that is not JSON", "1\n{a: 1}\n2\n", []string{`1 1`, `error: line 2: text is not valid JSON (each row is one value of JSON)`}},
		{"a value over lines", "{\n\"a\": 1}\n", []string{`error: line 1: text is not valid JSON (each row is one value of JSON)`}},
		{"two values in a line", "1 2\n", []string{`error: line 1: text is not valid JSON (each row is one value of JSON)`}},
		{"text that is no UTF-8", "\"gr\xfc\xdfe\"\n", []string{`error: line 1: text is not valid UTF-8 (save the file as text in UTF-8; a spreadsheet exports it as CSV UTF-8)`}},
		{"a NUL", "1\n\x00\n", []string{`1 1`, `error: line 2: text is not valid JSON (each row is one value of JSON)`}},
		{"deep lists", "1\n" + strings.Repeat("[", 600) + strings.Repeat("]", 600) + "\n", []string{`1 1`, `error: line 2: JSON nests more than 512 levels deep (each row is one value of JSON)`}},
		{"a line that is too long", "1\n\"" + strings.Repeat("x", maxRow) + "\"\n", []string{`1 1`, `error: line 2: the line is longer than 1 MiB (NDJSON has one value in a line; a list is JSON)`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for row, err := range ndjson(strings.NewReader(tt.text)) {
				got = append(got, described(row, err))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("rows differ (-want +got):\n%s", diff)
			}
		})
	}
}

func listRows(r io.Reader) []string {
	rows, err := jsonList(r)
	if err != nil {
		return []string{described(Row{}, err)}
	}
	var got []string
	for row, err := range rows {
		got = append(got, described(row, err))
	}
	return got
}

func TestJSONLists(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"elements have the lines they begin in", "[\n  {\"a\":\n 1},\n\n  2, 3,\n  [4]\n]\n", []string{"2 {\"a\":\n 1}", `5 2`, `5 3`, `6 [4]`}},
		{"an empty list", "[]", nil},
		{"a byte order mark is passed over", "\ufeff[1]", []string{`1 1`}},
		{"large numbers keep their digits", "[7328334202200869666]", []string{`1 7328334202200869666`}},
		{"an empty file", "", []string{"error: the file is empty (a JSON file for a loop holds a list, [ ... ]; one with a value in each line is NDJSON)"}},
		{"an object", `{"a": []}`, []string{"error: the file holds no list (a JSON file for a loop holds a list, [ ... ]; one with a value in each line is NDJSON)"}},
		{"a text", `"a"`, []string{"error: the file holds no list (a JSON file for a loop holds a list, [ ... ]; one with a value in each line is NDJSON)"}},
		{"something else", "version: 1", []string{"error: line 1: not valid JSON: invalid character 'v' looking for beginning of value (correct the file; a file with one value in each line is NDJSON)"}},
		{"a list that is not closed", "[1,\n 2", []string{`1 1`, `2 2`, "error: the file ends in the middle of the list (it may not be complete; write it again)"}},
		{"a comma too many", "[1,\n 2,\n]", []string{`1 1`, `2 2`, "error: line 3: not valid JSON: invalid character ']' looking for beginning of value (correct the file; a file with one value in each line is NDJSON)"}},
		{"an element that is not JSON", "[1,\n\n {a: 2}]", []string{`1 1`, "error: line 3: not valid JSON: invalid character 'a' looking for beginning of object key string (correct the file; a file with one value in each line is NDJSON)"}},
		{"one value per line", "[1]\n[2]\n", []string{`1 1`, "error: something follows the end of the list (put all into one list; a file with one value in each line is NDJSON)"}},
		{"text that is no UTF-8", "[\n\"gr\xfc\xdfe\"]", []string{"error: line 2: text is not valid UTF-8 (save the file as text in UTF-8; a spreadsheet exports it as CSV UTF-8)"}},
		{"deep lists", "[\n" + strings.Repeat("[", 600) + strings.Repeat("]", 600) + "]", []string{"error: line 2: JSON nests more than 512 levels deep (each row is one value of JSON)"}},
		{"an element that is a little too long", "[\"" + strings.Repeat("x", maxRow) + "\"]", []string{"error: line 1: the element is longer than 1 MiB (look for a quote or a bracket that is not closed)"}},
		{"an element that is too long", "[\n1,\n\"" + strings.Repeat("x", 2*maxRow) + "\"]", []string{`2 1`, "error: line 3: the element is longer than 1 MiB (look for a quote or a bracket that is not closed)"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, listRows(strings.NewReader(tt.text))); diff != "" {
				t.Errorf("rows differ (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEndlessElementsAreBounded: an element that never ends takes bounded
// memory.
func TestEndlessElementsAreBounded(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got := listRows(io.MultiReader(strings.NewReader(`["`), &endless{text: "text "}))
	runtime.ReadMemStats(&after)
	want := []string{"error: line 1: the element is longer than 1 MiB (look for a quote or a bracket that is not closed)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows differ (-want +got):\n%s", diff)
	}
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 32<<20 {
		t.Errorf("it took %d MiB", taken>>20)
	}
}

func TestFilesOfEachFormatGiveTheSameRows(t *testing.T) {
	for format, text := range map[string]string{"csv": "a\n1\n", "ndjson": `{"a":"1"}`, "json": `[{"a":"1"}]`} {
		file, err := New(strings.NewReader(text), format, nil)
		if err != nil {
			t.Fatal(err)
		}
		read := 0
		for row, err := range file.All {
			if read++; err != nil || string(row.JSON) != `{"a":"1"}` {
				t.Errorf("%s gives %s, %v", format, row.JSON, err)
			}
		}
		if read != 1 {
			t.Errorf("%s gives %d rows, want 1", format, read)
		}
	}
}

func TestColumnsAreInTheirOrder(t *testing.T) {
	got, err := Columns(strings.NewReader("b,a\nx,y\n"))
	if diff := cmp.Diff([]string{"b", "a"}, got); diff != "" || err != nil {
		t.Errorf("error %v, columns differ (-want +got):\n%s", err, diff)
	}
}

func TestFormatsByName(t *testing.T) {
	for name, want := range map[string]string{"a.csv": "csv", "a.CSV": "csv", "a.ndjson": "ndjson", "a.jsonl": "ndjson", "a.json": "json", "a.txt": "", "csv": ""} {
		if got := FormatOf(name); got != want {
			t.Errorf("the format of %s is %q, want %q", name, got, want)
		}
	}
}
