package eval

import (
	"bytes"
	"encoding/json"
)

var valueFunctions = []function{
	{
		name: "string", signature: "string(value) text", doc: "the text of a number or a boolean, without exponent",
		params: []Kind{KindAny}, result: KindString, call: toText,
	},
	{
		name: "toJSON", signature: "toJSON(value) text", doc: "the value as compact JSON",
		params: []Kind{KindAny}, result: KindString, call: toJSON,
	},
	{
		name: "fromJSON", signature: "fromJSON(text) any", doc: "the value that a JSON text says; integers keep every digit",
		params: []Kind{KindString}, call: fromJSON,
	},
	{
		name: "get", signature: "get(value, key) any", doc: "the field or element of that name or index; null if there is none",
		params: []Kind{KindAny, KindAny}, deep: true, call: get,
	},
	{
		name: "path", signature: "path(value, path) any", doc: "what a gjson path finds in the value; missing if nothing",
		params: []Kind{KindAny, KindString}, call: pathFunction,
	},
}

func toText(c *call) (Value, error) {
	text, ok := appendText(nil, c.args[0])
	if !ok {
		return nil, c.from[0].wrong(c.args[0], KindString)
	}
	if err := c.text(len(text), c.at); err != nil {
		return nil, err
	}
	return string(text), nil
}

func toJSON(c *call) (Value, error) {
	text, err := toJSONText(c.run, c.args[0], c.at)
	if err != nil {
		return nil, err
	}
	return text, nil
}

// toJSONText returns a value as compact JSON.
func toJSONText(r *run, v Value, at int) (string, error) {
	s := scale{left: maxText}
	if s.add(v); s.left < 0 {
		return "", tooLarge(at, "JSON would be longer than %d bytes", maxText)
	}
	text, err := AppendJSON(nil, v)
	if err != nil {
		return "", failf(at, "", "%s", err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		return "", failf(at, "", "not valid JSON: %s", err)
	}
	return compact.String(), r.text(compact.Len(), at)
}

func fromJSON(c *call) (Value, error) {
	if err := c.text(len(c.str(0)), c.at); err != nil {
		return nil, err
	}
	v, err := rawText(c.str(0))
	if err != nil {
		return nil, failf(c.from[0].at, "", "%s", err)
	}
	return v, nil
}

// get looks up a field or an element and gives null for what is not there.
func get(c *call) (Value, error) {
	base, key := c.args[0], c.args[1]
	switch base.(type) {
	case nil, Missing:
		return nil, nil
	}
	lookup := indexNode{base: c.from[0], key: c.from[1], at: c.at}
	v, err := lookup.find(base, key)
	if _, gone := v.(Missing); gone {
		return nil, err
	}
	return v, err
}
