package eval

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/file"
	"github.com/flowrun-dev/flowrun/internal/spelling"
)

var (
	largeInteger  = regexp.MustCompile(`^invalid integer literal: .*parsing "(\d+)"`)
	pathInExpr    = regexp.MustCompile(`[\pL\pN_)][.|][#@]`)
	spacedName    = regexp.MustCompile(`^(\pL[\pL\pN_.]*)\.([\pL\pN_]+(?: [\pL\pN_]+)+)$`)
	negativePart  = regexp.MustCompile(`\.-\d`)
	objectPerItem = regexp.MustCompile(`\b(map|filter|find|any|all|none|count|sum)\(.*,\s*\{`)
	mixedCoalesce = regexp.MustCompile(`^Operator \((.+)\) and coalesce`)
	tokenAtFault  = regexp.MustCompile(`^unexpected token \w+\("?(.*?)"?\)$`)
)

// syntaxError says in our words why expr's parser does not understand the
// text, with the right form where the mistake is a usual one.
func (b *builder) syntaxError(err error) *Problem {
	p := &Problem{Offset: b.start, Length: 1, Message: "syntax error: " + err.Error()}
	var e *file.Error
	if !errors.As(err, &e) {
		return p
	}
	from, to := b.place(e.From), b.place(e.To)
	p.Offset, p.Length = b.start+from, max(to-from, 1)
	message := e.Message
	switch {
	case mixedCoalesce.MatchString(message):
		op := mixedCoalesce.FindStringSubmatch(message)[1]
		p.Message = "?? and " + op + " cannot be mixed without parentheses"
		p.Hint = coalesceHint(b.text, from, op)
	case tokenAtFault.MatchString(message):
		p.Message = "unexpected " + strconv.Quote(tokenAtFault.FindStringSubmatch(message)[1])
	case strings.HasPrefix(message, "unexpected token EOF"), strings.HasPrefix(message, "unexpected end"):
		p.Message = "expression is not complete"
	case strings.Contains(message, "maximum allowed nodes"):
		p.Message = "expression has more than " + strconv.Itoa(maxNodes) + " parts"
	case largeInteger.MatchString(message):
		p.Message = "integer does not fit in 64 bits"
		b.pointTo(p, largeInteger.FindStringSubmatch(message)[1])
	case message == "expected name":
		p.Message = "a name is expected here"
	case negativePart.MatchString(b.text):
		p.Message = "a path has no negative parts"
		b.pointTo(p, negativePart.FindString(b.text))
	default:
		p.Message = message
	}
	if p.Hint == "" {
		p.Hint = usualMistake(b.text)
	}
	return p
}

// pointTo sets the place of a problem to a part of the text.
func (b *builder) pointTo(p *Problem, part string) {
	if i := strings.Index(b.text, part); i >= 0 {
		p.Offset, p.Length = b.start+i, len(part)
	}
}

// coalesceHint puts parentheses around a ?? b in front of an operator.
func coalesceHint(text string, at int, op string) string {
	left := strings.TrimSpace(text[:at])
	if strings.ContainsAny(left, "(,?:&|") && !strings.Contains(left, "??") || strings.Contains(left, " and ") || strings.Contains(left, " or ") || strings.ContainsAny(left, "([{,") {
		return "put parentheses around the ?? part, as in (a ?? b) " + op + " c"
	}
	return "write (" + left + ") " + strings.TrimSpace(text[at:])
}

func usualMistake(text string) string {
	if name := spacedName.FindStringSubmatch(text); name != nil {
		return "write a name with blanks as " + name[1] + `["` + name[2] + `"]`
	}
	switch {
	case pathInExpr.MatchString(text):
		return `a path with # or @ can only stand alone; in an expression write path(value, "...") or find(list, condition)`
	case negativePart.MatchString(text):
		return "to count from the end, write [-1] instead of .-1"
	case objectPerItem.MatchString(text):
		return "an object made for each element needs parentheses: ({...})"
	case strings.Contains(text, "{{"):
		return "the braces are not needed inside an expression"
	case strings.HasPrefix(text, "if ") || strings.Contains(text, "else"):
		return "instead of if and else write condition ? a : b"
	case strings.Contains(text, "==="):
		return "to compare, write =="
	case strings.Contains(text, " & "):
		return "write and"
	case strings.Contains(text, "=") && !strings.Contains(text, "=="):
		return "to compare, write =="
	}
	return ""
}

// refusedFunctions are those of expr that workflow authors may look for, with
// what to write instead.
var refusedFunctions = map[string]string{
	"now":       "there is no clock in expressions; run.started_at has the time the run began, in Unix seconds",
	"date":      "write unix(...), which gives Unix seconds",
	"duration":  "calculate with seconds, such as 7 * 86400",
	"one":       "write count(list, condition) == 1",
	"findIndex": "write find(list, condition)",
	"sortBy":    "write sort(list) for texts and numbers",
	"reduce":    "write sum(list, expression)",
	"hasPrefix": "write text startsWith prefix",
	"hasSuffix": "write text endsWith suffix",
	"indexOf":   "write text contains part",
	"type":      "compare with nil, or convert with string(...) or int(...)",
	"mean":      "write sum(list) / len(list)",
}

// unknownFunction is the problem of a function that is not on the list.
func unknownFunction(name string) (message, hint string) {
	_, ofExpr := builtin.Index[name]
	hint = refusedFunctions[name]
	if hint == "" {
		hint = spelling.DidYouMean(name, functionNames())
	}
	if ofExpr {
		return "function " + strconv.Quote(name) + " is not available in workflows", hint
	}
	return "unknown function " + strconv.Quote(name), hint
}
