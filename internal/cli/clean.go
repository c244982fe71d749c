package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// cleaner is the way of all output. What is printed holds names and messages
// that others wrote, so that it is hostile until it has been here:
//
//   - secrets become ***, also in base64, in URLs and in JSON, and also where
//     they are split over several writes;
//   - control characters, those that turn the direction of writing, and bytes
//     that are no text are shown as escapes of JSON, which leaves JSON as it is;
//   - what a CI system would take for a command is shown with an escape, too.
//
// Colours of our own pass, where there are to be any.
type cleaner struct {
	to     io.Writer
	color  bool
	before func() // called before anything is written; may be nil

	mu      *sync.Mutex // shared by the streams of a process
	secrets *secrets    // shared as well
	held    []byte      // the beginning of something that the next write decides
	inLine  bool        // something other than blanks stands in the line
}

// Write cleans text and passes it on.
func (c *cleaner) Write(text []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := append(c.held, text...)
	keep := len(all) - max(c.secrets.begun(all), partOfRune(all), partOfCommand(all))
	c.held = bytes.Clone(all[keep:])
	return len(text), c.pass(all[:keep], c.held)
}

// flush passes on what was held back.
func (c *cleaner) flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	held := c.held
	c.held = nil
	return c.pass(held, nil)
}

// pass writes text. What follows it decides whether a command begins in it.
func (c *cleaner) pass(text, next []byte) error {
	if len(text) == 0 {
		return nil
	}
	if c.before != nil {
		c.before()
	}
	_, err := c.to.Write(c.escape(c.secrets.redact(text), next))
	return err
}

// partOfRune is how many bytes at the end may become a character.
func partOfRune(text []byte) int {
	for n := 1; n <= min(len(text), utf8.UTFMax-1); n++ {
		if b := text[len(text)-n]; utf8.RuneStart(b) {
			if b >= utf8.RuneSelf && !utf8.FullRune(text[len(text)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}

// partOfCommand is how many bytes at the end may become a command of a CI
// system.
func partOfCommand(text []byte) int {
	for _, word := range append([]string{"::"}, commands...) {
		for n := min(len(word)-1, len(text)); n > 0; n-- {
			if bytes.HasSuffix(text, []byte(word[:n])) {
				return n
			}
		}
	}
	return 0
}

// escape shows what is not to act. Next is what will follow.
func (c *cleaner) escape(text, next []byte) []byte {
	out := make([]byte, 0, len(text)+16)
	text = append(bytes.Clone(text), next...)
	for len(text) > len(next) {
		if n := c.ourColor(text); n > 0 {
			out, text = append(out, text[:n]...), text[n:]
			continue
		}
		r, size := utf8.DecodeRune(text)
		if c.acts(r, size, text) {
			out = appendEscape(out, r)
		} else {
			out = append(out, text[:size]...)
		}
		c.inLine = r != '\n' && (c.inLine || r != ' ' && r != '\t')
		text = text[size:]
	}
	return out
}

// ourColor is the length of one of our own colours at the beginning of text.
func (c *cleaner) ourColor(text []byte) int {
	if !c.color || !bytes.HasPrefix(text, []byte("\x1b[")) {
		return 0
	}
	digits := bytes.TrimLeft(text[2:], "0123456789")
	n := len(text) - len(digits)
	if n > 4 || !bytes.HasPrefix(digits, []byte("m")) {
		return 0
	}
	return n + 1
}

// commands are what CI systems take for commands: the first only at the
// beginning of a line, the others anywhere in it.
var commands = []string{"##[", "##vso[", "##teamcity[", "section_start:", "section_end:"}

// acts reports whether a character at the beginning of text would do something
// besides being read.
func (c *cleaner) acts(r rune, size int, text []byte) bool {
	switch {
	case r == utf8.RuneError && size == 1:
		return true
	case r == '\n' || r == '\t':
		return false
	case r < ' ' || r >= 0x7f && r < 0xa0 || turns(r):
		return true
	case !c.inLine && bytes.HasPrefix(text, []byte("::")):
		return true
	}
	return (r == '#' || r == 's') && slices.ContainsFunc(commands, func(word string) bool { return bytes.HasPrefix(text, []byte(word)) })
}

// turns reports whether a character changes the direction of what follows, or
// ends a line where no line ends.
func turns(r rune) bool {
	return r == 0x61c || r == 0x200e || r == 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff
}

func appendEscape(out []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	return append(out, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}

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

// redact puts names in place of secrets.
func (s *secrets) redact(text []byte) []byte {
	for _, f := range s.forms {
		text = bytes.ReplaceAll(text, f.text, f.name)
	}
	return text
}
