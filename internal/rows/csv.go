package rows

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/flowrun-dev/flowrun/internal/eval"
)

// Limits of a CSV file, besides those of a row.
const (
	maxColumns = 1000
	maxCell    = 256 << 10
)

// table reads a CSV file row by row into JSON objects. A cell is a string unless
// kinds says otherwise; an empty cell is left out.
type table struct {
	reader  *csv.Reader
	bounded *boundedReader
	header  []string
	names   [][]byte    // the header as JSON strings
	kinds   []eval.Kind // by column
	line    int         // where the row that was read last ends
}

// newTable reads the header.
func newTable(r io.Reader, kinds map[string]eval.Kind) (*table, error) {
	bounded := &boundedReader{r: withoutMark(r)}
	t := &table{reader: csv.NewReader(bounded), bounded: bounded}
	t.reader.ReuseRecord = true
	header, err := t.record()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty; its first row must name the columns")
	}
	if err != nil {
		return nil, err
	}
	t.header = append([]string(nil), header...)
	return t, t.checkHeader(kinds)
}

func (t *table) checkHeader(kinds map[string]eval.Kind) error {
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
		t.kinds = append(t.kinds, kinds[name])
	}
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		if seen[name] == 0 {
			return fmt.Errorf("there is no column %q, which types names; the columns are %s", name, strings.Join(t.header, ", "))
		}
	}
	return nil
}

// record reads the next record, of bounded size.
func (t *table) record() ([]string, error) {
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

// rows hands out the rows behind the header.
func (t *table) rows(yield func(Row, error) bool) {
	for {
		record, err := t.record()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			yield(Row{}, err)
			return
		}
		var row Row
		row.Line, _ = t.reader.FieldPos(0)
		row.JSON, row.Err = t.object(record)
		if !yield(row, nil) {
			return
		}
	}
}

// object gives a record as a JSON object. The error is about the row alone.
func (t *table) object(record []string) ([]byte, error) {
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

// cell reads a cell as what its column holds.
func (t *table) cell(column int, text string) (eval.Value, error) {
	if len(text) > maxCell {
		return nil, errors.New("the cell is longer than 256 KiB")
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, errors.New("the cell is not valid UTF-8 text")
	}
	switch kind := t.kinds[column]; kind {
	case eval.KindInt, eval.KindNumber, eval.KindBool:
		return eval.FromText(strings.TrimSpace(text), kind)
	}
	return text, nil
}
