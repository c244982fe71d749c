package workflow

import (
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"unicode/utf8"
)

// Parse reads a workflow file, YAML or (where the name ends in .json) JSON. It
// returns what could be read and everything that is wrong with its shape, in
// no order; the workflow is nil only when the text could not be read at all.
func Parse(name string, text []byte) (*Workflow, Problems) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	r := &reader{file: &File{Name: name, Text: text}}
	if !r.readable() {
		return nil, r.problems
	}
	root := r.root()
	if root == nil {
		return nil, r.problems
	}
	d := &decoder{file: r.file, problems: r.problems}
	w := d.workflow(root)
	return w, d.problems
}

// ParseValues reads a file of values by name, in the form of --inputs-file: a
// YAML or JSON mapping.
func ParseValues(name string, text []byte) ([]Field, Problems) {
	r := &reader{file: &File{Name: name, Text: bytes.TrimPrefix(text, []byte("\ufeff"))}}
	if !r.readable() {
		return nil, r.problems
	}
	root := r.root()
	if root != nil && root.Kind != Map {
		r.problem(root.Pos, 0, "an inputs file is a mapping of names to values, not "+root.Kind.String(), "")
	}
	if root == nil || len(r.problems) > 0 {
		return nil, r.problems.Sort()
	}
	return root.Fields, nil
}

func (r *reader) root() *Node {
	if r.isJSON() {
		return r.json()
	}
	return r.yaml()
}

func (r *reader) isJSON() bool { return filepath.Ext(r.file.Name) == ".json" }

// readable reports what no parser should be asked to read.
func (r *reader) readable() bool {
	text := r.file.Text
	switch {
	case len(text) > maxBytes:
		r.problem(Pos{}, 0, "the file is larger than 1 MiB", "keep data in a CSV or NDJSON file and name it in for_each.file")
	case bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")):
		r.problem(Pos{}, 0, "the file is in UTF-16", "save it as UTF-8")
	case bytes.IndexByte(text, 0) >= 0:
		r.problem(r.file.pos(bytes.IndexByte(text, 0)), 1, "the file holds a NUL byte; it is not text, or not UTF-8", "save it as UTF-8")
	case !utf8.Valid(text):
		r.problem(r.file.pos(invalidUTF8(text)), 1, "the file is not valid UTF-8", "save it as UTF-8")
	case !r.isJSON() && oddBreak.Match(text):
		at := oddBreak.FindIndex(text)[0]
		message := "a line ends in CR alone"
		if c, _ := utf8.DecodeRune(text[at:]); c != '\r' {
			message = fmt.Sprintf("here is the character %U, which ends a line for some YAML programs only", c)
		}
		r.problem(r.file.pos(at), 1, message, "end lines with LF or CR LF")
	default:
		return true
	}
	return false
}

// oddBreak finds what YAML 1.1 takes for a line break and editors do not, so
// that they would count lines differently.
var oddBreak = regexp.MustCompile("\r([^\n]|$)|[\u0085\u2028\u2029]")

// invalidUTF8 is the offset of the first byte that belongs to no character.
func invalidUTF8(text []byte) int {
	at := 0
	for at < len(text) {
		c, size := utf8.DecodeRune(text[at:])
		if c == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at
}
