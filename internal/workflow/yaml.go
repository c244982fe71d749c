package workflow

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Limits of a file, so that a hostile one cannot use up the machine.
const (
	maxBytes = 1 << 20 // of text
	maxNodes = 200_000 // after aliases are followed
	maxDepth = 64
)

// reader turns the text of a file into nodes and collects the problems.
type reader struct {
	file     *File
	problems Problems
	nodes    int
	aliases  []*yaml.Node // being followed

	counted int // JSON: the bytes whose lines and columns are in place
	place   Pos // counted from 0
}

func (r *reader) problem(pos Pos, width int, message, hint string) {
	r.problems = append(r.problems, r.file.Problem(pos, width, message, hint))
}

// yaml reads the file's one document. It returns nil when there is none that
// could be read.
func (r *reader) yaml() *Node {
	decoder := yaml.NewDecoder(bytes.NewReader(r.file.Text))
	var document yaml.Node
	if err := decoder.Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			r.problem(Pos{}, 0, "the file is empty", `a workflow begins with "version: 1" and has "steps:"`)
		} else {
			r.syntax(err)
		}
		return nil
	}
	root := r.node(document.Content[0], 0)
	var second yaml.Node
	if err := decoder.Decode(&second); err == nil {
		r.problem(Pos{second.Line, second.Column}, 0, "a second document begins here; a file holds one workflow", "put it into a file of its own")
	} else if !errors.Is(err, io.EOF) {
		r.syntax(err)
	}
	return root
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// syntax reports a text that is not YAML, and looks at the line for the usual
// causes.
func (r *reader) syntax(err error) {
	line, message := 0, err.Error()
	if found := yamlLine.FindStringSubmatch(message); found != nil {
		line, _ = strconv.Atoi(found[1])
		message = found[2]
	}
	for _, at := range []int{line, line + 1, line - 1} {
		if hint, column := syntaxHint(r.file.Line(at)); at > 0 && hint != "" {
			r.problem(Pos{at, column}, 0, "not valid YAML: "+message, hint)
			return
		}
	}
	r.problem(Pos{line, min(line, 1)}, 0, "not valid YAML: "+message, "")
}

var (
	keyValue     = regexp.MustCompile(`^\s*(?:- )?\s*[A-Za-z_][\w-]*:\s+(.*)$`)
	bareTemplate = regexp.MustCompile(`\$?\{\{`)
)

// syntaxHint says how to mend a line that the YAML parser cannot read, and the
// column where the value begins.
func syntaxHint(line string) (hint string, column int) {
	match := keyValue.FindStringSubmatchIndex(line)
	if match == nil {
		return "", 0
	}
	value := line[match[2]:]
	column = 1 + utf8.RuneCountInString(line[:match[2]])
	quoted := value != "" && (value[0] == '"' || value[0] == '\'')
	switch {
	case strings.Contains(line[:match[2]], "\t") || strings.HasPrefix(line, "\t"):
		return "indent with spaces; YAML does not take tabs", 1
	case bareTemplate.MatchString(value) && !quoted:
		return "put the whole value into quotes: " + quote(value), column
	case quoted || strings.Contains(value, ": ") || strings.Contains(value, " ? "):
		return "put the whole value into quotes: " + quote(value), column
	}
	return "", 0
}

// quote writes text as a YAML string, in the quotes that need no escapes where
// possible.
func quote(text string) string {
	if strings.Contains(text, "'") {
		return strconv.Quote(text)
	}
	if strings.Contains(text, `"`) {
		return "'" + text + "'"
	}
	return `"` + text + `"`
}

// node converts a YAML node and all below it.
func (r *reader) node(y *yaml.Node, depth int) *Node {
	n := &Node{Pos: Pos{y.Line, y.Column}, file: r.file}
	r.nodes++
	if r.nodes > maxNodes || depth > maxDepth {
		if r.nodes <= maxNodes+1 {
			r.nodes = maxNodes + 2 // say it once
			r.problem(n.Pos, 0, fmt.Sprintf("the file is too large: at most %d values, nested at most %d deep", maxNodes, maxDepth), "")
		}
		return n
	}
	n.broken = !r.knownTag(y)
	switch y.Kind {
	case yaml.AliasNode:
		return r.alias(y, depth)
	case yaml.SequenceNode:
		n.Kind = List
		for _, item := range y.Content {
			n.Items = append(n.Items, r.node(item, depth+1))
		}
	case yaml.MappingNode:
		n.Kind = Map
		r.mapping(n, y, depth)
	default:
		r.scalar(n, y)
	}
	return n
}

