package report

import (
	"slices"
	"strings"
)

// origins names what will tell an unknown value: of the rows of a loop, the
// loop alone.
func origins(addrs []string) string {
	names := make([]string, len(addrs))
	for i, addr := range addrs {
		names[i], _, _ = strings.Cut(addr, "[")
	}
	slices.Sort(names)
	return named(slices.Compact(names))
}
