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
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// File is the text of a workflow file and its name for messages.
type File struct {
	Name string
	Text []byte

	index  sync.Once
	source string // the text, of which every line is a part
	starts []int  // where each line begins
}

// Pos is a place in a file: line and column, both counted from 1, the column
// in characters. The zero Pos means the file as a whole.
type Pos struct {
	Line, Column int
}

// lines gives the offset of the first byte of every line.
func (f *File) lines() []int {
	f.index.Do(func() {
		f.source = string(f.Text)
		f.starts = []int{0}
		for i, c := range f.Text {
			if c == '\n' {
				f.starts = append(f.starts, i+1)
			}
		}
	})
	return f.starts
}

// Line returns line n, counted from 1, without its line break. It is empty
// beyond the end.
func (f *File) Line(n int) string {
	starts := f.lines()
	if n < 1 || n > len(starts) {
		return ""
	}
	line, _, _ := strings.Cut(f.source[starts[n-1]:], "\n")
	return strings.TrimRight(line, "\r")
}

// offset is the byte of the text where pos stands, or the end of the text.
func (f *File) offset(pos Pos) int {
	starts := f.lines()
	if pos.Line > len(starts) {
		return len(f.Text)
	}
	at := starts[max(pos.Line, 1)-1]
	for column := 1; column < pos.Column && at < len(f.Text); column++ {
		_, size := utf8.DecodeRune(f.Text[at:])
		at += size
	}
	return at
}

// pos is the place of a byte of the text.
func (f *File) pos(offset int) Pos {
	offset = min(offset, len(f.Text))
	starts := f.lines()
	line, found := slices.BinarySearch(starts, offset)
	if found {
		line++
	}
	return Pos{Line: line, Column: 1 + utf8.RuneCount(f.Text[starts[line-1]:offset])}
}
