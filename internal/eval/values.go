package eval

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// A Value is what an expression works on. It holds one of
//
//	nil        null
//	bool
//	int64
//	float64    never NaN or infinite
//	Number     the JSON text of a number that neither of these holds exactly
//	string
//	List
//	Object
//	*JSON      a JSON array or object, decoded as far as it is looked into
//	Missing    the result of a lookup that found nothing
//	Omit       a wish to leave out the key or element it stands for
//	*Unknown   a value a plan cannot know yet
//
// Whoever has put a list, an object or bytes into a scope must not change
// them afterwards.
type Value = any

// A List is a list of values.
type List []Value

// An Object maps names to values.
type Object map[string]Value

// A Number is the JSON text of a number that is too large for int64, or has
// more digits than float64 holds. It can be passed on, not calculated with.
type Number string

// Omit is the value of the name omit.
type Omit struct{}

// Missing is the result of a lookup that found nothing. It remembers where,
// for the message should it become an error.
type Missing struct{ *lookup }

// A lookup is what is known about a lookup that found nothing. The message is
// made from it only if someone is to read it: listing and sorting the names
// of 23 keys costs more than most conditions.
type lookup struct {
	at    int    // offset of the member that is not there
	label string // the whole chain, "contact.owner.name"; empty if it has no short text
	what  string // what it is in words, if there is no chain
	base  string // the chain up to what was looked into, "contact.owner"
	key   string // the name looked for; empty for an index
	in    Value  // what was looked into
	why   string // instead of all that: why there is nothing
}

// Absent returns a missing value that says why there is none, such as
// "step tag was skipped". A lookup that finds it says so in its error.
func Absent(why string) Missing { return Missing{&lookup{why: why}} }

// found returns a missing value that was put into a scope as one, with the
// place where an expression has come upon it.
func (m Missing) found(at int, label, key string) Missing {
	why := "it has no value"
	if m.lookup != nil && m.why != "" {
		why = m.why
	}
	return Missing{&lookup{at: at, label: label, key: key, why: why}}
}

// From converts what encoding/json and yaml decode into: nil, booleans,
// strings, Go's integers and floats, json.Number, []any and map[string]any.
// Values stay as they are.
func From(v any) (Value, error) {
	switch v := v.(type) {
	case nil, bool, int64, Number, string, List, Object, *JSON, Missing, Omit, *Unknown:
		return v, nil
	case int:
		return int64(v), nil
	case int32:
		return int64(v), nil
	case uint64:
		return parseNumber(strconv.FormatUint(v, 10)), nil
	case uint:
		return parseNumber(strconv.FormatUint(uint64(v), 10)), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%v is not a number", v)
		}
		return v, nil
	case json.Number:
		return parseNumber(v.String()), nil
	case []any:
		return fromList(v)
	case map[string]any:
		return fromMap(v)
	}
	return nil, fmt.Errorf("a %T cannot be used in expressions", v)
}

func fromList(in []any) (Value, error) {
	out := make(List, len(in))
	for i, v := range in {
		var err error
		if out[i], err = From(v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func fromMap(in map[string]any) (Value, error) {
	out := make(Object, len(in))
	for k, v := range in {
		var err error
		if out[k], err = From(v); err != nil {
			return nil, fmt.Errorf("%s: %w", k, err)
		}
	}
	return out, nil
}

// KindOf returns the kind of a known value, and KindAny for null, an unknown
// of no known kind, and what is not a value.
func KindOf(v Value) Kind {
	switch v := v.(type) {
	case bool:
		return KindBool
	case int64:
		return KindInt
	case float64, Number:
		return KindNumber
	case string:
		return KindString
	case List:
		return KindList
	case Object:
		return KindObject
	case *JSON:
		if v.isList() {
			return KindList
		}
		return KindObject
	case *Unknown:
		return v.Kind
	}
	return KindAny
}

// asList returns the elements of a list.
func asList(v Value) (List, bool) {
	switch v := v.(type) {
	case List:
		return v, true
	case *JSON:
		if v.isList() {
			return v.list(), true
		}
	}
	return nil, false
}

// asObject returns the fields of an object.
func asObject(v Value) (Object, bool) {
	switch v := v.(type) {
	case Object:
		return v, true
	case *JSON:
		if !v.isList() {
			return v.object(), true
		}
	}
	return nil, false
}

// fieldOf returns a field of an object without decoding the others. ok is
// false if there is no such field, or v is not an object.
func fieldOf(v Value, key string) (field Value, ok bool) {
	switch v := v.(type) {
	case Object:
		field, ok = v[key]
	case *JSON:
		field, ok = v.field(key)
	}
	return field, ok
}

// String names the kind as messages do.
func (k Kind) String() string {
	switch k {
	case KindBool:
		return "a boolean"
	case KindInt, KindNumber:
		return "a number"
	case KindString:
		return "text"
	case KindList:
		return "a list"
	case KindObject:
		return "an object"
	}
	return "any value"
}

// describe names the kind of a value as messages do.
func describe(v Value) string {
	switch v.(type) {
	case nil:
		return "null"
	case Missing:
		return "missing"
	case Omit:
		return "omit"
	case *Unknown:
		return "not known yet"
	}
	return KindOf(v).String()
}
