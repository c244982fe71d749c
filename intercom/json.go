package intercom

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/tidwall/gjson"
)

// maxDepth is how deep the brackets of an answer may nest. Intercom's own nest
// about ten deep.
const maxDepth = 512

// checkJSON says whether text is one JSON value that gjson can work on.
func checkJSON(text []byte) error {
	// gjson follows brackets by recursion: a million of them would end the
	// process, which no recover can stop.
	if !isShallow(text) {
		return fmt.Errorf("JSON nests deeper than %d", maxDepth)
	}
	if !gjson.ValidBytes(text) {
		return errors.New("not valid JSON")
	}
	return nil
}

// isShallow reports whether the brackets outside strings nest at most maxDepth
// deep. The text need not be JSON.
func isShallow(text []byte) bool {
	if bytes.Count(text, []byte("{"))+bytes.Count(text, []byte("[")) <= maxDepth {
		return true // there are not enough brackets, which is quick to see
	}
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			if depth++; depth > maxDepth {
				return false
			}
		case '}', ']':
			depth--
		case '"':
			i = stringEnd(text, i+1)
		}
	}
	return true
}

// stringEnd gives the index of the quote that ends the string that begins at
// start, or a number past the end of text.
func stringEnd(text []byte, start int) int {
	for i := start; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(text)
}
