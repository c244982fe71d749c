package eval

import (
	"strings"
	"unicode/utf8"
)

var textFunctions = []function{
	{
		name: "lower", signature: "lower(text) text", doc: "the text in lower case",
		params: []Kind{KindString}, result: KindString,
		call: func(c *call) (Value, error) { return c.mapText(strings.ToLower) },
	},
	{
		name: "upper", signature: "upper(text) text", doc: "the text in upper case",
		params: []Kind{KindString}, result: KindString,
		call: func(c *call) (Value, error) { return c.mapText(strings.ToUpper) },
	},
	{
		name: "trim", signature: "trim(text) text", doc: "the text without white space on both ends",
		params: []Kind{KindString}, result: KindString,
		call: func(c *call) (Value, error) { return c.mapText(strings.TrimSpace) },
	},
	{
		name: "trimPrefix", signature: "trimPrefix(text, prefix) text", doc: "the text without the prefix, if it has it",
		params: []Kind{KindString, KindString}, result: KindString,
		call: func(c *call) (Value, error) { return strings.TrimPrefix(c.str(0), c.str(1)), nil },
	},
	{
		name: "trimSuffix", signature: "trimSuffix(text, suffix) text", doc: "the text without the suffix, if it has it",
		params: []Kind{KindString, KindString}, result: KindString,
		call: func(c *call) (Value, error) { return strings.TrimSuffix(c.str(0), c.str(1)), nil },
	},
	{
		name: "replace", signature: "replace(text, old, new) text", doc: "the text with every old replaced by new",
		params: []Kind{KindString, KindString, KindString}, result: KindString, call: replace,
	},
	{
		name: "split", signature: "split(text, separator) list", doc: "the parts of the text between separators",
		params: []Kind{KindString, KindString}, result: KindList, call: split,
	},
	{
		name: "join", signature: "join(list, separator) text", doc: "the texts and numbers of the list with the separator between them",
		params: []Kind{KindList, KindString}, optional: 1, result: KindString, call: join,
	},
}

// mapText applies f, which makes a text of at most three times the length:
// no letter needs more in the other case.
func (c *call) mapText(f func(string) string) (Value, error) {
	if err := c.text(len(c.str(0)), c.at); err != nil {
		return nil, err
	}
	return f(c.str(0)), nil
}

func replace(c *call) (Value, error) {
	s, old, with := c.str(0), c.str(1), c.str(2)
	if err := c.work(len(s)>>3, c.at); err != nil {
		return nil, err
	}
	size := len(s) + strings.Count(s, old)*(len(with)-len(old))
	if err := c.text(size, c.at); err != nil {
		return nil, err
	}
	return strings.ReplaceAll(s, old, with), nil
}

func split(c *call) (Value, error) {
	s, separator := c.str(0), c.str(1)
	parts := strings.Count(s, separator) + 1
	if separator == "" {
		parts = utf8.RuneCountInString(s)
	}
	if err := c.elements(2*parts, c.at); err != nil { // each part is a value and a text
		return nil, err
	}
	out := make(List, 0, parts)
	for part := range strings.SplitSeq(s, separator) {
		out = append(out, part)
	}
	return out, nil
}

func join(c *call) (Value, error) {
	separator := ""
	if len(c.args) > 1 {
		separator = c.str(1)
	}
	list := c.list(0)
	var out []byte
	for i, v := range list {
		if i > 0 {
			out = append(out, separator...)
		}
		before := len(out)
		var ok bool
		if out, ok = appendText(out, v); !ok {
			element := arg{at: c.from[0].at, what: "an element of the list"}
			return nil, element.wrong(v, KindString)
		}
		if len(out) > maxText {
			return nil, c.text(len(out), c.at)
		}
		if err := c.text(len(out)-before, c.at); err != nil {
			return nil, err
		}
	}
	return string(out), nil
}
