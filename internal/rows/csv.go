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
		return nil, &Error{What: "the file is empty", Mend: "the first row of a CSV file names its columns"}
	}
	if err != nil {
		return nil, err
	}
	t.header = append([]string(nil), header...)
	return t, t.checkHeader(kinds)
}

func (t *table) checkHeader(kinds map[string]eval.Kind) error {
	if len(t.header) > maxColumns {
		return &Error{Line: 1, What: fmt.Sprintf("%d columns; at most %d are read", len(t.header), maxColumns), Mend: "leave out the columns that the workflow does not use"}
	}
	seen := map[string]int{}
	for i, name := range t.header {
		switch {
		case strings.TrimSpace(name) == "":
			return &Error{Line: 1, What: fmt.Sprintf("column %d has no name", i+1), Mend: "give it a name, or take the column out"}
		case seen[name] > 0:
			return &Error{Line: 1, What: fmt.Sprintf("the columns %d and %d are both called %q", seen[name], i+1, name), Mend: "give one of them another name"}
		case strings.Contains(name, "\r"):
			return &Error{Line: 1, What: "the lines end in CR alone", Mend: "save the file with lines that end in LF or CR LF"}
		case !utf8.ValidString(name) || strings.ContainsRune(name, 0):
			return &Error{Line: 1, What: fmt.Sprintf("the name of column %d is not valid UTF-8", i+1), Mend: saveAsUTF8}
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
			return &Error{What: fmt.Sprintf("there is no column %q, which types names; the columns are %s", name, listed(t.header)), Mend: "correct for_each.types, or add the column"}
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
		return nil, &Error{Line: t.line + 1, What: "the row is longer than 1 MiB", Mend: "look for a quote that is not closed"}
	case errors.As(err, &parse) && errors.Is(parse.Err, csv.ErrFieldCount):
		return nil, &Error{Line: parse.StartLine, What: fmt.Sprintf("%s, and the header has %d", cellsOf(len(record)), len(t.header)), Mend: t.mendCount(len(record))}
	case errors.As(err, &parse):
		return nil, quoteError(parse)
	}
	if err == nil {
		last := len(record) - 1
		line, _ := t.reader.FieldPos(last)
		t.line = line + strings.Count(record[last], "\n")
	}
	return record, err
}

// mendCount says what mends a row with more or fewer cells than the header.
func (t *table) mendCount(cells int) string {
	switch {
	case len(t.header) == 1 && strings.ContainsAny(t.header[0], ";\t|"):
		return "cells are separated by commas; save the file so"
	case cells > len(t.header):
		return "a cell with a comma in it stands in quotes"
	}
	return "a cell with nothing in it needs its comma too"
}

// quoteError says what is wrong with the quotes of a row.
func quoteError(err *csv.ParseError) error {
	e := &Error{Line: err.Line, Column: err.Column, What: err.Err.Error()}
	switch {
	case errors.Is(err.Err, csv.ErrQuote):
		e.What, e.Mend = "a quoted cell is not closed, or something follows its closing quote", "double the quotes inside a quoted cell"
	case errors.Is(err.Err, csv.ErrBareQuote):
		e.What, e.Mend = "a quote inside a cell", "put the cell into quotes, and double those inside"
	}
	return e
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
		row.JSON, row.Err = t.object(record, row.Line)
		if !yield(row, nil) {
			return
		}
	}
}

// object gives a record as a JSON object. The error is about the row alone.
func (t *table) object(record []string, line int) ([]byte, error) {
	var wrong []string
	row := make([]byte, 1, 256)
	row[0] = '{'
	for i, cell := range record {
		if cell == "" {
			continue
		}
		value, err := t.cell(i, cell)
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("column %s: %v", t.header[i], err))
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
	row = append(row, '}')
	if wrong != nil {
		return row, &Error{Line: line, What: strings.Join(wrong, "; "), Mend: "mend the row, and run it again; for_each.types says what a column holds"}
	}
	return row, nil
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
