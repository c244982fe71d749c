package runner

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/files"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/internal/secret"
)

// PlanError says why a saved plan cannot be used.
type PlanError struct{ File, Problem string }

func (e *PlanError) Error() string { return e.File + ": " + e.Problem }

// SavedPlan is a plan that was read from a file.
type SavedPlan struct {
	PlanHeader
	name  string
	file  *os.File
	lines *bufio.Reader
}

// IsPlan reports whether a file is a saved plan, by how it begins.
func IsPlan(name string) bool {
	file, err := files.NewFolders(name).Open(name)
	if err != nil {
		return false
	}
	defer file.Close()
	var magic [2]byte
	_, err = io.ReadFull(file, magic[:])
	return err == nil && magic == [2]byte{0x1f, 0x8b}
}

// OpenPlan opens a saved plan and reads its header. The error is a
// [*PlanError] where it is none that can be used.
func OpenPlan(name string) (*SavedPlan, error) {
	file, err := files.NewFolders(name).Open(name)
	if err != nil {
		return nil, err
	}
	s := &SavedPlan{name: name, file: file}
	if err := s.rewind(); err != nil {
		return nil, errors.Join(s.damaged(err), file.Close())
	}
	return s, nil
}

// rewind goes to the beginning and reads the header.
func (s *SavedPlan) rewind() error {
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	packed, err := gzip.NewReader(s.file)
	if err != nil {
		return err
	}
	s.lines = bufio.NewReaderSize(packed, draftBuffer)
	text, err := s.lines.ReadBytes('\n')
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &s.PlanHeader); err != nil {
		return err
	}
	switch {
	case s.Format == 0:
		return errors.New("it is no plan of flowrun")
	case s.Format > planFormat:
		return &PlanError{s.name, fmt.Sprintf("it was made by flowrun %s, which is newer; use that version", s.Version)}
	case digest([]byte(s.Workflow)) != s.Digest:
		return errors.New("the workflow in it is not the one it names")
	}
	return nil
}

func (s *SavedPlan) damaged(err error) error {
	if _, known := errors.AsType[*PlanError](err); known {
		return err
	}
	return &PlanError{s.name, fmt.Sprintf("the plan cannot be read (%v); make a new one", err)}
}

// Close lets go of the file.
func (s *SavedPlan) Close() error { return s.file.Close() }

// Program loads the workflow as it was when the plan was made.
func (s *SavedPlan) Program() (*Program, error) {
	prog, problems := loadAgain(filepath.Dir(s.Path), s.File, []byte(s.Workflow), s.Folders)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	if s.Undo != nil {
		prog.takesBack(s.Undo.Of, s.Undo.OnConflict)
		prog.back.limits = s.Undo.Limits
	}
	return prog, prog.GuardAgain(s.Guards)
}

// Options are those that the plan is applied with.
func (s *SavedPlan) Options() Options {
	return Options{RunID: s.RunID, StartedAt: s.StartedAt, Commit: s.Commit, Limit: s.Limit, Workspace: s.Workspace}
}

// GiveInputs gives the inputs the plan was made with. Secrets are not in it: they
// come from given, and must be the same.
func (s *SavedPlan) GiveInputs(p *Program, given program.Given) (program.Inputs, error) {
	if err := p.SecretsOnly(given, "plan"); err != nil {
		return program.Inputs{}, err
	}
	return p.Thaw(s.Inputs, given)
}

// Unpack makes a draft of the plan in a folder, of which a run can be made.
func (s *SavedPlan) Unpack(dir string) (*Draft, error) {
	d, err := NewDraft(dir)
	if err != nil {
		return nil, err
	}
	lists := 0
	err = s.each(func(text []byte) error {
		line, err := s.parse(text)
		if err != nil {
			return err
		}
		if line.List == nil || line.List.File == "" {
			d.add(nil, line)
			return nil
		}
		lists++
		line.List.File = fmt.Sprintf("list-%d.ndjson", lists)
		d.add(nil, line)
		return s.unpackList(filepath.Join(dir, line.List.File), line.List.Count)
	}, nil)
	return d, errors.Join(err, d.Close())
}

