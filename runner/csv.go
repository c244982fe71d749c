package runner

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/flowrun-dev/flowrun/internal/eval"
)

// Limits of a CSV file, besides those of a row.
const (
	maxColumns = 1000
	maxCell    = 256 << 10
)

// csvReader reads a CSV file row by row into JSON objects. A cell is a string
// unless types says otherwise; an empty cell is left out.
type csvReader struct {
	reader  *csv.Reader
	bounded *boundedReader
	header  []string
	names   [][]byte // the header as JSON strings
	types   []string // by column
}

// newCSV reads the header.
func newCSV(r io.Reader, types map[string]string) (*csvReader, error) {
	bounded := &boundedReader{r: r}
	t := &csvReader{reader: csv.NewReader(bounded), bounded: bounded}
	t.reader.ReuseRecord = true
	header, err := t.record()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty; its first row must name the columns")
	}
	if err != nil {
		return nil, err
	}
	header[0] = strings.TrimPrefix(header[0], string(byteOrderMark))
	t.header = append([]string(nil), header...)
	return t, t.checkHeader(types)
}

func (t *csvReader) checkHeader(types map[string]string) error {
	if len(t.header) > maxColumns {
		return fmt.Errorf("line 1: %d columns; at most %d are read", len(t.header), maxColumns)
	}
	seen := map[string]int{}
	for i, name := range t.header {
		switch {
		case strings.TrimSpace(name) == "":
			return fmt.Errorf("line 1: column %d has no name", i+1)
		case seen[name] > 0:
			return fmt.Errorf("line 1: the columns %d and %d are both called %q", seen[name], i+1, name)
		case strings.ContainsAny(name, "\r\n") && i == len(t.header)-1:
			return errors.New("line 1: the lines end in CR alone; save the file with LF or CR LF")
		}
		seen[name] = i + 1
		quoted, err := eval.AppendJSON(nil, name)
		if err != nil {
			return err
		}
		t.names = append(t.names, quoted)
		t.types = append(t.types, types[name])
	}
	for name := range types {
		if seen[name] == 0 {
			return fmt.Errorf("there is no column %q, which types names; the columns are %s", name, strings.Join(t.header, ", "))
		}
	}
	return nil
}

// record reads the next record, of bounded size.
func (t *csvReader) record() ([]string, error) {
	t.bounded.allow(t.reader.InputOffset() + maxRow)
	record, err := t.reader.Read()
	var parse *csv.ParseError
	switch {
	case errors.Is(err, errTooLong):
		return nil, fmt.Errorf("the row that begins behind byte %d is longer than 1 MiB; is a quote left open?", t.reader.InputOffset())
	case errors.As(err, &parse) && errors.Is(parse.Err, csv.ErrFieldCount):
		return nil, fmt.Errorf("line %d: %d cells, and the header has %d", parse.StartLine, len(record), len(t.header))
	case errors.As(err, &parse):
		return nil, fmt.Errorf("line %d, column %d: %w", parse.Line, parse.Column, parse.Err)
	}
	return record, err
}

// items walks the rows.
func (t *csvReader) items(yield func(item, error) bool) {
	for {
		record, err := t.record()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			yield(item{}, err)
			return
		}
		line, _ := t.reader.FieldPos(0)
		it := item{line: line}
		it.raw, it.err = t.object(record)
		if !yield(it, nil) {
			return
		}
	}
}

// object gives a record as a JSON object. The error is about the row alone.
func (t *csvReader) object(record []string) ([]byte, error) {
	var first error
	row := make([]byte, 1, 256)
	row[0] = '{'
	for i, cell := range record {
		if cell == "" {
			continue
		}
		value, err := t.cell(i, cell)
		if err != nil {
			first = errors.Join(first, fmt.Errorf("column %s: %w", t.header[i], err))
			value = strings.ToValidUTF8(cell[:min(len(cell), 100)], "?")
		}
		if len(row) > 1 {
			row = append(row, ',')
		}
		row = append(append(row, t.names[i]...), ':')
		if row, err = eval.AppendJSON(row, value); err != nil {
			return []byte("{}"), err
		}
	}
	return append(row, '}'), first
}

// cell reads a cell by the type of its column.
func (t *csvReader) cell(column int, text string) (eval.Value, error) {
	if len(text) > maxCell {
		return nil, errors.New("the cell is longer than 256 KiB")
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, errors.New("the cell is not valid UTF-8 text")
	}
	trimmed := strings.TrimSpace(text)
	switch t.types[column] {
	case "integer":
		n, err := strconv.ParseInt(trimmed, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is not an integer", short(text))
		}
		return n, nil
	case "number":
		n, err := eval.Raw([]byte(trimmed))
		if kind := kindOf(n); err != nil || kind != eval.KindInt && kind != eval.KindNumber {
			return nil, fmt.Errorf("%q is not a number", short(text))
		}
		return n, nil
	case "boolean":
		switch strings.ToLower(trimmed) {
		case "true", "yes", "1":
			return true, nil
		case "false", "no", "0":
			return false, nil
		}
		return nil, fmt.Errorf("%q is not true or false", short(text))
	}
	return text, nil
}

// short gives the beginning of a text that may be long.
func short(text string) string {
	if runes := []rune(text); len(runes) > 40 {
		return string(runes[:40]) + "..."
	}
	return text
}

// csvColumns reads the names of the columns of a file.
func csvColumns(path string) ([]string, error) {
	file, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	t, err := newCSV(file, nil)
	if err != nil {
		return nil, err
	}
	return t.header, nil
}

var errTooLong = errors.New("too long")

// boundedReader stops a reader that looks for the end of a record too far.
type boundedReader struct {
	r           io.Reader
	read, until int64
}

// allow lets the reader read as far as offset, and what its buffer holds.
func (b *boundedReader) allow(offset int64) { b.until = offset + 64<<10 }

func (b *boundedReader) Read(p []byte) (int, error) {
	if b.read >= b.until {
		return 0, errTooLong
	}
	n, err := b.r.Read(p)
	if i := bytes.IndexByte(p[:n], 0); i >= 0 && b.read == 0 {
		return 0, errors.New("the file holds NUL bytes; it is not text, or not UTF-8")
	}
	b.read += int64(n)
	return n, err
}
