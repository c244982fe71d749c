package eval

import "strings"

// A hole is the text between {{ and }} in a template.
type hole struct {
	start, end       int // of the whole, with the braces and a $ before them
	inner, innerEnds int // of the text inside
}

// scanHole finds the next hole at or after i. Without one, ok is false. A
// hole that does not close is a problem.
func scanHole(src string, i int) (h hole, ok bool, p *Problem) {
	open := strings.Index(src[i:], "{{")
	if open < 0 {
		return hole{}, false, nil
	}
	h.start = i + open
	h.inner = h.start + 2
	if h.start > i && src[h.start-1] == '$' {
		h.start--
	}
	end, p := scanExpr(src, h.inner)
	if p != nil {
		return h, false, p
	}
	if end == len(src) {
		return h, false, &Problem{
			Offset: h.start, Length: h.inner - h.start,
			Message: `"{{" has no "}}"`,
			Hint:    `close it, or write {{ "{{" }} for the two braces themselves`,
		}
	}
	h.innerEnds = end
	h.end = end + 2
	return h, true, nil
}

// scanExpr returns where the expression that starts at i ends: at the first
// }} outside quotes and nested braces, or at the end of the text. Comments are
// a problem: an apostrophe in one would swallow the closing braces.
func scanExpr(src string, i int) (end int, p *Problem) {
	depth := 0
	for ; i < len(src); i++ {
		switch c := src[i]; c {
		case '"', '\'', '`':
			closing := scanQuoted(src, i)
			if closing == len(src) {
				return 0, &Problem{Offset: i, Length: 1, Message: "quote is not closed"}
			}
			i = closing
		case '/':
			if next := src[i+1:]; strings.HasPrefix(next, "/") || strings.HasPrefix(next, "*") {
				return 0, &Problem{Offset: i, Length: 2, Message: "comments are not possible in expressions"}
			}
		case '{':
			depth++
		case '}':
			if depth == 0 && strings.HasPrefix(src[i:], "}}") {
				return i, nil
			}
			depth = max(depth-1, 0)
		}
	}
	return len(src), nil
}

// scanQuoted returns where the quote that opens at i closes, or the length of
// the text. A backslash escapes, but not between backquotes.
func scanQuoted(src string, i int) int {
	quote := src[i]
	for i++; i < len(src) && src[i] != quote; i++ {
		if src[i] == '\\' && quote != '`' {
			i++
		}
	}
	return min(i, len(src))
}
