package runner

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flowrun-dev/flowrun/internal/files"
	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/flowrun-dev/flowrun/internal/program"
)

// How a run stands, besides the words of [Result.Ended].
const (
	RunEnded   = "done"    // all of it
	RunGoesOn  = "running" // another process has it
	RunStopped = "stopped" // its process ended before it could say how
	RunEmpty   = "empty"   // it ended before it began
	RunDamaged = "damaged" // its journal cannot be read
)

// Past is what the folder of a run says about it.
type Past struct {
	Dir       string     `json:"-"`
	ID        string     `json:"run_id"`
	Workflow  string     `json:"workflow"`
	File      string     `json:"file"`
	Workspace string     `json:"workspace"` // id
	Region    string     `json:"region,omitempty"`
	Commit    string     `json:"commit,omitempty"`
	Version   string     `json:"flowrun"` // that began it
	StartedAt time.Time  `json:"started_at"`
	EndedAt   *time.Time `json:"ended_at,omitempty"`
	Resumed   int        `json:"resumed,omitempty"`   // times
	Who       string     `json:"who,omitempty"`       // began it
	Undoes    string     `json:"undoes,omitempty"`    // the run that it takes back
	UndoneBy  string     `json:"undone_by,omitempty"` // the run that took it back; known from [Runs] and [FindRun]
	Status    string     `json:"status"`
	Counts    Counts     `json:"counts"`
	Problem   string     `json:"problem,omitempty"` // why its journal cannot be read

	state *journal.State
	err   error
}

// IsLocked reports whether err says that another process has the run.
func IsLocked(err error) bool {
	_, locked := errors.AsType[*journal.LockedError](err)
	return locked
}

// IsJournal reports whether err says that the journal of a run or what stands
// beside it cannot be written, that the journal is damaged, or that a newer
// program wrote it.
func IsJournal(err error) bool {
	_, failed := errors.AsType[*journal.FailedError](err)
	_, damaged := errors.AsType[*journal.DamagedError](err)
	_, newer := errors.AsType[*journal.FormatError](err)
	_, unkept := errors.AsType[*UnkeptError](err)
	return failed || damaged || newer || unkept
}

// IsDamaged reports whether err says that the journal of a run is not as it was
// written.
func IsDamaged(err error) bool {
	_, damaged := errors.AsType[*journal.DamagedError](err)
	return damaged
}

// UnknownRunError says that no run has a name, or that several have.
type UnknownRunError struct {
	Name  string
	Dir   string   // that was looked in
	Among []string // the ids that begin with Name
}

func (e *UnknownRunError) Error() string {
	switch {
	case len(e.Among) > 0:
		return fmt.Sprintf("%d runs begin with %s: %s", len(e.Among), e.Name, strings.Join(e.Among, ", "))
	case e.Name == "last":
		return "there is no run in " + e.Dir
	}
	return fmt.Sprintf("there is no run %s in %s", e.Name, e.Dir)
}

// Runs reads the runs under a state directory, the newest first. One that
// cannot be read is among them and says so.
func Runs(stateDir string) ([]*Past, error) {
	ids, err := runIDs(stateDir)
	if err != nil {
		return nil, err
	}
	runs := make([]*Past, len(ids))
	for i, id := range ids {
		runs[i] = readPast(filepath.Join(stateDir, "runs", id))
	}
	slices.SortStableFunc(runs, newestFirst)
	markUndone(runs)
	return runs, nil
}

// markUndone notes which runs were taken back, of runs with the newest first. A
// run whose undo was taken back is in force again.
func markUndone(runs []*Past) {
	byID := make(map[string]*Past, len(runs))
	for _, r := range runs {
		byID[r.ID] = r
	}
	for _, undo := range runs {
		of := byID[undo.Undoes]
		if of != nil && of.UndoneBy == "" && undo.UndoneBy == "" && undo.Status != RunEmpty {
			of.UndoneBy = undo.ID
		}
	}
}

// FindRun reads the run with an id, the beginning of one that no other has, or
// "last". The error is an [*UnknownRunError], or that of reading its journal.
func FindRun(stateDir, name string) (*Past, error) {
	if name == "last" {
		runs, err := Runs(stateDir)
		if err == nil && len(runs) == 0 {
			err = &UnknownRunError{Name: name, Dir: stateDir}
		}
		if err != nil {
			return nil, err
		}
		return runs[0], runs[0].err
	}
	ids, err := runIDs(stateDir)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, id := range ids {
		if id == name {
			found = []string{id}
			break
		}
		if name != "" && strings.HasPrefix(id, name) {
			found = append(found, id)
		}
	}
	if len(found) != 1 {
		return nil, &UnknownRunError{Name: name, Dir: stateDir, Among: found}
	}
	past := readPast(filepath.Join(stateDir, "runs", found[0]))
	if past.err == nil {
		past.UndoneBy = undoOf(stateDir, past, ids)
	}
	return past, past.err
}

// undoOf is the run that took a run back. Only one of the same second or later can
// have done so.
func undoOf(stateDir string, past *Past, ids []string) string {
	runs := []*Past{past}
	for _, id := range ids {
		if id != past.ID && !startOf(id).Before(startOf(past.ID)) {
			runs = append(runs, readPast(filepath.Join(stateDir, "runs", id)))
		}
	}
	slices.SortStableFunc(runs, newestFirst)
	markUndone(runs)
	return past.UndoneBy
}

