package report

import (
	"encoding/csv"
	"io"
	"strings"

	"github.com/flowrun-dev/flowrun/runner"
)

// Table writes what happens as CSV, for people with a spreadsheet: a line for
// each field that is changed, and one for whatever else has happened to an
// instance of a step or a row. Values are JSON, so that "" and null differ.
type Table struct{ to *csv.Writer }

var columns = []string{
	"address", "step", "action", "effect", "status", "certainty", "field", "before", "after", "undo", "reason", "source", "code", "message",
}

// NewTable writes the names of the columns to w.
func NewTable(w io.Writer) (*Table, error) {
	t := &Table{csv.NewWriter(w)}
	return t, t.to.Write(columns)
}

// Event writes the lines of what happens.
func (t *Table) Event(e runner.Event) error {
	switch {
	case e.Ended != nil:
		return t.ended(e.Ended)
	case e.Row != nil && e.Row.Failure != nil:
		return t.failed(e.Row.Failure)
	case e.Failed != nil:
		return t.failed(e.Failed)
	}
	return nil
}

func (t *Table) ended(e *runner.StepEnded) error {
	line := map[string]string{
		"address": e.Addr, "step": e.Step, "action": e.Action, "effect": e.Effect.String(), "status": string(e.Status),
		"certainty": "certain", "undo": string(e.Undo), "reason": e.Reason,
	}
	if e.Possible {
		line["certainty"], line["reason"] = "possible", strings.Join(e.After, " ")
	}
	if f := e.Failure; f != nil {
		line["source"], line["code"], line["message"] = f.Data, f.Code, f.Message
	}
	if len(e.Changes) == 0 {
		return t.line(line)
	}
	for _, c := range e.Changes {
		line["field"], line["before"], line["after"] = c.Path, string(c.Before), string(c.After)
		if c.Known != nil {
			line["after"] = "known after " + origins(c.Known)
		}
		if err := t.line(line); err != nil {
			return err
		}
	}
	return nil
}

func (t *Table) failed(f *runner.Failure) error {
	return t.line(map[string]string{
		"address": f.Addr, "step": labelOf(f.Addr), "status": string(runner.Failed), "source": f.Data, "code": f.Code, "message": f.Message,
	})
}

func (t *Table) line(values map[string]string) error {
	cells := make([]string, len(columns))
	for i, name := range columns {
		cells[i] = Cell(values[name])
	}
	return t.to.Write(cells)
}

// End writes what is left.
func (t *Table) End() error {
	t.to.Flush()
	return t.to.Error()
}
