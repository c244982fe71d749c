package workflow

import (
	"bytes"
	"unicode/utf8"
)

// At returns the place in the file of a byte of the node's text.
func (n *Node) At(offset int) Pos {
	if n.file == nil || n.Kind == List || n.Kind == Map {
		return n.Pos
	}
	from, _ := n.span(offset, 0)
	return n.file.pos(from)
}

// WidthAt is the number of characters that length bytes of the node's text,
// from offset on, take in the file on the line where they begin.
func (n *Node) WidthAt(offset, length int) int {
	if n.file == nil || length <= 0 {
		return 1
	}
	from, to := n.span(offset, length)
	return n.file.width(from, to)
}

// Width is the number of characters that the node takes on its first line,
// quotes included. A list or a mapping counts as 1.
func (n *Node) Width() int {
	if n.file == nil || n.Kind == List || n.Kind == Map || n.style == block {
		return 1
	}
	from := n.file.offset(n.Pos)
	_, to := n.span(0, len(n.Text))
	if n.style != plain {
		to = min(to+1, len(n.file.Text))
	}
	return n.file.width(from, to)
}

// CommentAt is the place of the node's comment.
func (n *Node) CommentAt() Pos {
	_, end := n.span(0, len(n.Text))
	if i := bytes.IndexByte(n.file.Text[end:], '#'); i >= 0 {
		end += i
	}
	return n.file.pos(end)
}

// FileName is the name of the file that the node is from.
func (n *Node) FileName() string { return n.file.Name }

// width is the number of characters from one byte to another, or to the end
// of the line where that comes first. It is at least 1.
func (f *File) width(from, to int) int {
	text := f.Text[from:max(from, to)]
	if end := bytes.IndexByte(text, '\n'); end >= 0 {
		text = bytes.TrimRight(text[:end], "\r")
	}
	return max(utf8.RuneCount(text), 1)
}

// span gives the bytes of the file, from and up to, that stand for length
// bytes of the text from offset on. It walks text and source side by side;
// they differ by quotes, escapes, indentation and folded lines.
func (n *Node) span(offset, length int) (from, to int) {
	w := walker{source: n.file.Text, at: n.file.offset(n.Pos), style: n.style}
	w.open()
	from = -1
	for i, c := range n.Text {
		if from >= 0 && i >= offset+length {
			break
		}
		if from < 0 && i >= offset {
			w.reach(c)
			from = w.at
		}
		w.pass(c)
	}
	if from < 0 {
		from = w.at
	}
	return min(from, len(w.source)), min(w.at, len(w.source))
}

// walker is a place in the source of a scalar.
type walker struct {
	source []byte
	at     int
	style  style
}

// open passes what stands before the text: a quote, or the line of | or >.
func (w *walker) open() {
	switch w.style {
	case single, double:
		w.at++
	case block:
		for w.at < len(w.source) && w.source[w.at] != '\n' {
			w.at++
		}
	}
}

// reach goes to the source of c, past white space that stands in the source
// only.
func (w *walker) reach(c rune) {
	for w.style == double && w.peek(0) == '\\' && (w.peek(1) == '\n' || w.peek(1) == '\r') {
		w.at += 2
		w.skipSpace(c)
	}
	w.skipSpace(c)
}

func (w *walker) skipSpace(c rune) {
	for w.at < len(w.source)-1 && rune(w.source[w.at]) != c && isSpace(w.source[w.at]) {
		if c == ' ' && w.source[w.at] == '\n' {
			return // the line break is what was folded into c
		}
		w.at++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// pass goes to the byte behind the source of c.
func (w *walker) pass(c rune) {
	w.reach(c)
	switch {
	case w.style == double && w.peek(0) == '\\':
		w.at += escapeLength(w.peek(1), c)
	case w.style == single && c == '\'':
		w.at += 2
	case c == ' ' && w.peek(0) == '\n':
		w.at++
	default:
		w.at += utf8.RuneLen(c)
	}
}

// peek is the byte that stands i bytes ahead, or 0.
func (w *walker) peek(i int) byte {
	if w.at+i >= len(w.source) {
		return 0
	}
	return w.source[w.at+i]
}

// escapeLength is the length of an escape sequence by the letter behind its
// backslash. JSON writes a character beyond 16 bits as two of them.
func escapeLength(letter byte, c rune) int {
	switch {
	case letter == 'x':
		return 4
	case letter == 'u' && c > 0xffff:
		return 12
	case letter == 'u':
		return 6
	case letter == 'U':
		return 10
	}
	return 2
}
