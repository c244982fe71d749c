package eval

// A collectNode is one of the functions that evaluate an expression for every
// element of a list: filter, map, all, any, none, count, find and sum.
type collectNode struct {
	op   string
	list arg
	each *arg // nil for count and sum without one
	at   int
}

func (n *collectNode) eval(r *run) (Value, error) {
	v, err := n.list.value(r)
	if err != nil {
		return nil, err
	}
	if u, ok := v.(*Unknown); ok && (u.Kind == KindAny || u.Kind == KindList) {
		return n.ofUnknown(u), nil
	}
	list, ok := asList(v)
	if !ok {
		return nil, n.list.wrong(v, KindList)
	}
	item, index := r.item, r.index
	defer func() { r.item, r.index = item, index }()
	switch n.op {
	case "map":
		return n.mapped(r, list)
	case "sum":
		return n.sum(r, list)
	case "filter":
		return n.filter(r, list)
	case "count":
		return n.count(r, list)
	case "find":
		return n.find(r, list)
	}
	return n.quantify(r, list)
}

// ofUnknown tells what can be said about an unknown list.
func (n *collectNode) ofUnknown(u *Unknown) Value {
	lo, hi := u.listBounds()
	switch n.op {
	case "map":
		return unknownList(u, 0, hi) // omit may drop elements
	case "filter":
		return unknownList(u, 0, hi)
	case "count":
		return unknownCount(u, 0, hi)
	case "find":
		return &Unknown{Origins: u.Origins}
	case "sum":
		return unknown(KindNumber, u)
	}
	if hi == 0 && lo == 0 {
		return n.op != "any"
	}
	return unknown(KindBool, u)
}

// value evaluates the expression for one element.
func (n *collectNode) value(r *run, i int, element Value) (Value, error) {
	if n.each == nil {
		return element, r.work(1, n.at)
	}
	r.item, r.index = element, i
	return n.each.eval(r)
}

// test evaluates the condition for one element.
func (n *collectNode) test(r *run, i int, element Value) (bool, *Unknown, error) {
	if n.each == nil {
		operand := arg{node: &constNode{element}, at: n.list.at, what: "an element"}
		return operand.boolean(r)
	}
	r.item, r.index = element, i
	return n.each.boolean(r)
}

func (n *collectNode) mapped(r *run, list List) (Value, error) {
	if err := r.elements(len(list), n.at); err != nil {
		return nil, err
	}
	out := make(List, 0, len(list))
	for i, e := range list {
		v, err := n.value(r, i, e)
		if err != nil {
			return nil, err
		}
		switch v.(type) {
		case Missing:
			return nil, n.each.wrong(v, KindAny)
		case Omit:
			continue
		}
		if err := r.contain(v, n.at); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return settle(out), nil
}

func (n *collectNode) filter(r *run, list List) (Value, error) {
	var out List
	var open *Unknown
	undecided := 0
	for i, e := range list {
		keep, u, err := n.test(r, i, e)
		switch {
		case err != nil:
			return nil, err
		case u != nil:
			open = unknown(KindBool, open, u)
			undecided++
		case keep:
			out = append(out, e)
		}
	}
	if open != nil {
		return unknownList(open, len(out), len(out)+undecided), nil
	}
	return out, r.elements(len(out), n.at)
}

func (n *collectNode) count(r *run, list List) (Value, error) {
	var open *Unknown
	certain, undecided := 0, 0
	for i, e := range list {
		counts, u, err := n.test(r, i, e)
		switch {
		case err != nil:
			return nil, err
		case u != nil:
			open = unknown(KindBool, open, u)
			undecided++
		case counts:
			certain++
		}
	}
	if open != nil {
		return unknownCount(open, certain, certain+undecided), nil
	}
	return int64(certain), nil
}

// find returns the first element that passes, or Missing. After a test that
// is not known, it is not certain that the following ones are made at all.
func (n *collectNode) find(r *run, list List) (Value, error) {
	var open *Unknown
	for i, e := range list {
		found, u, err := n.test(r, i, e)
		switch {
		case open != nil && excusable(err):
			continue
		case err != nil:
			return nil, err
		case u != nil:
			open = unknown(KindAny, open, u)
		case found && open == nil:
			return e, nil
		}
	}
	if open != nil {
		return &Unknown{Origins: open.Origins}, nil
	}
	return Missing{&lookup{at: n.at, what: "what find(...) looks for", why: "no element fits"}}, nil
}

// quantify is all, any and none. Each has an element that decides: one that
// passes for any and none, one that does not for all.
func (n *collectNode) quantify(r *run, list List) (Value, error) {
	decisive := n.op != "all"
	var open *Unknown
	for i, e := range list {
		passes, u, err := n.test(r, i, e)
		switch {
		case open != nil && excusable(err):
			continue
		case err != nil:
			return nil, err
		case u != nil:
			open = unknown(KindBool, open, u)
		case passes == decisive:
			return n.op == "any", nil
		}
	}
	if open != nil {
		return open, nil
	}
	return n.op != "any", nil
}

func (n *collectNode) sum(r *run, list List) (Value, error) {
	plus := arithmeticNode{op: "+", operands: operands{at: n.at}}
	var total Value = int64(0)
	for i, e := range list {
		v, err := n.value(r, i, e)
		if err != nil {
			return nil, err
		}
		operand := arg{node: &constNode{v}, at: n.at, what: "an element"}
		if _, isUnknown := v.(*Unknown); !isUnknown {
			if _, number := toFloat(v); !number {
				return nil, operand.wrong(v, KindNumber)
			}
		}
		plus.left, plus.right = arg{node: &constNode{total}, at: n.at}, operand
		if total, err = plus.eval(r); err != nil {
			return nil, err
		}
	}
	return total, nil
}