// readPast reads the journal of a run without taking its lock.
func readPast(dir string) *Past {
	p := &Past{Dir: dir, ID: filepath.Base(dir), Status: RunEmpty, StartedAt: startOf(filepath.Base(dir))}
	state, err := journal.Read(dir)
	if errors.Is(err, journal.ErrNotBegun) {
		if _, gone := os.Stat(filepath.Join(dir, resultsFile)); gone != nil {
			return p
		}
		err = &journal.DamagedError{Segment: "journal-000001.log", Reason: "the segment is missing"} // results are written behind it
	}
	if err != nil {
		p.Status, p.err, p.Problem = RunDamaged, fmt.Errorf("run %s: %w", p.ID, err), err.Error()
		return p
	}
	h := state.Header
	p.state, p.Workflow, p.File, p.Commit, p.Version = state, h.Name, h.File, h.Commit, h.Version
	p.Workspace, p.Region, p.StartedAt, p.Resumed = h.Workspace, h.Region, h.StartedAt, len(state.Resumed)
	p.Who, p.Undoes = h.Facts[factWho], h.Facts[factUndoes]
	switch {
	case state.End != nil:
		p.Status, p.EndedAt = state.End.Status, &state.End.Time
		p.Counts = countsOf(state.End.Totals)
	case IsLocked(p.Locked()):
		p.Status = RunGoesOn
	default:
		p.Status = RunStopped
	}
	if state.End == nil {
		p.Counts, p.err = countsSoFar(state)
	}
	return p
}

func countsOf(totals map[string]int64) Counts {
	var c Counts
	for _, s := range Statuses {
		c.add(s, totals[string(s)])
	}
	return c
}

// countsSoFar counts what a journal that has come to no end says of the
// outermost loops and of the steps outside them.
func countsSoFar(state *journal.State) (Counts, error) {
	var c Counts
	loops, err := state.Loops()
	if err != nil {
		return c, err
	}
	instances, err := state.Instances()
	for _, l := range loops {
		if len(l.In) == 0 && l.List != nil {
			open := rowsInDoubt(instances, nil, l.Address)
			for index := range l.List.Count {
				c.add(rowStatus(l.Rows.Status(index), open[index]), 1)
			}
		}
	}
	for _, i := range instances {
		if len(i.In) == 0 {
			c.add(statusOf(i), 1)
		}
	}
	return c, err
}

// rowStatus is how a row stands, by how it last ended, if it has, and whether a
// call in it is in doubt. A process that was killed has not said how the row
// ended that it was at.
func rowStatus(ended journal.Status, open bool) Status {
	switch {
	case ended.Settled():
	case open:
		return InDoubt
	case ended != journal.Failed: // none, or what was in doubt has been found out since
		return Pending
	}
	return Status(ended)
}

// statusOf is how an instance stands. A call that was begun and has no answer
// is in doubt.
func statusOf(i journal.Instance) Status {
	switch {
	case i.Answer == nil:
		return InDoubt
	case i.Answer.Reason == reasonUnsent:
		return Pending
	}
	return Status(i.Answer.Status)
}

// lockName is the file in the folder of a run that its process locks.
const lockName = "lock"

// Locked gives the error that says who has the run; nil if nobody has.
func (p *Past) Locked() error {
	unlock, err := journal.OS{}.Lock(filepath.Join(p.Dir, lockName), journal.Self("flowrun runs"))
	if err != nil {
		return err
	}
	return unlock()
}

// Remove removes the folder of the run. The error is one of [IsLocked] if
// another process has it.
func (p *Past) Remove() error {
	unlock, err := journal.OS{}.Lock(filepath.Join(p.Dir, lockName), journal.Self("flowrun runs"))
	if err != nil {
		return err
	}
	return errors.Join(os.RemoveAll(p.Dir), unlock())
}

// run is the run as far as it can be used without its lock.
func (p *Past) run() *Run { return &Run{Dir: p.Dir, past: p.state} }

// Program loads the workflow as it was when the run began.
func (p *Past) Program() (*Program, error) { return p.run().program() }

// Changed is [Run.Changed].
func (p *Past) Changed() ([]string, error) { return p.run().Changed() }

// Inputs is [Run.Inputs]. It refuses a flag for an input that is no secret: a
// run goes on with what it began with.
func (p *Past) Inputs(prog *Program, given program.Given) (program.Inputs, error) {
	if err := prog.SecretsOnly(given, "run"); err != nil {
		return program.Inputs{}, err
	}
	return p.run().Inputs(prog, given)
}

// Options are those that a run is taken up with: what was fixed when it began.
func (p *Past) Options() Options {
	opt := Options{RunID: p.ID, Dir: p.Dir, StartedAt: p.StartedAt, Commit: p.Commit}
	opt.Limit, _ = strconv.ParseInt(p.state.Header.Facts[factLimit], 10, 64) // none in a run without a limit
	opt.Acknowledged = acknowledged(p.state.Notes)
	return opt
}

const resultFile = "result.json"

// SaveResult keeps the sums of a run in its folder, for [Past.Result]. The
// outputs are left out: they may hold secrets.
func SaveResult(dir string, r *Result) error {
	sums := *r
	sums.Outputs = nil
	text, err := json.Marshal(sums)
	if err != nil {
		return err
	}
	return files.Write(filepath.Join(dir, resultFile), text)
}

// ResultFiles names the files in the folder of a run that are for people and
// have something in them: results.ndjson, failed.csv and the like.
func ResultFiles(dir string) []string {
	var names []string
	for _, pattern := range []string{"failed*.csv", "failed*.ndjson", resultsFile} {
		found, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, name := range found {
			if info, err := os.Stat(name); err == nil && info.Size() > 0 {
				names = append(names, name)
			}
		}
	}
	return names
}
