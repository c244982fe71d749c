package workflow

import (
	"strings"

	"github.com/xrash/smetrics"
)

// Nearest returns the name that word is most likely a misspelling of, or "".
func Nearest(word string, names []string) string {
	best, distance := "", 1+len(word)/3
	for _, name := range names {
		d := smetrics.WagnerFischer(strings.ToLower(word), strings.ToLower(name), 1, 1, 1)
		if d <= distance && name != word && (best == "" || d < distance) {
			best, distance = name, d
		}
	}
	return best
}

func envName(name string) string { return strings.ToUpper(name) }
