package eval

import (
	"strings"
	"testing"
)

func TestProblemsFoundBeforeTheRun(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"an unknown field", `contact.emial`, `problem at 8+5: unknown field "emial"; there are "active", "cell", "created_at", "custom_attributes", "email", "id", "list", "name", "role", "score", "tags" | did you mean "email"?`},
		{"an unknown step", `steps.tga.data.id`, `problem at 6+3: unknown step "tga"; steps before this one are "find", "mark", "tag" | did you mean "tag"?`},
		{"an unknown input", `inputs.paln == "x"`, `problem at 7+4: unknown input "paln"; there are "max", "plan" | did you mean "plan"?`},
		{"an unknown name", `kontakt.id`, `problem at 0+7: unknown name "kontakt"; there are "contact", "id", "index", "inputs", "item", "items", "planned", "steps", "u", "v" | did you mean "contact"?`},
		{"an unknown field by index", `contact.tags[0].nmae`, `problem at 16+4: unknown field "nmae"; there are "id", "name" | did you mean "name"?`},
		{"an unknown field in a path with a number", `contact.tags.0.nmae`, `problem at 15+4: unknown field "nmae"; there are "id", "name" | did you mean "name"?`},
		{"an unknown field through filter", `filter(contact.tags, .nmae == "x")`, `problem at 22+4: unknown field "nmae"; there are "id", "name" | did you mean "name"?`},
		{"an unknown field behind filter", `filter(contact.tags, true)[0].nmae`, `problem at 30+4: unknown field "nmae"; there are "id", "name" | did you mean "name"?`},
		{"an unknown field through let", `let c = contact; c.emial`, `problem at 19+5: unknown field "emial"; there are "active", "cell", "created_at", "custom_attributes", "email", "id", "list", "name", "role", "score", "tags" | did you mean "email"?`},
		{"an unknown field in the second of two branches is not one", `(true ? contact : steps).tag`, `error at 25: field "tag" is missing; what it is looked up in has "active", "cell", "created_at", "custom_attributes", "dotted.key", "email", "empty", "huge", "id", "list", "name", "nested" and 10 more | did you mean "tags"?`},
		{"a field of text", `contact.email.domain`, `problem at 14+6: contact.email is text and has no field "domain"`},
		{"a field of a list", `contact.tags.name`, `problem at 13+4: contact.tags is a list and has no field "name" | for its first element write contact.tags[0].name, for all of them map(contact.tags, .name)`},
		{"undefined", `undefined == item.id`, `problem at 0+9: unknown name "undefined" | write null`},
		{"offsets count bytes", `item.é == contact.emial`, `problem at 19+5: unknown field "emial"; there are "active", "cell", "created_at", "custom_attributes", "email", "id", "list", "name", "role", "score", "tags" | did you mean "email"?`},

		{"text against a number", `contact.cell == 12`, `problem at 13+2: cannot compare text with a number | write int(contact.cell)`},
		{"a number against text", `"12" != contact.created_at`, `problem at 5+2: cannot compare text with a number | write string(contact.created_at)`},
		{"order of text and a number", `contact.cell > 5`, `problem at 13+1: cannot compare text with a number | write int(contact.cell)`},
		{"text against a boolean", `contact.active == "true"`, `problem at 15+2: cannot compare a boolean with text | write string(contact.active)`},
		{"text plus a number", `"t: " + 3`, `problem at 6+1: + cannot be used with text and integer | convert one side with string(...), int(...) or float(...)`},
		{"and with text", `contact.email and true`, `problem at 14+3: and cannot be used with text and boolean`},
		{"a number in a list of texts", `5 in ["a"]`, `problem at 2+2: cannot use integer as type text in list`},
		{"filter over text", `filter(contact.email, true)`, `problem at 15+5: filter takes only list (got text)`},
		{"filter with a number as condition", `filter(contact.list, 5)`, `problem at 21+1: the condition must give a boolean (got integer)`},
		{"an argument of the wrong kind", `lower(contact.created_at)`, `problem at 6+18: lower needs text here, this is a number | write string(contact.created_at)`},
		{"too few arguments", `replace("a", "b")`, `problem at 0+7: wrong number of arguments for replace | write replace(text, old, new) text`},

		{"a dash in a name", `item.plan-name`, `problem at 5+9: "plan-name" can be read as a field or as a difference | write item["plan-name"] for the field, item.plan - name for the difference`},
		{"a dash before a name in scope", `item.list-index`, `problem at 5+10: "list-index" can be read as a field or as a difference | write item["list-index"] for the field, item.list - index for the difference`},
		{"a dash before a digit", `item.n-1`, `problem at 5+3: "n-1" can be read as a field or as a difference | write item["n-1"] for the field, item.n - 1 for the difference`},
		{"a negative part", `item.list.-1.id`, `problem at 9+3: a path has no negative parts | to count from the end, write [-1] instead of .-1`},
		{"an object for each element", `map(item.list, {"id": #})`, `problem at 20+1: unexpected ":" | an object made for each element needs parentheses: ({...})`},
		{"the whole environment", `$env["id"]`, `problem at 0+4: $env is not available | write the names themselves`},
		{"a comment", `item.id // it's`, `problem at 8+2: comments are not possible in expressions`},
		{"a comment in the middle", `item.id /* x */ == 1`, `problem at 8+2: comments are not possible in expressions`},
		{"slashes in quotes are no comment", `"https://x"`, `text "https://x"`},
		{"a half template", `{{ item.role }} == "user"`, `problem at 0+15: only part of the expression stands in {{ }} | the braces are not needed here; write item.role == "user"`},
		{"a whole template", `${{ item.role }}`, `text "user"`},
		{"braces in quotes", `"{{" + "}}"`, `text "{{}}"`},
		{"mixed ??", `item.name ?? "n" == "n"`, `problem at 17+2: ?? and == cannot be mixed without parentheses | write (item.name ?? "n") == "n"`},
		{"chained comparisons", `1 < index < 3`, `problem at 4+5: comparisons cannot be chained | write a < b and b < c`},
		{"elvis", `item.name ?: "x"`, `problem at 0+9: ?: is not available | write a ?? b, or condition ? a : b`},
		{"if and else", `if index > 1 { 1 } else { 2 }`, `problem at 3+5: unexpected "index" | instead of if and else write condition ? a : b`},
		{"one equals sign", `item.role = "user"`, `problem at 10+1: unexpected "=" | to compare, write ==`},
		{"two expressions", `1; 2`, `problem at 0+1: only one expression is possible`},
		{"bytes", `b"abc"`, `problem at 0+6: byte texts are not available | write "..."`},
		{"a method", `item.name.trim()`, `problem at 0+14: values have no functions of their own | write name(value)`},
		{"an empty expression", ` `, `problem at 1+0: expression is empty`},
		{"an unfinished expression", `1 +`, `problem at 2+1: expression is not complete`},
		{"an open quote", `"abc`, `problem at 0+1: quote is not closed`},
		{"a large literal", `99999999999999999999`, `problem at 0+20: integer does not fit in 64 bits`},
		{"let with a taken name", `let item = 1; item`, `problem at 4+4: name "item" is taken | choose another one`},
		{"let with the name of a function", `let len = 1; len`, `problem at 4+3: name "len" is taken | choose another one`},
		{"a function without parentheses", `item.list == len`, `problem at 13+3: len is a function | call it, as in len(...)`},

		{"not before in", `not item.role in ["a"]`, `problem at 0+3: not belongs to the left side only | write a not in b`},
		{"not before <", `not index < 3`, `problem at 0+3: not belongs to the left side only | write not (a < b)`},
		{"not before ==", `not item.role == "user"`, `problem at 14+2: cannot compare a boolean with text | not belongs to the left side only; write not (a == b)`},
		{"not before == with booleans is fine", `not contact.active == true`, `false`},
		{"an index where there is none", `filter(item.list, #index > 0)`, `problem at 18+1: there is no #index`},

		{"omit in an operation", `omit + 1`, `problem at 0+4: omit may only be a whole result, an element of a list or a value of an object`},
		{"omit as an argument", `len(omit)`, `problem at 4+4: omit may only be a whole result, an element of a list or a value of an object`},
		{"omit on the left of ??", `omit ?? 1`, `problem at 0+4: omit may only be a whole result, an element of a list or a value of an object`},

		{"a clock", `now()`, `problem at 0+3: function "now" is not available in workflows | there is no clock in expressions; run.started_at has the time the run began, in Unix seconds`},
		{"reduce", `reduce(item.list, #acc + #)`, `problem at 0+6: function "reduce" is not available in workflows | write sum(list, expression)`},
		{"repeat", `repeat("x", 1000000000)`, `problem at 0+6: function "repeat" is not available in workflows`},
		{"a misspelt function", `lwoer("x")`, `problem at 0+5: unknown function "lwoer" | did you mean "lower"?`},

		{"a pattern that is not written out", `item.email matches item.role`, `problem at 19+9: pattern of matches must be a text in quotes | use contains, startsWith or endsWith for a text that is not fixed`},
		{"a pattern that is none", `item.email matches "("`, "problem at 19+3: pattern is not a regular expression: missing closing ): `(`"},
		{"a pattern that repeats too much", `item.email matches "(x{0,30}){0,30}y"`, `problem at 19+18: pattern repeats more than 100 times; nested repetitions multiply`},

		{"a large number in a query", `item.tags.#(n==9007199254740993).id`, `problem at 10+25: integer 9007199254740993 is too large for a query, which compares rounded numbers | write find(list, .id == 9007199254740993) or filter(...)`},
		{"a large number in path()", `path(item, "tags.#(n>9007199254740993)")`, `problem at 11+28: integer 9007199254740993 is too large for a query, which compares rounded numbers | write find(list, .id == 9007199254740993) or filter(...)`},
		{"null in a query", `item.tags.#(n==null).id`, `problem at 10+13: a query never finds null | write filter(list, .name == nil)`},
		{"an unknown modifier", `item.tags.@revers`, `problem at 10+7: unknown modifier "@revers"; there are "@dig", "@flatten", "@fromstr", "@group", "@join", "@keys", "@reverse", "@this", "@tostr", "@ugly", "@valid", "@values" | did you mean "@reverse"?`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := evalText(t, tt.src); got != tt.want {
				t.Errorf("%s gives\n %s, want\n %s", tt.src, got, tt.want)
			}
		})
	}
}

