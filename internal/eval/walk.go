package eval

// A node is a part of an expression, ready to be evaluated. The result may be
// [Missing] or [Omit]: whether that is an error is for the parent to say.
type node interface {
	eval(r *run) (Value, error)
}

// A constNode is a literal.
type constNode struct{ value Value }

func (n *constNode) eval(*run) (Value, error) { return n.value, nil }

// A nameNode is a name in scope.
type nameNode struct {
	name string
	at   int
}

func (n *nameNode) eval(r *run) (Value, error) {
	v, ok := r.scope.lookup(n.name)
	if !ok {
		return Missing{&lookup{at: n.at, label: n.name, why: "it has no value here"}}, nil
	}
	if m, gone := v.(Missing); gone {
		return m.found(n.at, n.name, n.name), nil
	}
	return v, nil
}

// A varNode is a name that let has made.
type varNode struct{ slot int }

func (n *varNode) eval(r *run) (Value, error) { return r.vars[n.slot], nil }

// A letNode is "let name = value; body".
type letNode struct {
	slot        int
	value, body arg
}

func (n *letNode) eval(r *run) (Value, error) {
	v, err := n.value.eval(r)
	if err != nil {
		return nil, err
	}
	for len(r.vars) <= n.slot {
		r.vars = append(r.vars, nil)
	}
	r.vars[n.slot] = v
	return n.body.eval(r)
}

// An itemNode is # or #index in the condition of filter and the like.
type itemNode struct{ index bool }

func (n *itemNode) eval(r *run) (Value, error) {
	if n.index {
		return int64(r.index), nil
	}
	return r.item, nil
}

// A listNode is [a, b].
type listNode struct {
	elements []arg
	at       int
}

func (n *listNode) eval(r *run) (Value, error) {
	if err := r.elements(len(n.elements), n.at); err != nil {
		return nil, err
	}
	out := make(List, 0, len(n.elements))
	for i := range n.elements {
		v, omit, err := n.elements[i].element(r)
		if err != nil {
			return nil, err
		}
		if !omit {
			out = append(out, v)
		}
	}
	return settle(out), nil
}

// settle returns a list as it is, or as an unknown one with bounds if it is
// not known which elements it has.
func settle(list List) Value {
	certain := 0
	for _, v := range list {
		if !mayOmit(v) {
			certain++
		}
	}
	if certain == len(list) {
		return list
	}
	return unknownList(unknown(KindList, list), certain, len(list))
}

// element evaluates an operand that may be omitted, but not missing.
func (a *arg) element(r *run) (v Value, omit bool, err error) {
	v, err = a.eval(r)
	if err != nil {
		return nil, false, err
	}
	switch v.(type) {
	case Missing:
		return nil, false, a.wrong(v, KindAny)
	case Omit:
		return nil, true, nil
	}
	return v, false, r.contain(v, a.at)
}

// An objectNode is {"a": b}.
type objectNode struct {
	keys, values []arg
	at           int
}

func (n *objectNode) eval(r *run) (Value, error) {
	if err := r.elements(2*len(n.keys), n.at); err != nil {
		return nil, err
	}
	out := make(Object, len(n.keys))
	var unknownKey *Unknown
	for i := range n.keys {
		key, err := n.keys[i].value(r)
		if err != nil {
			return nil, err
		}
		v, omit, err := n.values[i].element(r)
		if err != nil {
			return nil, err
		}
		if u, ok := key.(*Unknown); ok {
			unknownKey = unknown(KindObject, unknownKey, u, v)
			continue
		}
		name, ok := key.(string)
		if !ok {
			return nil, n.keys[i].wrong(key, KindString)
		}
		if !omit {
			out[name] = v
		}
	}
	if unknownKey != nil {
		return unknown(KindObject, unknownKey, out), nil
	}
	return out, nil
}
