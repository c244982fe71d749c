package report

import (
	"regexp"
	"strings"
)

var plainNumber = regexp.MustCompile(`^[+-]?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?$`)

// Cell gives a text for a cell of a table that people open: a spreadsheet takes
// a cell that begins with one of = + - @ for a formula, which can read other
// cells and files and send them away. Such a text gets a tab in front of it,
// which is not seen and survives saving; a plain number stays as it is. A
// [csv.Writer] quotes what begins with a tab.
//
// What programs read, and what is fed back to flowrun, is left as it is.
func Cell(text string) string {
	begins := strings.TrimLeft(text, " \u00a0\u3000")
	if begins == "" || plainNumber.MatchString(begins) {
		return text
	}
	// The full-width forms are taken for the plain ones in Japanese settings.
	if strings.ContainsAny(begins[:1], "=+-@\t\r\n") || strings.IndexAny(begins, "＝＋－＠") == 0 {
		return "\t" + text
	}
	return text
}