func TestProblemsOfTemplates(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"an open hole", `a {{ item.id`, `problem at 2+2: "{{" has no "}}" | close it, or write {{ "{{" }} for the two braces themselves`},
		{"an empty hole", `a {{ }}`, `problem at 5+0: expression is empty`},
		{"an offset in the second hole", `ü {{ item.id }} {{ contact.emial }}`, `problem at 28+5: unknown field "emial"; there are "active", "cell", "created_at", "custom_attributes", "email", "id", "list", "name", "role", "score", "tags" | did you mean "email"?`},
		{"a comment that would swallow the end", `{{ item.id // it's }}`, `problem at 11+2: comments are not possible in expressions`},
		{"an open quote", `{{ item["id] }} x`, `problem at 8+1: quote is not closed`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, problems := ParseTemplate(tt.src, testEnv())
			if problems == nil {
				t.Fatal("no problem")
			}
			if got := showProblem(problems[0]); got != tt.want {
				t.Errorf("got\n %s, want\n %s", got, tt.want)
			}
		})
	}
}

func TestEveryHoleIsChecked(t *testing.T) {
	_, problems := ParseTemplate(`{{ nope }} and {{ contact.emial }}`, testEnv())
	if len(problems) != 2 || problems[0].Offset != 3 || problems[1].Offset != 26 {
		t.Errorf("problems = %v, want one at 3 and one at 26", problems)
	}
}

