package workflow

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Limits of a file, so that a hostile one cannot use up the machine.
const (
	maxBytes = 1 << 20 // of text
	maxNodes = 50_000  // after aliases are followed
	maxText  = 4 << 20 // of all texts, after aliases are followed
	maxDepth = 64
)

// reader turns the text of a file into nodes and collects the problems.
type reader struct {
	file     *File
	problems Problems
	nodes    int
	size     int // of their texts
	tooLarge bool
	aliases  []*yaml.Node // being followed, the outermost first

	counted int // JSON: the bytes whose lines and columns are in place
	place   Pos // counted from 0
}

func (r *reader) problem(pos Pos, width int, message, hint string) {
	if r.problems.Full() {
		return
	}
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
	if r.tooLarge {
		return nil
	}
	var second yaml.Node
	if err := decoder.Decode(&second); err == nil {
		r.problem(r.placeOf(&second), 0, "a second document begins here; a file holds one workflow", "put it into a file of its own")
	} else if !errors.Is(err, io.EOF) {
		r.syntax(err)
	}
	return root
}

// node converts a YAML node and all below it.
func (r *reader) node(y *yaml.Node, depth int) *Node {
	n := &Node{Pos: r.placeOf(y), file: r.file}
	r.nodes, r.size = r.nodes+1, r.size+len(y.Value)
	if r.exceeded(y, depth) {
		return n
	}
	n.Broken = !r.knownTag(y)
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

// exceeded reports, once, a file that is too large. What aliases repeat counts
// each time.
func (r *reader) exceeded(y *yaml.Node, depth int) bool {
	message := ""
	switch {
	case r.tooLarge:
		return true
	case r.nodes > maxNodes:
		message = fmt.Sprintf("the file has more than %d values", maxNodes)
	case r.size > maxText:
		message = fmt.Sprintf("the file has more than %d MiB of text", maxText>>20)
	case depth > maxDepth:
		message = fmt.Sprintf("the file is nested more than %d deep", maxDepth)
	default:
		return false
	}
	r.tooLarge = true
	if len(r.aliases) > 0 {
		y = r.aliases[0]
		message += " with all that its aliases repeat"
	}
	r.problem(r.placeOf(y), 0, message, "")
	return true
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
	if !strings.HasPrefix(tag, "!!") {
		text := r.file.Line(y.Line)
		_, text, _ = strings.Cut(text, "!")
		hint = "to negate a condition write: not " + strings.TrimSpace(text) + "; put a text that begins with ! into quotes"
	}
	r.problem(r.placeOf(y), utf8.RuneCountInString(tag), fmt.Sprintf("for YAML %s is a tag, and flowrun has no such tag", tag), hint)
	return false
}

func (r *reader) alias(y *yaml.Node, depth int) *Node {
	for _, open := range r.aliases {
		if open.Alias == y.Alias {
			r.problem(r.placeOf(y), len(y.Value)+1, "the alias *"+y.Value+" contains itself", "")
			return &Node{Pos: r.placeOf(y), file: r.file, Broken: true}
		}
	}
	r.aliases = append(r.aliases, y)
	n := r.node(y.Alias, depth+1)
	r.aliases = r.aliases[:len(r.aliases)-1]
	return n
}

func (r *reader) mapping(n *Node, y *yaml.Node, depth int) {
	first := make(map[string]Pos, len(y.Content)/2)
	var merged []*Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		pos := r.placeOf(key)
		if key.Kind == yaml.MappingNode && y.Style&yaml.FlowStyle != 0 {
			r.unquoted(y)
			n.Kind, n.Broken = Null, true
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
			r.repeated(&Node{Pos: pos, Text: key.Value, file: r.file, style: styleOf(key)}, at)
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

// repeated reports a key that its mapping has already.
func (r *reader) repeated(key *Node, first Pos) {
	if r.problems.Full() {
		return
	}
	r.problem(key.Pos, key.Width(), fmt.Sprintf("the key %q is given twice; the first one is in line %d", key.Text, first.Line), "take one of them away")
}

// merge adds the fields of a mapping that came in through "<<".
func (r *reader) merge(n, from *Node, have map[string]Pos) {
	if from.Kind == List {
		for _, item := range from.Items {
			r.merge(n, item, have)
		}
		return
	}
	if r.problems.Full() {
		return
	}
	if from.Kind != Map {
		r.problem(from.Pos, from.Width(), "<< takes a mapping, or a list of mappings", "")
		return
	}
	for _, field := range from.Fields {
		if _, own := have[field.Key.Text]; !own {
			have[field.Key.Text] = field.Key.Pos
			n.Fields = append(n.Fields, field)
		}
	}
}

func (r *reader) scalar(n *Node, y *yaml.Node) {
	n.Kind, n.Text, n.style = String, y.Value, styleOf(y)
	if n.style == plain && y.Tag != "!!str" || y.Style == 0 && y.Tag == "!!str" {
		n.resolve()
		n.Comment = y.LineComment
	}
	r.refuseToken(n)
}

// token is what access tokens of Intercom look like: base64 of "tok:" and more.
var token = regexp.MustCompile(`dG9rO[A-Za-z0-9+/_-]{30,}`)

// refuseToken reports a token of Intercom in the file, without showing it.
func (r *reader) refuseToken(n *Node) {
	if r.problems.Full() || !token.MatchString(n.Text) {
		return
	}
	r.problem(n.Pos, 0, "this looks like an access token of Intercom; whoever sees the file could use it", "take it out of the file and revoke it; flowrun reads INTERCOM_TOKEN from the environment")
	r.problems[len(r.problems)-1].Source = ""
	n.Broken = true
}

// placeOf is where a node stands. The library has some behind the last line, such
// as the key that is missing behind a question mark.
func (r *reader) placeOf(y *yaml.Node) Pos {
	if y.Line > len(r.file.lines()) {
		return r.file.pos(len(r.file.Text))
	}
	return Pos{y.Line, y.Column}
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
