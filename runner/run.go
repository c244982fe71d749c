package runner

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/flowrun-dev/flowrun/internal/files"
	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/flowrun-dev/flowrun/internal/secret"
)

// Run is the folder of a run: its journal, the workflow and the inputs as they
// were when it began, the lists of its loops, and its result files. With it a
// run that was stopped anywhere can be taken up again.
type Run struct {
	Dir string

	journal *journal.Journal
	past    *journal.State    // nil in a run that has just begun without a plan
	plan    *approved         // that the run applies; nil without one
	cut     *journal.TornTail // what was found half written when it was taken up
	files   *resultFiles
	made    made
	since   since
	met     sync.Map             // of contacts, by address of the instance: see [Run.meets]
	looks   map[string]time.Time // from [lookTimes]
	veil    secret.Veil          // over the secret inputs
}

// By is the process that keeps a run.
type By struct {
	Version string    // of the program
	Command string    // that was typed, for another process that wants the run; without secrets
	Rescue  io.Writer // where records go that the journal could not keep, besides a file; may be nil
}

func (by By) journal() journal.Options {
	return journal.Options{Version: by.Version, Command: by.Command, Rescue: by.Rescue}
}

// Begin makes the folder of a new run of the program. If a draft is in the
// folder, which is closed, the run applies exactly that plan.
func Begin(dir string, p *Program, opt Options, by By) (*Run, error) {
	if err := freeze(dir, p, opt.Inputs); err != nil {
		return nil, err
	}
	if p.back != nil {
		p.Dir, p.Folders = dir, files.NewFolders(dir)
	}
	facts, err := factsOf(p, opt)
	if err != nil {
		return nil, err
	}
	j, err := journal.Create(dir, journal.Header{
		Run: opt.RunID, Version: by.Version, Kind: p.kind(),
		File: p.File(), Name: p.Name(), Digest: digest(p.Source.File.Text),
		Workspace: opt.Workspace.ID, Region: opt.Workspace.Region, Commit: opt.Commit,
		StartedAt: opt.StartedAt, Facts: facts,
	}, by.journal())
	if err != nil {
		return nil, err
	}
	r := &Run{Dir: dir, journal: j}
	if err := cmp.Or(r.Acknowledge(opt.Acknowledged), r.open(), r.takeOver()); err != nil {
		return nil, errors.Join(err, j.Close(nil))
	}
	return r, nil
}

// noteAck is the kind of note that says how far a person has acknowledged going
// beyond guards.
const noteAck = "ack"

// Acknowledge keeps in the run how far it may go beyond guards, by their names,
// also when it is resumed.
func (r *Run) Acknowledge(all map[string]int64) error {
	if len(all) == 0 {
		return nil
	}
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	if err := r.journal.Note(journal.Note{Kind: noteAck, Data: text}); err != nil {
		return err
	}
	return r.Sync()
}

// acknowledged is what was acknowledged so far: of each guard, the last.
func acknowledged(notes []journal.Note) map[string]int64 {
	all := map[string]int64{}
	for _, n := range notes {
		if n.Kind == noteAck {
			_ = json.Unmarshal(n.Data, &all) // a run that is too strict says so
		}
	}
	return all
}

func (r *Run) open() (err error) {
	if r.files, err = newResultFiles(r.Dir); err == nil {
		r.plan, err = openApproved(r.Dir)
	}
	return err
}

// isPlanned reports whether the run in dir applies a plan.
func isPlanned(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, plannedFile))
	return err == nil
}

// planned reports whether the run applies a plan.
func (r *Run) planned() bool { return r != nil && r.plan != nil }

// takeOver begins with the lists that the plan has read. A process that was
// stopped on the way may have left some of them to do.
func (r *Run) takeOver() error {
	if r.plan == nil {
		return nil
	}
	if r.past != nil {
		if fresh, err := r.untouched(); err != nil || !fresh {
			return err
		}
	}
	if _, err := r.plan.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	err := readPlanned(r.plan.file, func(_ int64, _ int, line *plannedLine) error {
		if line.List == nil || line.List.File == "" || line.List.AffectedBy != nil {
			return nil
		}
		return r.list(line.List)
	})
	if err = errors.Join(err, r.Sync()); err != nil {
		return err
	}
	r.past, err = journal.Read(r.Dir)
	return err
}

// Torn says what of the journal was half written when the run was taken up, and
// is cut off; "" if nothing was.
func (r *Run) Torn() string {
	if r.cut == nil {
		return ""
	}
	return fmt.Sprintf("%s, byte %d: %d bytes", r.cut.Segment, r.cut.Offset, r.cut.Bytes)
}

// untouched reports whether nothing of the run was begun.
func (r *Run) untouched() (bool, error) {
	instances, err := r.past.Instances()
	loops, loopsErr := r.past.Loops()
	rows := slices.ContainsFunc(loops, func(l journal.Loop) bool { return l.Rows.Ended() > 0 })
	return len(instances) == 0 && !rows, errors.Join(err, loopsErr)
}

// Reopen takes up the run in dir: it takes the lock, reads the journal, and
// loads the workflow as it was.
func Reopen(dir string, by By) (*Run, *Program, error) {
	j, past, err := journal.Resume(dir, by.journal())
	if err != nil {
		return nil, nil, err
	}
	r := &Run{Dir: dir, journal: j, past: past, cut: past.Cut, looks: lookTimes(past.Notes)}
	prog, err := r.program()
	if err = cmp.Or(err, r.open(), r.takeOver()); err != nil {
		return nil, nil, errors.Join(err, j.Close(nil))
	}
	return r, prog, nil
}

// Close ends the run, or this stretch of it. A run whose results could not be
// written has not ended: the next stretch tells of them.
func (r *Run) Close(result *Result) error {
	unwritten := unkept(r.files.close())
	var end *journal.End
	if result != nil {
		result.broken = result.broken || unwritten != nil
		end = &journal.End{Status: result.Ended(), Totals: map[string]int64{}, Time: time.Now()}
		for _, s := range Statuses {
			end.Totals[string(s)] = result.Counts.Of(s)
		}
	}
	return cmp.Or(unwritten, errors.Join(r.plan.close(), r.journal.Close(end)))
}

// Sync makes all that was recorded durable.
func (r *Run) Sync() error { return r.journal.Sync(context.Background()) }
