package rows

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
	"unicode/utf8"

	"github.com/flowrun-dev/flowrun/internal/eval"
)

// ndjson hands out the rows of a file with one JSON value per line.
func ndjson(r io.Reader) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		scanner := bufio.NewScanner(withoutMark(r))
		scanner.Buffer(make([]byte, 64<<10), maxRow)
		line := 0
		for scanner.Scan() {
			line++
			text := bytes.TrimSpace(scanner.Bytes())
			if len(text) == 0 {
				continue
			}
			row := Row{JSON: bytes.Clone(text), Line: line}
			if err := row.check(); err != nil {
				yield(Row{}, err)
				return
			}
			if !yield(row, nil) {
				return
			}
		}
		if err := scanner.Err(); errors.Is(err, bufio.ErrTooLong) {
			yield(Row{}, &Error{Line: line + 1, What: "the line is longer than 1 MiB", Mend: "NDJSON has one value in a line; a list is JSON"})
		} else if err != nil {
			yield(Row{}, err)
		}
	}
}

// check reports a row that is not JSON, or no text.
func (r *Row) check() error {
	_, err := eval.Raw(r.JSON)
	switch {
	case err != nil:
		return &Error{Line: r.Line, What: err.Error(), Mend: "each row is one value of JSON"}
	case !utf8.Valid(r.JSON):
		return &Error{Line: r.Line, What: "text is not valid UTF-8", Mend: saveAsUTF8}
	}
	return nil
}
