package eval

import (
	"maps"
	"slices"
	"strconv"

	"github.com/flowrun-dev/flowrun/internal/spelling"
)

// A Kind is the coarse type of a value.
type Kind uint8

// The kinds. KindNumber is any number, KindInt one without a fraction. Null is
// of every kind: what CRM data promises to be text may always be null.
const (
	KindAny Kind = iota
	KindBool
	KindInt
	KindNumber
	KindString
	KindList
	KindObject
)

// A Type says what is known about a value before the workflow runs. Nil is
// the type of a value about which nothing is known.
type Type struct {
	Kind   Kind
	Elem   *Type            // of the elements of a list
	Fields map[string]*Type // of an object; nil if they are not known
	Open   bool             // an object that may have other fields, too
	Noun   string           // what a field of this object is called in messages, "field" if empty
}

// An Env holds the names that are visible at one place of a workflow file,
// and their types. It does not change; With and Field return changed copies.
// The zero value has no names.
type Env struct {
	names map[string]*Type
}

// NewEnv returns an environment with the given names.
func NewEnv(names map[string]*Type) *Env { return &Env{names: maps.Clone(names)} }

// With returns a copy that has one more name.
func (e *Env) With(name string, t *Type) *Env { return e.Field([]string{name}, t) }

// Field returns a copy in which the field that path leads to, such as
// "steps", "tag", has type t. Objects on the way are made where there are
// none.
func (e *Env) Field(path []string, t *Type) *Env {
	root := withField(&Type{Kind: KindObject, Fields: e.names}, path, t)
	return &Env{names: root.Fields}
}

func withField(in *Type, path []string, t *Type) *Type {
	if len(path) == 0 {
		return t
	}
	out := &Type{}
	if in != nil {
		*out = *in
	}
	out.Kind = KindObject
	out.Fields = maps.Clone(out.Fields)
	if out.Fields == nil {
		out.Fields = map[string]*Type{}
	}
	out.Fields[path[0]] = withField(out.Fields[path[0]], path[1:], t)
	return out
}

func (e *Env) has(name string) bool {
	_, ok := e.names[name]
	return ok
}

// member returns the type of a field, or of an element if key is a number.
// label is the text of the chain up to there, for the message.
func (t *Type) member(key string, at int, label string) (*Type, *Problem) {
	if t == nil || t.Kind == KindAny {
		return nil, nil
	}
	switch t.Kind {
	case KindList:
		if partIndex(key) >= 0 {
			return t.Elem, nil
		}
		return nil, t.notAnObject(key, at, label, t.Elem.reach(key, label))
	case KindObject:
		if field, ok := t.Fields[key]; ok || t.Open || t.Fields == nil {
			return field, nil
		}
		return nil, t.unknownField(key, at)
	}
	return nil, t.notAnObject(key, at, label, "")
}

// reach says how to come to a field of elements like t, those of a list.
func (t *Type) reach(key, list string) string {
	if _, unknown := t.member(key, 0, ""); unknown != nil {
		return "leave out ." + key + " for the list itself"
	}
	return "for its first element write " + list + "[0]." + key + ", for all of them map(" + list + ", ." + key + ")"
}

func (t *Type) notAnObject(key string, at int, label, hint string) *Problem {
	return &Problem{
		Offset: at, Length: len(key),
		Message: label + " is " + t.Kind.String() + " and has no field " + strconv.Quote(key),
		Hint:    hint,
	}
}

// unknownField is the problem of a name that an object does not have.
func (t *Type) unknownField(key string, at int) *Problem {
	noun, names := t.Noun, t.fieldNames()
	if noun == "" {
		noun = "field"
	}
	p := &Problem{Offset: at, Length: len(key), Message: "unknown " + noun + " " + strconv.Quote(key)}
	switch {
	case noun == "step" && len(names) == 0:
		p.Message += "; there is no step before this one"
	case noun == "step" && len(names) == 1:
		p.Message += "; the step before this one is " + enumerate(names)
	case noun == "step":
		p.Message += "; steps before this one are " + enumerate(names)
	case len(names) == 0:
		p.Message += "; there are none"
	default:
		p.Message += "; there " + areNames(names)
	}
	p.Hint = spelling.DidYouMean(key, names)
	return p
}

func areNames(names []string) string {
	if len(names) == 1 {
		return "is " + enumerate(names)
	}
	return "are " + enumerate(names)
}

// fieldNames returns the names of the fields of an object type, sorted.
func (t *Type) fieldNames() []string {
	return slices.Sorted(maps.Keys(t.Fields))
}
