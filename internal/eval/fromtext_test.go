package eval

import (
	"strings"
	"testing"
)

func TestValuesFromText(t *testing.T) {
	tests := []struct {
		kind       Kind
		text, want string
	}{
		{KindInt, "7", "7"},
		{KindInt, "-9223372036854775808", "-9223372036854775808"},
		{KindInt, "9223372036854775808", `error: "9223372036854775808" is not an integer`},
		{KindInt, "1.0", `error: "1.0" is not an integer`},
		{KindNumber, "-0.10", "-0.1"},
		{KindNumber, "9223372036854775808", "9223372036854775808"},
		{KindNumber, "NaN", `error: "NaN" is not a number`},
		{KindNumber, "[1]", `error: "[1]" is not a number`},
		{KindBool, "Yes", "true"},
		{KindBool, "0", "false"},
		{KindBool, "maybe", `error: "maybe" is not true or false`},
		{KindList, "[1]", "[1]"},
		{KindObject, "a: 1", `error: "a: 1" is not JSON`},
		{KindString, " 00042", `" 00042"`},
		{KindAny, "null", `"null"`},
		{KindInt, strings.Repeat("9", 39) + "\u00e9\u00e9", `error: "` + strings.Repeat("9", 39) + `"... is not an integer`},
		{KindInt, strings.Repeat("\x80", 50), `error: ""... is not an integer`},
	}
	for _, tt := range tests {
		v, err := FromText(tt.text, tt.kind)
		got := ""
		if err != nil {
			got = "error: " + err.Error()
		} else if text, err := AppendJSON(nil, v); err == nil {
			got = string(text)
		}
		if got != tt.want {
			t.Errorf("%q as %s is\n%s, want\n%s", tt.text, tt.kind, got, tt.want)
		}
	}
}
