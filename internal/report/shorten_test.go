package report

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestALongValueIsShortened(t *testing.T) {
	tests := []struct {
		name, value, want string
	}{
		{"not a short one", `"a"`, `"a"`},
		{"not one of the greatest length", `"` + strings.Repeat("a", maxValueBytes-2) + `"`, `"` + strings.Repeat("a", maxValueBytes-2) + `"`},
		{"a text", `"` + strings.Repeat("a", maxValueBytes) + `"`, `"` + strings.Repeat("a", 150) + `..."`},
		{"a text whose escapes are long", `"` + strings.Repeat(`\u003c`, 40) + `"`, `"` + strings.Repeat("<", 40) + `"`},
		{"a text that is cut inside a character", `"` + strings.Repeat("é", maxValueBytes) + `x"`, `"` + strings.Repeat("é", 75) + `..."`},
		{"a text that is cut inside another character", `"x` + strings.Repeat("é", maxValueBytes) + `"`, `"x` + strings.Repeat("é", 74) + `..."`},
		{"a list", "[" + strings.Repeat(`"<a>",`, 50) + `0]`, `"[` + strings.Repeat(`\"<a>\",`, 24) + `\"<a>\"..."`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, string(shortened(json.RawMessage(tt.value)))); diff != "" {
				t.Errorf("shortened (-want +got):\n%s", diff)
			}
		})
	}
}
