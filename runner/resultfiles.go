package runner

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/jsontext"
	"github.com/tidwall/gjson"
)

// resultFiles are what a run leaves for people and programs in its folder:
// results.ndjson, a line for each row and step, and failed.csv (or
// failed.ndjson), the rows that failed in the form they came in, so that they
// can be fed back.
type resultFiles struct {
	dir     string
	results *bufio.Writer
	files   []*os.File
	failed  map[*step]*failedRows
	text    []byte // of the line being written
}

// failedRows is the file of the failed rows of one loop.
type failedRows struct {
	table  *csv.Writer // of a CSV file
	header []string
	lines  *bufio.Writer // of another one
}

func newResultFiles(dir string) (*resultFiles, error) {
	r := &resultFiles{dir: dir, failed: map[*step]*failedRows{}}
	old, _ := filepath.Glob(filepath.Join(dir, "failed*")) // those rows are run again
	for _, name := range old {
		if err := os.Remove(name); err != nil {
			return nil, err
		}
	}
	file, err := r.create("results.ndjson", os.O_APPEND)
	if err != nil {
		return nil, err
	}
	r.results = bufio.NewWriterSize(file, 64<<10)
	return r, nil
}

// create opens a file of the run. Flag says what to do with what an earlier
// stretch of the run has written.
func (r *resultFiles) create(name string, flag int) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(r.dir, name), os.O_CREATE|os.O_WRONLY|flag, 0o600)
	if err == nil {
		r.files = append(r.files, file)
	}
	return file, err
}

// event writes the line of a step or a row.
func (r *resultFiles) event(e Event) error {
	var line any
	switch {
	case e.Ended != nil && e.Ended.plain():
		return r.line("addr", e.Ended.Addr, "step", e.Ended.Step, "action", e.Ended.Action, "status", string(e.Ended.Status), "effect", e.Ended.Effect.String())
	case e.Row != nil && e.Row.Failure == nil:
		return errors.Join(r.line("addr", e.Row.Addr, "status", string(e.Row.Status)), r.results.Flush())
	case e.Ended != nil:
		line = e.Ended
	case e.Row != nil:
		line = e.Row
	default:
		return nil
	}
	encoder := json.NewEncoder(r.results)
	encoder.SetEscapeHTML(false)
	return errors.Join(encoder.Encode(line), r.results.Flush()) // a process that is killed leaves whole rows
}

// plain reports whether a step ended with nothing more to say than how: nearly
// all of many do, and their lines are written by hand.
func (e *StepEnded) plain() bool {
	return e.Failure == nil && e.Reason == "" && e.After == nil && e.Changes == nil && !e.Possible && !e.Before
}

// line writes an object of texts.
func (r *resultFiles) line(pairs ...string) error {
	text := append(r.text[:0], '{')
	for i := 0; i < len(pairs); i += 2 {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(jsontext.AppendString(text, pairs[i]), ':')
		text = jsontext.AppendString(text, pairs[i+1])
	}
	r.text = append(text, '}', '\n')
	_, err := r.results.Write(r.text)
	return err
}

// row keeps a row that failed. A row in doubt is not among them: fed back, it
// might be done twice.
func (r *resultFiles) row(s *step, item spooled, status Status) error {
	if status != Failed || item.line == 0 {
		return nil
	}
	to, err := r.rowsOf(s, item.header)
	if err != nil {
		return err
	}
	if to.lines != nil {
		_, err := to.lines.Write(append(item.bytes(), '\n'))
		return err
	}
	cells := make([]string, len(to.header))
	for i, name := range to.header {
		cells[i] = gjson.GetBytes(item.bytes(), gjson.Escape(name)).String()
	}
	return to.table.Write(cells)
}

// rowsOf opens the file of a loop's failed rows.
func (r *resultFiles) rowsOf(s *step, header []string) (*failedRows, error) {
	if to := r.failed[s]; to != nil {
		return to, nil
	}
	name := "failed"
	if len(r.failed) > 0 {
		name += "-" + strings.ReplaceAll(s.label, "#", "-")
	}
	extension := ".ndjson"
	if header != nil {
		extension = ".csv"
	}
	file, err := r.create(name+extension, os.O_TRUNC)
	if err != nil {
		return nil, err
	}
	to := &failedRows{header: header}
	r.failed[s] = to
	if header == nil {
		to.lines = bufio.NewWriter(file)
		return to, nil
	}
	to.table = csv.NewWriter(file)
	return to, to.table.Write(header)
}

// close writes what is left.
func (r *resultFiles) close() error {
	err := r.results.Flush()
	for _, to := range r.failed {
		if to.lines != nil {
			err = errors.Join(err, to.lines.Flush())
		} else {
			to.table.Flush()
			err = errors.Join(err, to.table.Error())
		}
	}
	for _, file := range r.files {
		err = errors.Join(err, file.Close())
	}
	return err
}
