package eval

import (
	"testing"
	"time"
)

var fuzzSeeds = []string{
	`contact.role == "user"`, `item.tags.#(name=="new")#.id`, `(contact.custom_attributes.monthly_spend ?? 0) < 50 and not ((contact.email ?? "") endsWith "@acme.com")`,
	`let x = 1..5; map(x, # * 2) | join(",")`, `u ? planned.id : toJSON(planned)`, `filter(contact.tags, .n > 1 or u)[0]?.name ?? omit`,
	`{"a": [1, 2.5, nil, true], (id): 'x'}`, `path(item, "[@this,{id}]|0.@tostr")`, `"a" matches "^[a-z]{1,3}$"`, `item.list[-1:] == item.list[0:1]`,
	`1 < 2 < 3`, `a ?: b`, `-9223372036854775807 - 1`, `$env`, `now()`, `#`, `é.ü`, "a\x00b", `b'x'`, `x..y`, `if a {1} else {2}`, `0x`, "`", `\`, `1e999`,
}

// Whatever the text, parsing and evaluating it neither panics nor takes long,
// and gives the same twice.
func FuzzExpr(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		start := time.Now()
		got := evalText(t, src)
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("takes %s", took)
		}
		if again := evalText(t, src); again != got {
			t.Errorf("gives %s and then %s", got, again)
		}
	})
}

func FuzzTemplate(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add("a {{ " + seed + " }} b")
		f.Add("${{" + seed + "}}")
	}
	f.Add(`{{ "{{" }} }} {{`)
	f.Fuzz(func(t *testing.T, src string) {
		got := renderText(t, src)
		if again := renderText(t, src); again != got {
			t.Errorf("gives %s and then %s", got, again)
		}
	})
}

// renderText parses and evaluates a template, and checks that every problem
// lies inside the text.
func renderText(t *testing.T, src string) string {
	tmpl, problems := ParseTemplate(src, testEnv())
	for _, p := range problems {
		if p.Offset < 0 || p.Length < 0 || p.Offset > len(src) || p.Message == "" {
			t.Errorf("problem %+v of a text of %d bytes", p, len(src))
		}
	}
	if problems != nil {
		return showProblem(problems[0])
	}
	return showResult(tmpl.Eval(t.Context(), testScope(t)))
}

// FuzzRaw compares what is decoded field by field with what is decoded at once.
func FuzzRaw(f *testing.F) {
	f.Add(contactJSON)
	f.Add(`{"a":{"b":[1,2,{"c":null}]},"a":2,"":0}`)
	f.Fuzz(func(t *testing.T, text string) {
		v, err := Raw([]byte(text))
		if err != nil {
			return
		}
		if _, err := AppendJSON(nil, v); err != nil {
			t.Fatal(err)
		}
		whole, ok := asObject(v)
		if !ok {
			return
		}
		for key, want := range whole {
			fresh, _ := Raw([]byte(text))
			if got, ok := fieldOf(fresh, key); !ok || show(got) != show(want) {
				t.Errorf("field %q is %s alone and %s among all", key, show(got), show(want))
			}
		}
	})
}
