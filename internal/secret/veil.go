package secret

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Veil keeps the secret inputs of a run out of its files, which outlive it: a mark
// stands there for each form of a secret. A run that goes on is given the secrets
// again, and sees what it wrote. The zero value hides nothing.
type Veil []mark

type mark struct{ form, stands []byte }

// Add gives the veil that hides one more secret, that of the input with the name.
// The salt is that of the digest that is kept of it: nobody who does not have the
// run's files can write its marks.
func (v Veil) Add(name, secret, salt string) Veil {
	for i, form := range Forms(secret) {
		v = append(v, mark{[]byte(form), fmt.Appendf(nil, "***%s:%s:%d***", name, salt, i)})
	}
	return v
}

// Hide puts marks in place of the secrets in the strings of a JSON text, which
// stays one. A text without secrets comes back as it is.
func (v Veil) Hide(text []byte) []byte {
	if !v.In(text) {
		return text
	}
	hidden := make([]byte, 0, len(text)+64)
	for rest := text; ; {
		begin := bytes.IndexByte(rest, '"') + 1
		if begin == 0 {
			hidden = append(hidden, rest...)
			break
		}
		end := begin + stringLength(rest[begin:])
		hidden = append(append(hidden, rest[:begin]...), v.replace(rest[begin:end])...)
		rest = rest[end:]
		if len(rest) > 0 {
			hidden, rest = append(hidden, '"'), rest[1:]
		}
	}
	if !json.Valid(hidden) { // a form was part of an escape, and so not the secret
		return text
	}
	return hidden
}

// stringLength is how long the string is that text begins inside of.
func stringLength(text []byte) int {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(text)
}

// In reports whether a secret is in a text, in one of its forms.
func (v Veil) In(text []byte) bool {
	return slices.ContainsFunc(v, func(m mark) bool { return bytes.Contains(text, m.form) })
}

func (v Veil) replace(text []byte) []byte {
	for _, m := range v {
		text = bytes.ReplaceAll(text, m.form, m.stands)
	}
	return text
}

// Show puts back what Hide took out.
func (v Veil) Show(text []byte) []byte {
	for _, m := range slices.Backward(v) { // a mark may have been marked itself
		if bytes.Contains(text, m.stands) {
			text = bytes.ReplaceAll(text, m.stands, m.form)
		}
	}
	return text
}

// marks are what Hide writes, as one who does not have the secrets finds them.
var marks = regexp.MustCompile(`\*\*\*(\w+):[A-Z2-7]+:\d+\*\*\*`)

// Unmark puts the names of secrets in place of their marks, for people who do not
// have the secrets.
func Unmark(text []byte) []byte { return marks.ReplaceAll(text, []byte("***$1***")) }

// Redact takes the secrets out of a text that is told and kept and never needed
// again, such as an error that repeats what was sent.
func (v Veil) Redact(text string) string {
	for _, m := range v {
		text = strings.ReplaceAll(text, string(m.form), "***")
	}
	return text
}

// Name takes the secrets out of a name, which tells them apart.
func (v Veil) Name(text string) string {
	for _, m := range v {
		input, _, _ := bytes.Cut(m.stands, []byte(":"))
		text = strings.ReplaceAll(text, string(m.form), string(input)+"***")
	}
	return text
}
