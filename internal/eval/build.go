package eval

import (
	"errors"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
)

// A builder makes nodes of expr's syntax tree, finding on the way every name,
// field and function that does not exist. It stops at the first problem.
type builder struct {
	text    string // of the expression
	start   int    // of the text in the source
	offsets []int  // of its characters
	env     *Env
	vars    []variable
	lists   []ast.Node // what # goes through, innermost last
	problem *Problem
}

// A variable is a name made by let.
type variable struct {
	name  string
	value ast.Node
}

func (b *builder) problemAt(n ast.Node, message, hint string) {
	if b.problem != nil {
		return
	}
	from, to := b.at(n), b.start+b.place(n.Location().To)
	switch n.(type) {
	case *ast.MemberNode, *ast.ChainNode:
		from = b.startOf(n)
	}
	b.problem = &Problem{Offset: from, Length: max(to-from, 1), Message: message, Hint: hint}
}

// at returns the offset of a node in the source.
func (b *builder) at(n ast.Node) int { return b.start + b.place(n.Location().From) }

// startOf returns the offset of the first character of a node, which of an
// operator stands before its own.
func (b *builder) startOf(n ast.Node) int {
	switch n := n.(type) {
	case *ast.MemberNode:
		return b.startOf(n.Node)
	case *ast.ChainNode:
		return b.startOf(n.Node)
	case *ast.SliceNode:
		return b.startOf(n.Node)
	case *ast.BinaryNode:
		return b.startOf(n.Left)
	case *ast.ConditionalNode:
		return b.startOf(n.Cond)
	}
	return b.at(n)
}

// typeError reports what the checker has found, unless it is one of the
// things it gets wrong.
func (b *builder) typeError(err error) {
	var e *file.Error
	if !errors.As(err, &e) {
		b.problem = &Problem{Offset: b.start, Length: len(b.text), Message: inOurWords(err.Error())}
		return
	}
	if aboutFields.MatchString(e.Message) {
		return
	}
	from, to := b.place(e.From), b.place(e.To)
	b.problem = &Problem{Offset: b.start + from, Length: max(to-from, 1), Message: inOurWords(e.Message)}
	if strings.HasPrefix(b.problem.Message, "+ cannot be used") {
		b.problem.Hint = "convert one side with string(...), int(...) or float(...)"
	}
}

// arg makes an operand of a syntax node.
func (b *builder) arg(n ast.Node) arg {
	built, label := b.node(n)
	return arg{node: built, at: b.startOf(n), label: label}
}

// node makes a node, and its text if it is a chain of names.
func (b *builder) node(n ast.Node) (built node, label string) {
	if b.problem != nil {
		return nil, ""
	}
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return b.name(n)
	case *ast.MemberNode:
		return b.member(n)
	case *ast.ChainNode:
		inner := b.arg(n.Node)
		return &chainNode{inner}, inner.label
	case *ast.PointerNode:
		if n.Name == "index" {
			return &itemNode{index: true}, "#index"
		}
		return &itemNode{}, "#"
	}
	return b.inner(n), ""
}

// inner makes a node of what is not a chain of names.
func (b *builder) inner(n ast.Node) node {
	switch n := n.(type) {
	case *ast.NilNode:
		return &constNode{nil}
	case *ast.BoolNode:
		return &constNode{n.Value}
	case *ast.IntegerNode:
		return &constNode{int64(n.Value)}
	case *ast.FloatNode:
		return &constNode{n.Value}
	case *ast.StringNode:
		return &constNode{n.Value}
	case *ast.UnaryNode:
		return b.unary(n)
	case *ast.BinaryNode:
		return b.binary(n)
	case *ast.SliceNode:
		return b.slice(n)
	case *ast.CallNode:
		return b.call(n)
	case *ast.BuiltinNode:
		return b.collect(n)
	case *ast.ConditionalNode:
		return &conditionalNode{cond: b.arg(n.Cond), then: b.arg(n.Exp1), otherwise: b.arg(n.Exp2)}
	case *ast.VariableDeclaratorNode:
		return b.let(n)
	case *ast.ArrayNode:
		return b.list(n)
	case *ast.MapNode:
		return b.object(n)
	}
	b.problemAt(n, "this form is not available in workflows", "")
	return nil
}

// name makes a node of a name.
func (b *builder) name(n *ast.IdentifierNode) (node, string) {
	if slot := b.variable(n.Value); slot >= 0 {
		return &varNode{slot}, n.Value
	}
	switch {
	case n.Value == "omit":
		return &constNode{Omit{}}, ""
	case b.env.has(n.Value):
		return &nameNode{name: n.Value, at: b.at(n)}, n.Value
	}
	b.unknownName(n)
	return nil, ""
}

func (b *builder) unknownName(n *ast.IdentifierNode) {
	switch {
	case n.Value == "None" || n.Value == "undefined":
		b.problemAt(n, "unknown name "+strconv.Quote(n.Value), "write null")
	case findFunction(n.Value) != nil || isPredicate(n.Value):
		b.problemAt(n, n.Value+" is a function", "call it, as in "+n.Value+"(...)")
	default:
		all := &Type{Kind: KindObject, Fields: b.env.names, Noun: "name"}
		p := all.unknownField(n.Value, 0)
		b.problemAt(n, p.Message, p.Hint)
	}
}

// member makes a node of base.key and base[key].
func (b *builder) member(n *ast.MemberNode) (node, string) {
	base := b.arg(n.Node)
	if b.problem != nil {
		return nil, ""
	}
	b.checkField(n, base.label)
	if key, ok := n.Property.(*ast.StringNode); ok {
		label := memberLabel(base.label, key.Value)
		return &memberNode{base: base, key: key.Value, index: -1, at: b.at(n.Property), label: label}, label
	}
	label := ""
	if key, ok := staticKey(n.Property); ok {
		label = indexLabel(base.label, key)
	}
	return &indexNode{base: base, key: b.arg(n.Property), at: b.at(n.Property), label: label}, label
}
