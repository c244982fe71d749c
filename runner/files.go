package runner

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"syscall"

	"github.com/tidwall/gjson"
)

// maxRow is the longest row of a file.
const maxRow = 1 << 20

// readFile walks the rows of a file. Shown is its name in messages.
func readFile(path, shown, format string, types map[string]string) (iter.Seq2[item, error], error) {
	file, err := openRegular(path)
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

// openRegular opens a file, and nothing that is not one: a pipe or a device
// would block or never end. The error does not name it.
func openRegular(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		var detail *fs.PathError
		if errors.As(err, &detail) {
			err = detail.Err
		}
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is not a regular file")
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
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
