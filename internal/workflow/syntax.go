package workflow

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// lineReader hands out a text line by line and counts them: a parser that
// fails has not read far beyond the mistake.
type lineReader struct {
	text  []byte
	lines int
}

func (l *lineReader) Read(p []byte) (int, error) {
	if len(l.text) == 0 {
		return 0, io.EOF
	}
	end := bytes.IndexByte(l.text, '\n') + 1
	if end == 0 {
		end = len(l.text)
	}
	n := copy(p, l.text[:end])
	if n == end {
		l.lines++
	}
	l.text = l.text[n:]
	return n, nil
}

var yamlError = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// syntax reports a text that is not YAML. The YAML parser names the line where
// the part begins that it could not finish, or the one before it; the mistake
// itself is in the last line it read or not far above.
func (r *reader) syntax(err error) {
	named, message := 0, err.Error()
	if found := yamlError.FindStringSubmatch(message); found != nil {
		named, _ = strconv.Atoi(found[1])
		message = found[2]
	}
	if anchor, ok := strings.CutPrefix(message, "unknown anchor '"); ok {
		r.unknownAnchor(strings.TrimSuffix(anchor, "' referenced"))
		return
	}
	lines := &lineReader{text: r.file.Text}
	_ = yaml.NewDecoder(lines).Decode(new(yaml.Node))
	for _, line := range []int{named, lines.lines, lines.lines - 1, named + 1} {
		if p, ok := r.usualMistake(line, message); ok {
			r.problems = append(r.problems, p)
			return
		}
	}
	line := lines.lines
	text := r.file.Line(line)
	indent := len(text) - len(strings.TrimLeft(text, " "))
	r.problem(Pos{line, indent + 1}, 0, "not valid YAML: "+inPlainWords(message), "")
}

// inPlainWords replaces those messages of the YAML parser that speak of its
// own parts.
func inPlainWords(message string) string {
	switch message {
	case "did not find expected '-' indicator", "did not find expected key", "did not find expected <document start>":
		return "this line does not fit to those above it; look at its indentation"
	case "mapping values are not allowed in this context":
		return "there is a colon where none can be; look at the indentation, and put texts with a colon into quotes"
	}
	return message
}

// unknownAnchor reports an alias without its anchor.
func (r *reader) unknownAnchor(name string) {
	at := bytes.Index(r.file.Text, []byte("*"+name))
	r.problem(r.file.pos(max(at, 0)), 1+utf8.RuneCountInString(name), fmt.Sprintf("there is no anchor &%s above for the alias *%s", name, name), "put a text that begins with * into quotes")
}

var (
	keyAndValue  = regexp.MustCompile(`^\s*(?:- +)*(?:[A-Za-z_][\w-]*:|-)\s+(.*?)\s*$`)
	quotedBehind = regexp.MustCompile(`^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*[^\s#,\]}]`)
	wholeQuoted  = regexp.MustCompile(`^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')`)
	bareTemplate = regexp.MustCompile(`\$?\{\{.*?\}\}`)
)

// usualMistake looks at a line for what most often makes a file no YAML.
func (r *reader) usualMistake(number int, parser string) (Problem, bool) {
	line := r.file.Line(number)
	if indent := strings.TrimLeft(line, " "); strings.HasPrefix(indent, "\t") {
		return r.file.Problem(Pos{number, len(line) - len(indent) + 1}, 1, "YAML is indented with spaces, and here is a tab", "indent with spaces"), true
	}
	match := keyAndValue.FindStringSubmatchIndex(line)
	if match == nil || match[2] == match[3] {
		return Problem{}, false
	}
	value := line[match[2]:match[3]]
	m := usualMistakeIn(value, parser)
	if m.message == "" {
		return Problem{}, false
	}
	pos := Pos{number, 1 + utf8.RuneCountInString(line[:match[2]+m.start])}
	return r.file.Problem(pos, utf8.RuneCountInString(value[m.start:m.end]), m.message, m.hint), true
}

