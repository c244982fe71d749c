package workflow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// json reads the file as JSON, which is stricter than YAML and has escapes
// that YAML has not. The nodes are the same.
func (r *reader) json() *Node {
	var whole json.RawMessage
	if err := json.Unmarshal(r.file.Text, &whole); err != nil {
		r.notJSON(err)
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(r.file.Text))
	decoder.UseNumber()
	root, err := r.jsonValue(decoder, 0)
	if err != nil {
		r.problem(r.file.pos(int(decoder.InputOffset())), 0, err.Error(), "")
		return nil
	}
	return root
}

// notJSON reports a text that is not JSON, with what YAML and JavaScript allow
// and JSON does not.
func (r *reader) notJSON(err error) {
	at, message := 0, err.Error()
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = int(syntax.Offset) - 1 // it is the number of bytes read
	}
	if strings.HasPrefix(message, "unexpected end") {
		at, message = len(bytes.TrimRight(r.file.Text, " \t\r\n")), "the text ends too early"
	}
	r.problem(r.file.pos(max(at, 0)), 0, "not valid JSON: "+message, jsonHint(message))
}

func jsonHint(message string) string {
	character, _, _ := strings.Cut(strings.TrimPrefix(message, "invalid character "), " ")
	switch {
	case character == "'}'" || character == "']'":
		return "take away the comma before it"
	case character == "'/'" || character == "'#'":
		return "JSON has no comments; a file whose name ends in .yaml may have them"
	case character == `'\''`:
		return "JSON takes double quotes only"
	case strings.HasSuffix(message, "object key string"):
		return "put the key into double quotes"
	}
	return ""
}

// jsonValue reads one value and all below it.
func (r *reader) jsonValue(d *json.Decoder, depth int) (*Node, error) {
	if r.nodes++; r.nodes > maxNodes || depth > maxDepth {
		return nil, fmt.Errorf("the file is too large: at most %d values, nested at most %d deep, are read", maxNodes, maxDepth)
	}
	n := &Node{Pos: r.next(d), file: r.file, style: double}
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		return n, r.jsonMembers(d, n, token, depth)
	case string:
		n.Kind, n.Text = String, token
		r.refuseToken(n)
	case json.Number:
		n.Text, n.style = token.String(), plain
		if n.resolve(); n.Kind == Odd { // 1e3, which JSON reads as YAML 1.2 does not
			n.resolveFloat()
		}
	case bool:
		n.Kind, n.Bool, n.Text, n.style = Bool, token, fmt.Sprint(token), plain
	default:
		n.style = plain
	}
	return n, nil
}

// jsonMembers reads a list or a mapping up to its closing bracket.
func (r *reader) jsonMembers(d *json.Decoder, n *Node, open json.Delim, depth int) error {
	first := map[string]Pos{}
	n.Kind = List
	if open == '{' {
		n.Kind = Map
	}
	for d.More() {
		var key *Node
		if n.Kind == Map {
			var err error
			if key, err = r.jsonValue(d, depth+1); err != nil {
				return err
			}
		}
		value, err := r.jsonValue(d, depth+1)
		if err != nil {
			return err
		}
		switch {
		case key == nil:
			n.Items = append(n.Items, value)
		case first[key.Text] != Pos{}:
			r.repeated(key, first[key.Text])
		default:
			first[key.Text] = key.Pos
			n.Fields = append(n.Fields, Field{key, value})
		}
	}
	_, err := d.Token()
	return err
}

// next is the place of the value that comes next. It counts on from the place
// it gave last, so that a long file is counted once.
func (r *reader) next(d *json.Decoder) Pos {
	text, at := r.file.Text, int(d.InputOffset())
	for at < len(text) && strings.IndexByte(" \t\r\n,:", text[at]) >= 0 {
		at++
	}
	for _, c := range string(text[r.counted:at]) {
		r.place.Column++
		if c == '\n' {
			r.place = Pos{r.place.Line + 1, 0}
		}
	}
	r.counted = at
	return Pos{r.place.Line + 1, r.place.Column + 1}
}
