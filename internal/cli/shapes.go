package cli

import "bytes"

// shape is how secrets look that nobody has told of, such as the token of
// another app in a record or in the answer of a proxy.
type shape struct {
	head  string
	least int // characters of a token behind the head
}

// shapes: Intercom's access tokens are base64 of "tok:" and more, and the word
// Bearer stands in front of a token of any kind.
var shapes = []shape{{"dG9rO", 20}, {"Bearer ", 16}}

// longestShape bounds the characters behind the head, and so what is held back.
const longestShape = 200

// isTokenByte follows "token68" of RFC 9110, 11.2.
func isTokenByte(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || bytes.IndexByte([]byte("-._~+/="), b) >= 0
}

// tokenLength is how many characters of a token text begins with, up to the
// most there may be.
func tokenLength(text []byte) int {
	n := 0
	for n < min(len(text), longestShape) && isTokenByte(text[n]) {
		n++
	}
	return n
}

// hideShapes puts *** in place of what looks like a token.
func hideShapes(text []byte) []byte {
	spans, _ := findShapes(text)
	if len(spans) == 0 {
		return text
	}
	out := make([]byte, 0, len(text))
	from := 0
	for _, each := range spans {
		out = append(append(out, text[from:each.from]...), "***"...)
		from = each.to
	}
	return append(out, text[from:]...)
}

// shapeBegun is how many bytes at the end of text may be the beginning of what
// looks like a token, or go on as one.
func shapeBegun(text []byte) int {
	_, begun := findShapes(text)
	return begun
}

type span struct{ from, to int }

// findShapes gives what looks like a token, from left to right, and how many
// bytes at the end what follows may still be part of.
func findShapes(text []byte) (found []span, begun int) {
	at := 0
	for {
		from, s, ok := nextShape(text, at)
		if !ok {
			return found, max(begun, headBegun(text[at:]))
		}
		behind := from + len(s.head)
		to := behind + tokenLength(text[behind:])
		if to == len(text) && to-behind < longestShape {
			begun = max(begun, len(text)-from)
		}
		at = from + 1
		if to-behind >= s.least {
			found, at = append(found, span{from, to}), to
		}
	}
}

// nextShape finds the first head of a shape behind a place.
func nextShape(text []byte, at int) (from int, first shape, ok bool) {
	for _, s := range shapes {
		if n := bytes.Index(text[at:], []byte(s.head)); n >= 0 && (!ok || at+n < from) {
			from, first, ok = at+n, s, true
		}
	}
	return from, first, ok
}

// headBegun is how many bytes at the end may be the beginning of a head.
func headBegun(text []byte) int {
	most := 0
	for _, s := range shapes {
		for n := min(len(text), len(s.head)-1); n > most; n-- {
			if bytes.HasPrefix([]byte(s.head), text[len(text)-n:]) {
				most = n
			}
		}
	}
	return most
}
