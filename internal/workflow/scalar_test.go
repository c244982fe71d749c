package workflow

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestScalars: the core schema of YAML 1.2, and what other YAML programs read
// in another way.
func TestScalars(t *testing.T) {
	tests := []struct {
		kind    Kind
		sources []string
	}{
		{Null, []string{``, `~`, `null`, `Null`, `NULL`}},
		{Bool, []string{`true`, `True`, `TRUE`, `false`, `False`, `FALSE`}},
		{Int, []string{`0`, `-0`, `12`, `-12`, `9223372036854775807`, `-9223372036854775808`}},
		{BigInt, []string{`9223372036854775808`, `-9223372036854775809`, `99999999999999999999999`}},
		{Float, []string{`0.5`, `-1.50`, `12.0`, `1234567890123456789.5`}},
		{Odd, []string{
			`00`, `0612345678`, `00042`, `08`, `0x1F`, `0o17`, `0b101`, `+5`, `+33612345678`, `1_000`,
			`5e1`, `1E5`, `1.5e-3`, `.5`, `1.`, `-.5`, `.inf`, `-.Inf`, `.nan`, `.NaN`,
			`2024-01-02`, `2024-1-2`, `2024-01-02T10:00:00Z`, `2024-01-02 10:00:00`,
			`12:30`, `12:30:45`, `190:20:30`, `yes`, `No`, `ON`, `off`, `y`, `N`,
		}},
		{String, []string{
			`a`, `nil`, `none`, `TrUe`, `yEs`, `yesterday`, `a1`, `-a`, `1a`, `1.2.3`, `2024-01`, `12:3`, `0xZ`, `1e`,
			`+`, `.`, `..`, `10%`, `1,000`, `6762f0dd1bb69f9f2193bb83`, `2.16.0`, `é`,
			`"12"`, `'true'`, `"null"`, `""`, `"2024-01-02"`, "|\n  12\n", ">-\n  12\n", `!!str 00042`, `!!str`,
		}},
	}
	for _, tt := range tests {
		for _, source := range tt.sources {
			if got := parseValue(t, source).Kind; got != tt.kind {
				t.Errorf("%q is %v (%d), want %v (%d)", source, got, got, tt.kind, tt.kind)
			}
		}
	}
}

func TestValuesOfScalars(t *testing.T) {
	if n := parseValue(t, `-9223372036854775808`); n.Int != -9223372036854775808 {
		t.Errorf("Int = %d", n.Int)
	}
	if n := parseValue(t, `9223372036854775808`); n.Text != "9223372036854775808" {
		t.Errorf("Text = %s", n.Text)
	}
	if n := parseValue(t, `-1.50`); n.Float != -1.5 || n.Text != "-1.50" {
		t.Errorf("Float = %v, Text = %s", n.Float, n.Text)
	}
	if n := parseValue(t, `0612345678`); n.Text != "0612345678" {
		t.Errorf("Text = %s", n.Text)
	}
}

// plainTree gives a node without places, for comparisons.
func plainTree(n *Node) any {
	switch n.Kind {
	case List:
		list := []any{}
		for _, item := range n.Items {
			list = append(list, plainTree(item))
		}
		return list
	case Map:
		fields := [][2]any{}
		for _, f := range n.Fields {
			fields = append(fields, [2]any{f.Key.Text, plainTree(f.Value)})
		}
		return fields
	case Null:
		return nil
	}
	return fmt.Sprint(uint8(n.Kind), " ", n.Text)
}

// TestJSONIsReadLikeYAML: one content, one tree.
func TestJSONIsReadLikeYAML(t *testing.T) {
	const text = `{
  "a": [1, -2.5, true, false, null, "text", "", 9223372036854775808],
  "b": {"c": {}, "d": [], "é": "東京 \u00e9 \" \\ \n"},
  "e": "{{ inputs.plan }}"
}`
	fromJSON, problems := ParseValues("a.json", []byte(text))
	if problems != nil {
		t.Fatal(problems)
	}
	fromYAML, problems := ParseValues("a.yaml", []byte(text))
	if problems != nil {
		t.Fatal(problems)
	}
	got, want := &Node{Kind: Map, Fields: fromJSON}, &Node{Kind: Map, Fields: fromYAML}
	if diff := cmp.Diff(plainTree(want), plainTree(got)); diff != "" {
		t.Errorf("JSON differs from YAML (-yaml +json):\n%s", diff)
	}
	if diff := cmp.Diff(positions(want), positions(got)); diff != "" {
		t.Errorf("places in JSON differ from those in YAML (-yaml +json):\n%s", diff)
	}
}

// positions lists the places of a node and all below it.
func positions(n *Node) []Pos {
	all := []Pos{n.Pos}
	for _, item := range n.Items {
		all = append(all, positions(item)...)
	}
	for _, f := range n.Fields {
		all = append(all, f.Key.Pos)
		all = append(all, positions(f.Value)...)
	}
	return all
}

func TestNumbersOfJSON(t *testing.T) {
	for text, want := range map[string]Kind{"1e3": Float, "1E+2": Float, "-0": Int, "0.10": Float, "12345678901234567890": BigInt} {
		if got := valueIn(t, "a.json", `{"v": `+text+`}`).Kind; got != want {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
}