// mistake is what is wrong in a part of a value.
type mistake struct {
	start, end    int // bytes of the value
	message, hint string
}

// usualMistakeIn looks at the value that stands behind a key. Parser is what
// the YAML parser says.
func usualMistakeIn(value, parser string) mistake {
	whole := func(message string) mistake {
		return mistake{0, len(value), message, "put the whole value into quotes: " + Quote(value)}
	}
	switch opening := value[0]; {
	case (opening == '[' || opening == '{') && !strings.HasPrefix(value, "{{"):
		return mistakeInBrackets(value, parser)
	case opening == '"' || opening == '\'':
		return mistakeInQuotes(value, parser)
	case bareTemplate.MatchString(value):
		return whole(withoutQuotes)
	case strings.ContainsRune("%@`*&!|>", rune(opening)):
		return whole(fmt.Sprintf("a value that begins with %c needs quotes", opening))
	case strings.Contains(value, ": "):
		return whole("a value with a colon and a space in it needs quotes")
	}
	return mistake{}
}

// mistakeInBrackets looks at a list or a mapping in brackets.
func mistakeInBrackets(value, parser string) mistake {
	bare := withoutQuoted(value)
	if found := bareTemplate.FindStringIndex(bare); found != nil {
		return mistake{found[0], found[1], withoutQuotes, "put it into quotes: " + Quote(value[found[0]:found[1]])}
	}
	if strings.HasPrefix(parser, "did not find expected ','") {
		return mistake{0, 1, fmt.Sprintf("the %c is not closed, or a comma is missing behind it", value[0]), ""}
	}
	if open := strings.Count(bare, "[") + strings.Count(bare, "{"); open < strings.Count(bare, "]")+strings.Count(bare, "}") {
		return mistake{len(bare) - 1, len(bare), fmt.Sprintf("a %c too many", bare[len(bare)-1]), "take it away"}
	}
	return mistake{}
}

// mistakeInQuotes looks at a value that begins with a quote.
func mistakeInQuotes(value, parser string) mistake {
	switch {
	case parser == "found unknown escape character":
		inner := strings.Trim(value, `"`)
		return mistake{0, len(value), "in double quotes a backslash begins an escape, and YAML has none like this", "use single quotes: '" + inner + "'"}
	case quotedBehind.MatchString(value):
		return mistake{0, len(value), "for YAML this value ends where its first quote is closed", "put the whole value into quotes: " + Quote(value)}
	case !wholeQuoted.MatchString(value):
		return mistake{0, 1, "the quote is not closed", ""}
	}
	return mistake{}
}

const withoutQuotes = "a template without quotes; YAML takes its braces for a mapping"

// withoutQuoted blanks what stands in quotes.
func withoutQuoted(text string) string {
	return quotedPart.ReplaceAllStringFunc(text, func(s string) string { return strings.Repeat(" ", len(s)) })
}

var quotedPart = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'`)

// Quote writes text as a YAML string, in the quotes that need no escapes where
// possible.
func Quote(text string) string {
	switch {
	case strings.ContainsAny(text, "\n\t") || strings.Contains(text, "'") && strings.Contains(text, `\`):
		return strconv.Quote(text)
	case !strings.ContainsAny(text, `"\`):
		return `"` + text + `"`
	case !strings.Contains(text, "'"):
		return "'" + text + "'"
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

// unquoted reports {{ x }} without quotes, which YAML reads as a mapping in a
// mapping.
func (r *reader) unquoted(y *yaml.Node) {
	if r.problems.Full() {
		return
	}
	at := r.file.offset(r.placeOf(y))
	text := r.file.Text[at:]
	if end := bytes.IndexByte(text, '\n'); end >= 0 {
		text = text[:end]
	}
	if end := bytes.Index(text, []byte("}}")); end >= 0 {
		text = text[:end+2]
	}
	shown := strings.TrimSpace(string(text))
	r.problem(r.placeOf(y), utf8.RuneCountInString(shown), withoutQuotes, "put it into quotes: "+Quote(shown))
}
