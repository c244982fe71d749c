package eval

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// FromText reads a value of a kind that someone typed without quotes: in the
// cell of a table, behind --input name=. Integers have 64 bits, other numbers,
// lists and objects are as JSON has them, and a boolean may be yes or no, or 1
// or 0. Any text is a string, and of no kind in particular. Whether JSON is a
// list or an object is left to the caller.
func FromText(text string, kind Kind) (Value, error) {
	switch kind {
	case KindInt:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n, nil
		}
		return nil, fmt.Errorf("%s is not an integer", quoteShort(text))
	case KindNumber:
		if n, err := rawText(text); err == nil && (KindOf(n) == KindInt || KindOf(n) == KindNumber) {
			return n, nil
		}
		return nil, fmt.Errorf("%s is not a number", quoteShort(text))
	case KindBool:
		return boolFromText(text)
	case KindList, KindObject:
		if v, err := rawText(text); err == nil {
			return v, nil
		}
		return nil, fmt.Errorf("%s is not JSON", quoteShort(text))
	}
	return text, nil
}

func boolFromText(text string) (Value, error) {
	switch strings.ToLower(text) {
	case "true", "yes", "1":
		return true, nil
	case "false", "no", "0":
		return false, nil
	}
	return nil, fmt.Errorf("%s is not true or false", quoteShort(text))
}

// quoteShort quotes a text for a message, cut if it is long.
func quoteShort(text string) string {
	if len(text) <= 40 {
		return strconv.Quote(text)
	}
	cut := 40
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return strconv.Quote(text[:cut]) + "..."
}
