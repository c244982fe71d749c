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
	negated     bool
	left, right arg
	at          int
}

func (n *equalNode) eval(r *run) (Value, error) {
	left, err := n.left.value(r)
	if err != nil {
		return nil, err
	}
	right, err := n.right.value(r)
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
		if k := kindOf(v); k != KindInt {
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

// An orderNode is <, <=, > or >=.
type orderNode struct {
	op          string
	left, right arg
	at          int
}

func (n *orderNode) eval(r *run) (Value, error) {
	left, err := n.left.value(r)
	if err != nil {
		return nil, err
	}
	right, err := n.right.value(r)
	if err != nil {
		return nil, err
	}
	u, leftUnknown := left.(*Unknown)
	v, rightUnknown := right.(*Unknown)
	switch {
	case leftUnknown:
		return n.undecided(u, right, n.op)
	case rightUnknown:
		return n.undecided(v, left, mirrored(n.op))
	}
	return n.compare(left, right)
}

func (n *orderNode) compare(left, right Value) (Value, error) {
	if a, ok := left.(string); ok {
		b, ok := right.(string)
		if !ok {
			return nil, n.mismatch(left, right)
		}
		order := 0
		if a < b {
			order = -1
		} else if a > b {
			order = 1
		}
		return ordered(order, n.op), nil
	}
	order, ok := compareNumbers(left, right)
	if !ok {
		return nil, n.mismatch(left, right)
	}
	return ordered(order, n.op), nil
}

func ordered(order int, op string) bool {
	switch op {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

// mirrored returns the operator that gives the same with sides exchanged.
func mirrored(op string) string {
	switch op[0] {
	case '<':
		return ">" + op[1:]
	case '>':
		return "<" + op[1:]
	}
	return op
}

func (n *orderNode) undecided(u *Unknown, other Value, op string) (Value, error) {
	if b, ok := u.compareCount(other, op); ok {
		return b, nil
	}
	return unknown(KindBool, u, other), nil
}

// compareCount tells how a count compares with a number if its bounds decide
// it: a count of 1 to 3 is certainly > 0.
func (u *Unknown) compareCount(other Value, op string) (result, ok bool) {
	if _, number := toFloat(other); !number || !u.Count {
		return false, false
	}
	low, _ := compareNumbers(int64(u.MinLen), other)
	atLow := ordered(low, op)
	if !u.Bounded {
		// What holds for the lower bound holds above it if more makes it truer.
		grows := op[0] == '>'
		return grows, atLow == grows
	}
	high, _ := compareNumbers(int64(u.MaxLen), other)
	return atLow, ordered(high, op) == atLow
}

// mismatch is the error for two values that have no order.
func (n *orderNode) mismatch(left, right Value) error {
	for _, side := range []struct {
		operand arg
		value   Value
	}{{n.left, left}, {n.right, right}} {
		if _, number := toFloat(side.value); !number && kindOf(side.value) != KindString {
			return side.operand.wrong(side.value, KindNumber)
		}
	}
	return failf(n.at, conversion(n.left, n.right, left, right), "%s is %s and %s is %s, so neither is greater",
		n.left.side("the left side"), describe(left), n.right.side("the right side"), describe(right))
}

// conversion suggests how to make two operands of the same kind: by turning
// text into a number rather than the other way round, and by leaving literals
// as they are.
func conversion(left, right arg, leftValue, rightValue Value) string {
	hint := left.convert(leftValue, kindOf(rightValue))
	if isLiteral(left) || hint == "" || kindOf(rightValue) == KindString && !isLiteral(right) {
		if other := right.convert(rightValue, kindOf(leftValue)); other != "" {
			return other
		}
	}
	return hint
}

func isLiteral(a arg) bool {
	_, ok := a.node.(*constNode)
	return ok
}

// An inNode is x in list, or "key" in object.
type inNode struct {
	left, right arg
	at          int
}

func (n *inNode) eval(r *run) (Value, error) {
	left, err := n.left.value(r)
	if err != nil {
		return nil, err
	}
	right, err := n.right.value(r)
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
	found, comparable := no, len(list) == 0 || left == nil
	for _, e := range list {
		comparable = comparable || e == nil || sameKind(left, e)
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
	case !comparable:
		return nil, failf(n.at, n.left.convert(left, kindOf(list[0])),
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
	_, gone := v.(Missing)
	return ok && !gone, nil
}
