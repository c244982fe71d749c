package workflow

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flowrun-dev/flowrun/internal/spelling"
)

// decoder turns nodes into the types of a workflow and collects the problems.
type decoder struct {
	file     *File
	problems Problems
}

func (d *decoder) problem(n *Node, message, hint string) {
	if n.Broken || d.problems.Full() {
		return
	}
	d.problems = append(d.problems, d.file.Problem(n.Pos, n.Width(), message, hint))
}

// problemOf reports something about a mapping as a whole, at its beginning.
func (d *decoder) problemOf(n *Node, message, hint string) {
	d.problem(&Node{Pos: n.Pos, Broken: n.Broken}, message, hint)
}

// keys says what to do with each key of a mapping.
type keys map[string]func(*Node)

// reserved are keys that a later version may give a meaning.
var reserved = []string{"on_failure", "finally", "workflow"}

// mapping hands each field of n to its key's function and reports every key
// that has none. What names the mapping in messages. It returns the keys that
// are there, with those that a misspelt one stands for.
func (d *decoder) mapping(n *Node, what string, known keys) map[string]bool {
	given := map[string]bool{}
	if n.Kind != Map {
		d.problem(n, fmt.Sprintf("%s must be a mapping%s", what, written(n)), missingSpace(n))
		return given
	}
	for _, field := range n.Fields {
		key := field.Key.Text
		read, ok := known[key]
		given[key] = true
		switch {
		case ok:
			read(field.Value)
		case strings.HasPrefix(key, "x-"):
		case slices.Contains(reserved, key):
			d.problem(field.Key, fmt.Sprintf("%s is reserved; this version of flowrun has no such thing yet", key), "")
		default:
			given[d.unknownKey(field.Key, what, known)] = true
		}
	}
	return given
}

var keyWithoutSpace = regexp.MustCompile(`^([a-z_]+):(\S.*)$`)

// missingSpace is the hint for a text that was meant as a key and its value.
func missingSpace(n *Node) string {
	if match := keyWithoutSpace.FindStringSubmatch(n.Text); match != nil && n.Kind == String {
		return "YAML needs a space after the colon: " + match[1] + ": " + match[2]
	}
	return ""
}

// otherWords are what other tools call the things of a workflow file.
var otherWords = map[string]string{
	"args": "with", "attempts": "max_attempts", "condition": "if", "continue_on_error": "on_error",
	"filter": "where", "items": "in", "loop": "for_each", "max_concurrent": "concurrency", "params": "with",
	"retries": "retry", "uses": "action", "variables": "vars", "when": "if",
}

// unknownKey reports a key and returns the one that was meant, or "".
func (d *decoder) unknownKey(key *Node, what string, known keys) string {
	names := slices.Sorted(maps.Keys(known))
	meant := otherWords[key.Text]
	if known[meant] == nil {
		meant = spelling.Nearest(key.Text, names)
	}
	hint := ""
	if meant != "" {
		hint = fmt.Sprintf("did you mean %q?", meant)
	}
	d.problem(key, fmt.Sprintf("%s has no key %q; it takes %s", what, key.Text, strings.Join(names, ", ")), hint)
	return meant
}

// text reads a string. An unquoted number or date is taken as it is written.
func (d *decoder) text(n *Node, what string) *Node {
	switch n.Kind {
	case List, Map, Null:
		d.problem(n, fmt.Sprintf("%s must be a string%s", what, written(n)), "")
		return nil
	}
	return n
}

// expression reads the source of a bare expression.
func (d *decoder) expression(n *Node, what string) *Node {
	if n.Kind == Map || n.Kind == List {
		d.problem(n, fmt.Sprintf("%s must be an expression%s", what, written(n)), "put it into quotes")
		return nil
	}
	if strings.TrimSpace(n.Text) == "" {
		d.problem(n, what+" is empty", "write a condition, or take the key away")
		return nil
	}
	return n
}

// word reads one of a closed list of words.
func (d *decoder) word(n *Node, what string, words ...string) *Node {
	if n.Kind != Map && n.Kind != List && slices.Contains(words, n.Text) {
		return n
	}
	hint := spelling.DidYouMean(n.Text, words)
	if other := otherTypes[n.Text]; slices.Contains(words, other) {
		hint = fmt.Sprintf("did you mean %q?", other)
	}
	d.problem(n, fmt.Sprintf("%s must be %s%s", what, oneOf(words), written(n)), hint)
	return nil
}

