package eval

// operands are what stands on both sides of an operator that wants the values
// of both.
type operands struct {
	left, right arg
	at          int
}

func (o *operands) values(r *run) (left, right Value, err error) {
	if left, err = o.left.value(r); err != nil {
		return nil, nil, err
	}
	right, err = o.right.value(r)
	return left, right, err
}
