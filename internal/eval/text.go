package eval

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// A textNode is contains, startsWith or endsWith.
type textNode struct {
	test        func(text, part string) bool
	left, right arg
}

// textTests are the operators that look for a text in another.
var textTests = map[string]func(text, part string) bool{
	"contains":   strings.Contains,
	"startsWith": strings.HasPrefix,
	"endsWith":   strings.HasSuffix,
}

func (n *textNode) eval(r *run) (Value, error) {
	left, u, err := n.left.text(r)
	if err != nil {
		return nil, err
	}
	right, v, err := n.right.text(r)
	if err != nil {
		return nil, err
	}
	if u != nil || v != nil {
		return unknown(KindBool, u, v), nil
	}
	return n.test(left, right), r.work(len(left)>>6, n.left.at)
}

// text evaluates an operand that must be a text.
func (a *arg) text(r *run) (s string, u *Unknown, err error) {
	v, err := a.eval(r)
	if err != nil {
		return "", nil, err
	}
	switch v := v.(type) {
	case string:
		return v, nil, nil
	case *Unknown:
		return "", v, nil
	}
	return "", nil, a.wrong(v, KindString)
}

// A matchNode is matches, with its pattern compiled.
type matchNode struct {
	left    arg
	pattern *regexp.Regexp
}

func (n *matchNode) eval(r *run) (Value, error) {
	text, u, err := n.left.text(r)
	switch {
	case err != nil:
		return nil, err
	case u != nil:
		return unknown(KindBool, u), nil
	case len(text) > maxMatched:
		return nil, tooLarge(n.left.at, "text given to matches is longer than %d bytes", maxMatched)
	}
	if err := r.work(len(text), n.left.at); err != nil {
		return nil, err
	}
	return n.pattern.MatchString(text), nil
}

// compilePattern compiles the pattern of matches. The limits are there
// because a nested repetition costs its product: (x{0,30}){0,30} took 13
// seconds on a megabyte.
func compilePattern(pattern string) (*regexp.Regexp, string) {
	if len(pattern) > maxPattern {
		return nil, "pattern is longer than 256 bytes"
	}
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, "pattern is not a regular expression: " + strings.TrimPrefix(err.Error(), "error parsing regexp: ")
	}
	if repetition(parsed) > maxRepetition {
		return nil, "pattern repeats more than 100 times; nested repetitions multiply"
	}
	compiled, err := regexp.Compile(pattern)
	if err != nil {
		return nil, "pattern is not a regular expression: " + err.Error()
	}
	return compiled, ""
}

// repetition returns how often a counted repetition repeats what it repeats,
// nested ones multiplied.
func repetition(re *syntax.Regexp) int {
	inner := 1
	for _, sub := range re.Sub {
		inner = max(inner, repetition(sub))
	}
	if re.Op == syntax.OpRepeat {
		return min(inner*max(re.Min, re.Max, 1), maxRepetition+1)
	}
	return inner
}
