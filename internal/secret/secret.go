// Package secret keeps the secret inputs of a run out of what is told and kept.
//
// There are three ways, by who needs the secret again. Nobody does, where an error
// repeats what was sent: [Veil.Redact] takes it out for good. The run itself does,
// when it is taken up and reads its own files: [Veil.Hide] writes a mark in its
// place, and [Veil.Show], given the same secrets, turns the marks back. And where
// it is only to be told whether a secret is still the same, [Seal] keeps a salted
// digest of it.
//
// A secret shows in many forms: what is sent in a URL or inside of JSON comes back
// so. [Forms] has them, and each of them is taken out. What a function of the
// workflow makes of a secret is none of them; such values are known by where they
// come from.
package secret

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/jsontext"
	"github.com/tidwall/gjson"
)

// shortest is how long a secret must be to be taken out of texts: a shorter one
// is in too much else.
const shortest = 4

// Forms gives the forms that a secret may show in, the longest first: as it is,
// line by line, in JSON and in JSON inside of JSON, in URLs, in base64 alone or
// inside something longer, and in hex. A secret that is too short to be one has
// none.
func Forms(secret string) []string {
	if len(secret) < shortest {
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
	forms = slices.DeleteFunc(forms, func(form string) bool { return len(form) < shortest })
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
			if len(text) >= 2*shortest {
				forms = append(forms, text)
			}
		}
	}
	return forms
}
