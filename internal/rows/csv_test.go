package rows

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/google/go-cmp/cmp"
)

// rowsOf reads a CSV file and gives a line for each row, "LINE JSON" with what
// is wrong with the row behind it, and last what is wrong with the file.
func rowsOf(text string, kinds map[string]eval.Kind) []string {
	return rowsFrom(strings.NewReader(text), kinds)
}

func rowsFrom(r io.Reader, kinds map[string]eval.Kind) []string {
	var rows []string
	table, err := newTable(r, kinds)
	if err != nil {
		return append(rows, described(Row{}, err))
	}
	for row, err := range table.rows {
		rows = append(rows, described(row, err))
	}
	return rows
}

func described(row Row, err error) string {
	switch {
	case err != nil:
		mend := ""
		if wrong, ok := errors.AsType[*Error](err); ok {
			mend = wrong.Mend
		}
		return fmt.Sprintf("error: %v (%s)", err, mend)
	case row.Err != nil:
		return fmt.Sprintf("%d %s failed: %v", row.Line, row.JSON, strings.TrimPrefix(row.Err.Error(), fmt.Sprintf("line %d: ", row.Line)))
	}
	return fmt.Sprintf("%d %s", row.Line, row.JSON)
}

func TestCSV(t *testing.T) {
	tests := []struct {
		name  string
		text  string
		kinds map[string]eval.Kind
		want  []string
	}{
		{name: "cells are strings", text: "a,b\n1,true\n", want: []string{`2 {"a":"1","b":"true"}`}},
		{name: "spaces are kept", text: "a,b\n x , \n", want: []string{`2 {"a":" x ","b":" "}`}},
		{name: "empty cells are left out", text: "a,b\n,\nx,\n\"\",y\n", want: []string{`2 {}`, `3 {"a":"x"}`, `4 {"b":"y"}`}},
		{name: "a header alone has no rows", text: "a,b\n"},
		{name: "the last line needs no end", text: "a\nx", want: []string{`2 {"a":"x"}`}},
		{name: "a byte order mark is no part of a name", text: "\ufeffa,b\nx,y\n", want: []string{`2 {"a":"x","b":"y"}`}},
		{name: "a quoted name behind a byte order mark", text: "\ufeff\"a b\",c\nx,y\n", want: []string{`2 {"a b":"x","c":"y"}`}},
		{name: "lines may end in CR LF", text: "a,b\r\nx,y\r\n", want: []string{`2 {"a":"x","b":"y"}`}},
		{name: "cells may have lines", text: "a,b\n\"x\ny\",\"\"\"q\"\"\"\nz,\n", want: []string{`2 {"a":"x\ny","b":"\"q\""}`, `4 {"a":"z"}`}},
		{name: "empty lines are passed over", text: "a\n\nx\n\n", want: []string{`3 {"a":"x"}`}},
		{name: "names are any text", text: "\"Full \"\"Name\"\"\",é.b,{{ x }}\nx,y,{{ z }}\n", want: []string{`2 {"Full \"Name\"":"x","é.b":"y","{{ x }}":"{{ z }}"}`}},

		{name: "an empty file", text: "", want: []string{"error: the file is empty (the first row of a CSV file names its columns)"}},
		{name: "empty lines only", text: "\n\n", want: []string{"error: the file is empty (the first row of a CSV file names its columns)"}},
		{name: "a column without name", text: "a,,b\n", want: []string{"error: line 1: column 2 has no name (give it a name, or take the column out)"}},
		{name: "a column twice", text: "a,b,a\n", want: []string{`error: line 1: the columns 1 and 3 are both called "a" (give one of them another name)`}},
		{name: "lines that end in CR alone", text: "a,b\rx,y\r", want: []string{"error: line 1: the lines end in CR alone (save the file with lines that end in LF or CR LF)"}},
		{name: "a header that is no UTF-8", text: "a,gr\xfc\xdfe\nx,y\n", want: []string{"error: line 1: the name of column 2 is not valid UTF-8 (save the file as text in UTF-8; a spreadsheet exports it as CSV UTF-8)"}},
		{name: "too many columns", text: strings.Repeat("c,", 1000) + "c\n", want: []string{"error: line 1: 1001 columns; at most 1000 are read (leave out the columns that the workflow does not use)"}},
		{name: "a file in UTF-16", text: "\xff\xfea\x00,\x00b\x00\n\x00", want: []string{"error: the file holds NUL bytes: it is not text, or not in UTF-8 (save the file as text in UTF-8; a spreadsheet exports it as CSV UTF-8)"}},

		{name: "too many cells", text: "a,b\nx,y\n1,2,3\nz,\n", want: []string{`2 {"a":"x","b":"y"}`, "error: line 3: 3 cells, and the header has 2 (a cell with a comma in it stands in quotes)"}},
		{name: "too few cells", text: "a,b\nx\n", want: []string{"error: line 2: 1 cell, and the header has 2 (a cell with nothing in it needs its comma too)"}},
		{name: "semicolons and a comma", text: "a;b\nx;1,5\n", want: []string{"error: line 2: 2 cells, and the header has 1 (cells are separated by commas; save the file so)"}},
		{name: "a quote in the middle", text: "a\nx\"y\n", want: []string{`error: line 2: column 2: a quote inside a cell (put the cell into quotes, and double those inside)`}},
		{name: "text behind a quote", text: "a\n\"x\"y\n", want: []string{`error: line 2: column 3: a quoted cell is not closed, or something follows its closing quote (double the quotes inside a quoted cell)`}},
		{name: "a quote that is not closed", text: "a\nx\n\"y\n", want: []string{`2 {"a":"x"}`, `error: line 3: column 4: a quoted cell is not closed, or something follows its closing quote (double the quotes inside a quoted cell)`}},

		{name: "a cell that is no UTF-8 fails its row", text: "a,b\nx,gr\xfc\xdfe\ny,z\n", want: []string{`2 {"a":"x","b":"gr?e"} failed: column b: the cell is not valid UTF-8 text`, `3 {"a":"y","b":"z"}`}},
		{name: "a NUL fails its row", text: "a\n" + strings.Repeat("x\n", 3000) + "y\x00\n", want: append(numbered(2, 3000, `{"a":"x"}`), `3002 {"a":"y\u0000"} failed: column a: the cell is not valid UTF-8 text`)},
		{name: "a long cell fails its row", text: "a\n" + strings.Repeat("x", maxCell+1) + "\n", want: []string{`2 {"a":"` + strings.Repeat("x", 100) + `"} failed: column a: the cell is longer than 256 KiB`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, rowsOf(tt.text, tt.kinds)); diff != "" {
				t.Errorf("rows differ (-want +got):\n%s", diff)
			}
		})
	}
}

