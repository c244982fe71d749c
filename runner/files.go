package runner

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/flowrun-dev/flowrun/internal/files"
	"github.com/tidwall/gjson"
)

// maxRow is the longest row of a file.
const maxRow = 1 << 20

// readFile walks the rows of a file in the folders. Shown is its name in
// messages.
func readFile(in files.Folders, path, shown, format string, types map[string]string) (iter.Seq2[item, error], error) {
	file, err := in.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown, err)
	}
	var rows iter.Seq2[item, error]
	switch format {
	case "csv":
		var table *csvReader
		if table, err = newCSV(file, types); err == nil {
			rows = table.items
		}
	case "ndjson":
		rows = lineItems(file)
	default:
		rows, err = jsonFile(file)
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", shown, err)
	}
	return func(yield func(item, error) bool) {
		defer file.Close()
		for it, err := range rows {
			if err != nil {
				err = &codedError{code: "file", message: shown + ": " + err.Error()}
			}
			if !yield(it, err) {
				return
			}
		}
	}, nil
}

// outsideHint says how to let a workflow read a file that it may not; "" for
// any other error.
func outsideHint(err error) string {
	if outside, ok := errors.AsType[*files.OutsideError](err); ok {
		return "a workflow reads files in its own folder and below; to let it read this one, add --allow-path " + outside.Folder
	}
	return ""
}

// withoutMark passes over the byte order mark that some programs write at the
// beginning of a file.
func withoutMark(r io.Reader) io.Reader {
	buffered := bufio.NewReaderSize(r, 64<<10)
	mark := []byte("\ufeff")
	if head, _ := buffered.Peek(len(mark)); bytes.Equal(head, mark) {
		_, _ = buffered.Discard(len(mark))
	}
	return buffered
}

// rawItems walks the elements of a JSON list.
func rawItems(list []byte) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		gjson.ParseBytes(list).ForEach(func(_, element gjson.Result) bool {
			return yield(item{raw: []byte(element.Raw)}, nil)
		})
	}
}
