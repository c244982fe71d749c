// Package workflow reads a workflow file as its author wrote it: a tree of
// steps in which every scalar knows its place, and a list of every problem
// found on the way.
//
// It knows the words of the file and their shapes. It does not know which
// actions exist, what an expression means or whether a step that is named
// exists; the package that loads a program asks those questions and reports
// the answers as further [Problems], with the places kept here.
package workflow

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// File is the text of a workflow file and its name for messages.
type File struct {
	Name string
	Text []byte
}

// Line returns line n, counted from 1, without its line break. It is empty
// beyond the end.
func (f *File) Line(n int) string {
	text := f.Text
	for ; n > 1; n-- {
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			return ""
		}
		text = text[end+1:]
	}
	if end := bytes.IndexByte(text, '\n'); end >= 0 {
		text = text[:end]
	}
	return strings.TrimRight(string(text), "\r")
}

// Pos is a place in a file: line and column, both counted from 1, the column
// in characters. The zero Pos means the file as a whole.
type Pos struct {
	Line, Column int
}


// offset is the byte of the text where pos stands, or the end of the text.
func (f *File) offset(pos Pos) int {
	at := 0
	for line := 1; line < pos.Line; line++ {
		end := bytes.IndexByte(f.Text[at:], '\n')
		if end < 0 {
			return len(f.Text)
		}
		at += end + 1
	}
	for column := 1; column < pos.Column && at < len(f.Text); column++ {
		_, size := utf8.DecodeRune(f.Text[at:])
		at += size
	}
	return at
}

// pos is the place of a byte of the text.
func (f *File) pos(offset int) Pos {
	offset = min(offset, len(f.Text))
	head := f.Text[:offset]
	start := bytes.LastIndexByte(head, '\n') + 1
	return Pos{
		Line:   1 + bytes.Count(head, []byte{'\n'}),
		Column: 1 + utf8.RuneCount(head[start:]),
	}
}
