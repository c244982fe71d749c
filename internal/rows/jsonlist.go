package rows

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"strings"
)

// listReader reads the elements of the list that a JSON file holds, one at a
// time and each of bounded size.
type listReader struct {
	decoder *json.Decoder
	bounded *boundedReader
	lines   *lineCounter
}

// jsonList hands out the elements of the list that a JSON file holds.
func jsonList(r io.Reader) (iter.Seq2[Row, error], error) {
	l := &listReader{bounded: &boundedReader{r: withoutMark(r)}}
	l.lines = &lineCounter{r: l.bounded}
	l.decoder = json.NewDecoder(l.lines)
	l.bounded.allow(maxRow)
	open, err := l.decoder.Token()
	switch {
	case errors.Is(err, io.EOF):
		return nil, &Error{What: "the file is empty", Mend: mendList}
	case err != nil:
		return nil, l.wrong(err)
	case open != json.Delim('['):
		return nil, &Error{What: "the file holds no list", Mend: mendList}
	}
	return l.rows, nil
}

func (l *listReader) rows(yield func(Row, error) bool) {
	for l.more() {
		row, err := l.element()
		if err != nil {
			yield(Row{}, err)
			return
		}
		if !yield(row, nil) {
			return
		}
	}
	if _, err := l.decoder.Token(); err != nil { // the closing bracket
		yield(Row{}, l.wrong(err))
		return
	}
	if _, err := l.decoder.Token(); !errors.Is(err, io.EOF) {
		yield(Row{}, &Error{What: "something follows the end of the list", Mend: "put all into one list; a file with one value in each line is NDJSON"})
	}
}

// more reports whether another element follows.
func (l *listReader) more() bool {
	l.bounded.allow(l.decoder.InputOffset() + maxRow)
	return l.decoder.More()
}

func (l *listReader) element() (Row, error) {
	var raw json.RawMessage
	if err := l.decoder.Decode(&raw); err != nil {
		return Row{}, l.wrong(err)
	}
	row := Row{JSON: raw, Line: l.lines.at(l.decoder.InputOffset() - int64(len(raw)))}
	if len(raw) > maxRow {
		return Row{}, tooLong(row.Line)
	}
	return row, row.check()
}

// wrong describes an error of the decoder, with the line where the element
// begins that it is about.
func (l *listReader) wrong(err error) error {
	line := l.lines.at(l.decoder.InputOffset()) + l.linesSkipped()
	switch {
	case errors.Is(err, errTooLong):
		return tooLong(line)
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return &Error{What: "the file ends in the middle of the list", Mend: "it may not be complete; write it again"}
	}
	if wrong, ok := errors.AsType[*Error](err); ok {
		return wrong
	}
	return &Error{Line: line, What: "not valid JSON: " + err.Error(), Mend: "correct the file; a file with one value in each line is NDJSON"}
}

const mendList = "a JSON file for a loop holds a list, [ ... ]; one with a value in each line is NDJSON"

func tooLong(line int) error {
	return &Error{Line: line, What: "the element is longer than 1 MiB", Mend: "look for a quote or a bracket that is not closed"}
}

// linesSkipped counts the line breaks in front of the next element.
func (l *listReader) linesSkipped() int {
	rest := bufio.NewReader(l.decoder.Buffered())
	for count := 0; ; {
		switch c, err := rest.ReadByte(); {
		case err != nil || !strings.ContainsRune(" \t\r\n,", rune(c)):
			return count
		case c == '\n':
			count++
		}
	}
}
