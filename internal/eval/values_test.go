package eval

import (
	"encoding/json"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRawKeepsEveryDigit(t *testing.T) {
	tests := []struct{ text, want string }{
		{`null`, `null`},
		{` true `, `true`},
		{`"a\u00e4\n\"b"`, `text "aä\n\"b"`},
		{`0`, `int 0`},
		{`-9223372036854775808`, `int -9223372036854775808`},
		{`9007199254740993`, `int 9007199254740993`},
		{`9223372036854775808`, `digits 9223372036854775808`},
		{`1.5`, `number 1.5`},
		{`1e3`, `number 1000`},
		{`0.1`, `number 0.1`},
		{`1E400`, `digits 1E400`},
		{`1e-400`, `digits 1e-400`},
		{`0.0`, `number 0`},
		{`123456789.123456789`, `digits 123456789.123456789`},
		{`0.12345678901234568`, `number 0.12345678901234568`},
		{`[]`, `[]`},
		{` {"a" : [1, 2]} `, `{"a" : [1, 2]}`},
	}
	for _, tt := range tests {
		if got := showResult(Raw([]byte(tt.text))); got != tt.want {
			t.Errorf("Raw(%s) = %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestRawRefusesWhatIsNoJSON(t *testing.T) {
	for _, text := range []string{``, `{`, `nul`, `01`, `{"a":}`, `[1,]`, `"`, `1 2`, `{'a':1}`, "\x00"} {
		if v, err := Raw([]byte(text)); err == nil {
			t.Errorf("Raw(%q) = %v", text, v)
		}
	}
}

func TestRawRefusesDeepNesting(t *testing.T) {
	deep := func(n int) []byte { return []byte(strings.Repeat("[", n) + strings.Repeat("]", n)) }
	if _, err := Raw(deep(512)); err != nil {
		t.Errorf("512 levels: %v", err)
	}
	if _, err := Raw(deep(513)); err == nil || err.Error() != "JSON nests more than 512 levels deep" {
		t.Errorf("513 levels: %v", err)
	}
	if _, err := Raw([]byte(strings.Repeat("[", 8<<20))); err == nil {
		t.Error("8 MiB of brackets are accepted")
	}
	if _, err := Raw([]byte(`["` + strings.Repeat("[", 1000) + `\"` + strings.Repeat("{", 1000) + `"]`)); err != nil {
		t.Errorf("brackets in a text: %v", err)
	}
}

func TestFieldsAreFoundWhateverTheirName(t *testing.T) {
	const text = `{"": 1, "a.b": 2, "a*": 3, "#": 4, "@this": 5, "!x": 6, "[0]": 7, "{": 8, "a|b": 9, "\u00e9\"": 10, "?": 11, "a\\b": 12, "0": 13, "dup": 14, "dup": 15, "~": 16}`
	want := map[string]int64{
		"": 1, "a.b": 2, "a*": 3, "#": 4, "@this": 5, "!x": 6, "[0]": 7, "{": 8, "a|b": 9, "é\"": 10, "?": 11, `a\b`: 12, "0": 13, "dup": 14, "~": 16,
	}
	for key, n := range want {
		v, err := Raw([]byte(text)) // anew, so that no other field is decoded yet
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := fieldOf(v, key); !ok || got != n {
			t.Errorf("field %q alone = %v, %v, want %d", key, got, ok, n)
		}
		object, _ := asObject(v)
		if object[key] != n {
			t.Errorf("field %q of all = %v, want %d", key, object[key], n)
		}
	}
}

func TestJSONIsDecodedSafelyByManyGoroutines(t *testing.T) {
	v, err := Raw([]byte(contactJSON))
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"id", "email", "nope", "tags", "role", "score", "huge", "list", "words", "owner", "cell", "safe", "whole", "phone", "active", "precise", "nested", "empty", "name", "created_at"}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for _, name := range names {
				first, ok := fieldOf(v, name)
				second, again := fieldOf(v, name)
				if ok != again || KindOf(first) != KindOf(second) || ok != (name != "nope") {
					t.Errorf("field %s changes", name)
				}
			}
		})
	}
	all.Wait()
}

