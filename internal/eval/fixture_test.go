package eval

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

const contactJSON = `{
	"id": "66b2", "email": "ann@example.com", "name": null, "role": "user", "phone": "",
	"created_at": 1700000000, "score": 2.5, "whole": 1700000000.0, "active": true, "cell": "12",
	"huge": 12345678901234567890, "safe": 9007199254740993, "precise": 0.1234567890123456789,
	"owner": null, "dotted.key": "dot", "text_with_braces": "{{ contact.id }}",
	"custom_attributes": {"plan": "trial", "monthly_spend": 12.5, "Plan Name": "Pro", "plan-name": "dash"},
	"tags": [{"id": "1", "name": "vip", "n": 5}, {"id": "2", "name": "new", "n": 9}],
	"list": [3, 1, 2], "words": ["b", "a", "b"], "nested": [[1], [2, [3]]], "empty": []
}`

func str() *Type { return &Type{Kind: KindString} }

// contactType types some of the fields of contactJSON, so that tests can
// choose between checking at load (contact) and at run time (item).
func contactType() *Type {
	return &Type{Kind: KindObject, Fields: map[string]*Type{
		"id": str(), "email": str(), "name": str(), "role": str(), "cell": str(),
		"created_at":        {Kind: KindInt},
		"score":             {Kind: KindNumber},
		"active":            {Kind: KindBool},
		"custom_attributes": {Kind: KindObject, Open: true, Fields: map[string]*Type{"plan": str()}},
		"tags":              {Kind: KindList, Elem: &Type{Kind: KindObject, Fields: map[string]*Type{"id": str(), "name": str()}}},
		"list":              {Kind: KindList, Elem: &Type{Kind: KindInt}},
	}}
}

func testEnv() *Env {
	return NewEnv(map[string]*Type{
		"contact": contactType(),
		"item":    nil,
		"index":   {Kind: KindInt},
		"inputs": {Kind: KindObject, Noun: "input", Fields: map[string]*Type{
			"plan": str(), "max": {Kind: KindInt},
		}},
		"steps": {Kind: KindObject, Noun: "step", Fields: map[string]*Type{"tag": nil, "find": nil, "mark": nil}},
		"u":     nil, "v": nil, "id": nil, "planned": nil, "items": nil,
	})
}

func testScope(t testing.TB) *Scope {
	t.Helper()
	contact, err := Raw([]byte(contactJSON))
	if err != nil {
		t.Fatal(err)
	}
	id := &Unknown{Origins: []string{"tag"}, NotNull: true, Kind: KindString}
	parent := NewScope()
	parent.Set("inputs", Object{"plan": "trial", "max": int64(3)})
	parent.Set("steps", Object{
		"tag":  Object{"status": "done", "data": Object{"id": id, "name": "winback"}},
		"find": Object{"status": "skipped", "data": Absent("step find was skipped")},
		"mark": Object{"counts": Object{"done": int64(7)}},
	})
	s := parent.Child()
	s.Set("contact", contact)
	s.Set("item", contact)
	s.Set("index", int64(0))
	s.Set("u", &Unknown{Origins: []string{"make"}})
	s.Set("v", &Unknown{Origins: []string{"call"}})
	s.Set("id", id)
	s.Set("planned", Object{"id": id, "name": "winback", "age": int64(7), "note": nil})
	s.Set("items", &Unknown{Origins: []string{"search"}, NotNull: true, Kind: KindList})
	return s
}

// show writes a value down so that no two different ones look alike.
func show(v Value) string {
	switch v := v.(type) {
	case Omit:
		return "omit"
	case Missing:
		return "missing"
	case *Unknown:
		return showUnknown(v)
	case string:
		return fmt.Sprintf("text %q", v)
	case int64:
		return fmt.Sprintf("int %d", v)
	}
	if u, ok := IsUnknown(v); ok {
		return fmt.Sprintf("%s with parts %s", KindOf(v), u)
	}
	text, err := AppendJSON(nil, v)
	if err != nil {
		return "error: " + err.Error()
	}
	switch v.(type) {
	case float64:
		return "number " + string(text)
	case Number:
		return "digits " + string(text)
	}
	return string(text)
}

func showUnknown(u *Unknown) string {
	out := "unknown"
	if u.Kind != KindAny {
		out += " " + strings.TrimPrefix(strings.TrimPrefix(u.Kind.String(), "an "), "a ")
	}
	if u.MinLen > 0 || u.Bounded {
		out += fmt.Sprintf(" %d..", u.MinLen)
		if u.Bounded {
			out += fmt.Sprint(u.MaxLen)
		}
	}
	if !u.NotNull {
		out += " or null"
	}
	return out + " after " + strings.Join(u.Origins, ", ")
}

// evalText parses and evaluates an expression and shows what comes out.
func evalText(t testing.TB, src string) string {
	t.Helper()
	e, problems := ParseExpr(src, testEnv())
	if problems != nil {
		return showProblem(problems[0])
	}
	v, err := e.Eval(t.Context(), testScope(t))
	return showResult(v, err)
}

func showResult(v Value, err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return fmt.Sprintf("error at %d: %s", e.Offset, hinted(e.Message, e.Hint))
	}
	if err != nil {
		return "error: " + err.Error()
	}
	return show(v)
}

func showProblem(p Problem) string {
	return fmt.Sprintf("problem at %d+%d: %s", p.Offset, p.Length, hinted(p.Message, p.Hint))
}

func hinted(message, hint string) string {
	if hint == "" {
		return message
	}
	return message + " | " + hint
}
