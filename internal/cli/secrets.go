package cli

import (
	"bytes"
	"slices"

	"github.com/flowrun-dev/flowrun/internal/secret"
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

// add takes in a secret. Its name may be empty.
func (s *secrets) add(name, value string) {
	shown := "***"
	if name != "" {
		shown = "***" + name + "***"
	}
	for _, text := range secret.Forms(value) {
		s.forms = append(s.forms, form{[]byte(text), []byte(shown)})
		s.heads[text[0]] = true
	}
	slices.SortStableFunc(s.forms, func(a, b form) int { return len(b.text) - len(a.text) })
	s.forms = slices.CompactFunc(s.forms, func(a, b form) bool { return bytes.Equal(a.text, b.text) })
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
