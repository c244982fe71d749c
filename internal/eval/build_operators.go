package eval

import (
	"slices"
	"strconv"

	"github.com/expr-lang/expr/ast"
)

// unary makes a node of not, - and +.
func (b *builder) unary(n *ast.UnaryNode) node {
	operand := b.arg(n.Node)
	if n.Operator == "not" || n.Operator == "!" {
		return &notNode{operand}
	}
	c, ok := operand.node.(*constNode)
	if !ok {
		return &negateNode{plus: n.Operator == "+", operand: operand}
	}
	switch v := c.value.(type) {
	case int64:
		if n.Operator == "-" {
			v = -v
		}
		return &constNode{v}
	case float64:
		if n.Operator == "-" {
			v = -v
		}
		return &constNode{v}
	}
	return &negateNode{plus: n.Operator == "+", operand: operand}
}

// binary makes a node of an operator with two sides.
func (b *builder) binary(n *ast.BinaryNode) node {
	left, right, at := b.arg(n.Left), b.arg(n.Right), b.at(n)
	if b.problem != nil {
		return nil
	}
	switch n.Operator {
	case "and", "&&":
		return &logicNode{decisive: false, left: left, right: right}
	case "or", "||":
		return &logicNode{decisive: true, left: left, right: right}
	case "??":
		return &coalesceNode{left: left, right: right}
	case "==", "!=":
		b.checkKinds(n, left, right)
		return &equalNode{negated: n.Operator == "!=", operands: operands{left, right, at}}
	case "<", "<=", ">", ">=":
		b.checkKinds(n, left, right)
		return &orderNode{op: n.Operator, operands: operands{left, right, at}}
	case "in":
		return &inNode{operands: operands{left, right, at}}
	case "..":
		return &rangeNode{from: left, to: right, at: at}
	case "contains", "startsWith", "endsWith":
		return &textNode{test: textTests[n.Operator], left: left, right: right}
	case "matches":
		return b.matches(n, left)
	}
	return &arithmeticNode{op: n.Operator, operands: operands{left, right, at}}
}

// checkKinds refuses to compare text with a number and the like, which would
// only ever be false.
func (b *builder) checkKinds(n *ast.BinaryNode, left, right arg) {
	kl, kr := b.kind(n.Left), b.kind(n.Right)
	if kl == KindAny || kr == KindAny || sameKind(zeroOf(kl), zeroOf(kr)) {
		return
	}
	hint := conversion(left, right, zeroOf(kl), zeroOf(kr))
	if _, negated := left.node.(*notNode); negated {
		hint = "not belongs to the left side only; write not (a " + n.Operator + " b)"
	}
	b.problemAt(n, "cannot compare "+kl.String()+" with "+kr.String(), hint)
}

// kind is the static kind of a node.
func (b *builder) kind(n ast.Node) Kind {
	if t := b.typeOf(n); t != nil {
		return t.Kind
	}
	return KindAny
}

// matches makes a node of matches, whose pattern must be written out.
func (b *builder) matches(n *ast.BinaryNode, left arg) node {
	pattern, ok := n.Right.(*ast.StringNode)
	if !ok {
		b.problemAt(n.Right, "pattern of matches must be a text in quotes", "use contains, startsWith or endsWith for a text that is not fixed")
		return nil
	}
	compiled, message := compilePattern(pattern.Value)
	if message != "" {
		b.problemAt(pattern, message, "")
		return nil
	}
	return &matchNode{left: left, pattern: compiled}
}

// slice makes a node of base[from:to].
func (b *builder) slice(n *ast.SliceNode) node {
	out := &sliceNode{base: b.arg(n.Node)}
	if n.From != nil {
		from := b.arg(n.From)
		out.from = &from
	}
	if n.To != nil {
		to := b.arg(n.To)
		out.to = &to
	}
	return out
}

