package report

import (
	"cmp"
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
	how := runner.Fully
	for _, l := range worstFirst(limits) {
		if l.How != how {
			how = l.How
			b.WriteString("\n" + limitHeadings[how] + "\n")
		}
		reason := fmt.Sprintf("%s, %s: %s", l.Step, plural(l.Count, "write"), l.Reason)
		b.WriteString(strings.Replace(Wrap(reason, "    ", Width), "  ", "", 1))
		b.WriteString(Wrap(limited(l), "      ", Width))
	}
	return b.String()
}

var limitHeadings = map[runner.Reversal]string{runner.Never: "Cannot be taken back", runner.Partly: "Taken back in part"}

// worstFirst orders limits: first what there is no way back from at all.
func worstFirst(limits []runner.Limit) []runner.Limit {
	limits = slices.Clone(limits)
	slices.SortStableFunc(limits, func(a, b runner.Limit) int {
		return cmp.Compare(boolean(b.How == runner.Never), boolean(a.How == runner.Never))
	})
	return limits
}

// limited names the writes that a limit is about, or the first of them.
func limited(l runner.Limit) string {
	addrs := strings.Join(l.Addrs, ", ")
	if left := l.Count - int64(len(l.Addrs)); left > 0 {
		addrs += " and " + Number(left) + " more"
	}
	return addrs
}
