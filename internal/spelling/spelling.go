// Package spelling finds the name that somebody meant who wrote another one.
package spelling

import (
	"math"
	"strconv"
	"strings"
)

// Nearest returns the name that word is most likely meant to be, or "": one
// that differs in a third of its letters, or one that word is a part of.
func Nearest(word string, names []string) string {
	best, least := "", 1+len(word)/3
	for _, name := range names {
		if d := edits(strings.ToLower(word), strings.ToLower(name)); d < least && name != word {
			best, least = name, d
		}
	}
	if best != "" || len(word) < 3 {
		return best
	}
	for _, name := range names {
		if name != word && (strings.HasPrefix(name, word) || strings.HasSuffix(name, "_"+word)) {
			return name
		}
	}
	return ""
}

// DidYouMean is the hint that offers the name nearest to word, or "".
func DidYouMean(word string, names []string) string {
	if near := Nearest(word, names); near != "" {
		return "did you mean " + strconv.Quote(near) + "?"
	}
	return ""
}

// edits counts the letters to insert, delete, replace or swap with the next
// one to make b out of a. Long words are not worth it.
func edits(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return math.MaxInt
	}
	var beforeLast []int
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			row[j] = min(row[j-1], last[j]) + 1
			if a[i-1] == b[j-1] {
				row[j] = min(row[j], last[j-1])
			} else {
				row[j] = min(row[j], last[j-1]+1)
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], beforeLast[j-2]+1)
			}
		}
		beforeLast, last = last, row
	}
	return last[len(b)]
}
