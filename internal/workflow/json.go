package workflow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// json reads the file as JSON, which is stricter than YAML and has escapes
// that YAML has not. The nodes are the same.
func (r *reader) json() *Node {
	decoder := json.NewDecoder(bytes.NewReader(r.file.Text))
	decoder.UseNumber()
	root, err := r.jsonValue(decoder, 0)
	if err == nil {
		if _, err = decoder.Token(); errors.Is(err, io.EOF) {
			return root
		}
		err = errors.New("something follows the end of the workflow")
	}
	at := int(decoder.InputOffset())
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		at = max(int(syntax.Offset)-1, 0)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the text ends too early")
	}
	r.problem(r.file.pos(at), 0, "not valid JSON: "+err.Error(), "")
	return nil
}

// jsonValue reads one value and all below it.
func (r *reader) jsonValue(d *json.Decoder, depth int) (*Node, error) {
	if r.nodes++; r.nodes > maxNodes || depth > maxDepth {
		return nil, fmt.Errorf("too large: at most %d values, nested at most %d deep", maxNodes, maxDepth)
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
			r.problem(key.Pos, len(key.Text)+2, fmt.Sprintf("the key %q is given twice; the first one is in line %d", key.Text, first[key.Text].Line), "take one of them away")
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
