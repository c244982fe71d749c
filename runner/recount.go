package runner

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/flowrun-dev/flowrun/steps"
)

// Result is what a run has come to: as it was told at its end, or else as the
// journal has it, without the reads that nothing refers to.
func (p *Past) Result() (*Result, error) {
	if p.state == nil {
		return nil, p.err
	}
	if last := p.lastResult(); last != nil {
		return last, nil
	}
	program, err := p.Program()
	if err != nil {
		return nil, err
	}
	r := &Result{
		RunID: p.ID, Workflow: p.Workflow, File: p.File, Counts: p.Counts,
		Workspace: Workspace{ID: p.Workspace, Region: p.Region},
	}
	return r, recount(p.Dir, r, stepResults(program, r))
}

// lastResult is what was told at the end of the run; nil if it came to none.
func (p *Past) lastResult() *Result {
	if p.state.End == nil {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(p.Dir, resultFile))
	var r Result
	if err != nil || json.Unmarshal(text, &r) != nil {
		return nil
	}
	return &r
}

// stepResults makes room in a result for the steps of a program, and gives them
// by their labels.
func stepResults(p *Program, r *Result) map[string]*StepResult {
	byLabel := map[string]*StepResult{}
	r.Steps = make([]StepResult, len(p.All))
	for i, s := range p.All {
		r.Steps[i] = resultOf(s)
		byLabel[s.Label] = &r.Steps[i]
	}
	return byLabel
}

// recount counts the records of a journal into a result. Only what is not
// settled can change, so that only of that the last state is kept.
func recount(dir string, r *Result, steps map[string]*StepResult) error {
	open := map[string]*journal.Answer{}
	rows := map[string]journal.Row{}
	for record, err := range journal.Records(dir) {
		switch {
		case err != nil:
			return err
		case record.List != nil:
			if s := stepAt(steps, record.List.Loop); s != nil && s.Rows != nil {
				s.Read += record.List.Read
				s.Rows.add(Pending, record.List.Count)
			}
		case record.Intent != nil:
			open[record.Intent.Address] = &journal.Answer{Address: record.Intent.Address, In: record.Intent.In, Status: journal.InDoubt}
		case record.Answer != nil && record.Answer.Status.Settled():
			delete(open, record.Answer.Address)
			r.tally(stepAt(steps, record.Answer.Address), record.Answer)
		case record.Answer != nil && record.Answer.Reason == reasonUnsent:
			delete(open, record.Answer.Address)
		case record.Answer != nil:
			open[record.Answer.Address] = record.Answer
		case record.Row != nil && record.Row.Status.Settled():
			delete(rows, pathKey(record.Row.Path))
			moveRow(steps, record.Row.Path, Status(record.Row.Status))
		case record.Row != nil:
			rows[pathKey(record.Row.Path)] = *record.Row
		}
	}
	r.tallyOpen(steps, open, rows)
	return nil
}

// tallyOpen counts the calls and the rows that a journal leaves open.
func (r *Result) tallyOpen(steps map[string]*StepResult, calls map[string]*journal.Answer, rows map[string]journal.Row) {
	doubtful := map[string]bool{} // rows with a call in doubt
	for addr, answer := range calls {
		r.tally(stepAt(steps, addr), answer)
		if answer.Status != journal.InDoubt {
			continue
		}
		for n := range answer.In {
			row := answer.In[:n+1]
			key := pathKey(row)
			rows[key] = journal.Row{Path: row, Status: rows[key].Status}
			doubtful[key] = true
		}
	}
	for key, row := range rows {
		moveRow(steps, row.Path, rowStatus(row.Status, doubtful[key]))
	}
}

func stepAt(steps map[string]*StepResult, addr string) *StepResult {
	parts := addrParts(addr)
	return steps[parts[len(parts)-1].label]
}

func pathKey(path journal.Path) string {
	var b strings.Builder
	for _, row := range path {
		b.WriteString(row.Loop + "\x00" + strconv.FormatInt(row.Index, 10) + "\x00")
	}
	return b.String()
}

// tally counts the answer of an instance.
func (r *Result) tally(s *StepResult, a *journal.Answer) {
	if s == nil {
		return
	}
	s.Counts.add(Status(a.Status), 1)
	effect, _ := steps.ParseEffect(a.Effect)
	if action := steps.Find(s.Action); a.Effect == "" && action != nil { // of a call that has no answer
		effect = action.Effect
	}
	for _, c := range []*Changes{&r.Changes, &s.Changes} {
		switch a.Status {
		case journal.Done:
			c.Certain.add(effect, 1)
		case journal.InDoubt:
			c.Possible.add(effect, 1)
		}
	}
}

// moveRow counts how a row stands, which counted as pending before.
func moveRow(steps map[string]*StepResult, row journal.Path, status Status) {
	s := stepAt(steps, row[len(row)-1].Loop)
	if s == nil || s.Rows == nil {
		return
	}
	s.Rows.add(Pending, -1)
	s.Rows.add(status, 1)
}
