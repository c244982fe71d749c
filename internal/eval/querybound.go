package eval

import "strings"

// A queryCost bounds what a gjson path can make of a text.
type queryCost struct {
	text   string
	times  int   // how often the text can be repeated
	added  int   // bytes of names and literals that can come with each element
	opened []int // parts of each selector that is open
}

// queryBound returns how many bytes the result of a gjson path can have at
// most. Selectors such as [a,b] repeat what they select, with names of their
// own, and some modifiers quote, repeat or name it again. In a row they
// multiply: [@this,@this]|[@this,@this] and so on makes gigabytes of nothing.
func queryBound(text, query string) int {
	c := queryCost{text: text, times: 1}
	for i := 0; i < len(query); i++ {
		switch query[i] {
		case '"':
			end := endOfString(query, i)
			if len(c.opened) > 0 {
				c.added += end - i
			}
			i = end
		case '\\':
			i++
		case '!':
			c.added += len(query)
		case '[', '{':
			c.opened = append(c.opened, 1)
		case ',':
			if n := len(c.opened); n > 0 {
				c.opened[n-1]++
			}
		case ']', '}':
			c.close()
		case '@':
			c.modifier(query[i:])
		}
	}
	for len(c.opened) > 0 {
		c.close()
	}
	elements := strings.Count(text, ",") + 1
	return min(c.times*min(len(text)+elements*c.added, enormous), enormous)
}

// enormous is beyond any limit, and so small that its square is no overflow.
const enormous = 1 << 31

func (c *queryCost) multiply(n int) { c.times = min(c.times*max(n, 1), enormous) }

// close ends a selector.
func (c *queryCost) close() {
	if n := len(c.opened); n > 0 {
		c.multiply(c.opened[n-1])
		c.added += c.opened[n-1] + 2 // brackets and commas
		c.opened = c.opened[:n-1]
	}
}

// modifier adds what the modifier at the start of rest can make.
func (c *queryCost) modifier(rest string) {
	switch {
	case strings.HasPrefix(rest, "@tostr"):
		c.multiply(6) // a "<" becomes six characters
	case strings.HasPrefix(rest, "@dig"):
		c.multiply(nesting(c.text)) // what is inside a match can match again
	case strings.HasPrefix(rest, "@group"):
		c.added += longestString(c.text) // a name is written again for each element
	}
}

func longestString(text string) int {
	longest := 0
	for i := 0; i < len(text); i++ {
		if text[i] == '"' {
			end := endOfString(text, i)
			longest = max(longest, end-i)
			i = end
		}
	}
	return longest
}
