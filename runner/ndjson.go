package runner

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"

	"github.com/flowrun-dev/flowrun/internal/eval"
)

// lineItems walks a file with one JSON value per line.
func lineItems(r io.Reader) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		scanner := bufio.NewScanner(withoutMark(r))
		scanner.Buffer(make([]byte, 64<<10), maxRow)
		line := 0
		for scanner.Scan() {
			line++
			text := bytes.TrimSpace(scanner.Bytes())
			if len(text) == 0 {
				continue
			}
			it := item{raw: bytes.Clone(text), line: line}
			if err := it.check(); err != nil {
				yield(item{}, err)
				return
			}
			if !yield(it, nil) {
				return
			}
		}
		if err := scanner.Err(); errors.Is(err, bufio.ErrTooLong) {
			yield(item{}, fmt.Errorf("line %d is longer than 1 MiB", line+1))
		} else if err != nil {
			yield(item{}, err)
		}
	}
}

// check reports a row that is not JSON, or no text.
func (it item) check() error {
	_, err := eval.Raw(it.raw)
	if err == nil && !utf8.Valid(it.raw) {
		err = errors.New("text is not valid UTF-8")
	}
	if err != nil {
		return fmt.Errorf("line %d: %w", it.line, err)
	}
	return nil
}
