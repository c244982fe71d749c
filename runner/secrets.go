package runner

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/jsontext"
	"github.com/tidwall/gjson"
)

// shortestSecret is how long a secret must be to be taken out of texts: a
// shorter one is in too much else.
const shortestSecret = 4

// SecretForms gives the forms that a secret may show in, the longest first: as
// it is, line by line, in JSON and in JSON inside of JSON, in URLs, in base64
// alone or inside something longer, and in hex. A secret that is too short to
// be one has none.
func SecretForms(secret string) []string {
	if len(secret) < shortestSecret {
		return nil
	}
	forms := []string{secret, url.QueryEscape(secret), url.PathEscape(secret)}
	for _, inside := range jsonForms(secret) {
		forms = append(append(forms, inside), jsonForms(inside)...)
	}
	for _, line := range strings.Split(secret, "\n") {
		forms = append(forms, strings.TrimSuffix(line, "\r"))
	}
	forms = append(forms, base64Forms(secret)...)
	forms = append(forms, hex.EncodeToString([]byte(secret)), strings.ToUpper(hex.EncodeToString([]byte(secret))))
	forms = slices.DeleteFunc(forms, func(form string) bool { return len(form) < shortestSecret })
	slices.SortFunc(forms, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(forms)
}

// jsonForms are how a text stands inside a string of JSON: as the standard
// library writes it for HTML and for others, and as gjson does.
func jsonForms(text string) []string {
	forHTML, _ := json.Marshal(text) // a text always can be
	var forms []string
	for _, quoted := range [][]byte{forHTML, jsontext.AppendString(nil, text), gjson.AppendJSONString(nil, text)} {
		forms = append(forms, string(quoted[1:len(quoted)-1]))
	}
	return append(forms, strings.ReplaceAll(forms[1], "/", `\/`))
}

// base64Forms are how a secret shows in base64: at each of the three places in
// a group that it may begin at, without the characters that its neighbours
// share.
func base64Forms(secret string) []string {
	var forms []string
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for lead := range 3 {
			text := encoding.EncodeToString([]byte(strings.Repeat("\x00", lead) + secret))
			text = text[(lead*8+5)/6:]
			if (lead+len(secret))%3 != 0 {
				text = text[:len(text)-1]
			}
			if len(text) >= 2*shortestSecret {
				forms = append(forms, text)
			}
		}
	}
	return forms
}

// veil keeps the secret inputs of a run out of its files, which outlive it: a
// mark stands there for each form of a secret. A run that goes on is given the
// secrets again, and sees what it wrote.
type veil []mark

type mark struct{ form, stands []byte }

// add hides one more secret. The salt is that of the digest that is kept of
// it: nobody who does not have the run's files can write its marks.
func (v veil) add(name, secret, salt string) veil {
	for i, form := range SecretForms(secret) {
		v = append(v, mark{[]byte(form), fmt.Appendf(nil, "***%s:%s:%d***", name, salt, i)})
	}
	return v
}

// hide puts marks in place of the secrets in the strings of a JSON text.
func (v veil) hide(text []byte) []byte {
	if !v.in(text) {
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

func (v veil) in(text []byte) bool {
	return slices.ContainsFunc(v, func(m mark) bool { return bytes.Contains(text, m.form) })
}

func (v veil) replace(text []byte) []byte {
	for _, m := range v {
		text = bytes.ReplaceAll(text, m.form, m.stands)
	}
	return text
}

// show puts back what hide took out, in the opposite order: a mark may have
// been marked itself.
func (v veil) show(text []byte) []byte {
	for _, m := range slices.Backward(v) {
		if bytes.Contains(text, m.stands) {
			text = bytes.ReplaceAll(text, m.stands, m.form)
		}
	}
	return text
}

// marks are what hide writes, as one who does not have the secrets finds them.
var marks = regexp.MustCompile(`\*\*\*(\w+):[A-Z2-7]+:\d+\*\*\*`)

// unmarked puts the names of secrets in place of their marks, for people.
func unmarked(text []byte) []byte { return marks.ReplaceAll(text, []byte("***$1***")) }

// hide takes the secret inputs out of a text that is told and kept and never
// needed again, such as an error that repeats what was sent.
func (i *Inputs) hide(text string) string {
	for _, m := range i.veil {
		text = strings.ReplaceAll(text, string(m.form), "***")
	}
	return text
}

// name takes the secret inputs out of a name, which tells them apart.
func (i *Inputs) name(text string) string {
	for _, m := range i.veil {
		input, _, _ := bytes.Cut(m.stands, []byte(":"))
		text = strings.ReplaceAll(text, string(m.form), string(input)+"***")
	}
	return text
}
