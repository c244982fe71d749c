package workflow

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Problem is one mistake of an author, with its place and, where there is one,
// a way to mend it.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`             // from 1; 0 is the file as a whole
	Column  int    `json:"column"`           // from 1, in characters
	Message string `json:"message"`          // one line
	Hint    string `json:"hint,omitempty"`   // what to write or to run instead
	Source  string `json:"source,omitempty"` // the line as written
	Width   int    `json:"-"`                // characters to underline; at least 1 is drawn
	Warning bool   `json:"warning,omitempty"`
}

// Text returns the problem as lines for a person: place and message, the
// source line with a caret under the place, and the hint.
func (p Problem) Text() string {
	var b strings.Builder
	b.WriteString(p.place())
	if p.Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(p.Message)
	b.WriteByte('\n')
	if p.Source != "" {
		p.snippet(&b)
	}
	if p.Hint != "" {
		b.WriteString("  hint: " + p.Hint + "\n")
	}
	return b.String()
}

func (p Problem) place() string {
	if p.Line == 0 {
		return p.File + ": "
	}
	return fmt.Sprintf("%s:%d:%d: ", p.File, p.Line, p.Column)
}

// snippetWidth is how much of a source line is shown around the caret.
const snippetWidth = 100

// snippet writes the source line and, below it, the caret. A long line is cut
// to the part around the caret.
func (p Problem) snippet(b *strings.Builder) {
	line := []rune(p.Source)
	at := min(max(p.Column-1, 0), len(line))
	start := 0
	if at > snippetWidth*3/4 {
		start = at - snippetWidth/2
	}
	shown := line[start:min(len(line), start+snippetWidth)]
	pad := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, string(line[start:at]))
	width := min(max(p.Width, 1), max(len(shown)-(at-start), 1))
	fmt.Fprintf(b, "    %s\n    %s%s\n", string(shown), pad, strings.Repeat("^", width))
}

// Problems is every mistake found in a file. As an error it prints all of
// them.
type Problems []Problem

// Error returns the text of all problems, in the order of the file.
func (ps Problems) Error() string {
	var b strings.Builder
	for _, p := range ps {
		b.WriteString(p.Text())
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Err returns the problems as an error, or nil when all of them are warnings.
func (ps Problems) Err() error {
	if slices.ContainsFunc(ps, func(p Problem) bool { return !p.Warning }) {
		return ps
	}
	return nil
}

// Sort puts the problems into the order of the file and drops repetitions.
func (ps Problems) Sort() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.Compact(ps)
}

// Problem makes a problem at a place of the file. Width is the number of
// characters to underline.
func (f *File) Problem(pos Pos, width int, message, hint string) Problem {
	p := Problem{File: f.Name, Line: pos.Line, Column: pos.Column, Message: message, Hint: hint, Width: width}
	if pos.Line > 0 {
		p.Source = f.Line(pos.Line)
	}
	if !utf8.ValidString(p.Source) {
		p.Source = ""
	}
	return p
}