// numbered gives one row many times.
func numbered(line, count int, row string) []string {
	rows := make([]string, count)
	for i := range rows {
		rows[i] = fmt.Sprint(line+i, " ", row)
	}
	return rows
}

func TestTypesOfCSVColumns(t *testing.T) {
	kinds := map[string]eval.Kind{"i": eval.KindInt, "n": eval.KindNumber, "b": eval.KindBool, "s": eval.KindString}
	tests := []struct{ row, want string }{
		{"1,2.5,true,x", `{"i":1,"n":2.5,"b":true,"s":"x"}`},
		{"-9223372036854775808,-0.10,FALSE,5", `{"i":-9223372036854775808,"n":-0.1,"b":false,"s":"5"}`},
		{" 7 , 1e3 ,Yes,", `{"i":7,"n":1000,"b":true}`},
		{"007,3,no,007", `{"i":7,"n":3,"b":false,"s":"007"}`},
		{",,,", `{}`},
		{"9223372036854775808,,,", `{"i":"9223372036854775808"} failed: column i: "9223372036854775808" is not an integer`},
		{"1.0,,,", `{"i":"1.0"} failed: column i: "1.0" is not an integer`},
		{"x,y,z,s", `{"i":"x","n":"y","b":"z","s":"s"} failed: column i: "x" is not an integer; column n: "y" is not a number; column b: "z" is not true or false`},
		{",NaN,,", `{"n":"NaN"} failed: column n: "NaN" is not a number`},
		{",\"1,5\",,", `{"n":"1,5"} failed: column n: "1,5" is not a number`},
		{",[1],,", `{"n":"[1]"} failed: column n: "[1]" is not a number`},
		{" ,,,", `{"i":" "} failed: column i: "" is not an integer`},
		{strings.Repeat("9", 100) + ",,,", `{"i":"` + strings.Repeat("9", 100) + `"} failed: column i: "` + strings.Repeat("9", 40) + `"... is not an integer`},
	}
	for _, tt := range tests {
		got := rowsOf("i,n,b,s\n"+tt.row+"\n", kinds)
		if diff := cmp.Diff([]string{"2 " + tt.want}, got); diff != "" {
			t.Errorf("%q differs (-want +got):\n%s", tt.row, diff)
		}
	}
	got := rowsOf("a,b\n", map[string]eval.Kind{"d": eval.KindInt, "c": eval.KindInt})
	want := []string{`error: there is no column "c", which types names; the columns are a, b (correct for_each.types, or add the column)`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

func TestLongCSVRows(t *testing.T) {
	cell := strings.Repeat("x", maxCell)
	row := cell + "," + cell + "," + cell + "," + cell[:maxCell-4]
	got := rowsOf("a,b,c,d\n"+row+"\n"+row+"\n", nil)
	if len(got) != 2 || !strings.HasPrefix(got[1], "3 {") || len(got[0]) < maxRow-100 {
		t.Errorf("rows of 1 MiB are not read: %.100v", got)
	}
	got = rowsOf("a\n\"x\ny\"\n"+strings.Repeat("x", maxRow+100<<10)+"\n", nil)
	want := []string{`2 {"a":"x\ny"}`, "error: line 4: the row is longer than 1 MiB (look for a quote that is not closed)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows differ (-want +got):\n%s", diff)
	}
}

// endless is a file that repeats a text and never ends.
type endless struct {
	text string
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.text[e.at:])
	e.at = (e.at + n) % len(e.text)
	return n, nil
}

