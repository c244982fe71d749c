package eval

import (
	"errors"
	"testing"
)

func TestErrorsOfTheRun(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"a missing member names what is there", `item.tags[0].nmae`, `error at 13: item.tags[0].nmae is missing; item.tags[0] has "id", "n", "name" | did you mean "name"?`},
		{"a missing member of many", `contact.custom_attributes.nope`, `error at 26: contact.custom_attributes.nope is missing; contact.custom_attributes has "Plan Name", "monthly_spend", "plan", "plan-name" | if it may be missing, write (contact.custom_attributes.nope ?? "...")`},
		{"missing travels along the chain", `contact.custom_attributes.nope.deeper.still`, `error at 26: contact.custom_attributes.nope is missing; contact.custom_attributes has "Plan Name", "monthly_spend", "plan", "plan-name" | if it may be missing, write (contact.custom_attributes.nope ?? "...")`},
		{"missing has its own words for a skipped step", `steps.find.data.id`, `error at 11: steps.find.data is missing: step find was skipped | if it may be missing, write (steps.find.data ?? "...")`},
		{"a member of null", `item.owner.name`, `error at 11: item.owner.name is missing; item.owner is null | if it may be missing, write (item.owner.name ?? "...")`},
		{"an index past the end", `item.list[5]`, `error at 10: item.list[5] is missing; item.list has 3 elements | if it may be missing, write (item.list[5] ?? "...")`},
		{"a missing value in an operation", `item.nope > 1`, `error at 5: item.nope is missing; item has "active", "cell", "created_at", "custom_attributes", "dotted.key", "email", "empty", "huge", "id", "list", "name", "nested" and 10 more | if it may be missing, write (item.nope ?? "...")`},
		{"a missing value against nil", `steps.find.data == nil`, `error at 11: steps.find.data is missing: step find was skipped | if it may be missing, write (steps.find.data ?? "...")`},
		{"a missing element of a literal", `[steps.find.data]`, `error at 12: steps.find.data is missing: step find was skipped | if it may be missing, write (steps.find.data ?? "...")`},
		{"?? does not reach into arguments", `upper(item.name) ?? "x"`, `error at 6: item.name is null; text is needed here | ?? only replaces what is missing or null at the end of a chain of names; put it inside, at the chain itself, as in upper(a.b ?? "")`},
		{"find without a match", `find(item.tags, .id == "9")`, `error at 0: what find(...) looks for is missing: no element fits | if it may be missing, write ... ?? a value to use instead`},

		{"text against a number", `item.cell == 12`, `error at 10: item.cell is text and the right side is a number, so they can never be equal | write int(item.cell)`},
		{"text against a number, the other way", `12 != item.cell`, `error at 3: the left side is a number and item.cell is text, so they can never be equal | write int(item.cell)`},
		{"text against a boolean", `item.cell == true`, `error at 10: item.cell is text and the right side is a boolean, so they can never be equal | write item.cell == "true", or what else it should be`},
		{"a list against text", `item.list == "x"`, `error at 10: item.list is a list and the right side is text, so they can never be equal | write toJSON(item.list)`},
		{"text in a list of numbers", `item.cell in [12]`, `error at 10: item.cell is text, but the list holds nothing of that kind | write int(item.cell)`},
		{"order of text and a number", `item.cell > 5`, `error at 10: item.cell is text and the right side is a number, so neither is greater | write int(item.cell)`},
		{"order of null", `item.name > 1`, `error at 0: item.name is null; a number is needed here | write (item.name ?? 0)`},
		{"order of null and text", `"a" < item.name`, `error at 6: item.name is null; a number is needed here | write (item.name ?? 0)`},
		{"a text operator on null", `item.name endsWith "x"`, `error at 0: item.name is null; text is needed here | write (item.name ?? "")`},
		{"null as a condition", `item.name and true`, `error at 0: item.name is null; a boolean is needed here | write (item.name ?? false)`},
		{"missing as a condition", `steps.find.data and true`, `error at 11: steps.find.data is missing: step find was skipped | if it may be missing, write (steps.find.data ?? "...")`},
		{"text as a condition", `item.email and true`, `error at 0: item.email is text; a boolean is needed here | write item.email == "true", or what else it should be`},
		{"text plus a number", `item.email + 1`, `error at 13: this value is a number; text is needed here | write string(...)`},
		{"a number plus text", `item.score + item.email`, `error at 13: item.email is text; a number is needed here | write float(item.email)`},
		{"a field of text", `item.email.domain`, `error at 11: item.email is text and has no field "domain"`},
		{"a field of a list", `item.tags.name`, `error at 10: item.tags is a list and has no field "name" | for its first element write item.tags[0].name, for all of them map(item.tags, .name)`},
		{"a list by name", `item.tags["x" + "y"]`, `error at 10: this value is text; a number is needed here | write int(...)`},

		{"addition past 64 bits", `9223372036854775807 + 1`, `error at 20: 9223372036854775807 + 1 does not fit in a 64-bit integer`},
		{"subtraction past 64 bits", `-9223372036854775807 - 2`, `error at 21: -9223372036854775807 - 2 does not fit in a 64-bit integer`},
		{"multiplication past 64 bits", `9223372036854775807 * 2`, `error at 20: 9223372036854775807 * 2 does not fit in a 64-bit integer`},
		{"a power past 64 bits", `10 ** 19`, `error at 3: 10 ** 19 does not fit in a 64-bit integer`},
		{"a sum past 64 bits", `sum([9223372036854775807, 1])`, `error at 0: 9223372036854775807 + 1 does not fit in a 64-bit integer`},
		{"division by zero", `1 / 0`, `error at 2: division by zero`},
		{"remainder of zero", `1 % 0`, `error at 2: division by zero`},
		{"a float past its range", `1e308 * 10`, `error at 6: result of * is too large for a number`},
		{"a number of too many digits in a sum", `item.huge + 1`, `error at 0: item.huge is 12345678901234567890, which is too large or too long to calculate with; it can only be passed on`},
		{"a number of too many digits in an order", `item.huge > 1`, `error at 0: item.huge is 12345678901234567890, which is too large or too long to calculate with; it can only be passed on`},
		{"int of text that is none", `int("12a")`, `error at 0: text "12a" is not an integer | use float(...) for numbers with a fraction`},
		{"float of infinity", `float("inf")`, `error at 0: text "inf" is not a number`},
		{"unix of text that is no date", `unix("yesterday")`, `error at 0: text "yesterday" is not a date | write it as "2026-11-04" or "2026-11-04T15:30:00Z"`},
		{"fromJSON of text that is none", `fromJSON("{")`, `error at 9: text is not valid JSON`},
		{"sort of mixed kinds", `sort([1, "a"])`, `error at 5: only texts or only numbers can be sorted; the list holds text`},
		{"join of an object", `join([{}], "")`, `error at 5: an element of the list is an object; text is needed here | write toJSON(...)`},
		{"string of null", `string(item.name)`, `error at 7: item.name is null; text is needed here | write (item.name ?? "")`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := evalText(t, tt.src); got != tt.want {
				t.Errorf("%s gives\n %s, want\n %s", tt.src, got, tt.want)
			}
		})
	}
}

