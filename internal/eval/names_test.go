package eval

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFunctionsAreSortedAndDocumented(t *testing.T) {
	all := Functions()
	if !slices.IsSortedFunc(all, func(a, b Function) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("functions are not sorted")
	}
	for _, f := range all {
		if !strings.HasPrefix(f.Signature, f.Name) || f.Doc == "" || strings.ContainsAny(f.Doc, "\n") {
			t.Errorf("%s has signature %q and doc %q", f.Name, f.Signature, f.Doc)
		}
		if !Reserved(f.Name) {
			t.Errorf("%s is not reserved", f.Name)
		}
	}
	if len(slices.CompactFunc(all, func(a, b Function) bool { return a.Name == b.Name })) != len(all) {
		t.Error("a function is listed twice")
	}
}

func TestReservedNames(t *testing.T) {
	for _, name := range []string{"and", "or", "not", "in", "let", "if", "else", "true", "false", "nil", "omit", "matches", "filter", "len", "any"} {
		if !Reserved(name) {
			t.Errorf("%s is free", name)
		}
	}
	for _, name := range []string{"contact", "item", "now", "groupBy", "Any", ""} {
		if Reserved(name) {
			t.Errorf("%s is reserved", name)
		}
	}
}

func TestIsIdent(t *testing.T) {
	for name, want := range map[string]bool{
		"a": true, "_a1": true, "é": true, "": false, "1a": false, "a-b": false, "a b": false, "$a": false, "a.b": false,
	} {
		if got := IsIdent(name); got != want {
			t.Errorf("IsIdent(%q) = %v", name, got)
		}
	}
}

func TestFieldChangesACopy(t *testing.T) {
	base := NewEnv(map[string]*Type{"steps": {Kind: KindObject, Noun: "step", Fields: map[string]*Type{}}})
	tag := &Type{Kind: KindObject, Fields: map[string]*Type{"data": nil}}
	changed := base.Field([]string{"steps", "tag"}, tag).With("item", str())
	want := map[string]*Type{
		"steps": {Kind: KindObject, Noun: "step", Fields: map[string]*Type{"tag": tag}},
		"item":  str(),
	}
	if diff := cmp.Diff(want, changed.names); diff != "" {
		t.Errorf("names differ (-want +got):\n%s", diff)
	}
	if len(base.names) != 1 || len(base.names["steps"].Fields) != 0 {
		t.Error("Field has changed its receiver")
	}
	if _, problems := ParseExpr("steps.tag", base); showProblem(problems[0]) != `problem at 6+3: unknown step "tag"; there is no step before this one` {
		t.Errorf("problems = %v", problems)
	}
}

func TestNoEnvironmentHasNoNames(t *testing.T) {
	if _, problems := ParseExpr("a", nil); len(problems) != 1 {
		t.Errorf("problems = %v, want one", problems)
	}
	if _, problems := ParseTemplate("{{ 1 + 1 }}", nil); problems != nil {
		t.Errorf("problems = %v, want none", problems)
	}
}

func TestNamesOfFunctionsThatAreNotOursAreFree(t *testing.T) {
	for _, name := range []string{"date", "now", "one", "reduce", "user", "type"} {
		e, problems := ParseCondition("("+name+".id) == 1 and 1 in map(["+name+"], .id)", NewEnv(map[string]*Type{name: nil}))
		if problems != nil {
			t.Errorf("%s: %s", name, showProblem(problems[0]))
			continue
		}
		s := NewScope()
		s.Set(name, Object{"id": int64(1)})
		if known, _, err := e.Cond(t.Context(), s); !known || err != nil {
			t.Errorf("%s: %v, %v", name, known, err)
		}
	}
}
