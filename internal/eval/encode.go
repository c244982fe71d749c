package eval

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/flowrun-dev/flowrun/internal/jsontext"
)

// AppendJSON appends v as JSON: integers in full, other numbers in their
// shortest exact form without exponent, no escaping for HTML, object keys
// sorted, omitted keys and elements left out, raw JSON as it is. A value that
// is or holds Missing or an Unknown is an error.
func AppendJSON(dst []byte, v Value) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case string:
		return jsontext.AppendString(dst, v), nil
	case *JSON:
		return append(dst, v.raw...), nil
	case List:
		return appendList(dst, v)
	case Object:
		return appendObject(dst, v)
	}
	if text, ok := appendScalar(dst, v); ok {
		return text, nil
	}
	return nil, noJSON(v)
}

// noJSON says why a value cannot leave as JSON.
func noJSON(v Value) error {
	switch v := v.(type) {
	case Missing:
		return v.failure()
	case *Unknown:
		return errors.New(v.String())
	case Omit:
		return errors.New("omit stands for nothing and has no JSON")
	}
	return fmt.Errorf("a %T is not a value", v)
}

func appendList(dst []byte, list List) ([]byte, error) {
	dst = append(dst, '[')
	first := true
	for _, v := range list {
		if _, gone := v.(Omit); gone {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		var err error
		if dst, err = AppendJSON(dst, v); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

func appendObject(dst []byte, object Object) ([]byte, error) {
	dst = append(dst, '{')
	first := true
	for _, key := range slices.Sorted(maps.Keys(object)) {
		v := object[key]
		if _, gone := v.(Omit); gone {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(jsontext.AppendString(dst, key), ':')
		var err error
		if dst, err = AppendJSON(dst, v); err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
	}
	return append(dst, '}'), nil
}

// appendScalar appends a boolean or a number.
func appendScalar(dst []byte, v Value) ([]byte, bool) {
	switch v := v.(type) {
	case bool:
		return strconv.AppendBool(dst, v), true
	case int64:
		return strconv.AppendInt(dst, v, 10), true
	case float64:
		return strconv.AppendFloat(dst, v, 'f', -1, 64), true
	case Number:
		return append(dst, v...), true
	}
	return dst, false
}

// appendText appends the text of a scalar. Null, lists and objects have none.
func appendText(dst []byte, v Value) ([]byte, bool) {
	if s, ok := v.(string); ok {
		return append(dst, s...), true
	}
	return appendScalar(dst, v)
}

// Plain converts a value to one that encoding/json marshals exactly: integers
// stay integers, raw JSON stays raw. Omitted keys and elements are left out.
// A value that is or holds Missing or an Unknown is an error.
func Plain(v Value) (any, error) {
	switch v := v.(type) {
	case nil, bool, string, int64:
		return v, nil
	case *JSON:
		return json.RawMessage(v.raw), nil
	case List:
		return plainList(v)
	case Object:
		return plainObject(v)
	}
	if text, ok := appendScalar(nil, v); ok {
		return json.Number(text), nil
	}
	return nil, noJSON(v)
}

func plainList(list List) (any, error) {
	out := make([]any, 0, len(list))
	for _, v := range list {
		if _, gone := v.(Omit); gone {
			continue
		}
		plain, err := Plain(v)
		if err != nil {
			return nil, err
		}
		out = append(out, plain)
	}
	return out, nil
}

func plainObject(object Object) (any, error) {
	out := make(map[string]any, len(object))
	wrong, failed := "", error(nil)
	for key, v := range object {
		if _, gone := v.(Omit); gone {
			continue
		}
		plain, err := Plain(v)
		if err != nil && (failed == nil || key < wrong) {
			wrong, failed = key, fmt.Errorf("%s: %w", key, err)
		}
		out[key] = plain
	}
	if failed != nil {
		return nil, failed
	}
	return out, nil
}
