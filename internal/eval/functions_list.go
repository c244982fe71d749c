package eval

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

var listFunctions = []function{
	{
		name: "len", signature: "len(value) integer", doc: "the number of elements of a list, fields of an object or characters of a text",
		params: []Kind{KindAny}, result: KindInt, deep: true, call: length,
	},
	{
		name: "first", signature: "first(list) any", doc: "the first element; missing if there is none",
		params: []Kind{KindList}, deep: true,
		call: func(c *call) (Value, error) { return c.element(0) },
	},
	{
		name: "last", signature: "last(list) any", doc: "the last element; missing if there is none",
		params: []Kind{KindList}, deep: true,
		call: func(c *call) (Value, error) { return c.element(len(c.list(0)) - 1) },
	},
	{
		name: "take", signature: "take(list, n) list", doc: "the first n elements, or all if there are fewer",
		params: []Kind{KindList, KindInt}, result: KindList, deep: true,
		call: func(c *call) (Value, error) {
			n := min(max(c.integer(1), 0), len(c.list(0)))
			return c.list(0)[:n:n], nil
		},
	},
	{
		name: "sort", signature: `sort(list, "asc" or "desc") list`, doc: "the numbers or the texts of the list in order",
		params: []Kind{KindList, KindString}, optional: 1, result: KindList, call: sortList,
	},
	{
		name: "reverse", signature: "reverse(list) list", doc: "the elements from the last to the first",
		params: []Kind{KindList}, result: KindList, deep: true, call: reverse,
	},
	{
		name: "uniq", signature: "uniq(list) list", doc: "the elements without those that occurred before",
		params: []Kind{KindList}, result: KindList, call: uniq,
	},
	{
		name: "concat", signature: "concat(lists...) list", doc: "the elements of all the lists",
		params: []Kind{KindList}, variadic: true, result: KindList, deep: true, call: concat,
	},
	{
		name: "flatten", signature: "flatten(list) list", doc: "the elements of the list and of the lists in it",
		params: []Kind{KindList}, result: KindList, call: flatten,
	},
	{
		name: "keys", signature: "keys(object) list", doc: "the names of the fields, sorted",
		params: []Kind{KindObject}, result: KindList, deep: true, call: keys,
	},
	{
		name: "values", signature: "values(object) list", doc: "the values of the fields, in the order of their names",
		params: []Kind{KindObject}, result: KindList, deep: true, call: values,
	},
}

func length(c *call) (Value, error) {
	if list, ok := asList(c.args[0]); ok {
		return int64(len(list)), nil
	}
	if object, ok := asObject(c.args[0]); ok {
		if fieldsOpen(object) {
			return unknownCount(unknown(KindInt, object), 0, len(object)), nil
		}
		return int64(len(object)), nil
	}
	if text, ok := c.args[0].(string); ok {
		return int64(utf8.RuneCountInString(text)), c.work(len(text)>>6, c.at)
	}
	return nil, c.from[0].wrong(c.args[0], KindList)
}

func (c *call) element(i int) (Value, error) {
	list := c.list(0)
	if len(list) == 0 {
		return Missing{&lookup{at: c.at, what: "an element of the list", why: "the list is empty"}}, nil
	}
	return list[i], nil
}

func sortList(c *call) (Value, error) {
	list := slices.Clone(c.list(0))
	sign := 1
	if len(c.args) > 1 {
		switch c.str(1) {
		case "asc":
		case "desc":
			sign = -1
		default:
			return nil, failf(c.from[1].at, `write "asc" or "desc"`, "order %s is unknown", quoteShort(c.str(1)))
		}
	}
	if err := c.elements(len(list), c.at); err != nil {
		return nil, err
	}
	if err := c.work(8*len(list), c.at); err != nil {
		return nil, err
	}
	for i, v := range list {
		_, number := toFloat(v)
		if kind := KindOf(v); !number && kind != KindString || i > 0 && !sameKind(v, list[0]) {
			return nil, failf(c.from[0].at, "", "only texts or only numbers can be sorted; the list holds %s", describe(v))
		}
	}
	slices.SortStableFunc(list, func(a, b Value) int { return sign * compareScalars(a, b) })
	return list, nil
}

func compareScalars(a, b Value) int {
	if text, ok := a.(string); ok {
		other, _ := b.(string)
		return cmp.Compare(text, other)
	}
	order, _ := compareNumbers(a, b)
	return order
}

func reverse(c *call) (Value, error) {
	if err := c.elements(len(c.list(0)), c.at); err != nil {
		return nil, err
	}
	list := slices.Clone(c.list(0))
	slices.Reverse(list)
	return list, nil
}

// uniq compares elements by their JSON, in which 1 and 1.0 are the same.
func uniq(c *call) (Value, error) {
	list := c.list(0)
	if err := c.elements(2*len(list), c.at); err != nil {
		return nil, err
	}
	seen := make(map[string]bool, len(list))
	out := make(List, 0, len(list))
	for _, v := range list {
		key, err := toJSONText(c.run, v, c.at)
		if err != nil {
			return nil, err
		}
		if !seen[key] {
			seen[key] = true
			out = append(out, v)
		}
	}
	return out, nil
}

func concat(c *call) (Value, error) {
	size := 0
	for i := range c.args {
		size += len(c.list(i))
	}
	if err := c.elements(size, c.at); err != nil {
		return nil, err
	}
	out := make(List, 0, size)
	for i := range c.args {
		out = append(out, c.list(i)...)
	}
	return out, nil
}

func flatten(c *call) (Value, error) {
	out, err := c.flattenInto(List{}, c.list(0))
	return out, err
}

func (c *call) flattenInto(out, list List) (List, error) {
	if err := c.elements(len(list), c.at); err != nil {
		return nil, err
	}
	for _, v := range list {
		inner, ok := asList(v)
		if !ok {
			out = append(out, v)
			continue
		}
		var err error
		if out, err = c.flattenInto(out, inner); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func keys(c *call) (Value, error) {
	object, _ := asObject(c.args[0])
	if fieldsOpen(object) {
		return unknownList(unknown(KindList, object), 0, len(object)), nil
	}
	if err := c.elements(2*len(object), c.at); err != nil {
		return nil, err
	}
	out := make(List, 0, len(object))
	for _, key := range sortedKeys(object) {
		out = append(out, key)
	}
	return out, nil
}

func values(c *call) (Value, error) {
	object, _ := asObject(c.args[0])
	if fieldsOpen(object) {
		return unknownList(unknown(KindList, object), 0, len(object)), nil
	}
	if err := c.elements(len(object), c.at); err != nil {
		return nil, err
	}
	out := make(List, 0, len(object))
	for _, key := range sortedKeys(object) {
		out = append(out, object[key])
	}
	return out, nil
}
