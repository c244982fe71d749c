package eval

// An answer is true, false, or not known yet.
type answer int8

const (
	no answer = iota
	maybe
	yes
)

// equal compares two values in depth. Values of different kinds differ.
func (r *run) equal(a, b Value) answer {
	r.steps++
	if _, ok := a.(*Unknown); ok {
		return maybe
	}
	if _, ok := b.(*Unknown); ok {
		return maybe
	}
	switch a := a.(type) {
	case string:
		b, ok := b.(string)
		return truth(ok && a == b)
	case int64, float64:
		order, ok := compareNumbers(a, b)
		return truth(ok && order == 0)
	case bool, nil, Number:
		switch b.(type) {
		case bool, nil, Number:
			return truth(a == b)
		}
		return no
	}
	if listA, ok := asList(a); ok {
		listB, ok := asList(b)
		if !ok {
			return no
		}
		return r.equalLists(listA, listB)
	}
	objectA, okA := asObject(a)
	objectB, okB := asObject(b)
	if !okA || !okB {
		return no
	}
	return r.equalObjects(objectA, objectB)
}

func truth(b bool) answer {
	if b {
		return yes
	}
	return no
}

func (r *run) equalLists(a, b List) answer {
	if len(a) != len(b) {
		return no
	}
	all := yes
	for i := 0; i < len(a) && r.steps <= maxSteps; i++ {
		if all = min(all, r.equal(a[i], b[i])); all == no {
			return no
		}
	}
	return all
}

func (r *run) equalObjects(a, b Object) answer {
	if fieldsOpen(a) || fieldsOpen(b) {
		return maybe
	}
	if len(a) != len(b) {
		return no
	}
	all := yes
	for key, v := range a {
		other, ok := b[key]
		if !ok {
			return no
		}
		if all = min(all, r.equal(v, other)); all == no {
			return no
		}
	}
	return all
}

// An equalNode is ==, or != if negated.
type equalNode struct {
	negated bool
	operands
}

func (n *equalNode) eval(r *run) (Value, error) {
	left, right, err := n.values(r)
	if err != nil {
		return nil, err
	}
	if a, ok := left.(string); ok {
		if b, ok := right.(string); ok {
			return (a == b) != n.negated, nil
		}
	}
	if decided, ok := decideEqual(left, right); ok {
		return decided != n.negated, nil
	}
	if left != nil && right != nil && !sameKind(left, right) {
		return nil, n.mismatch(left, right)
	}
	switch same := r.equal(left, right); same {
	case maybe:
		return unknown(KindBool, left, right), r.enough(n.at)
	default:
		return (same == yes) != n.negated, r.enough(n.at)
	}
}

// decideEqual answers what can be told about an unknown without knowing it:
// it is not null, or it counts something and the other number is out of
// bounds.
func decideEqual(a, b Value) (same, ok bool) {
	u, isUnknown := a.(*Unknown)
	if !isUnknown {
		a, b = b, a
		if u, isUnknown = a.(*Unknown); !isUnknown {
			return false, false
		}
	}
	if b == nil {
		return false, u.NotNull
	}
	less, decided := u.compareCount(b, "<")
	more, decidedToo := u.compareCount(b, ">")
	if decided && less || decidedToo && more {
		return false, true
	}
	return true, decided && decidedToo
}

// sameKind reports whether two values can be equal at all. Unknowns may be of
// any kind.
func sameKind(a, b Value) bool {
	kind := func(v Value) Kind {
		if k := KindOf(v); k != KindInt {
			return k
		}
		return KindNumber
	}
	ka, kb := kind(a), kind(b)
	return ka == kb || ka == KindAny || kb == KindAny
}

// mismatch is the error for a comparison that could only ever be false, such
// as that of a CSV cell, which is text, with a number.
func (n *equalNode) mismatch(left, right Value) error {
	return failf(n.at, conversion(n.left, n.right, left, right), "%s is %s and %s is %s, so they can never be equal",
		n.left.side("the left side"), describe(left), n.right.side("the right side"), describe(right))
}

func (a *arg) side(otherwise string) string {
	if a.label != "" {
		return a.label
	}
	return otherwise
}
