package runner

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/jsontext"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/tidwall/gjson"
)

// resultFiles are what a run leaves for people and programs in its folder:
// results.ndjson, a line for each row and step, and failed.csv (or
// failed.ndjson), the rows that failed in the form they came in, so that they
// can be fed back.
type resultFiles struct {
	dir     string
	results *lineFile
	failed  map[*program.Step]*failedRows
	begun   int64  // rows that failed and are not in them
	text    []byte // of the line being written
}

const resultsFile = "results.ndjson"

// failedRows is the file of the failed rows of one loop.
type failedRows struct {
	*lineFile
	table  *csv.Writer // of a CSV file, into the lines
	header []string
}

func newResultFiles(dir string) (*resultFiles, error) {
	results, err := openLines(filepath.Join(dir, resultsFile))
	if err != nil {
		return nil, err
	}
	return &resultFiles{dir: dir, results: results, failed: map[*program.Step]*failedRows{}}, nil
}

// goOn removes the failed rows of the stretch of the run before, which are run
// again.
func (r *Run) goOn() error {
	if r == nil {
		return nil
	}
	old, _ := filepath.Glob(filepath.Join(r.Dir, "failed*"))
	for _, name := range old {
		if err := os.Remove(name); err != nil {
			return unkept(err)
		}
	}
	return nil
}

// Begun is how many rows of data files failed behind a step that must not be
// done twice. They are not in failed.csv.
func (r *Run) Begun() int64 { return r.files.begun }

// event writes the line of a step or a row.
func (r *resultFiles) event(e Event) error {
	var line any
	switch {
	case e.Ended != nil && e.Ended.plain():
		r.line("addr", e.Ended.Addr, "step", e.Ended.Step, "action", e.Ended.Action, "status", string(e.Ended.Status), "effect", e.Ended.Effect.String())
		return nil
	case e.Row != nil && e.Row.Failure == nil:
		r.line("addr", e.Row.Addr, "status", string(e.Row.Status))
		return r.results.flush()
	case e.Ended != nil:
		line = e.Ended
	case e.Row != nil:
		line = e.Row
	default:
		return nil
	}
	encoder := json.NewEncoder(&r.results.text)
	encoder.SetEscapeHTML(false)
	return errors.Join(encoder.Encode(line), r.results.flush())
}

// plain reports whether a step ended with nothing more to say than how: nearly
// all of many do, and their lines are written by hand.
func (e *StepEnded) plain() bool {
	return e.Failure == nil && e.Reason == "" && e.After == nil && e.Changes == nil && !e.Possible && !e.Before
}

// line writes an object of texts.
func (r *resultFiles) line(pairs ...string) {
	text := append(r.text[:0], '{')
	for i := 0; i < len(pairs); i += 2 {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(jsontext.AppendString(text, pairs[i]), ':')
		text = jsontext.AppendString(text, pairs[i+1])
	}
	r.text = append(text, '}', '\n')
	r.results.text.Write(r.text)
}

// row keeps a row that failed. One that is in doubt, or has done what must not
// be done twice, is not among them: fed back, it would begin anew.
func (r *resultFiles) row(s *program.Step, item spooled, status Status, once bool) error {
	if status != Failed || item.line == 0 {
		return nil
	}
	if once {
		r.begun++
		return nil
	}
	to, err := r.rowsOf(s, item.header)
	if err != nil {
		return err
	}
	if to.table == nil {
		to.text.Write(append(item.bytes(), '\n'))
		return to.flush()
	}
	cells := make([]string, len(to.header))
	for i, name := range to.header {
		cells[i] = gjson.GetBytes(item.bytes(), gjson.Escape(name)).String()
	}
	return to.write(cells)
}

// write adds a line of a CSV file.
func (f *failedRows) write(cells []string) error {
	_ = f.table.Write(cells) // into memory
	f.table.Flush()
	return f.flush()
}

// rowsOf opens the file of a loop's failed rows.
func (r *resultFiles) rowsOf(s *program.Step, header []string) (*failedRows, error) {
	if to := r.failed[s]; to != nil {
		return to, nil
	}
	name := "failed"
	if len(r.failed) > 0 {
		name += "-" + strings.ReplaceAll(s.Label, "#", "-")
	}
	extension := ".ndjson"
	if header != nil {
		extension = ".csv"
	}
	lines, err := openLines(filepath.Join(r.dir, name+extension))
	if err != nil {
		return nil, err
	}
	to := &failedRows{lineFile: lines, header: header}
	r.failed[s] = to
	if header == nil {
		return to, nil
	}
	to.table = csv.NewWriter(&lines.text)
	return to, to.write(header)
}

// close writes what is left.
func (r *resultFiles) close() error {
	err := r.results.close()
	for _, to := range r.failed {
		err = errors.Join(err, to.close())
	}
	return err
}
