package eval

// An inNode is x in list, or "key" in object.
type inNode struct {
	operands
}

func (n *inNode) eval(r *run) (Value, error) {
	left, right, err := n.values(r)
	if err != nil {
		return nil, err
	}
	if list, ok := asList(right); ok {
		return n.inList(r, left, list)
	}
	switch right := right.(type) {
	case *Unknown:
		return unknown(KindBool, left, right), nil
	case Object, *JSON:
		return n.inObject(left, right)
	}
	return nil, n.right.wrong(right, KindList)
}

// inList looks for an element. It is an error if no element is of the kind of
// what is looked for: "12" in [12] would quietly be false.
func (n *inNode) inList(r *run, left Value, list List) (Value, error) {
	if err := r.work(len(list), n.at); err != nil {
		return nil, err
	}
	found, alike := no, len(list) == 0 || left == nil
	for _, e := range list {
		alike = alike || e == nil || sameKind(left, e)
		if decided, ok := decideEqual(left, e); ok {
			found = max(found, truth(decided))
		} else {
			found = max(found, r.equal(left, e))
		}
		if found == yes {
			return true, nil
		}
	}
	switch {
	case found == maybe:
		return unknown(KindBool, left, list), nil
	case !alike:
		return nil, failf(n.at, n.left.convert(left, KindOf(list[0])),
			"%s is %s, but the list holds nothing of that kind", n.left.name(), describe(left))
	}
	return false, nil
}

func (n *inNode) inObject(left, object Value) (Value, error) {
	if u, ok := left.(*Unknown); ok {
		return unknown(KindBool, u, object), nil
	}
	key, ok := left.(string)
	if !ok {
		return nil, n.left.wrong(left, KindString)
	}
	v, ok := fieldOf(object, key)
	if u, open := v.(*Unknown); open && u.MayOmit {
		return unknown(KindBool, u), nil
	}
	_, gone := v.(Missing)
	return ok && !gone, nil
}
