package cli

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"sync"
	"syscall"
	"unicode/utf8"

	"github.com/flowrun-dev/flowrun/internal/report"
)

// cleaner is the way of all output. What is printed holds names and messages
// that others wrote, so that it is hostile until it has been here:
//
//   - secrets become ***, also in base64, in hex, in URLs and in JSON, and also
//     where they are split over several writes; so does what has the shape of a
//     token;
//   - control characters, those that turn the direction of writing, and bytes
//     that are no text are shown as escapes of JSON, which leaves JSON as it is;
//   - what a CI system would take for a command is shown with an escape, too;
//   - emails and phone numbers are masked where others see what is printed.
//
// Colours of our own pass, where there are to be any.
type cleaner struct {
	to     io.Writer
	color  bool
	before func() // called before anything is written; may be nil
	raw    bool   // only secrets are taken out: this is a file
	mask   *bool  // emails and phone numbers are masked; may be nil

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
	keep := len(all) - max(c.secrets.begun(all), shapeBegun(all), partOfRune(all), partOfCommand(all))
	if c.masks() {
		keep = min(keep, bytes.LastIndexByte(all, '\n')+1) // what is masked stands in one line
	}
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
	text = c.hidden(text)
	if !c.raw {
		text = c.escape(text, next)
	}
	_, err := c.to.Write(text)
	if errors.Is(err, syscall.EPIPE) && !c.raw {
		return nil // whoever read it has left, and does not want the rest
	}
	return err
}

func (c *cleaner) masks() bool { return c.mask != nil && *c.mask }

// hidden is text without secrets, and without what is to be masked.
func (c *cleaner) hidden(text []byte) []byte {
	text = c.secrets.redact(text)
	if c.masks() {
		text = []byte(report.MaskText(string(text)))
	}
	return text
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
	case report.Acts(r):
		return true
	case !c.inLine && bytes.HasPrefix(text, []byte("::")):
		return true
	}
	return (r == '#' || r == 's') && slices.ContainsFunc(commands, func(word string) bool { return bytes.HasPrefix(text, []byte(word)) })
}

func appendEscape(out []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	return append(out, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
