package eval

import (
	"strconv"
	"unicode/utf8"
)

// A memberNode is base.key.
type memberNode struct {
	base  arg
	key   string
	index int // the key as an index, in a path such as data.0; -1 if it is none
	at    int // of the key
	label string
}

func (n *memberNode) eval(r *run) (Value, error) {
	base, err := n.base.eval(r)
	if err != nil {
		return nil, err
	}
	switch in := base.(type) {
	case *JSON:
		if in.isList() {
			return n.element(in.list(), base)
		}
		if v, ok := in.field(n.key); ok {
			return v, nil
		}
		return n.missing(base), nil
	case Object:
		v, ok := in[n.key]
		if !ok {
			return n.missing(base), nil
		}
		if m, gone := v.(Missing); gone {
			return m.found(n.at, n.label, n.key), nil
		}
		return v, nil
	case List:
		return n.element(in, base)
	case Missing:
		return in, nil
	case *Unknown:
		return &Unknown{Origins: in.Origins}, nil
	case nil:
		return n.missing(nil), nil
	}
	return nil, n.noFields(base)
}

// element returns an element of a list, for a path such as data.0.
func (n *memberNode) element(list List, base Value) (Value, error) {
	if n.index < 0 {
		return nil, n.noFields(base)
	}
	if n.index >= len(list) {
		return n.missing(base), nil
	}
	return list[n.index], nil
}

func (n *memberNode) missing(in Value) Value {
	return Missing{&lookup{at: n.at, label: n.label, base: n.base.label, key: n.key, in: in}}
}

func (n *memberNode) noFields(base Value) error {
	hint := ""
	if KindOf(base) == KindList {
		name := n.base.label
		if name == "" {
			name = "list"
		}
		hint = "for its first element write " + name + "[0]." + n.key + ", for all of them map(" + name + ", ." + n.key + ")"
	}
	return failf(n.at, hint, "%s is %s and has no field %q", n.base.name(), describe(base), n.key)
}

// An indexNode is base[key], where the key is not a plain name.
type indexNode struct {
	base, key arg
	at        int
	label     string
}

func (n *indexNode) eval(r *run) (Value, error) {
	base, err := n.base.eval(r)
	if err != nil {
		return nil, err
	}
	key, err := n.key.value(r)
	if err != nil {
		return nil, err
	}
	switch in := base.(type) {
	case Missing:
		return in, nil
	case nil:
		return Missing{&lookup{at: n.at, label: n.label, base: n.base.label}}, nil
	case *Unknown:
		return &Unknown{Origins: unknown(KindAny, in, key).Origins}, nil
	}
	if u, ok := key.(*Unknown); ok {
		return &Unknown{Origins: unknown(KindAny, u, base).Origins}, nil
	}
	return n.find(base, key)
}

// find looks up a known key in a known list or object.
func (n *indexNode) find(base, key Value) (Value, error) {
	if list, ok := asList(base); ok {
		i, ok := key.(int64)
		if !ok {
			return nil, n.key.wrong(key, KindInt)
		}
		if i < 0 {
			i += int64(len(list))
		}
		if i < 0 || i >= int64(len(list)) {
			return Missing{&lookup{at: n.at, label: n.label, base: n.base.label, in: base}}, nil
		}
		return list[i], nil
	}
	if KindOf(base) != KindObject {
		hint := ""
		if _, text := base.(string); text {
			hint = "for a character write text[0:1]"
		}
		return nil, failf(n.at, hint, "%s is %s and has no elements or fields", n.base.name(), describe(base))
	}
	name, ok := key.(string)
	if !ok {
		return nil, n.key.wrong(key, KindString)
	}
	if v, ok := fieldOf(base, name); ok {
		return v, nil
	}
	return Missing{&lookup{at: n.at, label: n.label, base: n.base.label, key: name, in: base}}, nil
}

// A chainNode is a chain with a ?. in it: what is missing becomes null.
type chainNode struct{ chain arg }

func (n *chainNode) eval(r *run) (Value, error) {
	v, err := n.chain.eval(r)
	if _, gone := v.(Missing); gone {
		return nil, err
	}
	return v, err
}

// A sliceNode is base[from:to] of a list or a text. Bounds beyond the ends
// count as the ends; negative ones count from the end.
type sliceNode struct {
	base     arg
	from, to *arg
}

func (n *sliceNode) eval(r *run) (Value, error) {
	base, err := n.base.value(r)
	if err != nil {
		return nil, err
	}
	from, to, u, err := n.bounds(r)
	if err != nil {
		return nil, err
	}
	list, isList := asList(base)
	text, isText := base.(string)
	switch _, isUnknown := base.(*Unknown); {
	case u != nil || isUnknown:
		out := unknown(KindOf(base), base, u)
		return out, nil
	case isList:
		i, j := clampSlice(from, to, len(list))
		return list[i:j:j], nil
	case isText:
		i, j := clampSlice(from, to, utf8.RuneCountInString(text))
		return sliceText(text, i, j), r.work(len(text)>>6, n.base.at)
	}
	return nil, n.base.wrong(base, KindList)
}

// bounds evaluates the bounds; the zero value of to is "to the end".
func (n *sliceNode) bounds(r *run) (from int64, to *int64, u *Unknown, err error) {
	var values [2]Value
	for i, a := range []*arg{n.from, n.to} {
		if a == nil {
			continue
		}
		v, err := a.value(r)
		if err != nil {
			return 0, nil, nil, err
		}
		switch v := v.(type) {
		case int64:
			values[i] = v
		case *Unknown:
			u = unknown(KindAny, u, v)
		default:
			return 0, nil, nil, a.wrong(v, KindInt)
		}
	}
	if n, ok := values[0].(int64); ok {
		from = n
	}
	if n, ok := values[1].(int64); ok {
		to = &n
	}
	return from, to, u, nil
}

func clampSlice(from int64, to *int64, n int) (i, j int) {
	place := func(at int64) int {
		if at < 0 {
			at += int64(n)
		}
		return int(min(max(at, 0), int64(n)))
	}
	i, j = place(from), n
	if to != nil {
		j = place(*to)
	}
	return i, max(i, j)
}

// sliceText returns the characters i to j of a text.
func sliceText(s string, i, j int) string {
	start, end, at := len(s), len(s), 0
	for offset := range s {
		if at == i {
			start = offset
		}
		if at == j {
			end = offset
			break
		}
		at++
	}
	return s[min(start, end):end]
}

// indexLabel returns the text of base[key] for messages.
func indexLabel(base, key string) string {
	if base == "" {
		return ""
	}
	return base + "[" + key + "]"
}

// memberLabel returns the text of base.key for messages.
func memberLabel(base, key string) string {
	switch {
	case base == "":
		return ""
	case IsIdent(key), isDigits(key):
		return base + "." + key
	}
	return base + "[" + strconv.Quote(key) + "]"
}
