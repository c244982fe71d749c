package eval

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// One case for every way in which an unknown meets the rest of an expression.
// In the test scope u and v may turn out to be anything, id is the text that
// step tag will answer, planned is an object that holds id, and items is a
// list of unknown length.
func TestUnknowns(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"false and unknown is false", `false and u`, `false`},
		{"unknown and false is false", `u and false`, `false`},
		{"true and unknown is unknown", `true and u`, `unknown boolean after make`},
		{"unknown and true is unknown", `u and true`, `unknown boolean after make`},
		{"true or unknown is true", `true or u`, `true`},
		{"unknown or true is true", `u or true`, `true`},
		{"unknown or false is unknown", `u or false`, `unknown boolean after make`},
		{"two unknowns merge their origins in order", `u and v`, `unknown boolean after call, make`},
		{"not unknown is unknown", `not u`, `unknown boolean after make`},
		{"a text is no condition even before it is known", `id and true`, `error at 0: id will be text; a boolean is needed here`},

		{"branches that agree decide", `u ? "x" : "x"`, `text "x"`},
		{"branches that agree in depth decide", `u ? [1, {"a": 2}] : [1, {"a": 2}]`, `[1,{"a":2}]`},
		{"branches that both omit decide", `u ? omit : omit`, `omit`},
		{"branches that differ do not", `u ? "x" : "y"`, `unknown text after make`},
		{"branches of different kinds", `u ? "x" : nil`, `unknown or null after make`},
		{"an unknown branch adds its origins", `u ? id : "y"`, `unknown text after make, tag`},
		{"a known condition leaves one branch", `true ? "x" : u`, `text "x"`},
		{"an error in a branch that may not be taken", `u ? item.nope + 1 : 2`, `unknown or null after make`},
		{"an error on the right of an unknown and", `u and item.nope > 1`, `unknown boolean after make`},
		{"an error on the left of an unknown and stays", `item.name > 1 and u`, `error at 0: item.name is null; a number is needed here | write (item.name ?? 0)`},
		{"an error in a branch that is taken", `true ? item.name + "x" : u`, `error at 7: item.name is null; text is needed here | write (item.name ?? "")`},

		{"an id that will exist is not null", `id == nil`, `false`},
		{"an id that will exist is not null, negated", `nil != id`, `true`},
		{"anything may be null", `u == nil`, `unknown boolean after make`},
		{"an id may be any text", `id == "x"`, `unknown boolean after tag`},
		{"order is unknown", `u > 5`, `unknown boolean after make`},

		{"text with an unknown part is unknown", `"id " + id`, `unknown text after tag`},
		{"arithmetic with an unknown is unknown", `1 + u * 2`, `unknown number after make`},
		{"an object keeps unknown leaves", `planned`, `an object with parts known after tag`},
		{"known leaves of a partly known object are known", `planned.age + 1`, `int 8`},
		{"unknown leaves of a partly known object are unknown", `planned.id`, `unknown text after tag`},
		{"a list literal keeps unknown elements", `[1, u][0]`, `int 1`},
		{"a computed key makes the object unknown", `{(id): 1}`, `unknown object after tag`},
		{"an unknown index", `item.list[u]`, `unknown or null after make`},
		{"a member of an unknown", `u.data.id`, `unknown or null after make`},
		{"length of a list that holds unknowns is known", `len([u, v, 1])`, `int 3`},
		{"keys of a partly known object are known", `keys(planned)`, `["age","id","name","note"]`},
		{"a name in a partly known object is known", `"id" in planned`, `true`},
		{"equality that a known leaf decides", `[id, 1] == [id, 2]`, `false`},
		{"equality that unknown leaves leave open", `[id, 1] == ["x", 1]`, `unknown boolean after tag`},
		{"an element that is there decides in", `1 in [u, 1]`, `true`},
		{"an unknown element leaves in open", `2 in [u, 1]`, `unknown boolean after make`},
		{"nothing is in an empty list", `u in []`, `false`},

		{"length of an unknown list", `len(items)`, `unknown number after search`},
		{"filter with unknown tests has bounds", `filter([1, 2, 3], # == 1 or u)`, `unknown list 1..3 after make`},
		{"filter of an unknown list", `filter(items, .x)`, `unknown list after search`},
		{"map of an unknown list", `map(items, .x)`, `unknown list after search`},
		{"map keeps unknown elements", `len(map([1, 2], u))`, `int 2`},
		{"count with unknown tests has bounds", `count([1, 2, 3], # == 1 or u)`, `unknown number 1..3 after make`},
		{"bounds decide a comparison", `count([1, 2, 3], # == 1 or u) > 0`, `true`},
		{"bounds decide a comparison from the other side", `4 <= count([1, 2, 3], # == 1 or u)`, `false`},
		{"bounds decide equality", `count([1, 2], u) == 5`, `false`},
		{"bounds that leave it open", `count([1, 2], u) > 1`, `unknown boolean after make`},
		{"bounds survive filter and len", `len(filter([1, 2], # == 1 or u)) >= 1`, `true`},
		{"a length is never negative", `len(items) >= 0`, `true`},
		{"a length may be zero", `len(items) > 0`, `unknown boolean after search`},
		{"bounds survive sort, reverse and concat", `len(sort(concat(filter([1], u), [1, 2])))`, `unknown number 2..3 after make`},
		{"any with one that passes", `any([1, 2], # == 2 or u)`, `true`},
		{"any without", `any([1, 2], u)`, `unknown boolean after make`},
		{"all with one that fails", `all([1, 2], # == 1 and u)`, `false`},
		{"none with one that passes", `none([1, 2], u or # == 2)`, `false`},
		{"an error behind an unknown test is excused", `any([1, nil], # == 1 ? u : # > 1)`, `unknown boolean after make`},
		{"find behind an unknown test", `find([1, 2], # == 2 or u)`, `unknown or null after make`},
		{"find before an unknown test", `find([1, 2], # == 1 or u)`, `int 1`},
		{"sum with an unknown", `sum([1, u])`, `unknown number after make`},

		{"JSON of something partly known is unknown", `toJSON(planned)`, `unknown text after tag`},
		{"JSON of something known is known", `toJSON(planned.name)`, `text "\"winback\""`},
		{"a function of an unknown is unknown", `upper(u)`, `unknown text after make`},
		{"a function of two unknowns", `replace(id, "a", u)`, `unknown text after make, tag`},
		{"join of a list that holds an unknown", `join(["a", id], "-")`, `unknown text after tag`},
		{"a gjson query over something partly known", `path(planned, "id")`, `unknown or null after tag`},
		{"a bound is no error", `take(items, u)`, `unknown list after make, search`},

		{"what may be null or not", `u ?? "x"`, `unknown after make`},
		{"what will not be null stays itself", `id ?? "x"`, `unknown text after tag`},
		{"what may be null, with an error behind", `u ?? (item.name + "x")`, `unknown or null after make`},
		{"a chain through an unknown", `u.a?.b`, `unknown or null after make`},
		{"null leaves of a partly known object are null", `planned.note ?? "none"`, `text "none"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := evalText(t, tt.src); got != tt.want {
				t.Errorf("%s gives\n %s, want\n %s", tt.src, got, tt.want)
			}
		})
	}
}

func TestUnknownsInTemplates(t *testing.T) {
	tests := []struct{ name, src, want, text string }{
		{"one hole keeps what is unknown", `{{ id }}`, `unknown text after tag`, "(known after tag)"},
		{"text around it makes it an unknown text", `tag {{ id }}!`, `unknown text after tag`, "tag (known after tag)!"},
		{"origins of all holes", `{{ v }} {{ u }}`, `unknown text after call, make`, "(known after call) (known after make)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tmpl, problems := ParseTemplate(tt.src, testEnv())
			if problems != nil {
				t.Fatal(problems)
			}
			if got := showResult(tmpl.Eval(t.Context(), testScope(t))); got != tt.want {
				t.Errorf("Eval gives %s, want %s", got, tt.want)
			}
			text, u, err := tmpl.EvalText(t.Context(), testScope(t))
			if err != nil || u == nil || text != tt.text {
				t.Errorf("EvalText gives %q, %v, %v, want %q and an unknown", text, u, err, tt.text)
			}
		})
	}
}

func TestCondTellsUnknownFromFalse(t *testing.T) {
	tests := []struct{ src, want string }{
		{`item.role == "user"`, "true"},
		{`item.role == "lead"`, "false"},
		{`id == "x"`, "unknown boolean after tag"},
	}
	for _, tt := range tests {
		e, problems := ParseCondition(tt.src, testEnv())
		if problems != nil {
			t.Fatal(problems)
		}
		known, u, err := e.Cond(t.Context(), testScope(t))
		got := showResult(known, err)
		if u != nil {
			got = showUnknown(u)
		}
		if got != tt.want {
			t.Errorf("Cond(%s) = %s, want %s", tt.src, got, tt.want)
		}
	}
}

func TestIsUnknownMergesOriginsAnywhereInside(t *testing.T) {
	v := Object{
		"z": &Unknown{Origins: []string{"b", "c"}},
		"a": List{int64(1), Object{"deep": &Unknown{Origins: []string{"a", "b"}}}},
	}
	u, ok := IsUnknown(v)
	if !ok {
		t.Fatal("IsUnknown = false")
	}
	if diff := cmp.Diff([]string{"a", "b", "c"}, u.Origins); diff != "" {
		t.Errorf("origins differ (-want +got):\n%s", diff)
	}
	if _, ok := IsUnknown(List{nil, Omit{}, "x"}); ok {
		t.Error("a list without unknowns is unknown")
	}
}

func TestUnknownsAreDeterministic(t *testing.T) {
	const src = `u ? planned.id + v : toJSON({"a": id, "b": u, "c": v, "d": items})`
	want := evalText(t, src)
	for range 50 {
		if got := evalText(t, src); got != want {
			t.Fatalf("gives %s after %s", got, want)
		}
	}
}
