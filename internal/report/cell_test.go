package report

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestACellIsNoFormula(t *testing.T) {
	tests := []struct {
		name, text string
		tab        bool
	}{
		{name: "a command", text: "=cmd|' /C calc'!A0", tab: true},
		{name: "a sum", text: "-2+3", tab: true},
		{name: "a plus", text: "+A1", tab: true},
		{name: "an at sign", text: "@SUM(A1:A9)", tab: true},
		{name: "behind blanks", text: "  =1+1", tab: true},
		{name: "behind a tab", text: "\t=1+1", tab: true},
		{name: "behind a line break", text: "\r\n=1+1", tab: true},
		{name: "full width", text: "＝1+1", tab: true},
		{name: "a negative number", text: "-2.5"},
		{name: "a number with a sign", text: "+49"},
		{name: "a telephone number", text: "+49 30 1234", tab: true},
		{name: "a name", text: "Ann = Bob"},
		{name: "nothing", text: ""},
		{name: "blanks", text: "  "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := tt.text
			if tt.tab {
				want = "\t" + want
			}
			if got := Cell(tt.text); got != want {
				t.Errorf("Cell(%q) = %q, want %q", tt.text, got, want)
			}
		})
	}
}

// FuzzCell: whatever the text, a spreadsheet sees no formula, and the text can
// be told again from the cell.
func FuzzCell(f *testing.F) {
	for _, text := range []string{"=cmd|x", "-2+3", "-2", "\t@x", "＝1", " \u3000=1", "a,b\"c\n", "\xff="} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		var out bytes.Buffer
		table := csv.NewWriter(&out)
		if err := table.Write([]string{Cell(text), "end"}); err != nil {
			t.Fatal(err)
		}
		table.Flush()
		record, err := csv.NewReader(&out).Read()
		if err != nil || len(record) != 2 {
			t.Fatalf("%q is written as %q: %v", text, record, err)
		}
		cell := record[0]
		if first := strings.TrimLeft(cell, " \u00a0\u3000"); first != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(first)[0]) && !plainNumber.MatchString(first) {
			t.Errorf("%q is written as %q", text, cell)
		}
		same := strings.ReplaceAll(text, "\r\n", "\n") // as the reader has it
		if cell != same && cell != "\t"+same {
			t.Errorf("%q is read back as %q", text, cell)
		}
	})
}
