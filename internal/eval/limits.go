package eval

import (
	"context"
	"errors"
	"fmt"
)

// The limits of an expression and of one evaluation. They are far above what
// a workflow needs and far below what would trouble the machine.
const (
	maxSource = 4 << 10 // bytes of source text
	maxNodes  = 1000    // nodes of the syntax tree
	maxSteps  = 1_000_000
	maxText   = 1 << 20 // bytes of one text
	maxMade   = 8 << 20 // bytes of all texts and lists made

	maxPattern    = 256      // bytes of the pattern of "matches"
	maxRepetition = 100      // of a pattern, nested ones multiplied
	maxMatched    = 64 << 10 // bytes of text given to "matches"

	elementSize = 16       // bytes a list element counts for
	maxWeight   = 64 << 20 // bytes of a value, counting what it holds twice twice
)

// A run is one evaluation.
type run struct {
	ctx   context.Context
	scope *Scope
	steps int
	made  int     // bytes
	vars  []Value // of let
	item  Value   // what # stands for
	index int     // what #index stands for
}

// errLimit is wrapped by the errors of an evaluation that has grown too
// large. A branch that might not be taken does not excuse them.
var errLimit = errors.New("limit")

// check is called every so many steps and ends an evaluation that has been
// cancelled or has run for too long.
func (r *run) check(at int) error {
	if err := context.Cause(r.ctx); err != nil {
		return err
	}
	return r.enough(at)
}

// enough is nil as long as the steps are within their limit.
func (r *run) enough(at int) error {
	if r.steps > maxSteps {
		return tooLarge(at, "evaluation takes more than %d steps", maxSteps)
	}
	return nil
}

// work counts n steps that do not show in the syntax tree.
func (r *run) work(n, at int) error {
	before := r.steps
	r.steps += n
	if before>>10 == r.steps>>10 {
		return nil
	}
	return r.check(at)
}

// text counts n bytes of text that are about to be made.
func (r *run) text(n, at int) error {
	if n > maxText {
		return tooLarge(at, "text would be longer than %d bytes", maxText)
	}
	if r.made += n; r.made > maxMade {
		return tooLarge(at, "evaluation makes more than %d bytes", maxMade)
	}
	return r.work(n>>6, at)
}

// elements counts n list elements that are about to be made.
func (r *run) elements(n, at int) error {
	if n > maxMade/elementSize {
		return tooLarge(at, "list would be longer than %d elements", maxMade/elementSize)
	}
	if r.made += n * elementSize; r.made > maxMade {
		return tooLarge(at, "evaluation makes more than %d bytes", maxMade)
	}
	return r.work(n, at)
}

func tooLarge(at int, format string, args ...any) error {
	return &Error{Offset: at, Message: fmt.Sprintf(format, args...), cause: errLimit}
}

// excusable reports whether err is a mistake in a value, which does not count
// in a branch that may turn out not to be taken.
func excusable(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.cause == nil
}

// weigh returns how much a value is with all that it refers to, in bytes, and
// how many values that are, or an error if it is too much. Lists share their
// elements, so a value can be far larger than the memory it takes:
// let b = [a, a]; let c = [b, b]; and so on.
func weigh(v Value, at int) (values int, err error) {
	s := scale{left: maxWeight}
	if s.add(v); s.left < 0 {
		return s.values, tooLarge(at, "value would be larger than %d bytes", maxWeight)
	}
	return s.values, nil
}

// A scale weighs until what is left is used up.
type scale struct{ left, values int }

func (s *scale) add(v Value) {
	s.values++
	s.left -= elementSize
	switch v := v.(type) {
	case string:
		s.left -= len(v)
	case Number:
		s.left -= len(v)
	case *JSON:
		s.left -= len(v.raw)
	case List:
		for i := 0; i < len(v) && s.left > 0; i++ {
			s.add(v[i])
		}
	case Object:
		for key, e := range v {
			if s.left -= len(key); s.left < 0 {
				return
			}
			s.add(e)
		}
	}
}

// contain counts what a new list or object takes in.
func (r *run) contain(v Value, at int) error {
	values, err := weigh(v, at)
	if err != nil {
		return err
	}
	return r.work(values, at)
}
