package eval

import (
	"math"
	"strconv"
	"strings"
	"time"
)

var numberFunctions = []function{
	{
		name: "abs", signature: "abs(number) number", doc: "the number without its sign",
		params: []Kind{KindNumber}, result: KindNumber, call: abs,
	},
	{
		name: "ceil", signature: "ceil(number) integer", doc: "the number rounded up",
		params: []Kind{KindNumber}, result: KindInt,
		call: func(c *call) (Value, error) { return c.round(math.Ceil) },
	},
	{
		name: "floor", signature: "floor(number) integer", doc: "the number rounded down",
		params: []Kind{KindNumber}, result: KindInt,
		call: func(c *call) (Value, error) { return c.round(math.Floor) },
	},
	{
		name: "round", signature: "round(number) integer", doc: "the number rounded to the nearest integer, halves away from zero",
		params: []Kind{KindNumber}, result: KindInt,
		call: func(c *call) (Value, error) { return c.round(math.Round) },
	},
	{
		name: "min", signature: "min(numbers...) number", doc: "the smallest of the numbers, or of a list of them",
		params: []Kind{KindAny}, variadic: true, result: KindNumber,
		call: func(c *call) (Value, error) { return c.extreme(-1) },
	},
	{
		name: "max", signature: "max(numbers...) number", doc: "the largest of the numbers, or of a list of them",
		params: []Kind{KindAny}, variadic: true, result: KindNumber,
		call: func(c *call) (Value, error) { return c.extreme(1) },
	},
	{
		name: "int", signature: "int(value) integer", doc: "the integer that a text says; a number without its fraction",
		params: []Kind{KindAny}, result: KindInt, call: integer,
	},
	{
		name: "float", signature: "float(value) number", doc: "the number that a text says",
		params: []Kind{KindAny}, result: KindNumber, call: float,
	},
	{
		name: "unix", signature: "unix(date) integer", doc: `the Unix seconds of a date such as "2026-11-04" or "2026-11-04T15:30:00Z"; without a zone, UTC`,
		params: []Kind{KindString}, result: KindInt, call: unix,
	},
}

func abs(c *call) (Value, error) {
	switch v := c.args[0].(type) {
	case int64:
		if v == math.MinInt64 {
			return nil, failf(c.at, "", "abs(%d) does not fit in a 64-bit integer", v)
		}
		return max(v, -v), nil
	case float64:
		return math.Abs(v), nil
	}
	return nil, c.from[0].wrong(c.args[0], KindNumber)
}

func (c *call) round(f func(float64) float64) (Value, error) {
	v, ok := c.args[0].(float64)
	if !ok {
		return c.args[0], nil // an integer stays what it is, to its last digit
	}
	n, ok := toInt(f(v))
	if !ok {
		return nil, failf(c.at, "", "%v does not fit in a 64-bit integer", v)
	}
	return n, nil
}

// extreme returns the argument, or the element of a list, that is first in
// the order given by sign.
func (c *call) extreme(sign int) (Value, error) {
	values := List(c.args)
	if len(values) == 1 {
		if list, ok := asList(values[0]); ok {
			values = list
		}
	}
	if len(values) == 0 {
		return Missing{&lookup{at: c.at, what: "the smallest or largest number", why: "the list is empty"}}, nil
	}
	if err := c.work(len(values), c.at); err != nil {
		return nil, err
	}
	best := values[0]
	for _, v := range values {
		order, ok := compareNumbers(v, best)
		if !ok {
			element := arg{at: c.at, what: "one of the values"}
			if _, good := toFloat(best); !good {
				v = best
			}
			return nil, element.wrong(v, KindNumber)
		}
		if order == sign {
			best = v
		}
	}
	return best, nil
}

func integer(c *call) (Value, error) {
	switch v := c.args[0].(type) {
	case int64:
		return v, nil
	case float64:
		if n, ok := toInt(math.Trunc(v)); ok {
			return n, nil
		}
		return nil, failf(c.at, "", "%v does not fit in a 64-bit integer", v)
	case string:
		n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
		if err != nil {
			return nil, failf(c.at, "use float(...) for numbers with a fraction", "text %s is not an integer", quoteShort(v))
		}
		return n, nil
	}
	return nil, c.from[0].wrong(c.args[0], KindInt)
}

func float(c *call) (Value, error) {
	switch v := c.args[0].(type) {
	case int64:
		return float64(v), nil
	case float64:
		return v, nil
	case string:
		text := strings.TrimSpace(v)
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsInf(f, 0) || math.IsNaN(f) || strings.ContainsAny(text, "xX_") {
			return nil, failf(c.at, "", "text %s is not a number", quoteShort(v))
		}
		return f, nil
	}
	return nil, c.from[0].wrong(c.args[0], KindNumber)
}

func unix(c *call) (Value, error) {
	text := strings.TrimSpace(c.str(0))
	for _, layout := range []string{time.DateOnly, time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateTime} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.Unix(), nil
		}
	}
	return nil, failf(c.at, `write it as "2026-11-04" or "2026-11-04T15:30:00Z"`, "text %s is not a date", quoteShort(text))
}
