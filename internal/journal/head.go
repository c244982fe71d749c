package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// head is the beginning of a line: all that must be known of it to decide
// whether the rest is still needed. It is used for one line after another.
type head struct {
	kind   string
	at     []byte // address of an instance or a loop; valid until the next line
	in     Path   // valid until the next line
	status Status
	to     int64

	scratch []byte
}

var errNoRecord = errors.New("this is no record of a journal")

// parse reads the head of the JSON of a line. It reads what this package
// writes by hand, and every other order of names with encoding/json.
func (h *head) parse(text []byte) error {
	if !h.quick(text) || !h.complete() {
		if err := h.decode(text); err != nil {
			return err
		}
	}
	if !h.complete() {
		return errNoRecord
	}
	return nil
}

// complete reports whether the head has what its kind needs.
func (h *head) complete() bool {
	if !valid(h.in) {
		return false
	}
	switch h.kind {
	case "":
		return false
	case kindIntent, kindList:
		return len(h.at) > 0
	case kindAnswer:
		return len(h.at) > 0 && codeOf(h.status) != 0
	case kindRow:
		return len(h.in) > 0 && codeOf(h.status) != 0
	case kindKept:
		return h.to > 0
	}
	return true
}

func valid(in Path) bool {
	for _, row := range in {
		if row.Loop == "" || row.Index < 0 {
			return false
		}
	}
	return true
}

// decode reads the head with encoding/json.
func (h *head) decode(text []byte) error {
	var all struct {
		Kind   string `json:"t"`
		At     string `json:"at"`
		In     Path   `json:"in"`
		Status Status `json:"status"`
		To     int64  `json:"to"`
	}
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	h.kind, h.at, h.in, h.status, h.to = all.Kind, []byte(all.At), all.In, all.Status, all.To
	return nil
}

// quick reads the head by hand. It is false where the text is not as this
// package writes it.
func (h *head) quick(text []byte) bool {
	h.kind, h.at, h.in, h.status, h.to = "", nil, h.in[:0], "", 0
	h.scratch = h.scratch[:0]
	c := cursor{text: text}
	if !c.skip(`{"t":`) {
		return false
	}
	h.kind = kindOf(c.quoted(&h.scratch))
	if c.skip(`,"at":`) {
		h.at = c.quoted(&h.scratch)
	}
	if c.skip(`,"in":[`) {
		h.path(&c)
	}
	if c.skip(`,"status":`) {
		h.status = statusOf[codeOf(Status(c.quoted(&h.scratch)))]
	}
	if c.skip(`,"to":`) {
		h.to = c.number()
	}
	return !c.bad && len(c.text) > 0 && (c.text[0] == ',' || c.text[0] == '}')
}

// path reads the rows of a path behind its bracket.
func (h *head) path(c *cursor) {
	before := h.in[:cap(h.in)]
	for {
		c.want(`{"loop":`)
		loop := c.quoted(&h.scratch)
		c.want(`,"row":`)
		row := RowID{Index: c.number()}
		// Most lines are of the same loop as the one before: no new string for it.
		if i := len(h.in); i < len(before) && before[i].Loop == string(loop) {
			row.Loop = before[i].Loop
		} else {
			row.Loop = string(loop)
		}
		h.in = append(h.in, row)
		c.want(`}`)
		if c.bad || !c.skip(`,`) {
			break
		}
	}
	c.want(`]`)
}

// kindOf gives the constant of a kind; other kinds are "", which leaves them
// to encoding/json.
func kindOf(word []byte) string {
	for _, kind := range kinds {
		if kind == string(word) {
			return kind
		}
	}
	return ""
}

// cursor reads a text from its beginning. The first thing that is not as
// expected makes it bad.
type cursor struct {
	text []byte
	bad  bool
}

func (c *cursor) skip(prefix string) bool {
	if c.bad || len(c.text) < len(prefix) || string(c.text[:len(prefix)]) != prefix {
		return false
	}
	c.text = c.text[len(prefix):]
	return true
}

func (c *cursor) want(prefix string) {
	if !c.skip(prefix) {
		c.bad = true
	}
}

// number reads digits; more than an int64 holds are bad.
func (c *cursor) number() int64 {
	n, digits := int64(0), 0
	for digits < len(c.text) && digits < 18 && c.text[digits] >= '0' && c.text[digits] <= '9' {
		n = n*10 + int64(c.text[digits]-'0')
		digits++
	}
	if digits == 0 || digits > 1 && c.text[0] == '0' {
		c.bad = true
	}
	c.text = c.text[digits:]
	return n
}

// quoted reads a string in quotes. Of the escapes it knows \" and \\, which
// every address of a row has.
func (c *cursor) quoted(scratch *[]byte) []byte {
	c.want(`"`)
	end := bytes.IndexByte(c.text, '"')
	if c.bad || end < 0 {
		c.bad = true
		return nil
	}
	if plain := c.text[:end]; bytes.IndexByte(plain, '\\') < 0 {
		c.text = c.text[end+1:]
		return c.checked(plain)
	}
	start := len(*scratch)
	for i := 0; i < len(c.text); i++ {
		switch b := c.text[i]; {
		case b == '"':
			c.text = c.text[i+1:]
			return c.checked((*scratch)[start:])
		case b != '\\':
			*scratch = append(*scratch, b)
		case i+1 < len(c.text) && (c.text[i+1] == '"' || c.text[i+1] == '\\'):
			i++
			*scratch = append(*scratch, c.text[i])
		default:
			c.bad = true
			return nil
		}
	}
	c.bad = true
	return nil
}

// checked refuses what encoding/json would refuse or replace.
func (c *cursor) checked(s []byte) []byte {
	for _, b := range s {
		if b < ' ' {
			c.bad = true
		}
	}
	c.bad = c.bad || !utf8.Valid(s)
	return s
}
