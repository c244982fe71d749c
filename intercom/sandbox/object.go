package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
)

// object is a JSON object of a request. Its numbers are int64 or float64.
type object map[string]any

// parseObject reads a request's body. An empty one is an empty object.
func parseObject(body []byte) (object, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return object{}, nil
	}
	v, err := parseJSON(body)
	if err != nil {
		return nil, badParameter("malformed JSON in the request body")
	}
	switch v := v.(type) {
	case map[string]any:
		return v, nil
	case nil: // some clients send null for no body
		return object{}, nil
	}
	return nil, badParameter("the request body must be a JSON object")
}

// parseJSON reads exactly one JSON value.
func parseJSON(text []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	return normal(v)
}

// normal turns numbers into int64 or float64, in lists and objects too. The
// error names a type that JSON does not have.
func normal(v any) (any, error) {
	switch v := v.(type) {
	case nil, string, bool, int64:
		return v, nil
	case float64:
		return normalFloat(v), nil
	case int:
		return int64(v), nil
	case json.Number:
		return parseNumber(v.String())
	case []any:
		return normalList(v)
	case map[string]any:
		for key, item := range v {
			item, err := normal(item)
			if err != nil {
				return nil, err
			}
			v[key] = item
		}
		return v, nil
	}
	return nil, fmt.Errorf("a value of type %T; use string, bool, int, int64, float64 or nil", v)
}

func normalList(list []any) (any, error) {
	out := make([]any, len(list))
	for i, item := range list {
		item, err := normal(item)
		if err != nil {
			return nil, err
		}
		out[i] = item
	}
	return out, nil
}

func parseNumber(s string) (any, error) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil, fmt.Errorf("number %s: out of range", s)
	}
	return normalFloat(f), nil
}

// normalFloat makes a whole number an int64, so that 1.0 equals 1.
func normalFloat(f float64) any {
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return int64(f)
	}
	return f
}

// text gives a member as text, and whether it is there. Null is "". A number is
// taken too, as Intercom's own examples give ids as numbers.
func (o object) text(key string) (string, bool, error) {
	v, ok := o[key]
	switch v := v.(type) {
	case nil:
		return "", ok, nil
	case string:
		return v, true, nil
	case int64:
		return strconv.FormatInt(v, 10), true, nil
	}
	return "", true, typeMismatch(key, "a string")
}

// integer gives a member as an integer, and whether it is there. Null is 0.
// Numeric text is taken too, and the fraction of a number is cut off.
func (o object) integer(key string) (int64, bool, error) {
	v, ok := o[key]
	if v == nil {
		return 0, ok, nil
	}
	n, isNumber := asInteger(v)
	if !isNumber {
		return 0, true, typeMismatch(key, "an integer")
	}
	return n, true, nil
}

func asInteger(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case float64:
		return int64(v), math.Abs(v) < 1<<62
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		return n, err == nil
	}
	return 0, false
}

// flag gives a member as a boolean, and whether it is there. Null is false.
func (o object) flag(key string) (value, ok bool, err error) {
	v, ok := o[key]
	if v == nil {
		return false, ok, nil
	}
	value, isBool := v.(bool)
	if !isBool {
		return false, true, typeMismatch(key, "a boolean")
	}
	return value, true, nil
}

// objects gives a member that is a list of objects.
func (o object) objects(key string) ([]object, error) {
	list, ok := o[key].([]any)
	if !ok {
		return nil, typeMismatch(key, "a list")
	}
	out := make([]object, len(list))
	for i, item := range list {
		out[i], ok = item.(map[string]any)
		if !ok {
			return nil, typeMismatch(key, "a list of objects")
		}
	}
	return out, nil
}

func typeMismatch(field, want string) *refusal {
	r := refuse(http.StatusBadRequest, "type_mismatch", "%s must be %s", field, want)
	r.field = field
	return r
}
