// Package rows reads the data files that a loop runs over: CSV, NDJSON and
// JSON.
//
// A row is one JSON value: of a CSV file an object with the cells of a row by
// the names of their columns, of NDJSON what stands in a line, of JSON an
// element of the list that the file holds. Rows are handed out one by one and
// are of bounded size, so that a file of any length is read in constant memory.
// A quote or a bracket that is never closed is an error, and no reason to take
// the rest of the file into memory.
//
// There are two kinds of errors. One about the file ends the rows: what follows
// cannot be told apart any more. One about what a cell holds, as [Row.Err], is
// about its row alone, and the rows after it are good. Lines are counted from 1,
// and a row is called by the line that it begins in. Errors are an [*Error], with
// the line and what mends it, and never name the file, whose name only the caller
// knows.
//
// A row is at most 1 MiB long, a cell 256 KiB, and there are 1,000 columns at
// most. Text is UTF-8; a byte order mark before it is passed over.
package rows

import (
	"io"
	"iter"
	"path/filepath"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/eval"
)

// maxRow is the longest row of a file.
const maxRow = 1 << 20

// Row is one row as it was read.
type Row struct {
	JSON []byte // one value, checked
	Line int    // that it begins in, counted from 1
	Err  error  // why the row cannot be used; JSON has what can be shown of it
}

// Reader hands out the rows of a file.
type Reader struct {
	Columns []string // of a CSV file, in its order

	rows iter.Seq2[Row, error]
}

// FormatOf tells by the name of a file whether it is "csv", "ndjson" or "json";
// "" is none of them.
func FormatOf(name string) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv":
		return "csv"
	case ".ndjson", ".jsonl":
		return "ndjson"
	case ".json":
		return "json"
	}
	return ""
}

// New reads the head of a file: the header of a CSV file, the opening bracket of
// JSON. Format is one that [FormatOf] gives. Kinds has the columns of a CSV file
// that are not text, and all of them have to be there.
func New(file io.Reader, format string, kinds map[string]eval.Kind) (*Reader, error) {
	r := &Reader{}
	var err error
	switch format {
	case "csv":
		var t *table
		if t, err = newTable(file, kinds); err == nil {
			r.Columns, r.rows = t.header, t.rows
		}
	case "ndjson":
		r.rows = ndjson(file)
	default:
		r.rows, err = jsonList(file)
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Columns gives the names of the columns of a CSV file.
func Columns(file io.Reader) ([]string, error) {
	r, err := New(file, "csv", nil)
	if err != nil {
		return nil, err
	}
	return r.Columns, nil
}

// All hands out the rows in their order, and can be ranged over once. An error
// is the last that comes.
func (r *Reader) All(yield func(Row, error) bool) { r.rows(yield) }
