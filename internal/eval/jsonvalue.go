package eval

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/tidwall/gjson"
)

// maxNesting is how deep arrays and objects may stand in one another.
// gjson.Valid recurses, and some megabytes of "[" end the process.
const maxNesting = 512

// A JSON is a JSON array or object that is decoded as far as it is looked
// into, once. It is safe for use by several goroutines.
type JSON struct {
	raw    string
	fields atomic.Pointer[jsonField] // of an object, those looked up so far, newest first
	whole  atomic.Pointer[jsonWhole] // all of it
}

// A jsonField is a field that was looked up, found or not.
type jsonField struct {
	key   string
	value Value
	found bool
	count int // of the fields from here on
	next  *jsonField
}

type jsonWhole struct {
	list   List
	object Object
}

// Raw returns the value of a JSON text. Scalars are decoded, arrays and
// objects become a [*JSON]. Text that is not valid JSON, or nests more than
// 512 levels deep, is an error.
func Raw(b []byte) (Value, error) { return rawText(string(b)) }

func rawText(text string) (Value, error) {
	if nesting(text) > maxNesting {
		return nil, fmt.Errorf("JSON nests more than %d levels deep", maxNesting)
	}
	if !gjson.Valid(text) {
		return nil, errors.New("text is not valid JSON")
	}
	return decode(gjson.Parse(text)), nil
}

// RawTrusted is [Raw] for text that has been checked before.
func RawTrusted[Text ~string | ~[]byte](text Text) Value { return decode(gjson.Parse(string(text))) }

// Bytes returns the JSON text.
func (j *JSON) Bytes() []byte { return []byte(j.raw) }

// nesting returns how deep the arrays and objects of a JSON text nest.
func nesting(text string) int {
	depth, deepest := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i = endOfString(text, i)
		case '[', '{':
			depth++
			deepest = max(deepest, depth)
		case ']', '}':
			depth--
		}
	}
	return deepest
}

// endOfString returns where the string that starts at i has its closing
// quote, or the end of the text.
func endOfString(text string, i int) int {
	for i++; i < len(text) && text[i] != '"'; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return i
}

// decode returns the value of what gjson found.
func decode(r gjson.Result) Value {
	switch r.Type {
	case gjson.True:
		return true
	case gjson.False:
		return false
	case gjson.String:
		return r.Str
	case gjson.JSON:
		return &JSON{raw: trimSpace(r.Raw)}
	case gjson.Number:
		if r.Raw == "" { // gjson's own count of a "#"
			return r.Int()
		}
		return parseNumber(trimSpace(r.Raw))
	}
	return nil
}

// trimSpace drops JSON's white space around a value. gjson.Parse leaves what
// follows it.
func trimSpace(s string) string {
	space := func(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }
	for s != "" && space(s[0]) {
		s = s[1:]
	}
	for s != "" && space(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

func (j *JSON) isList() bool { return j.raw[0] == '[' }

// field returns a field of an object. Of keys that occur twice the first one
// counts, as everywhere in gjson.
func (j *JSON) field(key string) (Value, bool) {
	if whole := j.whole.Load(); whole != nil {
		v, ok := whole.object[key]
		return v, ok
	}
	head := j.fields.Load()
	for f := head; f != nil; f = f.next {
		if f.key == key {
			return f.value, f.found
		}
	}
	if j.isList() {
		return nil, false
	}
	return j.decodeField(head, key)
}

// decodeField looks up a field that is not among those from head on. Someone
// who looks up so many is served better by decoding all.
func (j *JSON) decodeField(head *jsonField, key string) (Value, bool) {
	const many = 16
	f := &jsonField{key: key, count: 1, next: head}
	if head != nil {
		f.count += head.count
	}
	if f.count > many || key == "" {
		v, ok := j.object()[key]
		return v, ok
	}
	result := gjson.Get(j.raw, gjson.Escape(key))
	if f.found = result.Exists(); f.found {
		f.value = decode(result)
	}
	if !j.fields.CompareAndSwap(head, f) {
		return j.field(key) // another goroutine was faster; its values count
	}
	return f.value, f.found
}

// object returns all fields of an object.
func (j *JSON) object() Object { return j.decodeAll().object }

// list returns all elements of an array.
func (j *JSON) list() List { return j.decodeAll().list }

func (j *JSON) decodeAll() *jsonWhole {
	if whole := j.whole.Load(); whole != nil {
		return whole
	}
	whole := &jsonWhole{}
	if !j.isList() {
		whole.object = Object{}
	}
	gjson.Parse(j.raw).ForEach(func(key, value gjson.Result) bool {
		if whole.object == nil {
			whole.list = append(whole.list, decode(value))
			return true
		}
		if _, twice := whole.object[key.Str]; !twice {
			whole.object[key.Str] = decode(value)
		}
		return true
	})
	j.whole.CompareAndSwap(nil, whole)
	return j.whole.Load()
}
