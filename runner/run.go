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
	"strconv"
	"time"

	"github.com/flowrun-dev/flowrun/internal/files"
	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/flowrun-dev/flowrun/internal/program"
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
	text := p.Source.File.Text
	path, err := filepath.Abs(p.File())
	if err != nil {
		return nil, err
	}
	if err := freeze(dir, p, opt.Inputs); err != nil {
		return nil, err
	}
	if p.back != nil {
		p.Dir, p.Folders = dir, files.NewFolders(dir)
	}
	folders, err := json.Marshal(slices.Concat(p.Folders, opt.Inputs.Named))
	if err != nil {
		return nil, err
	}
	guards, err := json.Marshal(p.OwnGuards())
	if err != nil {
		return nil, err
	}
	j, err := journal.Create(dir, journal.Header{
		Run: opt.RunID, Version: by.Version, Kind: p.kind(),
		File: p.File(), Name: p.Name(), Digest: digest(text),
		Workspace: opt.Workspace.ID, Region: opt.Workspace.Region, Commit: opt.Commit,
		StartedAt: opt.StartedAt,
		Facts:     p.facts(map[string]string{"path": path, "limit": strconv.FormatInt(opt.Limit, 10), "folders": string(folders), "guards": string(guards), factWho: opt.Who}),
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
	rows := slices.ContainsFunc(loops, func(l journal.Loop) bool { return rowCounts(l.Rows, 0).Total > 0 })
	return len(instances) == 0 && !rows, errors.Join(err, loopsErr)
}

const (
	frozenWorkflow = "workflow"
	frozenInputs   = "inputs.json"
)

// freeze keeps what the run is begun with, before it has a journal: a run that
// has one has all that it needs to go on.
func freeze(dir string, p *Program, inputs program.Inputs) error {
	frozen, err := p.Freeze(inputs)
	if err != nil {
		return err
	}
	text, err := json.Marshal(frozen)
	if err != nil {
		return err
	}
	return cmp.Or(
		journal.OS{}.MkdirAll(dir),
		p.moveInto(dir),
		writeForGood(filepath.Join(dir, frozenWorkflow+filepath.Ext(p.File())), p.Source.File.Text),
		writeForGood(filepath.Join(dir, frozenInputs), text),
		journal.OS{}.SyncDir(dir),
	)
}

// writeForGood writes a file that a power failure leaves as it is.
func writeForGood(name string, text []byte) error {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Sync(), file.Close())
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

// program loads the workflow as it was when the run began. Paths in it start
// where it stood then.
func (r *Run) program() (*Program, error) {
	header := r.past.Header
	text, err := os.ReadFile(filepath.Join(r.Dir, frozenWorkflow+filepath.Ext(header.File)))
	if err != nil {
		return nil, err
	}
	if digest(text) != header.Digest {
		return nil, fmt.Errorf("the workflow in %s is not the one that the run began with", r.Dir)
	}
	dir := filepath.Dir(header.Facts["path"])
	if header.Kind == kindUndo {
		dir = r.Dir
	}
	prog, problems := loadAgain(dir, header.File, text, r.folders())
	if err := problems.Err(); err != nil {
		return nil, err
	}
	if header.Kind == kindUndo {
		prog.takesBack(header.Facts[factUndoes], header.Facts[factConflict])
		_ = json.Unmarshal([]byte(header.Facts[factLimits]), &prog.back.limits) // they are for people
	}
	return prog, r.guards(prog)
}

// guards sets the limits of the command line that began the run.
func (r *Run) guards(p *Program) error {
	var own map[string]string
	if text := r.past.Header.Facts["guards"]; text != "" {
		if err := json.Unmarshal([]byte(text), &own); err != nil {
			return fmt.Errorf("guards of the run: %w", err)
		}
	}
	return p.GuardAgain(own)
}

// folders are those that the run may read data files in.
func (r *Run) folders() files.Folders {
	var folders files.Folders
	if text := r.past.Header.Facts["folders"]; json.Unmarshal([]byte(text), &folders) != nil {
		return files.Folders{filepath.Dir(r.past.Header.Facts["path"])}
	}
	return folders
}

// Inputs gives the inputs the run began with. Secrets are not kept: they come
// from given again, and must be the same.
func (r *Run) Inputs(p *Program, given program.Given) (program.Inputs, error) {
	text, err := os.ReadFile(filepath.Join(r.Dir, frozenInputs))
	if err != nil {
		return program.Inputs{}, err
	}
	var frozen map[string]program.FrozenInput
	if err := json.Unmarshal(text, &frozen); err != nil {
		return program.Inputs{}, fmt.Errorf("%s: %w", frozenInputs, err)
	}
	return p.Thaw(frozen, given)
}

// Header is what is known of the run from its beginning.
func (r *Run) Header() journal.Header { return r.past.Header }

// Changed names the files that are not as they were when the run began: the
// workflow, data files whose rows are already listed, and those that the run is
// going to list. A run that applies a plan lists few: it has the lists, and the
// workflow, of the plan.
func (r *Run) Changed() ([]string, error) {
	var changed []string
	header, planned := r.past.Header, isPlanned(r.Dir)
	text, err := os.ReadFile(header.Facts["path"])
	if err == nil && !planned && digest(text) != header.Digest {
		changed = append(changed, header.File)
	}
	pinned := pinsOf(r.past.Notes)
	for _, n := range r.past.Notes {
		source := sourceOf(n)
		if source == nil || planned && n.Kind == noteSource {
			continue
		}
		last, open := pinned[source.Path]
		delete(pinned, source.Path) // once is enough
		if !open {
			continue
		}
		if now, err := fileDigest(r.folders(), last.Path, always); err == nil && now != last.Digest {
			changed = append(changed, last.Name)
		}
	}
	return changed, nil
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