func TestConditionsThatAreNotBoolean(t *testing.T) {
	tests := []struct{ src, want string }{
		{`item.name`, `error at 0: item.name is null; a boolean is needed here | write (item.name ?? false)`},
		{`item.email`, `error at 0: item.email is text; a boolean is needed here | write item.email == "true", or what else it should be`},
		{`item.name ?? omit`, `error at 0: omit may only be a whole result, an element of a list or a value of an object`},
		{`item.list[9]`, `error at 10: item.list[9] is missing; item.list has 3 elements | if it may be missing, write (item.list[9] ?? "...")`},
	}
	for _, tt := range tests {
		e, problems := ParseCondition(tt.src, testEnv())
		if problems != nil {
			t.Fatal(problems)
		}
		known, u, err := e.Cond(t.Context(), testScope(t))
		if u != nil || known {
			t.Errorf("Cond(%s) = %v, %v", tt.src, known, u)
		}
		if got := showResult(nil, err); got != tt.want {
			t.Errorf("Cond(%s) gives\n %s, want\n %s", tt.src, got, tt.want)
		}
	}
}

func TestANameWithoutAValueIsMissing(t *testing.T) {
	e, problems := ParseExpr("contact.id", testEnv())
	if problems != nil {
		t.Fatal(problems)
	}
	_, err := e.Eval(t.Context(), NewScope())
	var e2 *Error
	if !errors.As(err, &e2) || e2.Message != "contact is missing: it has no value here" {
		t.Errorf("error = %v", err)
	}
}

func TestMissingValuesOfAScopeAreNamed(t *testing.T) {
	tests := []struct {
		value Missing
		want  string
	}{
		{Missing{}, `error at 4: row.email is missing: it has no value | if it may be missing, write (row.email ?? "...")`},
		{Absent("the cell is empty"), `error at 4: row.email is missing: the cell is empty | if it may be missing, write (row.email ?? "...")`},
	}
	for _, tt := range tests {
		s := NewScope()
		s.Set("row", Object{"email": tt.value})
		e, problems := ParseExpr("row.email", NewEnv(map[string]*Type{"row": nil}))
		if problems != nil {
			t.Fatal(problems)
		}
		if got := showResult(e.Eval(t.Context(), s)); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}
