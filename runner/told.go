package runner

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/tidwall/gjson"
)

// The journal says what was sent and how it ended. What failed before anything
// was sent, such as the key of a row or the condition of a step, and what a
// failure looked like when it was told, is in results.ndjson and, of what is no
// row's and no step's, in result.json. So a run can be told of later in the
// words that it told itself.

// told is a failure as a run told of it.
type told struct {
	Addr    string   `json:"addr"`
	Step    string   `json:"step"` // empty where it is of a row
	Status  Status   `json:"status"`
	Failure *Failure `json:"failure"`

	loose bool // of no row and no step
}

// tales are the failures of a run that nothing told later has settled.
type tales struct {
	all   []*told             // in the order in which they were told; nil where it was settled
	at    map[string]int      // by address
	under map[string][]string // addresses inside a row, by that of the row
}

// readTales reads what the result files in the folder of a run tell. A file that
// is gone, or ends in half a line, tells as much as there is.
func readTales(dir string) (*tales, error) {
	t := &tales{at: map[string]int{}, under: map[string][]string{}}
	file, err := os.Open(filepath.Join(dir, resultsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	failed := []byte(`"failure":`)
	err = eachLine(file, func(text []byte) error {
		line := &told{}
		switch {
		case bytes.Contains(text, failed):
			if json.Unmarshal(text, line) != nil {
				return nil // it is for people, who may have changed it
			}
			t.add(line)
		case len(t.at) > 0: // of nearly all lines it is enough to know that nothing is known
			line.Addr = gjson.GetBytes(text, "addr").String()
			if t.of(line.Addr) == nil && t.under[line.Addr] == nil {
				return nil
			}
			line.Step, line.Status = gjson.GetBytes(text, "step").String(), Status(gjson.GetBytes(text, "status").String())
			t.settle(line)
		}
		return nil
	})
	if err == io.EOF {
		err = nil
	}
	return t, err
}

// add takes in a failure, in place of what was told of its address before.
func (t *tales) add(line *told) {
	if line.Failure == nil {
		t.settle(line) // the word stands in some text
		return
	}
	t.forget(line.Addr)
	t.at[line.Addr] = len(t.all)
	t.all = append(t.all, line)
	for _, row := range rowsAround(line.Addr) {
		if row != line.Addr {
			t.under[row] = append(t.under[row], line.Addr)
		}
	}
}

// settle takes in a line without a failure. A row that is settled settles what
// was told of its steps.
func (t *tales) settle(line *told) {
	if line.Step == "" && journal.Status(line.Status).Settled() {
		t.forget(line.Addr)
		for _, addr := range t.under[line.Addr] {
			t.forget(addr)
		}
		delete(t.under, line.Addr)
		return
	}
	if before := t.of(line.Addr); before != nil && (before.Step == "") == (line.Step == "") {
		t.forget(line.Addr) // else it is of the row, and that of its only step, or the other way round
	}
}

// of is what is told of an address; nil if nothing is.
func (t *tales) of(addr string) *told {
	if at, there := t.at[addr]; there {
		return t.all[at]
	}
	return nil
}

func (t *tales) forget(addr string) {
	if at, there := t.at[addr]; there {
		t.all[at] = nil
		delete(t.at, addr)
	}
}

// rowsAround gives the addresses of the rows that an address is in, the
// outermost first; that of a row is among them.
func rowsAround(addr string) []string {
	var rows []string
	for at := 0; ; {
		open := strings.IndexByte(addr[at:], '[')
		if open < 0 {
			return rows
		}
		at += open + 1
		if quoted, err := strconv.QuotedPrefix(addr[at:]); err == nil {
			at += len(quoted)
		}
		at = min(at+1, len(addr)) // the bracket
		rows = append(rows, addr[:at])
	}
}

// Left gives what a run has not settled: what its journal has, step by step
// outside loops and then row by row, and behind it what failed without a call,
// in the order in which it was told. Calls that a run has on their way are not
// left.
func (p *Past) Left() ([]Left, error) {
	if p.state == nil {
		return nil, p.err
	}
	all, err := leftOf(p.state)
	if err != nil {
		return nil, err
	}
	if p.Status == RunGoesOn {
		all = slices.DeleteFunc(all, func(l Left) bool { return l.Unlooked() })
	}
	t, err := p.tales()
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].recall(t.of(all[i].Addr))
		t.forget(all[i].Addr)
	}
	for _, each := range t.all {
		if each != nil {
			all = append(all, each.left())
		}
	}
	return all, nil
}

// tales gives what the run told, without what the journal knows better by now.
func (p *Past) tales() (*tales, error) {
	t, err := readTales(p.Dir)
	if err != nil {
		return nil, err
	}
	instances, err := p.state.Instances()
	if err != nil {
		return nil, err
	}
	for _, i := range instances {
		if each := t.of(i.Address); each != nil && each.Step != "" && !journal.Status(each.Status).Settled() && statusOf(i) != Failed && statusOf(i) != InDoubt {
			t.forget(i.Address) // somebody has resolved it
		}
	}
	loops, err := p.state.Loops()
	if err != nil {
		return nil, err
	}
	for _, l := range loops {
		if each := t.of(l.Address); each != nil && l.List != nil {
			t.forget(l.Address) // its list was read after all
		}
	}
	p.addLoose(t)
	return t, nil
}

// addLoose adds what was told at the end of the run of no row and no step. A
// run that came to no end told none of it for good.
func (p *Past) addLoose(t *tales) {
	last := p.lastResult()
	if last == nil {
		return
	}
	for _, f := range append(last.Failures, last.Exceeded...) {
		if each := t.of(f.Addr); each == nil || each.Failure.Message != f.Message {
			t.all = append(t.all, &told{Addr: f.Addr, Status: Failed, Failure: f, loose: true})
		}
	}
}

// left is what failed without a call.
func (t *told) left() Left {
	l := Left{Addr: t.Addr, Status: Failed, told: t}
	l.setPlace()
	l.recall(t)
	l.Code, l.Message, l.RequestID = t.Failure.Code, t.Failure.Message, t.Failure.RequestID
	return l
}

// recall adds what a run said when it told of what is left: where it stands,
// and what mends it.
func (l *Left) recall(t *told) {
	if t == nil {
		return
	}
	l.told = t
	l.File, l.Line, l.Column, l.Data = t.Failure.File, t.Failure.Line, t.Failure.Column, t.Failure.Data
	if l.Message == "" || l.Message == t.Failure.Message { // else it has changed since
		l.Hint, l.HTTP = t.Failure.Hint, t.Failure.Status
	}
}

// Unlooked reports whether nobody has looked yet for what is in doubt: its process
// ended before the answer came.
func (l *Left) Unlooked() bool { return l.Code == codeStopped }

// Failure is what is left as the run told it.
func (l *Left) Failure() *Failure {
	return &Failure{
		Addr: l.Addr, File: l.File, Line: l.Line, Column: l.Column, Data: l.Data, Code: l.Code, Status: l.HTTP, Message: l.Message,
		RequestID: l.RequestID, Hint: l.Hint,
	}
}