// let makes a node of let name = value; body.
func (b *builder) let(n *ast.VariableDeclaratorNode) node {
	if b.env.has(n.Name) || Reserved(n.Name) || b.variable(n.Name) >= 0 {
		b.problemAt(n, "name "+strconv.Quote(n.Name)+" is taken", "choose another one")
		return nil
	}
	value := b.arg(n.Value)
	b.vars = append(b.vars, variable{name: n.Name, value: n.Value})
	body := b.arg(n.Expr)
	b.vars = b.vars[:len(b.vars)-1]
	return &letNode{slot: len(b.vars), value: value, body: body}
}

// list makes a node of [a, b], a literal if all elements are.
func (b *builder) list(n *ast.ArrayNode) node {
	out := &listNode{at: b.at(n)}
	constant := true
	var values List
	for _, e := range n.Nodes {
		a := b.arg(e)
		out.elements = append(out.elements, a)
		c, ok := a.node.(*constNode)
		if ok = ok && c.value != (Omit{}); ok {
			values = append(values, c.value)
		}
		constant = constant && ok
	}
	if constant {
		return &constNode{values}
	}
	return out
}

// object makes a node of {"a": b}.
func (b *builder) object(n *ast.MapNode) node {
	out := &objectNode{at: b.at(n)}
	for _, p := range n.Pairs {
		pair := p.(*ast.PairNode)
		out.keys = append(out.keys, b.arg(pair.Key))
		out.values = append(out.values, b.arg(pair.Value))
	}
	return out
}

// collect makes a node of filter, map and the like.
func (b *builder) collect(n *ast.BuiltinNode) node {
	if !isPredicate(n.Name) {
		message, hint := unknownFunction(n.Name)
		b.problemAt(n, message, hint)
		return nil
	}
	out := &collectNode{op: n.Name, list: b.arg(n.Arguments[0]), at: b.at(n)}
	if len(n.Arguments) > 1 {
		predicate := n.Arguments[1].(*ast.PredicateNode)
		b.lists = append(b.lists, n.Arguments[0])
		each := b.arg(predicate.Node)
		b.lists = b.lists[:len(b.lists)-1]
		out.each = &each
	}
	return out
}

// call makes a node of a function call.
func (b *builder) call(n *ast.CallNode) node {
	name, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		b.problemAt(n.Callee, "values have no functions of their own", "write name(value)")
		return nil
	}
	f := findFunction(name.Value)
	if f == nil {
		message, hint := unknownFunction(name.Value)
		b.problemAt(name, message, hint)
		return nil
	}
	if !f.takes(len(n.Arguments)) {
		b.problemAt(name, "wrong number of arguments for "+f.name, "write "+f.signature)
		return nil
	}
	out := &callNode{f: f, at: b.at(n)}
	for i, argument := range n.Arguments {
		a := b.arg(argument)
		b.checkArgument(f, i, argument, a)
		out.args = append(out.args, a)
	}
	b.checkLiteralPath(f, n.Arguments)
	return out
}

// checkArgument refuses an argument that is certainly of the wrong kind.
func (b *builder) checkArgument(f *function, i int, n ast.Node, a arg) {
	have, want := kindOfNode(n), f.param(i)
	if have == KindAny || want == KindAny || have == want {
		return
	}
	if have == KindInt && want == KindNumber || have == KindNumber && want == KindInt {
		return
	}
	b.problemAt(n, f.name+" needs "+want.String()+" here, this is "+have.String(), a.convert(zeroOf(have), want))
}

// checkLiteralPath checks the path given to path(...) if it is written out.
func (b *builder) checkLiteralPath(f *function, arguments []ast.Node) {
	if f.name != "path" {
		return
	}
	if query, ok := arguments[1].(*ast.StringNode); ok {
		if message, hint := checkQuery(query.Value); message != "" {
			b.problemAt(query, message, hint)
		}
	}
}

// words are the names that expressions have a meaning for beside functions.
var words = []string{
	"and", "or", "not", "in", "let", "if", "else", "true", "false", "nil", "null", "omit",
	"matches", "contains", "startsWith", "endsWith",
}

// Reserved reports whether name already means something in expressions: a
// function, or a word such as "and" or "let". Nothing else may have that name.
func Reserved(name string) bool {
	return slices.Contains(words, name) || findFunction(name) != nil || isPredicate(name)
}
