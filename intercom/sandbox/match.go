package sandbox

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// test makes the comparison of one filter. A record without the value matches
// "= null" and nothing else: "!=", NIN and "!~" do not match null before the
// Preview version.
func (l language[T]) test(kind fieldKind, operator string, want []any) func(any) bool {
	switch kind {
	case kindTag, kindSet:
		return testSet(operator, want)
	case kindDay:
		return l.testDay(operator, want[0])
	case kindInstant:
		operator = inclusive(operator)
	}
	same := equal
	if kind == kindEmail {
		same = equalFold
	}
	switch operator {
	case "=", "IN":
		return func(v any) bool { return containsValue(want, v, same) }
	case "!=", "NIN":
		return testOther(want, same)
	case "<", ">", "<=", ">=":
		return testOrder(operator, want[0])
	}
	return testText(operator, want[0])
}

// inclusive is for tickets, where > and < are documented to include equality.
func inclusive(operator string) string {
	if operator == "<" || operator == ">" {
		return operator + "="
	}
	return operator
}

func testOther(want []any, same func(a, b any) bool) func(any) bool {
	return func(v any) bool {
		if v == nil {
			return false
		}
		return !containsValue(want, v, same)
	}
}

func containsValue(want []any, v any, same func(a, b any) bool) bool {
	return slices.ContainsFunc(want, func(w any) bool { return same(v, w) })
}

func equal(a, b any) bool {
	x, xOK := asNumber(a)
	y, yOK := asNumber(b)
	if xOK && yOK {
		return x == y
	}
	return a == b
}

func equalFold(a, b any) bool {
	x, xOK := a.(string)
	y, yOK := b.(string)
	if xOK && yOK {
		return strings.EqualFold(x, y)
	}
	return a == b
}

func testOrder(operator string, want any) func(any) bool {
	w, ok := asNumber(want)
	return func(v any) bool {
		n, isNumber := asNumber(v)
		if !ok || !isNumber {
			return false
		}
		switch operator {
		case "<":
			return n < w
		case ">":
			return n > w
		case "<=":
			return n <= w
		}
		return n >= w
	}
}

func testText(operator string, want any) func(any) bool {
	text, ok := want.(string)
	text = strings.ToLower(text)
	return func(v any) bool {
		s, isText := v.(string)
		if !ok || !isText {
			return false
		}
		s = strings.ToLower(s)
		switch operator {
		case "~":
			return strings.Contains(s, text)
		case "!~":
			return !strings.Contains(s, text)
		case "^":
			return strings.HasPrefix(s, text)
		}
		return strings.HasSuffix(s, text)
	}
}

// testDay compares by whole days of the workspace's timezone: ">" begins at the
// next midnight, "<" ends at the midnight before.
func (l language[T]) testDay(operator string, want any) func(any) bool {
	w, ok := asInteger(want)
	if !ok { // null: has no time
		return func(v any) bool { return operator == "=" && v == nil }
	}
	year, month, day := time.Unix(w, 0).In(l.zone).Date()
	start := time.Date(year, month, day, 0, 0, 0, 0, l.zone).Unix()
	end := time.Date(year, month, day+1, 0, 0, 0, 0, l.zone).Unix()
	return func(v any) bool {
		t, isTime := asInteger(v)
		if v == nil || !isTime {
			return false
		}
		switch operator {
		case "=":
			return start <= t && t < end
		case ">":
			return t >= end
		}
		return t < start
	}
}

// testSet compares a field with several values; it has "no such value" rather
// than null.
func testSet(operator string, want []any) func(any) bool {
	negative := operator == "!=" || operator == "NIN"
	return func(v any) bool {
		values, _ := v.([]string)
		found := slices.ContainsFunc(want, func(w any) bool {
			if w == nil {
				return len(values) == 0
			}
			text, _ := w.(string)
			return slices.Contains(values, text)
		})
		return found != negative
	}
}

func asNumber(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// compareValues orders the values of a field: numbers, texts, booleans. Null
// comes last, whatever the direction.
func compareValues(a, b any, descending bool) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	order := compareKnown(a, b)
	if descending {
		return -order
	}
	return order
}

func compareKnown(a, b any) int {
	x, xOK := asNumber(a)
	y, yOK := asNumber(b)
	if xOK && yOK {
		return cmp.Compare(x, y)
	}
	s, sOK := a.(string)
	t, tOK := b.(string)
	if sOK && tOK {
		return strings.Compare(s, t)
	}
	p, pOK := a.(bool)
	q, qOK := b.(bool)
	if !pOK || !qOK || p == q {
		return 0
	}
	if q {
		return -1
	}
	return 1
}
