package report

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/fatih/color"
	"github.com/rivo/uniseg"
)

// maxRare is how many of the rare values of a field are named.
const maxRare = 3

// field shows what a field becomes: its most frequent changes with how often
// they occur, and the rare ones with one of their rows.
func (v *picture) field(f Field, g Group) {
	name := fieldName(f.Path)
	width := v.pathWidth(g)
	numbers := uniseg.StringWidth(Number(g.Count))
	room := Width - 8 - width - 2 - numbers - 2 - len("  rare")
	line := func(text, count string, rare bool) {
		full := "        " + padded(name, width) + "  " + padded(text, room) + "  " + strings.Repeat(" ", max(0, numbers-len(count))) + count
		if rare {
			full += "  " + v.paint(color.FgYellow, "rare")
		}
		v.b.WriteString(strings.TrimRight(full, " ") + "\n")
		name = ""
	}
	if singular(f) {
		line(cut(different(f)+", such as "+transition(f.Values[0], room), room), Number(f.Count), f.Rare)
		return
	}
	rares := 0
	var shown []Value
	for i, value := range f.Values {
		special := value.Rare || f.Rare && i == 0
		if i >= v.values && !special || value.Rare && rares == maxRare {
			continue
		}
		line(transition(value, room), Number(value.Count), special)
		if special {
			rares++
			v.b.WriteString("        " + strings.Repeat(" ", width) + "  " + v.paint(color.Faint, cut(visible(value.Addr), Width-10-width)) + "\n")
		}
		shown = append(shown, value)
	}
	switch rest, rows := f.rest(shown); {
	case len(shown) == 0:
		line(rest, Number(rows), f.Rare)
	case f.About && rest != "":
		line("and "+rest, "", false)
	case rest != "":
		line("and "+rest, Number(rows), false)
	}
}

// listed are the fields of a group of which a report shows the first ones: the
// rare ones are always among them.
func (g Group) listed(most int) []Field {
	var some []Field
	for i, f := range g.Fields {
		if i < most || f.Rare {
			some = append(some, f)
		}
	}
	return some
}

// moreFields says how much of a group stands in fields that are not listed;
// empty if nothing does.
func (g Group) moreFields(most int) string {
	var parts []string
	if left := len(g.Fields) - len(g.listed(most)); left > 0 {
		parts = append(parts, more(left, "field"))
	}
	if g.Others > 0 {
		parts = append(parts, plural(g.Others, "change")+" of still other fields")
	}
	return strings.Join(parts, ", and ")
}

// listed are the values of a field of which a report shows the first ones: the
// rare ones are always among them, and of many that occur once each one is
// enough.
func (f Field) listed(most int) []Value {
	if singular(f) {
		return f.Values[:1]
	}
	var some []Value
	for i, v := range f.Values {
		if i < most || v.Rare {
			some = append(some, v)
		}
	}
	return some
}

// rest says how many values a field has besides those that are shown, and how
// many rows have them; empty if there are none.
func (f Field) rest(shown []Value) (text string, rows int64) {
	rows = f.Count
	for _, v := range shown {
		rows -= v.Count
	}
	left := f.Different - int64(len(shown))
	switch {
	case len(shown) == 0:
		return different(f), f.Count
	case left <= 0:
		return "", 0
	}
	text = strings.Replace(plural(left, "value"), " value", " other value", 1)
	if f.About {
		text = "about " + text
	}
	return text, max(rows, 0)
}

// singular reports whether a field has a value of its own in nearly every row,
// so that no value says much.
func singular(f Field) bool {
	return len(f.Values) > 0 && f.Different > 8 && f.Values[0].Count*100 < f.Count || f.Different > 3 && len(f.Values) > 0 && f.Values[0].Count == 1
}

func different(f Field) string {
	text := Number(f.Different) + " different values"
	if f.About {
		text = "about " + text
	}
	return text
}

// pathWidth is the width of the names of the fields of a group that are shown.
func (v *picture) pathWidth(g Group) int {
	width := 0
	for i, f := range g.Fields {
		if i < v.fields || f.Rare {
			width = max(width, uniseg.StringWidth(fieldName(f.Path)))
		}
	}
	return width
}

// transition is a change of a value on one line of at most a width.
func transition(v Value, width int) string {
	after := valueText(v.After)
	if v.Known != nil {
		after = "(known after " + named(v.Known) + ")"
	}
	before := beforeText(v)
	if before == "" {
		return cut(after, width)
	}
	const arrow = " -> "
	if all := uniseg.StringWidth(before) + len(arrow) + uniseg.StringWidth(after); all > width {
		half := (width - len(arrow)) / 2
		least := min(uniseg.StringWidth(after), half)
		before = cut(before, max(width-len(arrow)-uniseg.StringWidth(after), width-len(arrow)-least, 4))
		after = cut(after, max(width-len(arrow)-uniseg.StringWidth(before), 4))
	}
	return before + arrow + after
}

// beforeText is what there was before a change; empty where nobody looked.
func beforeText(v Value) string {
	switch {
	case v.Before != nil:
		return valueText(v.Before)
	case v.Since != nil:
		return "(known after " + named(v.Since) + ")"
	case v.Absent:
		return "(absent)"
	}
	return ""
}

// valueText is a value as JSON, so that "" and null and "null" differ.
func valueText(value json.RawMessage) string {
	if value == nil {
		return "(not known)"
	}
	return visible(string(value))
}

// findings shows what would fail.
func (v *picture) findings() {
	if len(v.Failing) == 0 {
		return
	}
	left, title := v.Others, ""
	for i, f := range v.Failing {
		if i >= v.detail.findings {
			left += f.Count
			continue
		}
		if next := failTitle(f); next != title {
			title = next
			v.b.WriteString(v.paint(color.FgRed, title) + "\n")
		}
		v.finding(f)
	}
	if left > 0 {
		fmt.Fprintf(&v.b, "  and %s\n", more(int(left), "failure"))
	}
	v.b.WriteString("\n")
}

func failTitle(f Fails) string {
	if f.Blocks {
		return "Blocks the plan"
	}
	return "Would fail"
}

func (v *picture) finding(f Fails) {
	head := fmt.Sprintf("%s  %s:%d: %s: %s", Number(f.Count), f.File, f.Line, f.Step, visible(firstLine(f.Places)))
	v.wrapped(head, "  ")
	for i, p := range f.Places {
		if i == v.places {
			break
		}
		line := visible(p.Addr)
		if p.Data != "" {
			line = visible(p.Data) + "  " + line
		}
		if line == f.Step {
			continue // the line above says it
		}
		if i > 0 && p.Message != f.Places[0].Message {
			line += "  " + visible(p.Message)
		}
		v.b.WriteString("      " + v.paint(color.Faint, cut(line, Width-6)) + "\n")
	}
	if f.Hint != "" && v.places > 0 {
		v.wrapped("hint: "+visible(strings.ReplaceAll(f.Hint, "\n", " ")), "      ")
	}
}

// wrapped writes a text on a few lines, none of them wider than the screen.
func (v *picture) wrapped(text, indent string) {
	for _, line := range strings.Split(strings.TrimRight(Wrap(cut(text, 3*Width), indent, Width), "\n"), "\n") {
		v.b.WriteString(cut(line, Width) + "\n")
	}
}

func firstLine(places []FailsHere) string {
	if len(places) == 0 {
		return ""
	}
	return strings.ReplaceAll(places[0].Message, "\n", " ")
}
