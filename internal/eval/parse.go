package eval

import (
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/parser"
)

// ParseTemplate parses a string that may hold {{ ... }} or ${{ ... }}. The
// template is nil if there are problems.
func ParseTemplate(src string, env *Env) (*Template, []Problem) {
	t := &Template{typ: &Type{Kind: KindString}}
	var problems []Problem
	at := 0
	for {
		h, ok, p := scanHole(src, at)
		if p != nil {
			return nil, append(problems, *p)
		}
		if !ok {
			break
		}
		expr, p := parseSource(src, h.inner, h.innerEnds, env)
		if p != nil {
			problems = append(problems, *p)
		} else {
			t.pieces = append(t.pieces, piece{text: src[at:h.start]}, piece{expr: expr})
			t.refs = append(t.refs, expr.refs...)
		}
		at = h.end
	}
	if problems != nil {
		return nil, problems
	}
	t.finish(src[at:])
	return t, nil
}

// finish adds the text after the last hole, drops empty pieces, and gives a
// template that is one hole and nothing else the type of the hole. A YAML
// block such as "x: |" ends in a line break that is no part of the value.
func (t *Template) finish(tail string) {
	if len(t.pieces) == 2 && t.pieces[0].text == "" && tail == "\n" {
		tail = ""
	}
	var pieces []piece
	for _, p := range append(t.pieces, piece{text: tail}) {
		if p.expr != nil || p.text != "" {
			pieces = append(pieces, p)
		}
	}
	t.pieces = pieces
	if len(pieces) == 1 && pieces[0].expr != nil {
		t.typ = pieces[0].expr.typ
	}
}

// ParseExpr parses a bare expression, or one that stands as a whole in
// {{ ... }}. The expression is nil if there are problems.
func ParseExpr(src string, env *Env) (*Expr, []Problem) {
	start, end := 0, len(src)
	if h, ok, _ := scanHole(src, 0); ok && !insideQuotes(src, h.start) {
		if strings.TrimSpace(src[:h.start]+src[h.end:]) != "" {
			return nil, []Problem{halfTemplate(src, h)}
		}
		start, end = h.inner, h.innerEnds
	}
	expr, p := parseSource(src, start, end, env)
	if p != nil {
		return nil, []Problem{*p}
	}
	return expr, nil
}

// insideQuotes reports whether the byte at i stands in a quoted text.
func insideQuotes(src string, i int) bool {
	for j := 0; j < i; j++ {
		if c := src[j]; c == '"' || c == '\'' || c == '`' {
			if j = scanQuoted(src, j); j >= i {
				return true
			}
		}
	}
	return false
}

func halfTemplate(src string, h hole) Problem {
	bare := src
	for {
		h, ok, _ := scanHole(bare, 0)
		if !ok {
			break
		}
		bare = bare[:h.start] + strings.TrimSpace(bare[h.inner:h.innerEnds]) + bare[h.end:]
	}
	return Problem{
		Offset: h.start, Length: h.end - h.start,
		Message: "only part of the expression stands in {{ }}",
		Hint:    "the braces are not needed here; write " + strings.TrimSpace(bare),
	}
}

// ParseCondition is [ParseExpr] for an expression that must give a boolean:
// one that cannot is a problem.
func ParseCondition(src string, env *Env) (*Expr, []Problem) {
	e, problems := ParseExpr(src, env)
	if problems != nil {
		return nil, problems
	}
	if e.typ == nil || e.typ.Kind == KindAny || e.typ.Kind == KindBool {
		if c, constant := e.root.node.(*constNode); !constant || c.value != nil {
			return e, nil
		}
	}
	p := Problem{Offset: e.root.at, Length: len(e.text), Message: "condition must give a boolean"}
	if e.typ != nil {
		p.Message += ", this is " + e.typ.Kind.String()
		p.Hint = e.root.convert(zeroOf(e.typ.Kind), KindBool)
	}
	return nil, []Problem{p}
}

// zeroOf returns a value of a kind.
func zeroOf(k Kind) Value {
	switch k {
	case KindBool:
		return false
	case KindInt:
		return int64(0)
	case KindNumber:
		return float64(0)
	case KindString:
		return ""
	case KindList:
		return List{}
	case KindObject:
		return Object{}
	}
	return nil
}

// parseSource parses the expression that stands in src from start to end. It
// is a path if it can be read as one, and an expression of expr otherwise.
func parseSource(src string, start, end int, env *Env) (*Expr, *Problem) {
	for start < end && isSpace(src[start]) {
		start++
	}
	for start < end && isSpace(src[end-1]) {
		end--
	}
	text := src[start:end]
	whole := func(message, hint string) *Problem {
		return &Problem{Offset: start, Length: len(text), Message: message, Hint: hint}
	}
	switch {
	case text == "":
		return nil, whole("expression is empty", "")
	case len(text) > maxSource:
		return nil, whole("expression is longer than "+strconv.Itoa(maxSource)+" bytes", "")
	}
	if env == nil {
		env = &Env{}
	}
	if e, p, ok := parsePath(text, start, env); ok {
		return e, p
	}
	stop, p := scanExpr(text, 0)
	if p == nil && stop < len(text) {
		p = &Problem{Offset: stop, Length: 2, Message: `"}}" without "{{"`}
	}
	if p != nil {
		p.Offset += start
		return nil, p
	}
	return parseExpr(text, start, env)
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// parseExpr parses text, which stands at start in the source, with expr.
func parseExpr(text string, start int, env *Env) (*Expr, *Problem) {
	b := &builder{text: text, start: start, env: env, offsets: runeOffsets(text)}
	config := env.config(text)
	tree, err := parser.ParseWithConfig(text, config)
	if err != nil {
		return nil, b.syntaxError(err)
	}
	if b.refuse(tree.Node); b.problem != nil {
		return nil, b.problem
	}
	ast.Walk(&tree.Node, nullNames{})
	_, checked := checker.Check(tree, config)
	root := b.arg(tree.Node)
	if b.problem == nil && checked != nil {
		b.typeError(checked)
	}
	if b.problem != nil {
		return nil, b.problem
	}
	return &Expr{text: b.text, root: root, typ: b.typeOf(tree.Node), refs: b.findRefs(tree.Node, nil)}, nil
}

// nullNames makes null another spelling of nil: it is the word of JSON and of
// YAML.
type nullNames struct{}

// Visit replaces one node.
func (nullNames) Visit(n *ast.Node) {
	if name, ok := (*n).(*ast.IdentifierNode); ok && name.Value == "null" {
		ast.Patch(n, &ast.NilNode{})
	}
}

// runeOffsets returns the byte offset of each character, or nil if that is
// its number, as in ASCII text. expr counts in characters.
func runeOffsets(text string) []int {
	var offsets []int
	ascii := true
	for i := range text {
		ascii = ascii && text[i] < 0x80
		offsets = append(offsets, i)
	}
	if ascii {
		return nil
	}
	return append(offsets, len(text))
}

// place returns the byte offset in the text of a character that expr names.
func (b *builder) place(char int) int {
	if b.offsets == nil {
		return min(max(char, 0), len(b.text))
	}
	return b.offsets[min(max(char, 0), len(b.offsets)-1)]
}
