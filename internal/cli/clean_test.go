package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// newCleaner gives a cleaner over a buffer that hides the secrets.
func newCleaner(hidden ...string) (*cleaner, *bytes.Buffer) {
	var out bytes.Buffer
	c := &cleaner{to: &out, mu: &sync.Mutex{}, secrets: &secrets{}}
	for _, secret := range hidden {
		c.secrets.add("", secret)
	}
	return c, &out
}

func TestHostileTextIsShownAndDoesNotAct(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"plain text passes", "Zoë » 12\tok\n", "Zoë » 12\tok\n"},
		{"a terminal escape", "a\x1b[2Jb", `a\u001b[2Jb`},
		{"a colour in data", "\x1b[31mred", `\u001b[31mred`},
		{"a carriage return", "safe\rfake", `safe\u000dfake`},
		{"a C1 control", "a\u009b2Jb", `a\u009b2Jb`},
		{"text that turns round", "user\u202egnp.exe", `user\u202egnp.exe`},
		{"a line that is none", "a\u2028b", `a\u2028b`},
		{"bytes that are no text", "a\xffb", `a\ufffdb`},
		{"a command of GitHub's", "::error::x\n", `\u003a:error::x` + "\n"},
		{"a command behind blanks", "a\n  ::set-output\n", "a\n  \\u003a:set-output\n"},
		{"colons inside a line", "a ::b\n", "a ::b\n"},
		{"a command of Azure's", "a ##vso[task.x]\n", "a \\u0023#vso[task.x]\n"},
		{"a section of GitLab's", "section_start:1:x", `\u0073ection_start:1:x`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, out := newCleaner()
			if _, err := c.Write([]byte(tt.text)); err != nil {
				t.Fatal(err)
			}
			if err := c.flush(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, out.String()); diff != "" {
				t.Errorf("shown (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOurColoursPassWhereThereAreColours(t *testing.T) {
	c, out := newCleaner()
	c.color = true
	if _, err := c.Write([]byte("\x1b[31mred\x1b[0m \x1b[2J \x1b[38;5;1m")); err != nil {
		t.Fatal(err)
	}
	if want := "\x1b[31mred\x1b[0m " + `\u001b[2J \u001b[38;5;1m`; out.String() != want {
		t.Errorf("shown %q, want %q", out, want)
	}
}

func TestSecretsAreHiddenInEveryForm(t *testing.T) {
	const secret = "s3cr+t/\"é\" <canary>"
	quoted, _ := json.Marshal(secret)
	forms := map[string]string{
		"as it is":          secret,
		"in JSON":           string(quoted),
		"in a query":        url.QueryEscape(secret),
		"in a path":         url.PathEscape(secret),
		"in base64":         base64.StdEncoding.EncodeToString([]byte(secret)),
		"in base64, with a": base64.StdEncoding.EncodeToString([]byte("a" + secret + "b")),
		"in base64 of URLs": base64.URLEncoding.EncodeToString([]byte("ab" + secret)),
		"in hex":            hex.EncodeToString([]byte("a" + secret)),
		"in hex, capitals":  strings.ToUpper(hex.EncodeToString([]byte(secret))),
	}
	for name, text := range forms {
		t.Run(name, func(t *testing.T) {
			for cut := range len(text) {
				c, out := newCleaner(secret)
				for _, part := range []string{"<", text[:cut], text[cut:], ">\n"} {
					if _, err := c.Write([]byte(part)); err != nil {
						t.Fatal(err)
					}
				}
				got := out.String()
				if !strings.Contains(got, "***") || strings.Contains(got, "canary") || strings.Contains(got, text) {
					t.Fatalf("cut at %d: shown %q", cut, got)
				}
			}
		})
	}
}

func TestWhatLooksLikeATokenIsHidden(t *testing.T) {
	token := "dG9rO" + strings.Repeat("mZh", 18) + "="
	tests := []struct{ name, text, want string }{
		{"one of Intercom's", "a " + token + ", b\n", "a ***, b\n"},
		{"one in a header", "Authorization: Bearer abcdefgh12345678\n", "Authorization: ***\n"},
		{"one of Intercom's in a header", "Bearer " + token + "\n", "***\n"},
		{"two", token + " " + token + "\n", "*** ***\n"},
		{"a word that begins like one", "dG9rOm and Bearer of news\n", "dG9rOm and Bearer of news\n"},
		{"no end", "dG9rO" + strings.Repeat("x", 500), "***" + strings.Repeat("x", 300)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for cut := range len(tt.text) {
				c, out := newCleaner()
				for _, part := range []string{tt.text[:cut], tt.text[cut:]} {
					if _, err := c.Write([]byte(part)); err != nil {
						t.Fatal(err)
					}
				}
				if err := c.flush(); err != nil {
					t.Fatal(err)
				}
				if out.String() != tt.want {
					t.Fatalf("cut at %d: shown %q, want %q", cut, out.String(), tt.want)
				}
			}
		})
	}
}

func TestShortTextsAreNoSecrets(t *testing.T) {
	c, out := newCleaner("abc", "")
	if _, err := c.Write([]byte("abc\n")); err != nil || out.String() != "abc\n" {
		t.Errorf("shown %q, %v", out, err)
	}
}

func TestACommandCutAnywhereDoesNotAct(t *testing.T) {
	for _, text := range []string{"::error::x\n", "a\n::x", " ##[group]\n", "x ##vso[a]", ":::x", "####[x"} {
		whole, want := newCleaner()
		if _, err := whole.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		for cut := range len(text) {
			parts, got := newCleaner()
			for _, part := range []string{text[:cut], text[cut:]} {
				if _, err := parts.Write([]byte(part)); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(want.String(), got.String()); diff != "" {
				t.Errorf("%q cut at %d (-want +got):\n%s", text, cut, diff)
			}
		}
	}
}

// bidi are the characters that turn the direction of what follows, or end a
// line where no line ends.
var bidi = []rune("\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")

// harmful says what in a text would do something besides being read.
func harmful(text string) string {
	if !utf8.ValidString(text) {
		return "bytes that are no text"
	}
	for _, r := range text {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || slices.Contains(bidi, r) {
			return fmt.Sprintf("%U", r)
		}
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimLeft(line, " \t"), "::") {
			return "a command of GitHub's"
		}
	}
	for _, word := range append([]string{"sesame"}, commands...) {
		if strings.Contains(text, word) {
			return word
		}
	}
	return ""
}

// FuzzClean holds what is shown to being whole, harmless, and the same however
// the text is cut. The secret begins with no hexadecimal digit, which an
// escape before it might end with.
func FuzzClean(f *testing.F) {
	f.Add([]byte("a\x1b[31m sesame \xe2\x80"), 4)
	f.Add([]byte("::x\n\xff"), 1)
	f.Add([]byte("::0"), 2)
	f.Add([]byte("a\u009b\u202e\u2028##vso[x]section_start:##teamcity[##["), 9)
	f.Add([]byte("Bearer dG9rOabcdefghijklmnopqrstuvwxyz0123456789 dG9rdG9rO"), 20)
	f.Add([]byte("Bearer Bearer 0123456789abcdefsesamesesame0123456789abcdef"), 30)
	f.Fuzz(func(t *testing.T, text []byte, cut int) {
		cut = min(max(cut, 0), len(text))
		whole, out := newCleaner("sesame")
		parts, out2 := newCleaner("sesame")
		for _, write := range []struct {
			to   *cleaner
			text []byte
		}{{whole, text}, {parts, text[:cut]}, {parts, text[cut:]}} {
			if n, err := write.to.Write(write.text); n != len(write.text) || err != nil {
				t.Fatalf("wrote %d of %d: %v", n, len(write.text), err)
			}
		}
		if err := whole.flush(); err != nil {
			t.Fatal(err)
		}
		if err := parts.flush(); err != nil {
			t.Fatal(err)
		}
		if what := harmful(out.String()); what != "" {
			t.Errorf("shown %q, with %s", out, what)
		}
		if out.String() != out2.String() {
			t.Errorf("in one piece %q, in two %q", out, out2)
		}
	})
}
