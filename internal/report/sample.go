package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/runner"
)

// maxFields is how many fields of a sample are shown.
const maxFields = 6

// settings are the inputs of a step that say how, and not what.
var settings = []string{"on_conflict", "method", "effect"}

// sampled gives the lines of the instance of a step that a plan shows: what it
// would send.
func (p *Printer) sampled(s runner.StepResult) string {
	e := p.samples[s.Label]
	if e == nil {
		return ""
	}
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(e.With)), func(name string) bool { return slices.Contains(settings, name) })
	width := 0
	for _, name := range names[:min(len(names), maxFields)] {
		width = max(width, len(name))
	}
	var b strings.Builder
	b.WriteString("        " + e.Addr + "\n")
	for _, name := range names[:min(len(names), maxFields)] {
		fmt.Fprintf(&b, "          %-*s  %s\n", width, name, shown(e.With[name]))
	}
	if left := len(names) - maxFields; left > 0 {
		fmt.Fprintf(&b, "          and %s\n", more(left, "field"))
	}
	return b.String()
}

// shown is a value on one line, cut where it is long.
func shown(v eval.Value) string {
	if unknown, some := eval.IsUnknown(v); some {
		return "(known after " + origins(unknown.Origins) + ")"
	}
	text, err := eval.AppendJSON(nil, v)
	if err != nil {
		return "?"
	}
	return cut(string(text), 56)
}

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
