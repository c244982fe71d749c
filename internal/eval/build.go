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

// typeOf returns the static type of a node.
func (b *builder) typeOf(n ast.Node) *Type {
	if path, ok := staticPath(n); ok && b.env.has(path[0]) {
		return b.env.typeAt(path)
	}
	if !b.certain(n) {
		return &Type{Kind: kindOfNode(n)}
	}
	return typeOfNature(n.Nature())
}

// typeAt returns the type that a path leads to, nil if that is not known.
func (e *Env) typeAt(path []string) *Type {
	t := e.names[path[0]]
	for _, key := range path[1:] {
		if t == nil {
			return nil
		}
		if t.Kind == KindList {
			t = t.Elem
			continue
		}
		t = t.Fields[key]
	}
	return t
}

// certain reports whether the checker is right about the fields of a node. Of
// two branches it looks at one, and of a list at the last element.
func (b *builder) certain(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.ConditionalNode, *ast.ArrayNode:
		return false
	case *ast.BinaryNode:
		return n.Operator != "??"
	case *ast.MemberNode:
		return b.certain(n.Node)
	case *ast.ChainNode:
		return b.certain(n.Node)
	case *ast.SliceNode:
		return b.certain(n.Node)
	case *ast.VariableDeclaratorNode:
		return b.certain(n.Expr)
	case *ast.PredicateNode:
		return b.certain(n.Node)
	case *ast.BuiltinNode:
		if n.Name == "map" {
			return b.certain(n.Arguments[1])
		}
		return b.certain(n.Arguments[0])
	case *ast.PointerNode:
		return len(b.lists) > 0 && b.certain(b.lists[len(b.lists)-1])
	case *ast.IdentifierNode:
		if v := b.variable(n.Value); v >= 0 {
			return b.certain(b.vars[v].value)
		}
	}
	return true
}

// variable returns the slot of a let variable, -1 if there is none.
func (b *builder) variable(name string) int {
	for i := len(b.vars) - 1; i >= 0; i-- {
		if b.vars[i].name == name {
			return i
		}
	}
	return -1
}

// staticPath returns the names and constant indexes of a chain.
func staticPath(n ast.Node) ([]string, bool) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return []string{n.Value}, true
	case *ast.ChainNode:
		return staticPath(n.Node)
	case *ast.MemberNode:
		key, ok := staticKey(n.Property)
		if !ok {
			return nil, false
		}
		path, ok := staticPath(n.Node)
		return append(path, key), ok
	}
	return nil, false
}

func staticKey(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.IntegerNode:
		return strconv.Itoa(n.Value), true
	case *ast.UnaryNode:
		if i, ok := n.Node.(*ast.IntegerNode); ok && n.Operator == "-" {
			return strconv.Itoa(-i.Value), true
		}
	}
	return "", false
}

// pathLabel returns the text of a path for messages.
func pathLabel(path []string) string {
	label := path[0]
	for _, key := range path[1:] {
		label = memberLabel(label, key)
	}
	return label
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
	case n.Value == "null" || n.Value == "None" || n.Value == "undefined":
		b.problemAt(n, "unknown name "+strconv.Quote(n.Value), "write nil")
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

// checkField reports a field that the type of the base does not have.
func (b *builder) checkField(n *ast.MemberNode, label string) {
	key, ok := n.Property.(*ast.StringNode)
	if !ok {
		return
	}
	if label == "" {
		label = "this"
	}
	_, p := b.typeOf(n.Node).member(key.Value, b.at(key), label)
	if p == nil {
		return
	}
	if from, to := b.place(key.Location().From), b.place(key.Location().To); to > from {
		p.Length = to - from
	}
	b.problem = p
}

// findRefs notes the chains of names that a node reads from its scope.
func (b *builder) findRefs(n ast.Node, refs []Ref) []Ref {
	if path, ok := staticPath(n); ok {
		if b.env.has(path[0]) {
			refs = append(refs, Ref{Path: path, Offset: b.startOf(n)})
		}
		return refs
	}
	for _, child := range children(n) {
		refs = b.findRefs(child, refs)
	}
	return refs
}