// TestOpenQuotesAreBounded: a quote that is never closed would make of the rest
// of the file one cell, and no file is too large for memory.
func TestOpenQuotesAreBounded(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got := rowsFrom(io.MultiReader(strings.NewReader("a,b\nx,\"open"), &endless{text: "some text, and\n"}), nil)
	runtime.ReadMemStats(&after)
	want := []string{"error: line 2: the row is longer than 1 MiB (look for a quote that is not closed)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows differ (-want +got):\n%s", diff)
	}
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 32<<20 {
		t.Errorf("it took %d MiB", taken>>20)
	}
	got = rowsFrom(io.MultiReader(strings.NewReader("a,\""), &endless{text: "b\n"}), nil)
	if len(got) != 1 || !strings.HasPrefix(got[0], "error: line 1") {
		t.Errorf("rows = %.300v", got)
	}
}

func TestCSVFileThatCannotBeRead(t *testing.T) {
	broken := io.MultiReader(strings.NewReader("a\nx\n"), iotest.ErrReader(errors.New("the disk is gone")))
	want := []string{`2 {"a":"x"}`, "error: the disk is gone ()"}
	if diff := cmp.Diff(want, rowsFrom(broken, nil)); diff != "" {
		t.Errorf("rows differ (-want +got):\n%s", diff)
	}
}

func BenchmarkCSVRow(b *testing.B) {
	row := "ann@example.com,trial,1200,Ann Example,+441234567890,2024-01-02T10:00:00Z\n"
	table, err := newTable(io.MultiReader(strings.NewReader("email,plan,spend,name,phone,since\n"), &endless{text: row}), map[string]eval.Kind{"spend": eval.KindInt})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(row)))
	b.ReportAllocs()
	for b.Loop() {
		record, err := table.record()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := table.object(record, 2); err != nil {
			b.Fatal(err)
		}
	}
}
