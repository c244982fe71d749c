package runner

import (
	"encoding/json"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/steps"
	"github.com/tidwall/gjson"
)

// A record is JSON as Intercom answered it or, in a plan, an object of which
// some fields are not known yet. What stands here reads both alike.

// fieldsOf gives the fields of a record, or of another object.
func fieldsOf(v eval.Value) (fields eval.Object, isObject bool) {
	switch v := v.(type) {
	case eval.Object:
		return v, true
	case *eval.JSON:
		object := gjson.ParseBytes(v.Bytes())
		if !object.IsObject() {
			return nil, false
		}
		fields = eval.Object{}
		object.ForEach(func(key, value gjson.Result) bool {
			fields[key.String()] = eval.RawTrusted([]byte(value.Raw))
			return true
		})
		return fields, true
	}
	return nil, false
}

// openObject gives the members of an input that is merged key by key.
func openObject(f steps.Field, v eval.Value) (eval.Object, bool) {
	if f.Type.Kind != steps.Object || !f.Type.Open {
		return nil, false
	}
	return fieldsOf(v)
}

// valueAt is what a record has at a gjson path; Missing where it has nothing.
func valueAt(record eval.Value, path string) eval.Value {
	switch record := record.(type) {
	case *eval.JSON:
		if got := gjson.GetBytes(record.Bytes(), path); got.Exists() {
			return eval.RawTrusted([]byte(got.Raw))
		}
	case eval.Object:
		name, rest, deeper := cutPath(path)
		v, ok := record[name]
		switch {
		case !ok:
		case deeper:
			return valueAt(v, rest)
		default:
			return v
		}
	case *eval.Unknown:
		return record
	}
	return eval.Missing{}
}

// idOf is the id of a record, as text.
func idOf(record eval.Value) string { return textValue(valueAt(record, "id")) }

// cutPath splits a path at its first dot that is not escaped.
func cutPath(path string) (name, rest string, deeper bool) {
	for i := 0; i < len(path); i++ {
		switch path[i] {
		case '\\':
			i++
		case '.':
			return strings.ReplaceAll(path[:i], `\`, ""), path[i+1:], true
		}
	}
	return strings.ReplaceAll(path, `\`, ""), "", false
}

// unescaped is a gjson path as a person reads it.
func unescaped(path string) string { return strings.ReplaceAll(path, `\`, "") }

// elements gives the rows of a list, or of an envelope around one.
func elements(list eval.Value) []eval.Value {
	switch list := list.(type) {
	case eval.List:
		return list
	case *eval.JSON:
		rows := gjson.ParseBytes(list.Bytes())
		if rows.IsObject() {
			rows = rows.Get("data")
		}
		var values []eval.Value
		for _, row := range rows.Array() {
			values = append(values, eval.RawTrusted(row.Raw))
		}
		return values
	}
	return nil
}

// knownPart is a record without the fields that are not known yet.
func knownPart(v eval.Value) eval.Value {
	object, ok := v.(eval.Object)
	if !ok {
		return v
	}
	known := make(eval.Object, len(object))
	for name, each := range object {
		if _, some := eval.IsUnknown(each); !some {
			known[name] = each
		}
	}
	return known
}

// textValue is a value as text, without quotes.
func textValue(v eval.Value) string {
	if text, ok := v.(string); ok {
		return text
	}
	text, _ := eval.AppendJSON(nil, v)
	return string(text)
}

// asJSON is a value as JSON; nil where it is not known.
func asJSON(v eval.Value) json.RawMessage {
	text, err := eval.AppendJSON(nil, v)
	if err != nil {
		return nil
	}
	return text
}

// jsonValue is the value of a JSON text that was kept; nil where none was.
func jsonValue(text json.RawMessage) eval.Value {
	if text == nil {
		return nil
	}
	return eval.RawTrusted(text)
}