func TestAppendJSON(t *testing.T) {
	v := Object{
		"b": List{nil, true, int64(9007199254740993), 1.5, 1e21, Number("12345678901234567890"), Omit{}},
		"a": "<a>&\"\\\n\x01\u2028é\xff", "gone": Omit{}, "raw": &JSON{raw: `{"z": 1}`},
	}
	want := `{"a":"<a>&\"\\\n\u0001\u2028é\ufffd","b":[null,true,9007199254740993,1.5,1000000000000000000000,12345678901234567890],"raw":{"z": 1}}`
	got, err := AppendJSON([]byte("x"), v)
	if err != nil || string(got) != "x"+want {
		t.Errorf("AppendJSON = %s, %v, want x%s", got, err, want)
	}
	plain, err := Plain(v)
	if err != nil {
		t.Fatal(err)
	}
	marshaled, err := json.Marshal(plain)
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if json.Unmarshal(got[1:], &a) != nil || json.Unmarshal(marshaled, &b) != nil {
		t.Fatal("not valid JSON")
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("AppendJSON and Plain differ (-AppendJSON +Plain):\n%s", diff)
	}
}

func TestWhatIsNotKnownHasNoJSON(t *testing.T) {
	tests := []struct {
		value Value
		want  string
	}{
		{Object{"a": List{&Unknown{Origins: []string{"tag"}}}}, "a: known after tag"},
		{List{Absent("step find was skipped")}, "value is missing: step find was skipped"},
		{Missing{}, "value is missing"},
		{Omit{}, "omit stands for nothing and has no JSON"},
		{struct{}{}, "a struct {} is not a value"},
	}
	for _, tt := range tests {
		if _, err := AppendJSON(nil, tt.value); err == nil || err.Error() != tt.want {
			t.Errorf("AppendJSON(%v) = %v, want %s", tt.value, err, tt.want)
		}
		if _, err := Plain(tt.value); err == nil || err.Error() != tt.want {
			t.Errorf("Plain(%v) = %v, want %s", tt.value, err, tt.want)
		}
	}
}

func TestFrom(t *testing.T) {
	in := map[string]any{
		"i": 7, "u": uint64(math.MaxUint64), "f": 2.5, "n": json.Number("9007199254740993"),
		"l": []any{nil, true, "x", int64(1)}, "v": Omit{},
	}
	want := Object{
		"i": int64(7), "u": Number("18446744073709551615"), "f": 2.5, "n": int64(9007199254740993),
		"l": List{nil, true, "x", int64(1)}, "v": Omit{},
	}
	got, err := From(in)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Value(want), got); diff != "" {
		t.Errorf("From differs (-want +got):\n%s", diff)
	}
	for _, v := range []any{math.NaN(), math.Inf(1), struct{}{}, []any{make(chan int)}} {
		if got, err := From(v); err == nil {
			t.Errorf("From(%v) = %v", v, got)
		}
	}
}

func TestNumbersCompareExactly(t *testing.T) {
	tests := []struct {
		a, b Value
		want int
	}{
		{int64(9007199254740993), float64(9007199254740992), 1},
		{int64(9007199254740992), float64(9007199254740992), 0},
		{int64(math.MaxInt64), float64(1 << 63), -1},
		{int64(math.MinInt64), float64(-1 << 63), 0},
		{int64(math.MinInt64), -1e300, 1},
		{int64(1), 1.5, -1},
		{int64(-1), -1.5, 1},
		{2.5, int64(2), 1},
	}
	for _, tt := range tests {
		if got, ok := compareNumbers(tt.a, tt.b); got != tt.want || !ok {
			t.Errorf("compareNumbers(%v, %v) = %d, %v, want %d", tt.a, tt.b, got, ok, tt.want)
		}
	}
}

func TestScopes(t *testing.T) {
	parent := NewScope()
	parent.Set("a", "parent")
	parent.Set("b", "parent")
	child := parent.Child()
	child.Set("a", "child")
	child.Set("a", "again")
	for name, want := range map[string]Value{"a": "again", "b": "parent", "c": nil} {
		if got, ok := child.lookup(name); got != want || ok != (want != nil) {
			t.Errorf("lookup(%s) = %v, %v, want %v", name, got, ok, want)
		}
	}
	if got, _ := parent.lookup("a"); got != "parent" {
		t.Errorf("the child has changed its parent to %v", got)
	}
}
