package eval

// boolean evaluates an operand that must be a boolean. Exactly one of u and
// err is set if the answer is not known.
func (a *arg) boolean(r *run) (b bool, u *Unknown, err error) {
	v, err := a.eval(r)
	if err != nil {
		return false, nil, err
	}
	switch v := v.(type) {
	case bool:
		return v, nil, nil
	case *Unknown:
		if v.Kind == KindBool || v.Kind == KindAny {
			return false, v, nil
		}
		return false, nil, failf(a.at, "", "%s will be %s; %s is needed here", a.name(), v.Kind, KindBool)
	}
	return false, nil, a.wrong(v, KindBool)
}

// A logicNode is "and", if decisive is false, or "or", if it is true: the
// value on either side that decides, whatever the other one is.
type logicNode struct {
	decisive    bool
	left, right arg
}

func (n *logicNode) eval(r *run) (Value, error) {
	left, leftUnknown, err := n.left.boolean(r)
	if err != nil {
		return nil, err
	}
	if leftUnknown == nil && left == n.decisive {
		return n.decisive, nil
	}
	right, rightUnknown, err := n.right.boolean(r)
	switch {
	case leftUnknown != nil && excusable(err):
		return unknown(KindBool, leftUnknown), nil // the left side may yet spare us the right one
	case err != nil:
		return nil, err
	case rightUnknown != nil:
		return unknown(KindBool, leftUnknown, rightUnknown), nil
	case right == n.decisive || leftUnknown == nil:
		return right, nil
	}
	return unknown(KindBool, leftUnknown), nil
}

// A notNode is "not".
type notNode struct{ operand arg }

func (n *notNode) eval(r *run) (Value, error) {
	b, u, err := n.operand.boolean(r)
	if err != nil {
		return nil, err
	}
	if u != nil {
		return unknown(KindBool, u), nil
	}
	return !b, nil
}

// A conditionalNode is cond ? then : otherwise.
type conditionalNode struct{ cond, then, otherwise arg }

func (n *conditionalNode) eval(r *run) (Value, error) {
	cond, u, err := n.cond.boolean(r)
	switch {
	case err != nil:
		return nil, err
	case u != nil:
		return n.undecided(r, u)
	case cond:
		return n.then.eval(r)
	}
	return n.otherwise.eval(r)
}

// undecided evaluates both branches. If they agree, the condition does not
// matter; a mistake in either may be in the one that is not taken.
func (n *conditionalNode) undecided(r *run, guard *Unknown) (Value, error) {
	then, err := n.then.eval(r)
	if err != nil && !excusable(err) {
		return nil, err
	}
	otherwise, err2 := n.otherwise.eval(r)
	if err2 != nil && !excusable(err2) {
		return nil, err2
	}
	if err != nil || err2 != nil {
		return &Unknown{Origins: guard.Origins, MayOmit: mayOmit(then) || mayOmit(otherwise)}, nil
	}
	if r.identical(then, otherwise) {
		return then, nil
	}
	return either(guard, then, otherwise), nil
}

// A coalesceNode is left ?? right: right in place of what is missing or null.
type coalesceNode struct{ left, right arg }

func (n *coalesceNode) eval(r *run) (Value, error) {
	left, err := n.left.eval(r)
	if err != nil {
		return nil, n.explain(err)
	}
	switch left := left.(type) {
	case nil, Missing:
		return n.right.eval(r)
	case *Unknown:
		if !left.NotNull {
			return n.undecided(r, left)
		}
	}
	return left, nil
}

// explain adds to an error of the left side that ?? only reaches along a
// chain of names: in upper(a.b) ?? x it is upper that finds nothing.
func (n *coalesceNode) explain(err error) error {
	e, ok := err.(*Error)
	if !ok || !e.absent || n.left.label != "" {
		return err
	}
	e.Hint = "?? only replaces what is missing or null at the end of a chain of names; put it inside, at the chain itself, as in upper(a.b ?? \"\")"
	return e
}

// undecided tells what left ?? right may be if left may turn out to be null.
func (n *coalesceNode) undecided(r *run, left *Unknown) (Value, error) {
	right, err := n.right.eval(r)
	if err != nil {
		if excusable(err) {
			return &Unknown{Origins: left.Origins, MayOmit: left.MayOmit}, nil
		}
		return nil, err
	}
	out := either(left, left, right)
	out.NotNull = notNull(right)
	return out, nil
}
