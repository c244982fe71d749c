package runner

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/flowrun-dev/flowrun/internal/files"
	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/flowrun-dev/flowrun/internal/program"
)

// A run goes on with what it was begun with: the workflow and the inputs are
// kept in its folder, and the rest in the header of its journal.
const (
	frozenWorkflow = "workflow"
	frozenInputs   = "inputs.json"
)

// The facts in that header.
const (
	factPath    = "path"    // of the workflow file, absolute
	factFolders = "folders" // that it may read data files in, as JSON
	factGuards  = "guards"  // of the command line, as JSON
	factLimit   = "limit"   // of items of each outermost loop
	factWho     = "who"     // began it

	factUndoes   = "undoes" // of an undo, as are the rest
	factConflict = "on_conflict"
	factLimits   = "not_undone" // as JSON
)

func factsOf(p *Program, opt Options) (map[string]string, error) {
	path, err := filepath.Abs(p.File())
	if err != nil {
		return nil, err
	}
	facts := map[string]string{
		factPath:    path,
		factFolders: asText(slices.Concat(p.Folders, opt.Inputs.Named)),
		factGuards:  asText(p.OwnGuards()),
		factLimit:   strconv.FormatInt(opt.Limit, 10),
	}
	if opt.Who != "" {
		facts[factWho] = opt.Who
	}
	if p.back != nil {
		facts[factUndoes], facts[factConflict] = p.back.of, p.back.onConflict
		facts[factLimits] = asText(p.back.limits)
	}
	return facts, nil
}

// asText is a value as JSON, which of texts, numbers and lists and maps of them
// cannot fail.
func asText(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

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
	dir := filepath.Dir(header.Facts[factPath])
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
	if text := r.past.Header.Facts[factGuards]; text != "" {
		if err := json.Unmarshal([]byte(text), &own); err != nil {
			return fmt.Errorf("guards of the run: %w", err)
		}
	}
	return p.GuardAgain(own)
}

// folders are those that the run may read data files in.
func (r *Run) folders() files.Folders {
	var folders files.Folders
	if text := r.past.Header.Facts[factFolders]; json.Unmarshal([]byte(text), &folders) != nil {
		return files.Folders{filepath.Dir(r.past.Header.Facts[factPath])}
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

// Changed names the files that are not as they were when the run began: the
// workflow, data files whose rows are already listed, and those that the run is
// going to list. A run that applies a plan lists few: it has the lists, and the
// workflow, of the plan.
func (r *Run) Changed() ([]string, error) {
	var changed []string
	header, planned := r.past.Header, isPlanned(r.Dir)
	text, err := os.ReadFile(header.Facts[factPath])
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
