package eval

// An orderNode is <, <=, > or >=.
type orderNode struct {
	op string
	operands
}

func (n *orderNode) eval(r *run) (Value, error) {
	left, right, err := n.values(r)
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
		if _, number := toFloat(side.value); !number && KindOf(side.value) != KindString {
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
	if isLiteral(left) && isLiteral(right) {
		return ""
	}
	if kl, kr := KindOf(leftValue), KindOf(rightValue); (kl == KindBool || kr == KindBool) && kl != KindString && kr != KindString {
		return ""
	}
	hint := left.convert(leftValue, KindOf(rightValue))
	if isLiteral(left) || hint == "" || KindOf(rightValue) == KindString && !isLiteral(right) {
		if other := right.convert(rightValue, KindOf(leftValue)); other != "" {
			return other
		}
	}
	return hint
}

func isLiteral(a arg) bool {
	_, ok := a.node.(*constNode)
	return ok
}
