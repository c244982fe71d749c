package rows

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// FuzzCSV: what encoding/csv reads as a table of texts is read as that table.
func FuzzCSV(f *testing.F) {
	f.Add([]byte("a,b\n1,\"x\ny\"\n,\n"))
	f.Add([]byte("\ufeffa\r\nb\r\n"))
	f.Add([]byte("a,b\n\"x"))
	f.Fuzz(func(t *testing.T, text []byte) {
		got := rowsFrom(bytes.NewReader(text), nil)
		if len(text) > maxCell || bytes.IndexByte(text, 0) >= 0 {
			return
		}
		want, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff")))).ReadAll()
		if err != nil || len(want) == 0 || strings.HasPrefix(strings.Join(got, ""), "error") {
			return
		}
		if len(got) != len(want)-1 {
			t.Fatalf("%d rows, want %d: %q", len(got), len(want)-1, got)
		}
		for i, row := range want[1:] {
			checkRow(t, want[0], row, got[i])
		}
	})
}

// checkRow holds a row against its cells.
func checkRow(t *testing.T, header, cells []string, row string) {
	t.Helper()
	want := map[string]string{}
	for i, cell := range cells {
		if !utf8.ValidString(cell) {
			return
		}
		if cell != "" {
			want[header[i]] = cell
		}
	}
	_, object, _ := strings.Cut(row, " ")
	var got map[string]string
	if err := json.Unmarshal([]byte(object), &got); err != nil {
		t.Fatalf("%s: %v", row, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("row differs (-want +got):\n%s", diff)
	}
}

// FuzzLines: of a file with one value per line every row is valid JSON and
// stands in the line that is told.
func FuzzLines(f *testing.F) {
	f.Add([]byte("{\"a\":1}\n\n[2]\r\n"))
	f.Add([]byte("\ufeffnull"))
	f.Fuzz(func(t *testing.T, text []byte) {
		lines := bytes.Split(bytes.TrimPrefix(text, []byte("\ufeff")), []byte("\n"))
		for row, err := range ndjson(bytes.NewReader(text)) {
			if err != nil {
				break
			}
			if !json.Valid(row.JSON) {
				t.Errorf("row %q is not JSON", row.JSON)
			}
			if got := bytes.TrimSpace(lines[row.Line-1]); !bytes.Equal(got, row.JSON) {
				t.Errorf("line %d is %q, and the row is %q", row.Line, got, row.JSON)
			}
		}
	})
}

// FuzzJSONList: what encoding/json reads as a list is read as those elements,
// and every element is valid JSON.
func FuzzJSONList(f *testing.F) {
	f.Add([]byte(`[{"a":1}, [2], null]`))
	f.Add([]byte("\ufeff[\n1,\n\"x\"]\n"))
	f.Add([]byte(`[1] [2]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var want []json.RawMessage
		valid := json.Unmarshal(bytes.TrimPrefix(text, []byte("\ufeff")), &want) == nil
		rows, err := jsonList(bytes.NewReader(text))
		if err != nil {
			return
		}
		read := 0
		for row, err := range rows {
			if err != nil {
				return
			}
			if !json.Valid(row.JSON) || valid && (read >= len(want) || !bytes.Equal(row.JSON, want[read])) {
				t.Fatalf("element %d is %q of %q", read, row.JSON, want)
			}
			read++
		}
		if !valid || read != len(want) {
			t.Errorf("%d elements were read of %d (%q)", read, len(want), text)
		}
	})
}
