// Package eval evaluates the templates and conditions of a workflow file.
//
// A template is a string that may hold {{ ... }}; a condition is a bare
// expression. Both are parsed and checked once, against an [Env] that says
// which names exist and what they hold, and evaluated many times, against a
// [Scope] that holds the values. Parsing and type checking are those of
// github.com/expr-lang/expr; evaluation is a tree walk of this package.
//
// Evaluation is three-valued. A plan does not know what the service will
// answer to a write, so a value may be [*Unknown]: every operation says what
// it makes of one, and gives a known answer wherever every possible value
// would lead to it. "false and unknown" is false. The same walk serves plan
// and apply, so that a plan cannot promise what apply would not do.
//
// Missing, null and "" are three things. A lookup that finds nothing gives
// [Missing], which travels along a chain of members and becomes an error at
// the first place that needs a value, unless ?? or ?. catches it on the way.
//
// Nothing here reads a clock, a random number, a file or the network, and
// every evaluation is bounded in steps, in text and in list elements.
package eval

import (
	"context"
	"fmt"
	"sync"
)

// A Template is a string with holes, parsed and checked.
// It is safe for use by several goroutines.
type Template struct {
	pieces []piece
	typ    *Type
	refs   []Ref
}

// A piece of a template is literal text or, if expr is set, a hole.
type piece struct {
	text string
	expr *Expr
}

// Literal returns the text of a template that has nothing to evaluate.
func (t *Template) Literal() (string, bool) {
	switch len(t.pieces) {
	case 0:
		return "", true
	case 1:
		return t.pieces[0].text, t.pieces[0].expr == nil
	}
	return "", false
}

// Type returns what the template gives: the type of its hole if it is one
// hole and nothing else, which is nil if nothing is known, and text otherwise.
func (t *Template) Type() *Type { return t.typ }

// Refs returns what the template reads from its scope, in source order.
func (t *Template) Refs() []Ref { return t.refs }

// Eval returns the value of the template: the value of the hole as it is, if
// the template is one hole and nothing else, otherwise a string. The result
// may be [Omit] (one hole only), an [*Unknown], or a list or object that
// holds unknowns. It is never [Missing]. The error is an [*Error], or the
// cause of ctx.
func (t *Template) Eval(ctx context.Context, s *Scope) (Value, error) {
	if len(t.pieces) == 1 && t.pieces[0].expr != nil {
		v, err := t.pieces[0].expr.Eval(ctx, s)
		return v, orOmit(err, t.pieces[0].expr.text)
	}
	return t.EvalSegments(ctx, s, nil)
}

// EvalText is like Eval but renders a single hole as text, too. If parts are
// unknown, unknown is set, and text is for display only: it has the known
// parts and, in place of the others, what they wait for.
func (t *Template) EvalText(ctx context.Context, s *Scope) (text string, unknown *Unknown, err error) {
	r := run{ctx: ctx, scope: s}
	return t.render(&r, nil)
}

// EvalSegments renders the template as text, passing the text of each hole,
// but not the literal text between them, through escape. The result is a
// string or an [*Unknown].
func (t *Template) EvalSegments(ctx context.Context, s *Scope, escape func(string) string) (Value, error) {
	r := run{ctx: ctx, scope: s}
	text, u, err := t.render(&r, escape)
	switch {
	case err != nil:
		return nil, err
	case u != nil:
		return u, nil
	}
	return text, nil
}

// render renders every piece as text. What is not known yet stands in the
// text in words.
func (t *Template) render(r *run, escape func(string) string) (string, *Unknown, error) {
	var out []byte
	var open *Unknown
	for i := range t.pieces {
		p := &t.pieces[i]
		if p.expr == nil {
			out = append(out, p.text...)
			continue
		}
		before := len(out)
		u, err := p.expr.appendText(r, &out)
		switch {
		case err != nil:
			return "", nil, err
		case u != nil:
			open = unknown(KindString, open, u)
			out = fmt.Appendf(out, "(%s)", u)
		case escape != nil:
			out = append(out[:before], escape(string(out[before:]))...)
		}
		if err := r.text(len(out)-before, p.expr.root.at); err != nil {
			return "", nil, err
		}
	}
	if len(out) > maxText {
		return "", nil, tooLarge(0, "text would be longer than %d bytes", maxText)
	}
	return string(out), open, nil
}

// appendText appends the text of the value of a hole among other text.
func (e *Expr) appendText(r *run, out *[]byte) (*Unknown, error) {
	v, err := e.root.value(r)
	if err != nil {
		return nil, err
	}
	if u, ok := IsUnknown(v); ok {
		return u, nil
	}
	text, ok := appendText(*out, v)
	if !ok {
		return nil, e.root.wrong(v, KindString)
	}
	*out = text
	return nil, nil
}

// An Expr is a single expression, parsed and checked.
// It is safe for use by several goroutines.
type Expr struct {
	text string // without the braces around it
	root arg
	typ  *Type
	refs []Ref
	runs sync.Pool // of *run, since making one costs as much as evaluating a comparison
}

// Type returns the static type of the expression, nil if nothing is known.
func (e *Expr) Type() *Type { return e.typ }

// Refs returns what the expression reads from its scope, in source order.
func (e *Expr) Refs() []Ref { return e.refs }

// Eval returns the value of the expression, as [Template.Eval] does for a
// single hole.
func (e *Expr) Eval(ctx context.Context, s *Scope) (Value, error) {
	r := e.begin(ctx, s)
	defer e.end(r)
	v, err := e.root.eval(r)
	if err != nil {
		return nil, err
	}
	switch v.(type) {
	case Missing:
		return nil, e.root.wrong(v, KindAny)
	case List, Object:
		if _, err := weigh(v, e.root.at); err != nil {
			return nil, err
		}
	}
	return v, r.enough(e.root.at)
}

func (e *Expr) begin(ctx context.Context, s *Scope) *run {
	r, ok := e.runs.Get().(*run)
	if !ok {
		r = new(run)
	}
	r.ctx, r.scope = ctx, s
	return r
}

// end keeps a run for the next evaluation, without what it refers to.
func (e *Expr) end(r *run) {
	clear(r.vars)
	*r = run{vars: r.vars[:0]}
	e.runs.Put(r)
}

// Cond evaluates a condition. Exactly one of three things comes back: the
// answer, what the answer waits for, or an error, which is also what a value
// that is not a boolean gives.
func (e *Expr) Cond(ctx context.Context, s *Scope) (known bool, unknown *Unknown, err error) {
	r := e.begin(ctx, s)
	defer e.end(r)
	known, unknown, err = e.root.boolean(r)
	if err == nil {
		err = r.enough(e.root.at)
	}
	return known, unknown, err
}

// A Ref is something an expression reads: the longest chain of member names
// and constant indexes that can be told without evaluating anything. A chain
// that goes on with a computed member ends before it.
type Ref struct {
	Path   []string // from the name in scope on: "steps", "find", "data", "0"
	Offset int      // byte offset of the first name in the source text
}
