package report

import (
	"bytes"
	"encoding/json"

	"github.com/flowrun-dev/flowrun/runner"
)

// Format is the version of the JSON of plans, whose schema is
// schema/plan.schema.json. The first number goes up where something that was
// there is gone or means something else.
const Format = "1.0"

// A plan as one JSON document begins with its rows, which are printed while
// they come, so that there may be any number of them.

// row prints an instance of a step as an element of "rows".
func (p *Printer) row(e runner.Event) {
	if e.Ended == nil {
		return
	}
	if p.rows++; p.rows == 1 {
		p.print("{\n  \"format\": \"" + Format + "\",\n  \"rows\": [\n    ")
	} else {
		p.print(",\n    ")
	}
	p.print(jsonText(e.Ended))
}

// document prints what stands behind the rows.
func (p *Printer) document(s *Summary) {
	if p.rows == 0 {
		p.print("{\n  \"format\": \"" + Format + "\",\n  \"rows\": [")
	} else {
		p.print("\n  ")
	}
	var text bytes.Buffer
	if err := json.Indent(&text, []byte(jsonText(s)), "", "  "); err != nil {
		p.broken = err
		return
	}
	p.print("],\n" + string(bytes.TrimPrefix(text.Bytes(), []byte("{\n"))) + "\n")
}

// jsonText is v as JSON on one line.
func jsonText(v any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return `{"error": "this cannot be shown"}`
	}
	return string(bytes.TrimSpace(b.Bytes()))
}
