package recovery_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// report is what flowrun says when a run, or a stretch of it, has come to its
// end: as far as it is needed here, the numbers of the one loop.
type report struct {
	Steps []struct {
		Rows map[string]int64 `json:"rows"` // by status, and "total"
	} `json:"steps"`
	Interrupted bool   `json:"interrupted"`
	Unavailable string `json:"unavailable"`
}

// rows are the numbers of the loop.
func (r report) rows() map[string]int64 {
	for _, step := range r.Steps {
		if step.Rows != nil {
			return step.Rows
		}
	}
	return nil
}

// left is how many rows another stretch of the run would take up.
func (r report) left() (left int64) {
	for _, step := range r.Steps {
		left += step.Rows["failed"] + step.Rows["in_doubt"] + step.Rows["pending"]
	}
	return left
}

var rowAddress = regexp.MustCompile(`^rows\["(row-\d{5})"\]$`)

// told gives the status of each row: all are done if the numbers say so, else
// that of the row's last line in results.ndjson. Rows that have none there are
// done if they are as many as the numbers have beyond the others.
func told(t testing.TB, dir string, r report, rows []string) map[string]string {
	t.Helper()
	status := lastLines(t, dir)
	numbers := r.rows()
	if numbers["done"] == int64(len(rows)) && numbers["total"] == numbers["done"] {
		clear(status) // a line may have been lost in a kill, and an older one be the last
	}
	unseen := numbers["done"]
	for _, s := range status {
		if s == "done" {
			unseen--
		}
	}
	var silent []string
	for _, row := range rows {
		if status[row] == "" {
			silent = append(silent, row)
		}
	}
	if int64(len(silent)) == unseen {
		for _, row := range silent {
			status[row] = "done"
		}
	}
	return status
}

// lastLines reads results.ndjson. A line that was torn when its process was
// killed says nothing.
func lastLines(t testing.TB, dir string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "results.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	status := map[string]string{}
	for line := range bytes.Lines(text) {
		var row struct{ Addr, Status string }
		if json.Unmarshal(line, &row) != nil {
			continue
		}
		if match := rowAddress.FindStringSubmatch(row.Addr); match != nil {
			status[match[1]] = row.Status
		}
	}
	return status
}
