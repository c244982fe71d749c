package runner

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
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

// jsonFile walks the elements of the list a JSON file holds.
func jsonFile(r io.Reader) (iter.Seq2[item, error], error) {
	l := &listReader{bounded: &boundedReader{r: withoutMark(r)}}
	l.lines = &lineCounter{r: l.bounded}
	l.decoder = json.NewDecoder(l.lines)
	l.bounded.allow(maxRow)
	open, err := l.decoder.Token()
	switch {
	case errors.Is(err, io.EOF):
		return nil, errors.New("the file is empty; it must hold a list: [ ... ]")
	case err != nil:
		return nil, l.wrong(err)
	case open != json.Delim('['):
		return nil, errors.New("a JSON file for a loop holds a list: [ ... ]")
	}
	return l.items, nil
}

func (l *listReader) items(yield func(item, error) bool) {
	for l.more() {
		it, err := l.element()
		if err != nil {
			yield(item{}, err)
			return
		}
		if !yield(it, nil) {
			return
		}
	}
	if _, err := l.decoder.Token(); err != nil { // the closing bracket
		yield(item{}, l.wrong(err))
		return
	}
	if _, err := l.decoder.Token(); !errors.Is(err, io.EOF) {
		yield(item{}, errors.New("something follows the end of the list; a file with one value per line is NDJSON"))
	}
}

// more reports whether another element follows.
func (l *listReader) more() bool {
	l.bounded.allow(l.decoder.InputOffset() + maxRow)
	return l.decoder.More()
}

func (l *listReader) element() (item, error) {
	var raw json.RawMessage
	if err := l.decoder.Decode(&raw); err != nil {
		return item{}, l.wrong(err)
	}
	it := item{raw: raw, line: l.lines.at(l.decoder.InputOffset() - int64(len(raw)))}
	if len(raw) > maxRow {
		return item{}, fmt.Errorf("line %d: the element is longer than 1 MiB", it.line)
	}
	return it, it.check()
}

// wrong describes an error of the decoder, with the line where the element
// begins that it is about.
func (l *listReader) wrong(err error) error {
	line := l.lines.at(l.decoder.InputOffset()) + l.linesSkipped()
	switch {
	case errors.Is(err, errTooLong):
		return fmt.Errorf("line %d: the element is longer than 1 MiB", line)
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("not valid JSON: the file ends in the middle of the list")
	}
	return fmt.Errorf("line %d: not valid JSON: %w", line, err)
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

// lineCounter tells the line of a byte that was read through it lately.
type lineCounter struct {
	r      io.Reader
	breaks []int64 // offsets of line breaks behind the last one asked for
	line   int
	read   int64
}

func (c *lineCounter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	for i, b := range p[:n] {
		if b == '\n' {
			c.breaks = append(c.breaks, c.read+int64(i))
		}
	}
	c.read += int64(n)
	return n, err
}

// at is the line of an offset; it is asked in rising order.
func (c *lineCounter) at(offset int64) int {
	passed := 0
	for passed < len(c.breaks) && c.breaks[passed] < offset {
		passed++
	}
	c.breaks = c.breaks[passed:]
	c.line += passed
	return c.line + 1
}
