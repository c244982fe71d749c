package rows

import (
	"fmt"
	"strings"
)

// Error is what is wrong with a file, or with one of its rows.
type Error struct {
	Line   int    // counted from 1; 0 where it is the whole file
	Column int    // in the text of the line, counted from 1; 0 where it is the whole line
	What   string // is wrong
	Mend   string // what to do about it; may be empty
}

// Error gives the place in the file and what is wrong.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.InLine()
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.InLine())
}

// InLine is Error for somebody who has told the line.
func (e *Error) InLine() string {
	if e.Column == 0 {
		return e.What
	}
	return fmt.Sprintf("column %d: %s", e.Column, e.What)
}

const saveAsUTF8 = "save the file as text in UTF-8; a spreadsheet exports it as CSV UTF-8"

// cellsOf says how many cells there are.
func cellsOf(n int) string {
	if n == 1 {
		return "1 cell"
	}
	return fmt.Sprintf("%d cells", n)
}

const maxListed = 20 // names in a message

// listed is a list of names that is not too long to be read.
func listed(names []string) string {
	if more := len(names) - maxListed; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:maxListed], ", "), more)
	}
	return strings.Join(names, ", ")
}
