package cli

import (
	"strings"
	"testing"
)

// TestAnAnnotationIsOneLineWhateverIsInIt: what others wrote neither ends a
// command of ours nor begins one of its own.
func TestAnAnnotationIsOneLineWhateverIsInIt(t *testing.T) {
	for _, tt := range []struct{ name, title, message, want string }{
		{"plain", "t", "m", "::error file=f.yaml,line=3,title=t::m\n"},
		{"signs of its own", "a:b,c%", "50%", "::error file=f.yaml,line=3,title=a%3Ab%2Cc%25::50%25\n"},
		{"lines", "t\nu", "m\r\n::error::owned", "::error file=f.yaml,line=3,title=t%0Au::m\\u000d%0A\\u003a:error::owned\n"},
		{"commands of others", "t", "##[error]x \x1b[31m", "::error file=f.yaml,line=3,title=t::\\u0023#[error]x \\u001b[31m\n"},
		{"a secret", "t", "key s3cret-value", "::error file=f.yaml,line=3,title=t::key ***\n"},
		{"an email", "t", "jane@acme.example", "::error file=f.yaml,line=3,title=t::j...@acme.example\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			c := newCommand(Streams{Out: &out, Err: &out, Getenv: func(name string) string { return map[string]string{"GITHUB_ACTIONS": "true"}[name] }})
			c.hide("", "s3cret-value")
			c.mask = true
			c.annotate("error", "f.yaml", 3, tt.title, tt.message)
			if out.String() != tt.want {
				t.Errorf("got  %q\nwant %q", out.String(), tt.want)
			}
		})
	}
}

func TestAtMostTenAnnotationsOfAKind(t *testing.T) {
	var out strings.Builder
	c := newCommand(Streams{Out: &out, Err: &out, Getenv: func(name string) string { return map[string]string{"GITHUB_ACTIONS": "true"}[name] }})
	for range 15 {
		c.annotate("error", "f.yaml", 1, "t", "m")
		c.annotate("warning", "f.yaml", 1, "t", "m")
	}
	if n := strings.Count(out.String(), "\n"); n != 20 {
		t.Errorf("%d annotations, want 20", n)
	}
}

func TestAnAnnotationBeginsALine(t *testing.T) {
	var out strings.Builder
	c := newCommand(Streams{Out: &out, Err: &out, Getenv: func(name string) string { return map[string]string{"GITHUB_ACTIONS": "true"}[name] }})
	if _, err := c.Err.Write([]byte("half a line")); err != nil {
		t.Fatal(err)
	}
	c.annotate("error", "f.yaml", 1, "t", "m")
	if want := "half a line\n::error file=f.yaml,line=1,title=t::m\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}
