package steps

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/tidwall/gjson"
)

// Request gives the call that the action makes with these inputs: JSON-ready
// Go values by name, [encoding/json.Marshaler] and RawMessage included.
// An input can never add a segment, a query or a fragment to the path. The
// error is the first [*InputError] that [Action.Check] finds.
func (a *Action) Request(in map[string]any) (intercom.Request, error) {
	encoded, problems := a.checked(in)
	if len(problems) > 0 {
		return intercom.Request{}, problems[0]
	}
	for name, value := range encoded {
		if strings.Contains(value.Raw, later) {
			return intercom.Request{}, a.wrong(name, "is not known yet")
		}
	}
	if a.request != nil {
		return a.request(encoded)
	}
	return a.build(encoded)
}

// build makes the request that the table describes.
func (a *Action) build(in inputs) (intercom.Request, error) {
	method, pattern, _ := strings.Cut(a.operation(in), " ")
	path, err := a.path(pattern, in)
	if err != nil {
		return intercom.Request{}, err
	}
	req := intercom.Request{
		Method: method,
		Path:   path,
		Query:  a.query(in),
		Repeat: a.Effect == Read || a.Retry == Repeatable,
	}
	switch {
	case method == http.MethodGet:
	case a.body != nil:
		req.Body = a.body(in)
	default:
		req.Body = body(a.Inputs, in)
	}
	return req, nil
}

// operation gives the method and path pattern that these inputs lead to.
func (a *Action) operation(in inputs) string {
	for _, route := range a.Routes {
		if in.has(route.When...) {
			return route.Op
		}
	}
	return a.Op
}

// path puts the inputs into the pattern.
func (a *Action) path(pattern string, in inputs) (string, error) {
	segments := strings.Split(pattern, "/")
	for i, segment := range segments {
		name, ok := strings.CutPrefix(segment, "{")
		if !ok {
			continue
		}
		name = strings.TrimSuffix(name, "}")
		escaped, err := Segment(in[name].String())
		if err != nil {
			return "", a.wrong(name, err.Error())
		}
		segments[i] = escaped
	}
	return strings.Join(segments, "/"), nil
}

// Segment gives text as one segment of a path, escaped. It refuses an empty
// text and those with a part that is "." or "..", also between slashes: on the
// way they could be taken for another path.
func Segment(text string) (string, error) {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == '/' || r == '\\' })
	if text == "" || slices.Contains(parts, ".") || slices.Contains(parts, "..") {
		return "", fmt.Errorf("cannot be %q: it stands in the path of the request", text)
	}
	return url.PathEscape(text), nil
}

// query gives the inputs that go into the query; nil if there are none.
func (a *Action) query(in inputs) url.Values {
	var query url.Values
	for i := range a.Inputs {
		f := &a.Inputs[i]
		if f.In != Query || !in.has(f.Name) {
			continue
		}
		if query == nil {
			query = url.Values{}
		}
		query.Set(f.WireName(), in[f.Name].String())
	}
	return query
}

// body gives the object that the fields make, in their order; nil if no field
// goes into the body.
func body(fields []Field, in inputs) []byte {
	var o object
	some := false
	for i := range fields {
		f := &fields[i]
		some = some || f.In == Body
		if value := in[f.Name]; f.In == Body && value.Exists() {
			o.add(f.WireName(), f.wire(value))
		}
	}
	if !some {
		return nil
	}
	return o.bytes()
}

// wire gives the value of the field as it stands in a body.
func (f *Field) wire(value gjson.Result) string {
	if f.Wrap == "" {
		return wire(f.Type, value)
	}
	return fmt.Sprintf(f.Wrap, wire(f.Type, value))
}

// wire gives a value as Intercom wants it: text where the type says so, even
// if the file or the data had digits.
func wire(t Type, value gjson.Result) string {
	switch {
	case t.Kind == String && value.Type == gjson.Number:
		return strconv.Quote(value.Raw)
	case t.Kind == Object && len(t.Fields) > 0 && value.IsObject():
		return wireObject(t, value)
	case t.Kind == List && t.Elem != nil && value.IsArray():
		var items []string
		for _, item := range value.Array() {
			items = append(items, wire(*t.Elem, item))
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	return value.Raw
}

func wireObject(t Type, value gjson.Result) string {
	var o object
	value.ForEach(func(key, member gjson.Result) bool {
		f, _ := t.Field(key.String())
		o.add(key.Raw[1:len(key.Raw)-1], wire(f.Type, member))
		return true
	})
	return string(o.bytes())
}

// object is a JSON object that is being written, in the order of its members.
type object []byte

// add writes a member. The name needs no escaping; value is JSON.
func (o *object) add(name, value string) {
	separator := byte(',')
	if len(*o) == 0 {
		separator = '{'
	}
	*o = append(*o, separator, '"')
	*o = append(*o, name...)
	*o = append(*o, '"', ':')
	*o = append(*o, value...)
}

// bytes gives the whole object.
func (o object) bytes() []byte {
	if len(o) == 0 {
		return []byte("{}")
	}
	return append(o, '}')
}
