package eval

import (
	"slices"
	"strconv"

	"github.com/expr-lang/expr/ast"
)

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
	for i, v := range slices.Backward(b.vars) {
		if v.name == name {
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
