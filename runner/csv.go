package runner

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/files"
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
	line    int      // where the row that was read last ends
}

// newCSV reads the header.
func newCSV(r io.Reader, types map[string]string) (*csvReader, error) {
	bounded := &boundedReader{r: withoutMark(r)}
	t := &csvReader{reader: csv.NewReader(bounded), bounded: bounded}
	t.reader.ReuseRecord = true
	header, err := t.record()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty; its first row must name the columns")
	}
	if err != nil {
		return nil, err
	}
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
		case strings.Contains(name, "\r"):
			return errors.New("line 1: the lines end in CR alone; save the file with LF or CR LF")
		case !utf8.ValidString(name) || strings.ContainsRune(name, 0):
			return fmt.Errorf("line 1: the name of column %d is not valid UTF-8; save the file as UTF-8", i+1)
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
		return nil, fmt.Errorf("line %d: the row is longer than 1 MiB; is a quote left open?", t.line+1)
	case errors.As(err, &parse) && errors.Is(parse.Err, csv.ErrFieldCount):
		return nil, fmt.Errorf("line %d: %d cells, and the header has %d", parse.StartLine, len(record), len(t.header))
	case errors.As(err, &parse):
		return nil, fmt.Errorf("line %d, column %d: %s", parse.Line, parse.Column, csvError(parse.Err))
	}
	if err == nil {
		last := len(record) - 1
		line, _ := t.reader.FieldPos(last)
		t.line = line + strings.Count(record[last], "\n")
	}
	return record, err
}

// csvError says what is wrong with the quotes of a row.
func csvError(err error) string {
	switch {
	case errors.Is(err, csv.ErrQuote):
		return "a quoted cell is not closed, or something follows its closing quote"
	case errors.Is(err, csv.ErrBareQuote):
		return "a quote inside a cell; put the cell into quotes and double those inside"
	}
	return err.Error()
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
	switch trimmed := strings.TrimSpace(text); t.types[column] {
	case "integer":
		return parseInteger(trimmed)
	case "number":
		return parseNumber(trimmed)
	case "boolean":
		return parseBoolean(trimmed)
	}
	return text, nil
}

// parseInteger reads an integer of 64 bits.
func parseInteger(text string) (eval.Value, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%q is not an integer", short(text))
	}
	return n, nil
}

// parseNumber reads a number as JSON writes it.
func parseNumber(text string) (eval.Value, error) {
	n, err := eval.Raw([]byte(text))
	if kind := kindOf(n); err != nil || kind != eval.KindInt && kind != eval.KindNumber {
		return nil, fmt.Errorf("%q is not a number", short(text))
	}
	return n, nil
}

func parseBoolean(text string) (eval.Value, error) {
	switch strings.ToLower(text) {
	case "true", "yes", "1":
		return true, nil
	case "false", "no", "0":
		return false, nil
	}
	return nil, fmt.Errorf("%q is not true or false", short(text))
}

// short gives the beginning of a text that may be long.
func short(text string) string {
	if runes := []rune(text); len(runes) > 40 {
		return string(runes[:40]) + "..."
	}
	return text
}

// csvColumns reads the names of the columns of a file in the folders.
func csvColumns(in files.Folders, path string) ([]string, error) {
	file, err := in.Open(path)
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
