package eval

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// An expression that would take for ever or fill the memory ends soon, with a
// limit as its error.
func TestLimits(t *testing.T) {
	doubling := func(first, double string) string {
		var b strings.Builder
		fmt.Fprintf(&b, "let a0 = %s; ", first)
		for i := range 60 {
			fmt.Fprintf(&b, "let a%d = %s; ", i+1, strings.ReplaceAll(double, "x", fmt.Sprintf("a%d", i)))
		}
		return b.String() + "len(a60)"
	}
	tests := []struct{ name, src, want string }{
		{"doubling texts", doubling(`"0123456789"`, "x + x"), "text would be longer"},
		{"doubling lists", doubling(`[1]`, "concat(x, x)"), "more than"},
		{"nesting lists twice", doubling(`[1]`, "[x, x]"), "more than"},
		{"nesting objects twice", doubling(`{"a": 1}`, `({"a": x, "b": x})`), "more than"},
		{"a long range", `1..1000000000`, "list would be longer"},
		{"the longest range", `-9223372036854775807..9223372036854775807`, "list would be longer"},
		{"loops in loops", `map(1..1000, map(1..1000, map(1..1000, 1)))`, "more than"},
		{"tests in loops", `filter(1..100000, any(1..100000, # < 0))`, "more than 1000000 steps"},
		{"growth by replace", `let s = join(map(1..1000, "aaaaaaaaaa")); replace(s, "a", s)`, "text would be longer"},
		{"growth by join", `join(map(1..100000, "a"), join(map(1..1000, "aaaaaaaaaa")))`, "text would be longer"},
		{"growth by split", `map(1..10000, split("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ""))`, "more than"},
		{"growth by toJSON", `toJSON(map(1..10000, item))`, "JSON would be longer"},
		{"a result that holds one thing a million times", `map(1..150000, item)`, "value would be larger"},
		{"growth by selectors", `path(item, "` + strings.Repeat("[@this,@this]|", 60) + `@this")`, "path could make more"},
		{"growth by quoting", `path(item, "` + strings.Repeat("@tostr|", 60) + `@this")`, "path could make more"},
		{"a long text for matches", `join(map(1..70000, "a")) matches "a+b"`, "text given to matches is longer"},
		{"comparing large lists again and again", `let l = 1..10000; filter(1..10000, l == l)`, "more than"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := evalText(t, tt.src); !strings.Contains(got, tt.want) {
				t.Errorf("got %.200s, want %s", got, tt.want)
			}
		})
	}
}

func TestLimitsAreNotExcusedByAnUnknown(t *testing.T) {
	for _, src := range []string{
		`u and len(1..1000000000) > 0`, `u ? 1..1000000000 : 1`, `u ? 1 : 1..1000000000`, `u ?? (1..1000000000)`,
		`any([1], u or len(1..1000000000) > 0)`,
	} {
		if got := evalText(t, src); !strings.Contains(got, "list would be longer") {
			t.Errorf("%s gives %s", src, got)
		}
	}
}

func TestCancellationEndsAnEvaluation(t *testing.T) {
	cause := errors.New("stopped by the user")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	e, problems := ParseExpr(`map(1..100000, # * 2)`, testEnv())
	if problems != nil {
		t.Fatal(problems)
	}
	if _, err := e.Eval(ctx, testScope(t)); !errors.Is(err, cause) {
		t.Errorf("error = %v, want %v", err, cause)
	}
}