// standardTags are the tags that say what a plain reading says too.
var standardTags = map[string]bool{"": true, "!": true, "!!str": true, "!!int": true, "!!float": true, "!!bool": true, "!!null": true, "!!seq": true, "!!map": true, "!!timestamp": true, "!!merge": true}

// knownTag reports a tag that is not YAML's own.
func (r *reader) knownTag(y *yaml.Node) bool {
	if standardTags[y.ShortTag()] && (y.Style&yaml.TaggedStyle == 0 || y.Tag == "!!str") {
		return true
	}
	tag := y.ShortTag()
	hint := "take the tag away, or put the value into quotes"
	if name, ok := strings.CutPrefix(tag, "!"); ok && name != "" && name[0] != '!' {
		hint = fmt.Sprintf("YAML reads %s as a tag; write %q", tag, strings.TrimSpace("not "+name+y.Value))
	}
	r.problem(Pos{y.Line, y.Column}, len(tag), fmt.Sprintf("the tag %s is not known here", tag), hint)
	return false
}

func (r *reader) alias(y *yaml.Node, depth int) *Node {
	for _, open := range r.aliases {
		if open == y.Alias {
			r.problem(Pos{y.Line, y.Column}, len(y.Value)+1, "the alias *"+y.Value+" contains itself", "")
			return &Node{Pos: Pos{y.Line, y.Column}, file: r.file}
		}
	}
	r.aliases = append(r.aliases, y.Alias)
	n := r.node(y.Alias, depth+1)
	r.aliases = r.aliases[:len(r.aliases)-1]
	return n
}

func (r *reader) mapping(n *Node, y *yaml.Node, depth int) {
	first := make(map[string]Pos, len(y.Content)/2)
	var merged []*Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		pos := Pos{key.Line, key.Column}
		if key.Kind == yaml.MappingNode && y.Style&yaml.FlowStyle != 0 {
			r.unquoted(y)
			n.Kind, n.broken = Null, true
			return
		}
		if key.ShortTag() == "!!merge" {
			merged = append(merged, r.node(value, depth+1))
			continue
		}
		if key.Kind != yaml.ScalarNode {
			r.problem(pos, 0, "a key must be a plain word", "")
			continue
		}
		if at, again := first[key.Value]; again {
			r.problem(pos, utf8.RuneCountInString(key.Value), fmt.Sprintf("the key %q is given twice; the first one is in line %d", key.Value, at.Line), "take one of them away")
			continue
		}
		first[key.Value] = pos
		name := &Node{Kind: String, Pos: pos, Text: key.Value, file: r.file, style: styleOf(key)}
		n.Fields = append(n.Fields, Field{name, r.node(value, depth+1)})
	}
	for _, from := range merged {
		r.merge(n, from, first)
	}
}

// merge adds the fields of a mapping that came in through "<<".
func (r *reader) merge(n, from *Node, have map[string]Pos) {
	if from.Kind == List {
		for _, item := range from.Items {
			r.merge(n, item, have)
		}
		return
	}
	if from.Kind != Map {
		r.problem(from.Pos, 0, "<< takes a mapping, or a list of mappings", "")
		return
	}
	for _, field := range from.Fields {
		if _, own := have[field.Key.Text]; !own {
			have[field.Key.Text] = field.Key.Pos
			n.Fields = append(n.Fields, field)
		}
	}
}

// unquoted reports {{ x }} without quotes, which YAML reads as a mapping in a
// mapping.
func (r *reader) unquoted(y *yaml.Node) {
	line := r.file.Line(y.Line)
	text := string([]rune(line)[min(y.Column-1, len([]rune(line))):])
	r.problem(Pos{y.Line, y.Column}, 2, "a template without quotes: YAML reads {{ }} as a mapping", "put it into quotes: "+quote(strings.TrimSpace(text)))
}

func (r *reader) scalar(n *Node, y *yaml.Node) {
	n.Text, n.style = y.Value, styleOf(y)
	if !utf8.ValidString(n.Text) {
		r.problem(n.Pos, 0, "the text is not valid UTF-8", "")
	}
	if n.style == plain && y.Tag != "!!str" || y.Style == 0 && y.Tag == "!!str" {
		n.resolve()
		n.Comment = y.LineComment
		return
	}
	n.Kind = String
}

func styleOf(y *yaml.Node) style {
	switch {
	case y.Style&yaml.DoubleQuotedStyle != 0:
		return double
	case y.Style&yaml.SingleQuotedStyle != 0:
		return single
	case y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return block
	}
	return plain
}
