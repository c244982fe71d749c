package workflow

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
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
	start, before, after := 0, "", ""
	if len(line) > snippetWidth && at > snippetWidth*3/4 {
		start, before = at-snippetWidth/2, "... "
	}
	end := min(len(line), start+snippetWidth)
	if end < len(line) {
		after = " ..."
	}
	marked := line[at:min(max(at+p.Width, at+1), max(end, at))]
	fmt.Fprintf(b, "    %s%s%s\n", before, strings.Map(visible, string(line[start:end])), after)
	fmt.Fprintf(b, "    %s%s%s\n", strings.Repeat(" ", len(before)), blank(line[start:at], ' '), cmp.Or(blank(marked, '^'), "^"))
}

// visible replaces what would move the cursor of a terminal.
func visible(c rune) rune {
	if c != '\t' && unicode.IsControl(c) {
		return unicode.ReplacementChar
	}
	return c
}

// blank gives a text that is as wide on a terminal as chars, made of fill. A
// tab stays a tab in front of the caret.
func blank(chars []rune, fill rune) string {
	var b strings.Builder
	for _, c := range chars {
		switch {
		case c == '\t' && fill == ' ':
			b.WriteRune(c)
		case unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf):
		case isWide(c):
			b.WriteRune(fill)
			b.WriteRune(fill)
		default:
			b.WriteRune(fill)
		}
	}
	return b.String()
}

// isWide reports a character that terminals show two columns wide: those of
// East Asia, and emoji.
func isWide(c rune) bool {
	return unicode.In(c, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana) ||
		c >= 0x3000 && c <= 0x303e || c >= 0xff01 && c <= 0xff60 || c >= 0x1f300 && c <= 0x1faff
}

// Problems is every mistake found in a file. As an error it prints all of
// them.
type Problems []Problem

// maxProblems is how many are looked for in one file. A hostile file can have
// very many, each of which costs its place and its line.
const maxProblems = 200

// Full reports whether there are enough of them.
func (ps Problems) Full() bool { return len(ps) >= maxProblems }

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

// Sort puts the problems into the order of the file, drops repetitions, and
// says at the end where there may be more. It is for the last one who adds.
func (ps Problems) Sort() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	full := ps.Full()
	ps = slices.Compact(ps)
	if full {
		ps = append(ps, Problem{File: ps[0].File, Message: fmt.Sprintf("there may be more problems; the first %d are shown", maxProblems)})
	}
	return ps
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
