package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Width is how wide help and tables are, in characters.
const Width = 80

// Number writes an integer with separators: 12,400.
func Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Number(n) + " " + noun + "s"
}

// more is what is left of a list that was cut: 3 more fields.
func more(n int, noun string) string {
	return strings.Replace(plural(int64(n), noun), " ", " more ", 1)
}

// Duration writes a number of seconds: 0.2 s, 1 min 12 s, 3 h 5 min.
func Duration(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d < time.Minute:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
}

// Wrap breaks text into lines of at most a number of characters, each begun
// with indent. A word that is longer stands alone.
func Wrap(text, indent string, width int) string {
	var b strings.Builder
	for _, paragraph := range strings.Split(text, "\n") {
		line := indent
		for _, word := range strings.Fields(paragraph) {
			if len(line) > len(indent) && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
				b.WriteString(line + "\n")
				line = indent
			}
			if len(line) > len(indent) {
				line += " "
			}
			line += word
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

// widest is how wide the first column of [Rows] may become: a longer text has a
// line of its own.
const widest = 38

// Rows sets texts in two columns, the second wrapped at [Width].
func Rows(indent string, rows [][2]string) string {
	first := 0
	for _, row := range rows {
		if n := utf8.RuneCountInString(row[0]); n <= widest {
			first = max(first, n)
		}
	}
	hang := indent + strings.Repeat(" ", first+2)
	var b strings.Builder
	for _, row := range rows {
		text := Wrap(row[1], hang, Width)
		if n := utf8.RuneCountInString(row[0]); n <= first {
			text = indent + row[0] + strings.Repeat(" ", first-n+2) + strings.TrimPrefix(text, hang)
			b.WriteString(strings.TrimRight(text, " \n") + "\n")
			continue
		}
		b.WriteString(indent + row[0] + "\n" + text)
	}
	return b.String()
}

// cut shortens a text to a width: characters of some scripts and pictures take
// two places.
func cut(text string, most int) string {
	if uniseg.StringWidth(text) <= most {
		return text
	}
	var b strings.Builder
	width := 0
	for g := uniseg.NewGraphemes(text); g.Next(); {
		if width += g.Width(); width > most-3 {
			break
		}
		b.WriteString(g.Str())
	}
	return b.String() + "..."
}

// padded fills a text up to a width.
func padded(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-uniseg.StringWidth(text)))
}

// visible shows what would do something besides being read as an escape of
// JSON, which leaves JSON as it is.
func visible(text string) string {
	var b strings.Builder
	for i, r := range text {
		if r == utf8.RuneError && text[i] != 0xef || Acts(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Acts reports whether a character does something besides being read: control
// characters, those that change the direction of what follows, and those that
// end a line where no line ends.
func Acts(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 ||
		r == 0x61c || r == 0x200e || r == 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff
}

// named lists names, three of them and the number of the others.
func named(names []string) string {
	const most = 3
	if left := len(names) - most; left > 0 {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %s more", Number(int64(left)))
	}
	return strings.Join(names, ", ")
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
