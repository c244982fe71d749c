package eval

import "math"

// An arithmeticNode is an operator on two numbers, or + on two texts.
// Integers stay integers; what does not fit in 64 bits is an error.
type arithmeticNode struct {
	op string
	operands
}

func (n *arithmeticNode) eval(r *run) (Value, error) {
	left, right, err := n.values(r)
	if err != nil {
		return nil, err
	}
	_, leftUnknown := left.(*Unknown)
	_, rightUnknown := right.(*Unknown)
	if leftUnknown || rightUnknown {
		return n.undecided(left, right)
	}
	if text, ok := left.(string); ok && n.op == "+" {
		return n.join(r, text, right)
	}
	if a, ok := left.(int64); ok {
		if b, ok := right.(int64); ok {
			return n.ints(a, b)
		}
	}
	a, ok := toFloat(left)
	if !ok {
		return nil, n.numberWanted(&n.left, left, right)
	}
	b, ok := toFloat(right)
	if !ok {
		return nil, n.right.wrong(right, KindNumber)
	}
	return n.floats(a, b)
}

func (n *arithmeticNode) undecided(left, right Value) (Value, error) {
	kind := KindNumber
	if n.op == "+" { // of two texts or two numbers
		kind = max(KindOf(left), KindOf(right))
	}
	return unknown(kind, left, right), nil
}

func (n *arithmeticNode) numberWanted(a *arg, v, other Value) error {
	if _, text := other.(string); text && n.op == "+" {
		return a.wrong(v, KindString)
	}
	return a.wrong(v, KindNumber)
}

func (n *arithmeticNode) join(r *run, left string, right Value) (Value, error) {
	text, ok := right.(string)
	if !ok {
		return nil, n.right.wrong(right, KindString)
	}
	if err := r.text(len(left)+len(text), n.at); err != nil {
		return nil, err
	}
	return left + text, nil
}

func (n *arithmeticNode) ints(a, b int64) (Value, error) {
	switch n.op {
	case "+":
		if sum := a + b; (sum > a) == (b > 0) {
			return sum, nil
		}
	case "-":
		if difference := a - b; (difference < a) == (b > 0) {
			return difference, nil
		}
	case "*":
		if product, ok := multiply(a, b); ok {
			return product, nil
		}
	case "/":
		if b != 0 && a%b == 0 && (a != math.MinInt64 || b != -1) {
			return a / b, nil // exact, also beyond the 53 bits of a float
		}
		return n.floats(float64(a), float64(b))
	case "%":
		if b == 0 {
			return nil, failf(n.at, "", "division by zero")
		}
		if b == -1 {
			return int64(0), nil
		}
		return a % b, nil
	case "**", "^":
		if b < 0 {
			return n.floats(float64(a), float64(b))
		}
		if power, ok := power(a, b); ok {
			return power, nil
		}
	}
	return nil, failf(n.at, "", "%d %s %d does not fit in a 64-bit integer", a, n.op, b)
}

func multiply(a, b int64) (int64, bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	product := a * b
	overflow := product/b != a || a == -1 && b == math.MinInt64 || b == -1 && a == math.MinInt64
	return product, !overflow
}

func power(a, b int64) (int64, bool) {
	result := int64(1)
	for ; b > 0; b-- {
		if a == 0 || a == 1 {
			return a, true
		}
		if a == -1 {
			return 1 - 2*(b&1), true
		}
		next, ok := multiply(result, a)
		if !ok {
			return 0, false
		}
		result = next
	}
	return result, true
}

func (n *arithmeticNode) floats(a, b float64) (Value, error) {
	var result float64
	switch n.op {
	case "+":
		result = a + b
	case "-":
		result = a - b
	case "*":
		result = a * b
	case "/":
		if b == 0 {
			return nil, failf(n.at, "", "division by zero")
		}
		result = a / b
	case "%":
		return nil, failf(n.at, "write int(...) or round(...)", "%% is for integers only")
	default:
		result = math.Pow(a, b)
	}
	if math.IsNaN(result) || math.IsInf(result, 0) {
		return nil, failf(n.at, "", "result of %s is too large for a number", n.op)
	}
	return result, nil
}

// A negateNode is -x, or +x if plus is set.
type negateNode struct {
	plus    bool
	operand arg
}

func (n *negateNode) eval(r *run) (Value, error) {
	v, err := n.operand.value(r)
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case *Unknown:
		return unknown(KindNumber, v), nil
	case int64:
		if n.plus {
			return v, nil
		}
		if v == math.MinInt64 {
			return nil, failf(n.operand.at, "", "-(%d) does not fit in a 64-bit integer", v)
		}
		return -v, nil
	case float64:
		if n.plus {
			return v, nil
		}
		return -v, nil
	}
	return nil, n.operand.wrong(v, KindNumber)
}

// A rangeNode is from..to, both included.
type rangeNode struct {
	from, to arg
	at       int
}

func (n *rangeNode) eval(r *run) (Value, error) {
	var bounds [2]int64
	var u *Unknown
	for i, a := range []*arg{&n.from, &n.to} {
		v, err := a.value(r)
		if err != nil {
			return nil, err
		}
		switch v := v.(type) {
		case int64:
			bounds[i] = v
		case *Unknown:
			u = unknown(KindList, u, v)
		default:
			return nil, a.wrong(v, KindInt)
		}
	}
	if u != nil {
		return u, nil
	}
	return n.list(r, bounds[0], bounds[1])
}

func (n *rangeNode) list(r *run, from, to int64) (Value, error) {
	if from > to {
		return List{}, nil
	}
	size := uint64(to) - uint64(from) // wraps the right way for any two integers
	if err := r.elements(int(min(size, math.MaxInt32))+1, n.at); err != nil {
		return nil, err
	}
	out := make(List, 0, size+1)
	for i := range int64(size) + 1 {
		out = append(out, from+i)
	}
	return out, nil
}
