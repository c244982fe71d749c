package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// secrets are the texts that are not to be shown, in all the forms they may
// come in, the longest first.
type secrets struct {
	forms []form
	heads [256]bool // the bytes that a form begins with
}

type form struct {
	text []byte
	name []byte // shown instead
}

// shortest is how long a text must be to be a secret. A shorter one is in too
// much else.
const shortest = 4

// add takes in a secret. Its name may be empty.
func (s *secrets) add(name, secret string) {
	if len(secret) < shortest {
		return
	}
	shown := "***"
	if name != "" {
		shown = "***" + name + "***"
	}
	quoted, _ := json.Marshal(secret) // a text always can be
	all := []string{secret, url.QueryEscape(secret), url.PathEscape(secret), unquoted(quoted), unquoted(plainJSON(secret))}
	for _, line := range strings.Split(secret, "\n") {
		all = append(all, strings.TrimSuffix(line, "\r"))
	}
	all = append(all, base64Forms(secret)...)
	all = append(all, hex.EncodeToString([]byte(secret)), strings.ToUpper(hex.EncodeToString([]byte(secret))))
	for _, text := range all {
		if len(text) >= shortest {
			s.forms = append(s.forms, form{[]byte(text), []byte(shown)})
			s.heads[text[0]] = true
		}
	}
	slices.SortStableFunc(s.forms, func(a, b form) int { return len(b.text) - len(a.text) })
	s.forms = slices.CompactFunc(s.forms, func(a, b form) bool { return bytes.Equal(a.text, b.text) })
}

func unquoted(text []byte) string { return string(text[1 : len(text)-1]) }

// plainJSON is JSON as the encoder of our own output writes it.
func plainJSON(text string) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a text always can be
	return bytes.TrimSpace(b.Bytes())
}

// base64Forms are how a secret shows in base64, alone or inside something
// longer: at each of the three places in a group that it may begin at, without
// the characters that its neighbours share.
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

// begun is how many bytes at the end of text may be the beginning of a secret.
func (s *secrets) begun(text []byte) int {
	if len(s.forms) == 0 {
		return 0
	}
	longest := len(s.forms[0].text) - 1
	for n := min(longest, len(text)); n > 0; n-- {
		tail := text[len(text)-n:]
		if !s.heads[tail[0]] {
			continue
		}
		for _, f := range s.forms {
			if len(f.text) > n && bytes.HasPrefix(f.text, tail) {
				return n
			}
		}
	}
	return 0
}

// redact puts names in place of secrets, and *** in place of what has the
// shape of one.
func (s *secrets) redact(text []byte) []byte {
	for _, f := range s.forms {
		text = bytes.ReplaceAll(text, f.text, f.name)
	}
	return hideShapes(text)
}
