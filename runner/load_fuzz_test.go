package runner

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// FuzzLoad: no workflow makes the loader panic, and there is either a program
// or something wrong.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"../workflows/examples/*.yaml", "testdata/*/*.yaml"} {
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
		for it, err := range lineItems(bytes.NewReader(text)) {
			if err != nil {
				break
			}
			if !json.Valid(it.raw) {
				t.Errorf("row %q is not JSON", it.raw)
			}
			if got := bytes.TrimSpace(lines[it.line-1]); !bytes.Equal(got, it.raw) {
				t.Errorf("line %d is %q, and the row is %q", it.line, got, it.raw)
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
		rows, err := jsonFile(bytes.NewReader(text))
		if err != nil {
			return
		}
		read := 0
		for it, err := range rows {
			if err != nil {
				return
			}
			if !json.Valid(it.raw) || valid && (read >= len(want) || !bytes.Equal(it.raw, want[read])) {
				t.Fatalf("element %d is %q of %q", read, it.raw, want)
			}
			read++
		}
		if !valid || read != len(want) {
			t.Errorf("%d elements were read of %d (%q)", read, len(want), text)
		}
	})
}
