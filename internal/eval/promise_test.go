package eval

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// A plan must not promise what apply does not do: whatever the unknowns turn
// out to be, what an expression gives then is what it gave before, as far as
// it was known. The expressions are random, but sensible in their types.
func TestAPlanPromisesWhatApplyDoes(t *testing.T) {
	for seed := range uint64(3000) {
		checkPromise(t, rand.New(rand.NewPCG(seed, 0)))
	}
}

func FuzzPromise(f *testing.F) {
	f.Add(uint64(1), uint64(2))
	f.Fuzz(func(t *testing.T, a, b uint64) { checkPromise(t, rand.New(rand.NewPCG(a, b))) })
}

// The unknowns of random expressions, and what they may turn out to be.
var openings = []struct {
	name    string
	unknown *Unknown
	values  []Value
}{
	{"ub", &Unknown{Origins: []string{"b"}, NotNull: true, Kind: KindBool}, []Value{true, false}},
	{"ui", &Unknown{Origins: []string{"i"}, NotNull: true, Kind: KindInt}, []Value{int64(-1), int64(0), int64(2)}},
	{"us", &Unknown{Origins: []string{"s"}, NotNull: true, Kind: KindString}, []Value{"", "a"}},
	{"ul", &Unknown{Origins: []string{"l"}, NotNull: true, Kind: KindList}, []Value{List{}, List{int64(1), int64(2)}, List{int64(3)}}},
	{"un", &Unknown{Origins: []string{"n"}}, []Value{nil, int64(5)}},
}

func checkPromise(t *testing.T, random *rand.Rand) {
	t.Helper()
	w := &writer{random}
	src := []func(int) string{w.boolean, w.integer, w.text, w.list}[random.IntN(4)](4)
	names := map[string]*Type{}
	planned := NewScope()
	for _, o := range openings {
		names[o.name] = nil
		planned.Set(o.name, o.unknown)
	}
	e, problems := ParseExpr(src, NewEnv(names))
	if problems != nil {
		return // types that cannot fit are found at load
	}
	promise, planErr := e.Eval(t.Context(), planned)
	for range 6 {
		applied := NewScope()
		for _, o := range openings {
			applied.Set(o.name, o.values[random.IntN(len(o.values))])
		}
		got, err := e.Eval(t.Context(), applied)
		if broken := breaks(promise, planErr, got, err); broken != "" {
			t.Errorf("%s: %s\nplanned %s\napplied %s", src, broken, showResult(promise, planErr), showResult(got, err))
			return
		}
	}
}

// breaks returns how a result breaks what was promised. An error that shows
// only when all is known breaks nothing.
func breaks(promise Value, planErr error, got Value, err error) string {
	if err != nil {
		return ""
	}
	if planErr != nil {
		return "the plan has an error that apply does not have"
	}
	u, isUnknown := promise.(*Unknown)
	if !isUnknown {
		if new(run).equal(promise, got) == no || KindOf(promise) != KindOf(got) {
			return "a known part changes"
		}
		return ""
	}
	list, isList := asList(got)
	n, isInt := got.(int64)
	switch {
	case u.NotNull && got == nil:
		return "null, against the promise"
	case u.Kind != KindAny && got != nil && !sameKind(zeroOf(u.Kind), got):
		return "another kind than promised"
	case u.Kind == KindList && isList && (len(list) < u.MinLen || u.Bounded && len(list) > u.MaxLen):
		return "a length out of bounds"
	case u.Count && isInt && (int(n) < u.MinLen || u.Bounded && int(n) > u.MaxLen):
		return "a count out of bounds"
	}
	return ""
}

// A writer writes random expressions.
type writer struct{ *rand.Rand }

// pick fills one of the forms: B, I, S and L stand for operands, P for a
// condition on an element.
func (w *writer) pick(depth int, simple int, forms ...string) string {
	if depth == 0 {
		forms = forms[:simple]
	}
	form := forms[w.IntN(len(forms))]
	out := ""
	for _, c := range form {
		switch c {
		case 'B':
			out += w.boolean(depth - 1)
		case 'I':
			out += w.integer(depth - 1)
		case 'S':
			out += w.text(depth - 1)
		case 'L':
			out += w.list(depth - 1)
		case 'P':
			out += []string{"# > 1", "# == 2 or ub", "ub", "# != ui", "not ub and # < 3"}[w.IntN(5)]
		default:
			out += string(c)
		}
	}
	return out
}

func (w *writer) boolean(depth int) string {
	return w.pick(depth, 3, "ub", "true", "false", "(B and B)", "(B or B)", "(not B)", "(I == I)", "(I != I)", "(I < I)", "(I >= I)",
		"(S == S)", "(S contains S)", "(L == L)", "any(L, P)", "all(L, P)", "none(L, P)", "(B ? B : B)", "(I in L)", "(un == nil)", "(I == un)", "(us != nil)",
		"(\"a\" in {\"a\": (B ? omit : I)})", "({\"a\": (un ?? omit)} == {})")
}

func (w *writer) integer(depth int) string {
	return w.pick(depth, 4, "ui", "1", "2", "(un ?? 3)", "(I + I)", "(I - I)", "len(L)", "count(L, P)", "sum(L)", "(B ? I : I)",
		"(find(L, P) ?? I)", "first(L)", "(last(L) ?? I)", "max(I, I)", "abs(I)", "int(S)", "(L[I] ?? I)", "(un ?? I)", "len(S)", "(I / I)", "({\"a\": I, \"b\": ub}.a)", "len({\"a\": (B ? omit : I), \"b\": 1})")
}

func (w *writer) text(depth int) string {
	return w.pick(depth, 2, "us", fmt.Sprintf("%q", []string{"", "a", "b"}[w.IntN(3)]), "(S + S)", "upper(S)", "string(I)", "join(L, S)", "toJSON(L)", "(B ? S : S)",
		"replace(S, S, S)", "toJSON({\"x\": S})", "string(B)", "S[I:I]")
}

func (w *writer) list(depth int) string {
	return w.pick(depth, 3, "ul", "[1, 2]", "[]", "[I, I]", "filter(L, P)", "map(L, # + I)", "map(L, # > 1 ? omit : #)", "concat(L, L)", "reverse(L)", "sort(L)", "uniq(L)",
		"take(L, I)", "(B ? L : L)", "L[I:]", "flatten([L, L])", "[ui, 1, I]", "values({\"a\": I})", "keys({\"a\": un ?? omit})", "[(B ? omit : I), 2]", "[(un ?? omit), I]", "fromJSON(toJSON(L))")
}
