package eval

import (
	"testing"

	"github.com/tidwall/gjson"
)

func TestPaths(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"a chain of names", `item.custom_attributes.plan`, `text "trial"`},
		{"a number is an index of a list", `item.tags.0.id`, `text "1"`},
		{"a number is a key of an object", `planned2.0`, `text "zero"`},
		{"the first match of a query", `item.tags.#(name=="new").id`, `text "2"`},
		{"all matches of a query", `item.tags.#(n>1)#.id`, `["1","2"]`},
		{"no match at all is an empty list", `item.tags.#(n>100)#.id`, `[]`},
		{"no first match is missing", `item.tags.#(n>100).id`, `error at 10: item.tags.#(n>100).id is missing: the path finds nothing | if it may be missing, write (item.tags.#(n>100).id ?? "...")`},
		{"the number of elements", `item.tags.#`, `int 2`},
		{"a field of every element", `item.tags.#.name`, `["vip","new"]`},
		{"a modifier", `item.list.@reverse`, `[2,1,3]`},
		{"a pipe", `item.tags.#.n|@reverse|0`, `int 9`},
		{"a large integer behind a query keeps its digits", `item|safe`, `int 9007199254740993`},
		{"a huge integer behind a query keeps its text", `item|huge`, `digits 12345678901234567890`},
		{"a float behind a query", `item|score`, `number 2.5`},
		{"a parenthesis in quotes", `item.tags.#(name!=")").id`, `text "1"`},
		{"a query in a query", `item.tags.#(n>4)#|#(n>8).id`, `text "2"`},
		{"a query over null", `item.owner.#(a=="b")`, `error at 11: item.owner.#(a=="b") is missing; item.owner is null | if it may be missing, write (item.owner.#(a=="b") ?? "...")`},
		{"a query over something missing", `steps.find.data.#(a=="b")`, `error at 11: steps.find.data is missing: step find was skipped | if it may be missing, write (steps.find.data ?? "...")`},
		{"a query over an unknown", `steps.tag.data.id.#(a=="b")`, `unknown or null after tag`},
		{"a query over something partly known", `planned|name`, `unknown or null after tag`},
		{"a query over a made object", `steps.mark|counts.done`, `int 7`},

		{"a name that is not in scope is no path", `length.0`, `problem at 6+2: unexpected ".0"`},
		{"spaces make an expression", `item.tags | len()`, `int 2`},
		{"a function call is an expression", `item.tags|len()`, `int 2`},
		{"|| is no path", `item.active||false`, `true`},
		{"a quoted key is an expression", `item["dotted.key"]`, `text "dot"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, problems := ParseExpr(tt.src, testEnv().With("planned2", nil))
			if problems != nil {
				if got := showProblem(problems[0]); got != tt.want {
					t.Errorf("got\n %s, want\n %s", got, tt.want)
				}
				return
			}
			s := testScope(t).Child()
			s.Set("planned2", Object{"0": "zero"})
			if got := showResult(e.Eval(t.Context(), s)); got != tt.want {
				t.Errorf("%s gives\n %s, want\n %s", tt.src, got, tt.want)
			}
		})
	}
}

func TestPathOrExpression(t *testing.T) {
	tests := []struct {
		src  string
		path bool
	}{
		{"item", true},
		{"item.a", true},
		{"item.2fa", true},
		{"item.a.0.b", true},
		{"item.a.#", true},
		{"item.a.#.b", true},
		{`item.a.#(b=="c d")#.e`, true},
		{`item.a.#(b.#(c==1))`, true},
		{"item.a|@reverse", true},
		{"item.é", true},
		{"item.", false},
		{"item..a", false},
		{"item.a b", false},
		{"item.a-b", false},
		{"item.*", false},
		{"item.a?.b", false},
		{"item[0]", false},
		{"item.#(a", false},
		{"item.@", false},
		{"0.a", false},
		{"#.a", false},
	}
	for _, tt := range tests {
		if _, ok := scanPath(tt.src, 0); ok != tt.path {
			t.Errorf("scanPath(%q) = %v, want %v", tt.src, ok, tt.path)
		}
	}
}

// A chain of plain names means the same whether it is read as a path or as
// part of an expression.
func TestPathsAndExpressionsAgree(t *testing.T) {
	for _, src := range []string{
		"item.id", "item.owner", "item.custom_attributes.plan", "item.list", "item.tags", "steps.tag.data.id", "u.a.b", "planned.note", "item.huge",
	} {
		if path, expr := evalText(t, src), evalText(t, "("+src+")"); path != expr {
			t.Errorf("%s gives %s as a path and %s as an expression", src, path, expr)
		}
	}
}

func TestQueryBoundHoldsForWhatGjsonMakes(t *testing.T) {
	const grouped = `{"a long name of a field": [1,2,3,4,5,6,7,8,9,10], "b": [1]}`
	tests := []struct{ text, query string }{
		{contactJSON, "tags"},
		{contactJSON, "[@this,@this]|[@this,@this,@this]"},
		{contactJSON, `tags.#.{"a very long name for a short value":id}`},
		{contactJSON, `list.#.[!"a long literal",!"another one"]`},
		{contactJSON, "@tostr|@tostr|@tostr"},
		{`["<<<<<<<<<<<<<<<<"]`, "@tostr"},
		{grouped, "@group"},
		{`{"a":{"a":{"a":{"a":{"a":1}}}}}`, "@dig:a"},
	}
	for _, tt := range tests {
		result := gjson.Get(tt.text, tt.query)
		if !result.Exists() {
			t.Errorf("%s finds nothing", tt.query)
		}
		if bound := queryBound(tt.text, tt.query); len(result.Raw) > bound {
			t.Errorf("%s makes %d bytes, more than the bound of %d", tt.query, len(result.Raw), bound)
		}
	}
}