// otherTypes are what other tools call the types of inputs and columns.
var otherTypes = map[string]string{"array": "list", "dict": "object", "float": "number", "map": "object", "text": "string"}

// oneOf lists words for a message: "a, b or c".
func oneOf(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// written says what stands in the file instead of what should.
func written(n *Node) string {
	switch n.Kind {
	case List, Map, Null:
		return ", not " + n.Kind.String()
	case String:
		if len(n.Text) > 60 {
			return ", not a string"
		}
		return fmt.Sprintf(", not %q", n.Text)
	}
	return ", not " + n.Text
}

func (d *decoder) boolean(n *Node, what string) bool {
	if n.Kind != Bool {
		d.problem(n, fmt.Sprintf("%s must be true or false%s", what, written(n)), "")
	}
	return n.Bool
}

// whole reads an integer from low up.
func (d *decoder) whole(n *Node, what string, low int64) int64 {
	if n.Kind != Int || n.Int < low {
		d.problem(n, fmt.Sprintf("%s must be a whole number, at least %d%s", what, low, written(n)), "")
		return low
	}
	return n.Int
}

// limit reads a count. Where percent is set it may be a percentage: "2%".
func (d *decoder) limit(n *Node, what string, percent bool) *Limit {
	if digits, ok := strings.CutSuffix(n.Text, "%"); ok && percent {
		value, err := strconv.ParseFloat(digits, 64)
		if err == nil && value >= 0 && value <= 100 {
			return &Limit{Node: n, Percent: value, Of100: true}
		}
	}
	if n.Kind == Int && n.Int >= 0 {
		return &Limit{Node: n, Count: n.Int}
	}
	wanted := "a whole number"
	if percent {
		wanted += " or a percentage such as 2%"
	}
	d.problem(n, fmt.Sprintf("%s must be %s%s", what, wanted, written(n)), "")
	return nil
}

var days = regexp.MustCompile(`^([0-9]{1,5})d$`)

// duration reads a length of time: 500ms, 30s, 5m, 2h, 1d.
func (d *decoder) duration(n *Node, what string) *Duration {
	value, err := time.ParseDuration(n.Text)
	if match := days.FindStringSubmatch(n.Text); match != nil {
		count, _ := strconv.Atoi(match[1])
		value, err = time.Duration(count)*24*time.Hour, nil
	}
	if err != nil || value <= 0 {
		hint := "write a number and a unit: 500ms, 30s, 5m, 2h or 1d"
		if n.Kind == Int {
			hint = fmt.Sprintf("say the unit: %ss, %sm or %sms", n.Text, n.Text, n.Text)
		}
		d.problem(n, fmt.Sprintf("%s must be a length of time%s", what, written(n)), hint)
		return nil
	}
	return &Duration{Node: n, Value: value}
}

// list reads a list, item by item.
func (d *decoder) list(n *Node, what string, item func(*Node)) {
	if n.Kind != List {
		hint := "begin each item with a dash"
		if n.Kind != Map && n.Kind != Null {
			hint = "write [" + n.Text + "]"
		}
		d.problem(n, fmt.Sprintf("%s must be a list%s", what, written(n)), hint)
		return
	}
	for _, each := range n.Items {
		item(each)
	}
}

// named reads a mapping whose keys the author chooses.
func (d *decoder) named(n *Node, what string) []Field {
	if n.Kind != Map {
		d.problem(n, fmt.Sprintf("%s must be a mapping of names to values%s", what, written(n)), missingSpace(n))
		return nil
	}
	for _, field := range n.Fields {
		if !identifier.MatchString(field.Key.Text) {
			d.problem(field.Key, fmt.Sprintf("%q is not a name: letters, digits and underscores, no digit first", field.Key.Text), "write "+toIdentifier(field.Key.Text))
		}
	}
	return n.Fields
}

var (
	identifier    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	notIdentifier = regexp.MustCompile(`[^A-Za-z0-9_]+`)
)

// toIdentifier is the name nearest to text that may be used.
func toIdentifier(text string) string {
	name := strings.Trim(notIdentifier.ReplaceAllString(text, "_"), "_")
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = "_" + name
	}
	return name
}
