package steps

import (
	"regexp"
	"strconv"
	"strings"
)

// Kind is the kind of a JSON value.
type Kind uint8

const (
	Any     Kind = iota
	String       // also takes an integer, which is sent as text
	Integer      // without fraction or exponent
	Number
	Boolean
	Time // an integer: seconds since 1970-01-01 UTC
	Object
	List
)

var kinds = [...]string{
	Any:     "any value",
	String:  "string",
	Integer: "integer",
	Number:  "number",
	Boolean: "boolean",
	Time:    "time",
	Object:  "object",
	List:    "list",
}

// Type is the type of a value. The zero Type takes any value.
type Type struct {
	Kind     Kind
	Elem     *Type    // of a List; nil for any
	Fields   []Field  // of an Object, the members that are known
	Open     bool     // of an Object: further members may be there
	Enum     []string // of a String, the only values
	Nullable bool     // null is a value too
	Min, Max int64    // of an Integer; Max zero for no limits
}

// String names the type for a reader, such as "list of objects" or
// "user or lead".
func (t Type) String() string {
	switch {
	case len(t.Enum) > 0:
		return enumerate(t.Enum, "or")
	case t.Kind == List && t.Elem != nil && t.Elem.Kind != Any:
		return "list of " + t.Elem.String() + "s"
	case t.Max != 0:
		return kinds[t.Kind] + " from " + strconv.FormatInt(t.Min, 10) + " to " + strconv.FormatInt(t.Max, 10)
	}
	return kinds[t.Kind]
}

// Field gives the member called name. In an open object any member is there
// and takes any value.
func (t Type) Field(name string) (Field, bool) {
	for _, f := range t.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{Name: name}, t.Open
}

// Form is what the text of an input must look like. It is for ids, which are
// easy to mix up.
type Form struct {
	Pattern *regexp.Regexp
	Wanted  string // says which id it is and where to find it, such as "the id of a tag, a number"
}

// enumerate joins words for a reader: "a", "a or b", "a, b or c".
func enumerate(words []string, last string) string {
	n := len(words)
	if n < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:n-1], ", ") + " " + last + " " + words[n-1]
}
