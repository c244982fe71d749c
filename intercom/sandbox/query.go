package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Limits of the search language.
const (
	maxFilters = 15 // in one group
	maxNesting = 2  // groups within groups
)

// fieldKind is the type of a field in the search language. It decides which
// operators the field has and which values it can be compared with.
type fieldKind string

const (
	kindString  fieldKind = "string"
	kindEmail   fieldKind = "email" // a string whose case does not matter
	kindNumber  fieldKind = "integer"
	kindBoolean fieldKind = "boolean"
	kindDay     fieldKind = "date"      // compared by whole days
	kindInstant fieldKind = "timestamp" // compared by the second
	kindTag     fieldKind = "tag"       // several values; = and != only
	kindSet     fieldKind = "set"       // several values
)

var operators = map[fieldKind][]string{
	kindString:  {"=", "!=", "IN", "NIN", "~", "!~", "^", "$"},
	kindEmail:   {"=", "!=", "IN", "NIN", "~", "!~", "^", "$"},
	kindNumber:  {"=", "!=", "IN", "NIN", "<", ">", "<=", ">="},
	kindBoolean: {"=", "!=", "IN", "NIN"},
	kindDay:     {"=", "<", ">"},
	kindInstant: {"=", "!=", "IN", "NIN", "<", ">", "<=", ">="},
	kindTag:     {"=", "!="},
	kindSet:     {"=", "!=", "IN", "NIN"},
}

// searchField is a field that records can be searched by. Its value is nil,
// string, int64, float64, bool or []string.
type searchField[T any] struct {
	kind  fieldKind
	value func(*T) any
}

type predicate[T any] func(*T) bool

// language is the search language over records of one kind.
type language[T any] struct {
	field func(name string) (searchField[T], bool)
	zone  *time.Location // where days begin
}

// compile turns a query into a predicate. The error is a *refusal.
func (l language[T]) compile(query any) (predicate[T], error) {
	return l.compileAt(query, 1)
}

func (l language[T]) compileAt(query any, depth int) (predicate[T], error) {
	q, ok := query.(map[string]any)
	if !ok {
		return nil, badQuery("query must be a filter or a group of filters")
	}
	if _, ok := q["field"]; ok {
		return l.compileFilter(q)
	}
	operator, _ := q["operator"].(string)
	if operator != "AND" && operator != "OR" {
		return nil, badQuery("the operator of a group must be AND or OR")
	}
	list, ok := q["value"].([]any)
	switch {
	case !ok || len(list) == 0:
		return nil, badQuery("the value of a group must be a list of filters")
	case depth > maxNesting:
		return nil, badQuery("a query can be nested at most %d levels deep", maxNesting)
	case len(list) > maxFilters:
		return nil, badQuery("a group can have at most %d filters", maxFilters)
	}
	parts := make([]predicate[T], len(list))
	for i, item := range list {
		part, err := l.compileAt(item, depth+1)
		if err != nil {
			return nil, err
		}
		parts[i] = part
	}
	if operator == "AND" {
		return all(parts), nil
	}
	return anyOf(parts), nil
}

func all[T any](parts []predicate[T]) predicate[T] {
	return func(v *T) bool {
		return !slices.ContainsFunc(parts, func(p predicate[T]) bool { return !p(v) })
	}
}

func anyOf[T any](parts []predicate[T]) predicate[T] {
	return func(v *T) bool {
		return slices.ContainsFunc(parts, func(p predicate[T]) bool { return p(v) })
	}
}

func (l language[T]) compileFilter(q map[string]any) (predicate[T], error) {
	name, _ := q["field"].(string)
	f, ok := l.field(name)
	if !ok {
		return nil, invalidField(name)
	}
	operator, _ := q["operator"].(string)
	if !slices.Contains(operators[f.kind], operator) {
		return nil, badQuery("the operator %q is not supported for the field %s; a %s has %s",
			operator, name, f.kind, strings.Join(operators[f.kind], " "))
	}
	want, err := wanted(name, f.kind, operator, q["value"])
	if err != nil {
		return nil, err
	}
	test := l.test(f.kind, operator, want)
	return func(v *T) bool { return test(f.value(v)) }, nil
}

// wanted reads the value of a filter: one, or the list of IN and NIN.
func wanted(name string, kind fieldKind, operator string, value any) ([]any, error) {
	list, isList := value.([]any)
	if isIn := operator == "IN" || operator == "NIN"; isIn != isList {
		if isIn {
			return nil, badQuery("the value of %s for the field %s must be a list", operator, name)
		}
		return nil, badQuery("the value for the field %s cannot be a list; use IN or NIN", name)
	}
	if !isList {
		list = []any{value}
	}
	out := make([]any, len(list))
	for i, v := range list {
		converted, ok := convert(kind, v)
		if !ok {
			return nil, badQuery("the value %v does not match the type of the field %s, which is %s", v, name, kind)
		}
		out[i] = converted
	}
	return out, nil
}

// convert makes a value what fields of a kind are compared with. Times and
// numbers may be given as text, as in Intercom's own examples.
func convert(kind fieldKind, v any) (any, bool) {
	if v == nil {
		return nil, true
	}
	switch kind {
	case kindBoolean:
		if text, ok := v.(string); ok {
			return text == "true", text == "true" || text == "false"
		}
		_, ok := v.(bool)
		return v, ok
	case kindNumber, kindDay, kindInstant:
		if text, ok := v.(string); ok {
			n, err := parseNumber(text)
			return n, err == nil
		}
		_, ok := asNumber(v)
		return v, ok
	}
	_, ok := v.(string)
	return v, ok
}

func badQuery(format string, args ...any) *refusal {
	return badParameter(format, args...)
}

func invalidField(name string) *refusal {
	return refuse(http.StatusBadRequest, "invalid_field", "%s is not a valid search field", name)
}
