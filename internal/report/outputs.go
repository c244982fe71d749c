package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/fatih/color"
	"github.com/flowrun-dev/flowrun/runner"
)

// outputs shows the outputs of a workflow as JSON: all of them, or that many,
// and then each on a line.
func (p *Printer) outputs(outputs runner.Outputs, most int) string {
	if len(outputs) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(p.paint(color.Bold, "Outputs") + "\n{\n")
	for i, out := range outputs {
		if most > 0 && i == most {
			fmt.Fprintf(&b, "  ... and %s\n", more(len(outputs)-i, "output"))
			break
		}
		comma := ","
		if i == len(outputs)-1 {
			comma = ""
		}
		name, _ := json.Marshal(out.Name) // a text always can be
		text := fmt.Sprintf("%s: %s%s", name, outputText(out, most > 0), comma)
		if most > 0 {
			text = cut(visible(text), Width-2)
		}
		b.WriteString("  " + text + "\n")
	}
	b.WriteString("}\n")
	return b.String()
}

// outputText is an output as JSON, on one line or as many as it takes.
func outputText(out runner.Output, line bool) string {
	var text bytes.Buffer
	switch {
	case out.After != nil:
		later, _ := json.Marshal("known after " + origins(out.After)) // a text always can be
		return string(later)
	case line || json.Indent(&text, out.Value, "  ", "  ") != nil:
		return string(out.Value)
	}
	return text.String()
}
