package eval

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A pathPart is a part of a path: a plain name or number, or, if special, one
// that only gjson understands.
type pathPart struct {
	text    string
	at      int
	special bool
}

// scanPath takes apart a path: a name followed by parts joined with "." or
// "|", where a part is letters, digits and underscores, #, #(...), #(...)# or
// @name. ok is false if src is anything else.
func scanPath(src string, at int) (parts []pathPart, ok bool) {
	i := scanWord(src, 0)
	if i == 0 || !IsIdent(src[:i]) {
		return nil, false
	}
	parts = append(parts, pathPart{text: src[:i], at: at})
	for i < len(src) {
		piped := src[i] == '|'
		if !piped && src[i] != '.' {
			return nil, false
		}
		i++
		end := scanPart(src, i)
		if end == i {
			return nil, false
		}
		special := piped || src[i] == '#' || src[i] == '@' || parts[len(parts)-1].special
		parts = append(parts, pathPart{text: src[i:end], at: at + i, special: special})
		i = end
	}
	return parts, true
}

// scanWord returns where the letters, digits and underscores at i end.
func scanWord(src string, i int) int {
	for i < len(src) {
		r, size := utf8.DecodeRuneInString(src[i:])
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		i += size
	}
	return i
}

// scanPart returns where the part at i ends, or i if there is none.
func scanPart(src string, i int) int {
	switch {
	case i == len(src):
		return i
	case src[i] == '@':
		if end := scanWord(src, i+1); end > i+1 {
			return end
		}
		return i
	case src[i] == '#':
		return scanQuery(src, i)
	}
	return scanWord(src, i)
}

// scanQuery returns where #, #(...) or #(...)# ends, or i if the parenthesis
// does not close.
func scanQuery(src string, i int) int {
	if !strings.HasPrefix(src[i+1:], "(") {
		return i + 1
	}
	depth := 0
	for j := i + 1; j < len(src); j++ {
		switch src[j] {
		case '\\':
			j++
		case '"':
			j = endOfString(src, j)
		case '(':
			depth++
		case ')':
			if depth--; depth > 0 {
				continue
			}
			if strings.HasPrefix(src[j+1:], "#") {
				j++
			}
			return j + 1
		}
	}
	return i
}

// IsIdent reports whether name can be used as a name in expressions: letters,
// digits and underscores, not starting with a digit.
func IsIdent(name string) bool {
	if name == "" || scanWord(name, 0) != len(name) {
		return false
	}
	first, _ := utf8.DecodeRuneInString(name)
	return !unicode.IsDigit(first)
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// partIndex returns a part as an index, or -1.
func partIndex(s string) int {
	if n, err := strconv.Atoi(s); err == nil && isDigits(s) {
		return n
	}
	return -1
}

// parsePath makes an expression of a path. ok is false if src is none, or its
// first name is not in scope.
func parsePath(src string, at int, env *Env) (e *Expr, p *Problem, ok bool) {
	parts, ok := scanPath(src, at)
	if !ok || !env.has(parts[0].text) {
		return nil, nil, false
	}
	label := parts[0].text
	ref := Ref{Path: []string{label}, Offset: at}
	current := arg{node: &nameNode{name: label, at: at}, at: at, label: label}
	typ := env.names[label]
	for i, part := range parts[1:] {
		if part.special {
			return finishPath(src, at, parts[i+1], current, ref)
		}
		var p *Problem
		if typ, p = typ.member(part.text, part.at, label); p != nil {
			return nil, p, true
		}
		label += "." + part.text
		ref.Path = append(ref.Path, part.text)
		current = arg{label: label, at: at, node: &memberNode{
			base: current, key: part.text, index: partIndex(part.text), at: part.at, label: label,
		}}
	}
	return &Expr{text: src, root: current, typ: typ, refs: []Ref{ref}}, nil, true
}

// finishPath makes an expression of a path from its first special part on,
// which is left to gjson.
func finishPath(src string, at int, first pathPart, base arg, ref Ref) (*Expr, *Problem, bool) {
	start := first.at
	query := src[start-at:]
	if message, hint := checkQuery(query); message != "" {
		return nil, &Problem{Offset: start, Length: len(query), Message: message, Hint: hint}, true
	}
	node := &queryNode{base: base, query: query, at: start, label: src}
	return &Expr{text: src, root: arg{node: node, at: at, label: src}, refs: []Ref{ref}}, nil, true
}
