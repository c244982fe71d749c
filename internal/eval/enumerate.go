package eval

import (
	"fmt"
	"strconv"
	"strings"
)

// enumerate lists names, not too many of them.
func enumerate(names []string) string {
	const most = 12
	if len(names) == 0 {
		return "nothing in it"
	}
	var b strings.Builder
	for i, name := range names {
		if i == most {
			fmt.Fprintf(&b, " and %d more", len(names)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Quote(name))
	}
	return b.String()
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
