package eval

import (
	"math"
	"strconv"
	"strings"
)

// parseNumber returns the value of the text of a JSON number: an int64 if it
// is an integer that fits, a float64 if that holds every digit, otherwise the
// text itself.
func parseNumber(text string) Value {
	if !strings.ContainsAny(text, ".eE") {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
		return Number(text)
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || !sameDigits(text, f) {
		return Number(text)
	}
	return f
}

// sameDigits reports whether f, printed in its shortest form, has the digits
// of text. Fifteen digits always survive the way through a float64.
func sameDigits(text string, f float64) bool {
	if f != 0 && len(text) <= 15 {
		return true
	}
	digits := significant(text)
	if len(digits) <= 15 {
		return f != 0 || digits == ""
	}
	return digits == significant(strconv.FormatFloat(f, 'e', -1, 64))
}

// significant returns the digits of a number without sign, point, exponent
// and the zeros on both ends.
func significant(text string) string {
	if e := strings.IndexAny(text, "eE"); e >= 0 {
		text = text[:e]
	}
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	return strings.Trim(whole+fraction, "0")
}

// compareNumbers returns the order of two numbers, exactly: a large integer
// is never rounded to meet a float. ok is false if either cannot be ordered.
func compareNumbers(a, b Value) (order int, ok bool) {
	switch a := a.(type) {
	case int64:
		switch b := b.(type) {
		case int64:
			return compare(a, b), true
		case float64:
			return compareIntFloat(a, b), true
		}
	case float64:
		switch b := b.(type) {
		case int64:
			return -compareIntFloat(b, a), true
		case float64:
			return compare(a, b), true
		}
	}
	return 0, false
}

func compare[T int64 | float64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func compareIntFloat(n int64, f float64) int {
	switch {
	case f >= 1<<63:
		return -1
	case f < -1<<63:
		return 1
	}
	whole := math.Trunc(f)
	if order := compare(n, int64(whole)); order != 0 {
		return order
	}
	return compare(whole, f)
}

// toFloat returns a number as a float64. A large integer is rounded.
func toFloat(v Value) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// toInt returns the integer that a float is. ok is false if it has a fraction
// or does not fit.
func toInt(f float64) (n int64, ok bool) {
	if f != math.Trunc(f) || f >= 1<<63 || f < -1<<63 {
		return 0, false
	}
	return int64(f), true
}
