package eval

import (
	"regexp"
	"strconv"

	"github.com/expr-lang/expr/ast"
)

// children returns the nodes directly below n, in source order.
func children(n ast.Node) []ast.Node {
	switch n := n.(type) {
	case *ast.UnaryNode:
		return []ast.Node{n.Node}
	case *ast.BinaryNode:
		return []ast.Node{n.Left, n.Right}
	case *ast.ChainNode:
		return []ast.Node{n.Node}
	case *ast.MemberNode:
		return []ast.Node{n.Node, n.Property}
	case *ast.SliceNode:
		out := []ast.Node{n.Node}
		for _, bound := range []ast.Node{n.From, n.To} {
			if bound != nil {
				out = append(out, bound)
			}
		}
		return out
	case *ast.CallNode:
		return append([]ast.Node{n.Callee}, n.Arguments...)
	case *ast.BuiltinNode:
		return n.Arguments
	case *ast.PredicateNode:
		return []ast.Node{n.Node}
	case *ast.ConditionalNode:
		return []ast.Node{n.Cond, n.Exp1, n.Exp2}
	case *ast.VariableDeclaratorNode:
		return []ast.Node{n.Value, n.Expr}
	case *ast.SequenceNode:
		return n.Nodes
	case *ast.ArrayNode:
		return n.Nodes
	case *ast.MapNode:
		return n.Pairs
	case *ast.PairNode:
		return []ast.Node{n.Key, n.Value}
	}
	return nil
}

// refuse finds what expr understands and workflows do not.
//
// It comes before anything else that walks the tree. For a < b < c and for
// a ?: b the parser puts one node into the tree twice, and in nested forms
// each level doubles the work of every later walk, so that 4 KiB of source
// would keep the checker busy for ever.
func (b *builder) refuse(root ast.Node) {
	b.refuseShared(root, map[ast.Node]bool{})
	if b.problem == nil {
		b.refuseForms(root)
	}
	if b.problem == nil {
		b.refuseOmit(root, true)
	}
}

func (b *builder) refuseShared(n ast.Node, seen map[ast.Node]bool) {
	if seen[n] {
		b.problemAt(n, "comparisons cannot be chained", "write a < b and b < c")
		return
	}
	seen[n] = true
	if c, ok := n.(*ast.ConditionalNode); ok && c.Cond == c.Exp1 {
		b.problemAt(c.Cond, "?: is not available", "write a ?? b, or condition ? a : b")
		return
	}
	for _, child := range children(n) {
		if b.problem != nil {
			return
		}
		b.refuseShared(child, seen)
	}
}

func (b *builder) refuseForms(n ast.Node) {
	switch n := n.(type) {
	case *ast.BytesNode:
		b.problemAt(n, "byte texts are not available", `write "..."`)
	case *ast.SequenceNode:
		b.problemAt(n, "only one expression is possible", "")
	case *ast.IdentifierNode:
		if n.Value == "$env" {
			b.problemAt(n, "$env is not available", "write the names themselves")
		}
	case *ast.BinaryNode:
		b.refuseDash(n)
		b.refuseNot(n)
	}
	for _, child := range children(n) {
		if b.problem != nil {
			return
		}
		b.refuseForms(child)
	}
}

var dashInName = regexp.MustCompile(`^[\pL\pN_]-[\pL\pN_]+`)

// refuseDash refuses a.b-c, which one reader takes for a field with a dash in
// its name and another for a difference.
func (b *builder) refuseDash(n *ast.BinaryNode) {
	member, ok := n.Left.(*ast.MemberNode)
	if n.Operator != "-" || !ok {
		return
	}
	property, ok := member.Property.(*ast.StringNode)
	dash := b.place(n.Location().From)
	if !ok || dash == 0 || !dashInName.MatchString(b.text[dash-1:]) {
		return
	}
	start, end := b.place(property.Location().From), dash+1+scanWord(b.text[dash+1:], 0)
	name, rest := b.text[start:end], b.text[dash+1:end]
	base := "..."
	if path, ok := staticPath(member.Node); ok {
		base = pathLabel(path)
	}
	b.problem = &Problem{
		Offset: b.start + start, Length: end - start,
		Message: strconv.Quote(name) + " can be read as a field or as a difference",
		Hint: "write " + base + "[" + strconv.Quote(name) + "] for the field, " +
			memberLabel(base, property.Value) + " - " + rest + " for the difference",
	}
}

// refuseNot refuses "not a in b", in which not binds tighter than in. With a
// comparison by == the types tell whether that is a mistake.
func (b *builder) refuseNot(n *ast.BinaryNode) {
	left, ok := n.Left.(*ast.UnaryNode)
	if !ok || b.problem != nil || left.Operator != "not" && left.Operator != "!" {
		return
	}
	switch op := n.Operator; op {
	case "in", "contains", "startsWith", "endsWith", "matches":
		b.problemAt(left, "not belongs to the left side only", "write a not "+op+" b")
	case "<", "<=", ">", ">=":
		b.problemAt(left, "not belongs to the left side only", "write not (a "+op+" b)")
	}
}

// refuseOmit refuses the name omit where it could not drop anything. here
// tells whether n is a whole result, an element of a list or a value of an
// object.
func (b *builder) refuseOmit(n ast.Node, here bool) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		if n.Value == "omit" && !here {
			b.problemAt(n, "omit may only be a whole result, an element of a list or a value of an object", "")
		}
	case *ast.ConditionalNode:
		b.refuseOmit(n.Cond, false)
		b.refuseOmit(n.Exp1, here)
		b.refuseOmit(n.Exp2, here)
	case *ast.VariableDeclaratorNode:
		b.refuseOmit(n.Value, false)
		b.refuseOmit(n.Expr, here)
	case *ast.BinaryNode:
		b.refuseOmit(n.Left, false)
		b.refuseOmit(n.Right, here && n.Operator == "??")
	case *ast.BuiltinNode:
		for i, a := range n.Arguments {
			b.refuseOmit(a, i == 1 && n.Name == "map")
		}
	case *ast.PredicateNode:
		b.refuseOmit(n.Node, here)
	case *ast.MapNode:
		for _, p := range n.Pairs {
			pair := p.(*ast.PairNode)
			b.refuseOmit(pair.Key, false)
			b.refuseOmit(pair.Value, true)
		}
	default:
		_, list := n.(*ast.ArrayNode)
		for _, child := range children(n) {
			b.refuseOmit(child, list)
		}
	}
}