func (s *SavedPlan) unpackList(name string, count int64) (err error) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, draftBuffer)
	for range count {
		text, err := s.lines.ReadBytes('\n')
		if err != nil {
			return errors.Join(s.damaged(err), file.Close())
		}
		if _, err := out.Write(text); err != nil {
			return errors.Join(err, file.Close())
		}
	}
	return errors.Join(out.Flush(), file.Sync(), file.Close())
}

// each hands out the lines behind the header; the sums go to a place of their
// own. Whoever gets the line of a list reads its items.
func (s *SavedPlan) each(visit func([]byte) error, sums func(plannedSums)) error {
	if err := s.rewind(); err != nil {
		return s.damaged(err)
	}
	for {
		text, err := s.lines.ReadBytes('\n')
		if err == io.EOF {
			return s.damaged(errors.New("it ends too early"))
		}
		if err != nil {
			return s.damaged(err)
		}
		if bytes.HasPrefix(text, []byte(`{"result":`)) {
			return s.end(text, sums)
		}
		if err := visit(text); err != nil {
			return err
		}
	}
}

func (s *SavedPlan) parse(text []byte) (line plannedLine, err error) {
	if err := json.Unmarshal(text, &line); err != nil {
		return line, s.damaged(err)
	}
	return line, nil
}

// end reads the sums, and the checksum of the file with what is behind them.
func (s *SavedPlan) end(text []byte, visit func(plannedSums)) error {
	var last plannedSums
	if err := json.Unmarshal(secret.Unmark(text), &last); err != nil {
		return s.damaged(err)
	}
	if _, err := s.lines.ReadByte(); err != io.EOF {
		return s.damaged(fmt.Errorf("behind its end: %v", err))
	}
	if visit != nil {
		visit(last)
	}
	return nil
}

// Replay tells the events of the plan as they were told when it was made, and
// gives its result, with the names of secret inputs in the places of their
// values. Nothing is sent.
func (s *SavedPlan) Replay(on func(Event)) (*Result, error) {
	result := &Result{}
	prog, err := s.Program()
	if err != nil {
		return nil, s.damaged(err)
	}
	on(Event{Started: &Started{Plan: true, RunID: s.RunID, Workflow: prog.Name(), File: s.File, Undoes: prog.Undoes(), Workspace: s.Workspace}})
	order := int64(0) // the lines are in the order of the rows
	err = s.each(func(text []byte) error { order++; return s.replay(text, order, on) }, func(last plannedSums) {
		result = last.Result
		for _, out := range last.Outputs {
			result.Outputs = append(result.Outputs, Output(out))
		}
	})
	result.RunID, result.Calls, result.Seconds = s.RunID, s.Calls, s.Seconds
	return result, err
}

func (s *SavedPlan) replay(text []byte, order int64, on func(Event)) error {
	line, err := s.parse(secret.Unmark(text))
	if err != nil {
		return err
	}
	switch {
	case line.List != nil:
		on(Event{Listed: &Listed{Addr: line.List.Loop, Read: line.List.Read, Items: line.List.Count, AffectedBy: line.List.AffectedBy}})
		if line.List.File != "" {
			for range line.List.Count {
				if _, err := s.lines.ReadSlice('\n'); err != nil && err != bufio.ErrBufferFull {
					return s.damaged(err)
				}
			}
		}
	case line.Open != nil && line.Open.Loop != "":
		on(Event{Listed: &Listed{Addr: line.Open.Loop, After: line.Open.After}})
	case line.Event != nil:
		if line.Event.Ended != nil {
			line.Event.Ended.With, line.Event.Ended.Index = eval.Object(line.With), []int64{order}
		}
		on(*line.Event)
	}
	return nil
}
