package eval

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/spelling"
	"github.com/tidwall/gjson"
)

// A queryNode is the part of a path that gjson evaluates.
type queryNode struct {
	base  arg
	query string
	at    int
	label string
}

func (n *queryNode) eval(r *run) (Value, error) {
	base, err := n.base.eval(r)
	if err != nil {
		return nil, err
	}
	switch base.(type) {
	case Missing:
		return base, nil
	case nil:
		return Missing{&lookup{at: n.at, label: n.label, base: n.base.label}}, nil
	case Omit:
		return nil, n.base.wrong(base, KindObject)
	}
	if u, ok := IsUnknown(base); ok {
		return &Unknown{Origins: u.Origins}, nil
	}
	v, found, err := r.query(base, n.query, n.at)
	if err != nil || found {
		return v, err
	}
	return Missing{&lookup{at: n.at, label: n.label, base: n.base.label, why: "the path finds nothing"}}, nil
}

func pathFunction(c *call) (Value, error) {
	query := c.str(1)
	if message, hint := checkQuery(query); message != "" {
		return nil, failf(c.from[1].at, hint, "%s", message)
	}
	if c.args[0] == nil {
		return Missing{&lookup{at: c.at, what: "what path(...) looks for", why: "the value is null"}}, nil
	}
	v, found, err := c.query(c.args[0], query, c.at)
	if err != nil || found {
		return v, err
	}
	return Missing{&lookup{at: c.at, what: "what path(...) looks for", why: "the path finds nothing"}}, nil
}

// query evaluates a gjson path over a known value. What gjson makes is
// checked as if it came from outside: a selector can build anything.
func (r *run) query(v Value, query string, at int) (Value, bool, error) {
	text, err := r.queryText(v, at)
	if err != nil {
		return nil, false, err
	}
	size := queryBound(text, query)
	if size > maxWeight {
		return nil, false, tooLarge(at, "path could make more than %d bytes", maxWeight)
	}
	if err := r.work(size>>6, at); err != nil {
		return nil, false, err
	}
	result := gjson.Get(text, query)
	if !result.Exists() {
		return nil, false, nil
	}
	if result.Raw == "" || result.Index > 0 { // a count, or a piece of the text
		return decode(result), true, nil
	}
	made, err := rawText(result.Raw)
	if err != nil {
		return nil, false, failf(at, "", "result of the path: %s", err)
	}
	return made, true, nil
}

// queryText returns the JSON that gjson is to look into.
func (r *run) queryText(v Value, at int) (string, error) {
	if j, ok := v.(*JSON); ok {
		return j.raw, nil
	}
	text, err := toJSONText(r, v, at)
	return text, err
}

// modifiers are those of gjson that make sense here. @pretty does not: JSON
// in a value has no layout.
var modifiers = []string{"@dig", "@flatten", "@fromstr", "@group", "@join", "@keys", "@reverse", "@this", "@tostr", "@ugly", "@valid", "@values"}

// checkQuery returns what is wrong with a gjson path, if anything.
func checkQuery(query string) (message, hint string) {
	if len(query) > maxSource {
		return fmt.Sprintf("path is longer than %d bytes", maxSource), ""
	}
	for i := 0; i < len(query); i++ {
		switch query[i] {
		case '"':
			i = endOfString(query, i)
		case '\\':
			i++
		case '@':
			if i > 0 && !strings.ContainsRune(".|[{,:(", rune(query[i-1])) {
				continue
			}
			name := query[i:scanWord(query, i+1)]
			if !slices.Contains(modifiers, name) {
				return fmt.Sprintf("unknown modifier %q; there are %s", name, enumerate(modifiers)), spelling.DidYouMean(name, modifiers)
			}
		case '=', '<', '>':
			if message, hint := checkOperand(query[i+1:]); message != "" {
				return message, hint
			}
		}
	}
	return "", ""
}

// checkOperand looks at what a query compares with. gjson compares numbers as
// floats, so that a large id would match its neighbours, and finds no null.
func checkOperand(rest string) (message, hint string) {
	rest = strings.TrimLeft(rest, "= ")
	word := rest[:scanWord(rest, 0)]
	if strings.HasPrefix(rest, "-") {
		word = rest[1 : 1+scanWord(rest[1:], 0)]
	}
	const exact = 1 << 53
	if isDigits(word) {
		if n, ok := parseNumber(word).(int64); !ok || n > exact {
			return "integer " + word + " is too large for a query, which compares rounded numbers",
				"write find(list, .id == " + word + ") or filter(...)"
		}
	}
	if word == "null" {
		return "a query never finds null", "write filter(list, .name == nil)"
	}
	return "", ""
}
