package workflow

import (
	"math"
	"regexp"
	"strconv"
)

// The scalars of YAML 1.2's core schema. What YAML 1.1 and older libraries
// read in another way (0123 as octal, a date as a time) is odd: its text is
// kept and the reader decides.
var (
	decimal   = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
	fraction  = regexp.MustCompile(`^-?(0|[1-9][0-9]*)\.[0-9]+$`)
	oddNumber = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?$|^0[xob][0-9a-fA-F_]+$|^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$`)
	oddDate   = regexp.MustCompile(`^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?$`)
	oddTime   = regexp.MustCompile(`^[0-9]{1,3}(:[0-9]{2}){1,2}$`)
	oddBool   = regexp.MustCompile(`^(yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|y|Y|n|N)$`)
)

// resolve gives an unquoted scalar its kind and value.
func (n *Node) resolve() {
	switch text := n.Text; {
	case text == "" || text == "~" || text == "null" || text == "Null" || text == "NULL":
		n.Kind = Null
	case text == "true" || text == "True" || text == "TRUE":
		n.Kind, n.Bool = Bool, true
	case text == "false" || text == "False" || text == "FALSE":
		n.Kind = Bool
	case text[0] > '9':
		n.Kind = String
		if oddBool.MatchString(text) {
			n.Kind = Odd
		}
	case decimal.MatchString(text):
		n.resolveInt()
	case fraction.MatchString(text):
		n.resolveFloat()
	case oddNumber.MatchString(text) || oddDate.MatchString(text) || oddTime.MatchString(text):
		n.Kind = Odd
	default:
		n.Kind = String
	}
}

func (n *Node) resolveInt() {
	value, err := strconv.ParseInt(n.Text, 10, 64)
	if err != nil {
		n.Kind = BigInt
		return
	}
	n.Kind, n.Int = Int, value
}

func (n *Node) resolveFloat() {
	value, err := strconv.ParseFloat(n.Text, 64)
	if err != nil || math.IsInf(value, 0) {
		n.Kind = Odd
		return
	}
	n.Kind, n.Float = Float, value
}
