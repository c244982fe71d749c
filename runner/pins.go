package runner

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/files"
	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/flowrun-dev/flowrun/internal/program"
)

// A run uses one state of each data file, from its first stretch to its last.
// Which one is told by the digest that it notes when the run begins, where the
// path is known by then, or else when the file is first listed. A file that is
// listed is digested on the way, so that no time lies between what was read and
// what is held against the digest.

// The kinds of notes that say which state of a data file a run uses. Of one
// path the last is in force.
const (
	noteSource = "source" // a list was read from it
	notePin    = "pin"    // it will be read, if at all, as it was when this was noted
)

// sourceNote is the stored form of a data file; fields may only be added.
type sourceNote struct {
	Name   string   `json:"name"`
	Path   string   `json:"path"`
	Digest string   `json:"digest"`
	Header []string `json:"header,omitempty"` // the columns of a CSV file, of one that was listed
}

// sourceOf reads a note about a data file; nil if it is about something else.
func sourceOf(n journal.Note) *sourceNote {
	var source sourceNote
	if n.Kind != noteSource && n.Kind != notePin || json.Unmarshal(n.Data, &source) != nil {
		return nil
	}
	return &source
}

// pins are the data files of a walk, by their paths.
type pins struct {
	mu    sync.Mutex // rows may list files side by side
	files map[string]sourceNote
}

// pinsOf takes up those of the stretches before.
func pinsOf(notes []journal.Note) map[string]sourceNote {
	pinned := map[string]sourceNote{}
	for _, n := range notes {
		if source := sourceOf(n); source != nil {
			pinned[source.Path] = *source
		}
	}
	return pinned
}

// hold pins a file at the digest it has, unless it is pinned already, and
// reports whether that is its digest.
func (p *pins) hold(source sourceNote) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, there := p.files[source.Path]; !there {
		p.files[source.Path] = source
	}
	return p.files[source.Path].Digest == source.Digest
}

// pinFiles pins the files that may be listed later, as far as their paths are
// known. One that cannot be read says so when it is listed.
func (w *walk) pinFiles(ctx context.Context, scope *eval.Scope) error {
	w.pins.files = map[string]sourceNote{}
	if w.opt.Run == nil || w.program.back != nil { // the files of an undo are the run's own
		return nil
	}
	if w.opt.Run.past != nil {
		w.pins.files = pinsOf(w.opt.Run.past.Notes)
	}
	for _, name := range w.filesAhead(ctx, scope) {
		path, err := filepath.Abs(w.program.Path(name))
		if _, there := w.pins.files[path]; there || err != nil {
			continue
		}
		digest, err := fileDigest(w.folders(), path, func() error { return w.goOn(ctx) })
		if errors.Is(err, errStopped) {
			return err
		}
		source := sourceNote{Name: name, Path: path, Digest: digest}
		if err != nil || !w.pins.hold(source) {
			continue
		}
		if err := w.opt.Run.pin(source); err != nil {
			return err
		}
	}
	return nil
}

// goOn is the error that ends what takes long, once nothing new is to be begun.
func (w *walk) goOn(ctx context.Context) error {
	if w.stopped(ctx) {
		return errStopped
	}
	return nil
}

// filesAhead are the data files that are known before the first step. One that
// this lists has nothing before it, and is read once only.
func (w *walk) filesAhead(ctx context.Context, scope *eval.Scope) []string {
	names := w.program.FilesOf(w.opt.Inputs)
	for _, s := range w.program.All {
		if s.Loop == nil || s.Loop.File == nil || !s.Loop.File.AtStart() || s.Loop.File.HoldsSecret() {
			continue
		}
		if name, err := s.Loop.File.Eval(ctx, scope); err == nil {
			names = append(names, fmt.Sprint(name))
		}
	}
	first := w.listedFirst(ctx, scope)
	return slices.DeleteFunc(names, func(name string) bool { return name == first })
}

// listedFirst is the file that is listed before anything else is done; "" if
// there is none.
func (w *walk) listedFirst(ctx context.Context, scope *eval.Scope) string {
	s := w.program.Steps[0]
	for s.Action == nil && s.Loop == nil && s.Cond == nil {
		s = s.Steps[0]
	}
	if s.Cond != nil || s.Loop == nil || s.Loop.File == nil {
		return ""
	}
	name, _ := s.Loop.File.Eval(ctx, scope) // an error is told when it is listed
	text, _ := name.(string)
	return text
}

// oneState sees to it that what was read of a file is one state of it, and the
// one that the run uses. Err is that of reading its rows: of half a file it may
// say anything.
func (w *walk) oneState(ctx context.Context, s *program.Step, src *source, err error) error {
	if src.file == nil || errors.Is(err, errStopped) {
		return err
	}
	if _, fatal := errors.AsType[*fatalError](err); fatal {
		return err
	}
	shown, kept := filepath.Base(src.name), w.opt.Run != nil || w.opt.Draft != nil
	changed := src.file.Steady()
	if changed == nil && kept {
		src.digest, changed = src.file.Digest(func() error { return w.goOn(ctx) })
	}
	switch {
	case errors.Is(changed, files.ErrChanged):
		err = &codedError{code: "file", message: shown + " changed while it was read", hint: "nothing of this loop was sent; run it again once nobody writes to the file any more"}
	case changed != nil:
		return cmp.Or(err, changed)
	case !kept || w.pins.hold(sourceNote{Name: src.name, Path: src.path, Digest: src.digest}):
		return err
	default:
		err = &codedError{code: "file", message: shown + " has changed since the run began", hint: w.pinHint()}
	}
	return program.Placed(s.Source.ForEach.File, err)
}

func (w *walk) pinHint() string {
	if w.opt.Run == nil {
		return "plan again once nobody writes to the file any more"
	}
	return "nothing of this loop was sent; put the file back as it was and resume, or add --accept-changes to take it as it is now"
}

// pin notes which state of a data file the run uses.
func (r *Run) pin(source sourceNote) error {
	text, err := json.Marshal(source)
	if err != nil {
		return err
	}
	note := journal.Note{Kind: notePin, Text: source.Name, Data: text}
	if r.past != nil {
		r.past.Notes = append(r.past.Notes, note)
	}
	return r.journal.Note(note)
}

// AcceptChanges lets the run use the data files as they are now, where it has
// not listed them yet.
func (r *Run) AcceptChanges() error {
	pinned := pinsOf(r.past.Notes)
	for _, path := range slices.Sorted(maps.Keys(pinned)) {
		source := pinned[path]
		now, err := fileDigest(r.folders(), path, always)
		if err != nil || now == source.Digest {
			continue
		}
		source.Digest, source.Header = now, nil
		if err := r.pin(source); err != nil {
			return err
		}
	}
	return r.Sync()
}
