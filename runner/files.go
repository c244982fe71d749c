package runner

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"syscall"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/tidwall/gjson"
)

// maxRow is the longest row of a file.
const maxRow = 1 << 20

// readFile walks the rows of a file. Shown is its name in messages.
func readFile(path, shown, format string, types map[string]string) (iter.Seq2[item, error], error) {
	file, err := openRegular(path)
	if err != nil {
		return nil, err
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
// would block or never end.
func openRegular(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		var detail *fs.PathError
		if errors.As(err, &detail) {
			err = fmt.Errorf("%s: %w", detail.Path, detail.Err)
		}
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", path)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

func isNotExist(err error) bool { return errors.Is(err, fs.ErrNotExist) }

var byteOrderMark = []byte("\ufeff")

// lineItems walks a file with one JSON value per line.
func lineItems(r io.Reader) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		scanner := bufio.NewScanner(r)
		scanner.Buffer(make([]byte, 64<<10), maxRow)
		line := 0
		for scanner.Scan() {
			line++
			text := bytes.TrimSpace(scanner.Bytes())
			if line == 1 {
				text = bytes.TrimSpace(bytes.TrimPrefix(text, byteOrderMark))
			}
			if len(text) == 0 {
				continue
			}
			it := item{raw: bytes.Clone(text), line: line}
			if _, err := eval.Raw(it.raw); err != nil {
				yield(item{}, fmt.Errorf("line %d: %w", line, err))
				return
			}
			if !yield(it, nil) {
				return
			}
		}
		if err := scanner.Err(); errors.Is(err, bufio.ErrTooLong) {
			yield(item{}, fmt.Errorf("line %d is longer than 1 MiB", line+1))
		} else if err != nil {
			yield(item{}, err)
		}
	}
}

// jsonFile walks the elements of the list a JSON file holds, one at a time.
func jsonFile(r io.Reader) (iter.Seq2[item, error], error) {
	buffered := bufio.NewReaderSize(r, 64<<10)
	if head, _ := buffered.Peek(len(byteOrderMark)); bytes.Equal(head, byteOrderMark) {
		_, _ = buffered.Discard(len(byteOrderMark))
	}
	lines := &lineCounter{r: buffered}
	decoder := json.NewDecoder(lines)
	open, err := decoder.Token()
	if err != nil {
		return nil, fmt.Errorf("not valid JSON: %w", err)
	}
	if open != json.Delim('[') {
		return nil, errors.New("a JSON file for a loop holds a list: [ ... ]")
	}
	return func(yield func(item, error) bool) {
		for decoder.More() {
			var raw json.RawMessage
			if err := decoder.Decode(&raw); err != nil {
				yield(item{}, fmt.Errorf("not valid JSON: %w", err))
				return
			}
			it := item{raw: raw, line: lines.at(decoder.InputOffset() - int64(len(raw)))}
			if _, err := eval.Raw(raw); err != nil {
				yield(item{}, fmt.Errorf("line %d: %w", it.line, err))
				return
			}
			if !yield(it, nil) {
				return
			}
		}
		if _, err := decoder.Token(); err != nil {
			yield(item{}, fmt.Errorf("not valid JSON: %w", err))
		}
	}, nil
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

// rawItems walks the elements of a JSON list.
func rawItems(list []byte) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		gjson.ParseBytes(list).ForEach(func(_, element gjson.Result) bool {
			return yield(item{raw: []byte(element.Raw)}, nil)
		})
	}
}
