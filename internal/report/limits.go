package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/runner"
)

// MaskedLimits are limits for others to see.
func MaskedLimits(limits []runner.Limit) []runner.Limit {
	out := slices.Clone(limits)
	for i, l := range out {
		out[i].Addrs = maskTexts(l.Addrs)
	}
	return out
}

// Limits lists what an undo cannot take back, and then what it takes back in
// part, with the reasons.
func Limits(limits []runner.Limit) string {
	var b strings.Builder
	for _, kind := range []struct {
		how     runner.Reversal
		heading string
	}{{runner.Never, "Cannot be taken back"}, {runner.Partly, "Taken back in part"}} {
		some := slices.DeleteFunc(slices.Clone(limits), func(l runner.Limit) bool { return l.How != kind.how })
		if len(some) == 0 {
			continue
		}
		b.WriteString("\n" + kind.heading + "\n")
		for _, l := range some {
			reason := fmt.Sprintf("%s, %s: %s", l.Step, plural(l.Count, "write"), l.Reason)
			b.WriteString(strings.Replace(Wrap(reason, "    ", Width), "  ", "", 1))
			addrs := strings.Join(l.Addrs, ", ")
			if left := int(l.Count) - len(l.Addrs); left > 0 {
				addrs += " and " + Number(int64(left)) + " more"
			}
			fmt.Fprintf(&b, "      %s\n", addrs)
		}
	}
	return b.String()
}