func TestConditionsMustBeAbleToBeBoolean(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"a comparison", `contact.role == "user"`, ""},
		{"anything that may be a boolean", `item.flag`, ""},
		{"a boolean in a whole template", `{{ contact.active }}`, ""},
		{"text", `contact.email`, `problem at 0+13: condition must give a boolean, this is text | write contact.email == "true", or what else it should be`},
		{"a number", `len(item)`, `problem at 0+9: condition must give a boolean, this is a number | compare it with something, as in ... != nil`},
		{"nil", `nil`, `problem at 0+3: condition must give a boolean`},
		{"text in quotes", `"true"`, `problem at 0+6: condition must give a boolean, this is text | write ... == "true", or what else it should be`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, problems := ParseCondition(tt.src, testEnv())
			got := ""
			if problems != nil {
				got = showProblem(problems[0])
			}
			if got != tt.want {
				t.Errorf("got\n %s, want\n %s", got, tt.want)
			}
		})
	}
}

func TestSourceOfAnySizeIsRefusedQuickly(t *testing.T) {
	deepChain := strings.Repeat("x < (", 300) + "1" + strings.Repeat(" < 2) < 3", 300)
	elvis := strings.Repeat("(", 500) + "1" + strings.Repeat(" ?: 2)", 500)
	for _, src := range []string{
		strings.Repeat("(", 10_000), strings.Repeat("1+", 2000) + "1", strings.Repeat("[", 4000),
		deepChain, elvis, strings.Repeat("not ", 1000) + "true ?", strings.Repeat("-", 4000) + "1",
	} {
		if _, problems := ParseExpr(src, testEnv()); problems == nil {
			t.Errorf("%.20s... has no problem", src)
		}
	}
}
