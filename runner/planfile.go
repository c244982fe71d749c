package runner

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/files"
)

// A plan that is saved is one file: gzip over JSON lines. The first is its
// header, with everything that differs between two plans of one unchanged
// world. Behind it come, in the order of the walk, the lists with their items,
// the answers that expressions need and the writes, and at last the sums. It
// holds personal data, and of secrets no more than salted digests.

const (
	planFormat   = 1
	planLifetime = 24 * time.Hour
)

// PlanHeader is what a saved plan says about itself.
type PlanHeader struct {
	Format    int                    `json:"flowrun_plan"`
	Version   string                 `json:"flowrun"` // that made it
	RunID     string                 `json:"run_id"`  // of the run that applies it
	StartedAt time.Time              `json:"started_at"`
	ExpiresAt time.Time              `json:"expires_at"`
	File      string                 `json:"file"`
	Path      string                 `json:"path"`
	Folders   files.Folders          `json:"folders,omitempty"` // that it may read data files in
	Workflow  string                 `json:"workflow"`          // the text of the file
	Digest    string                 `json:"digest"`            // SHA-256 of it
	Workspace Workspace              `json:"workspace"`
	Commit    string                 `json:"commit,omitempty"`
	Limit     int64                  `json:"limit,omitempty"`
	Guards    map[string]string      `json:"guards,omitempty"` // those that the workflow does not set
	Undo      *plannedUndo           `json:"undo,omitempty"`   // of a plan that takes a run back
	Inputs    map[string]frozenInput `json:"inputs"`
	Calls     int64                  `json:"calls"`
	Seconds   float64                `json:"seconds"`
}

// plannedSums are the last line of a saved plan; fields may only be added.
type plannedSums struct {
	Result  *Result         `json:"result"`
	Outputs []plannedOutput `json:"outputs,omitempty"`
}

type plannedOutput struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value,omitempty"`
	After []string        `json:"after,omitempty"`
}

// Save writes a plan to a file that only its owner can read. The draft is what
// the plan was made with, and opt what it was made under.
//
// The error is a [*SecretInPlanError] where an answer of Intercom's holds the
// value of a secret input.
func (d *Draft) Save(name string, p *Program, opt Options, result *Result, version string) error {
	if d.err != nil {
		return d.err
	}
	header, err := p.planHeader(opt, result, version)
	if err != nil {
		return err
	}
	return files.Save(name, func(to io.Writer) error {
		packed := gzip.NewWriter(to)
		out := &planWriter{to: bufio.NewWriterSize(packed, draftBuffer), secrets: opt.Inputs.secretForms()}
		return cmp.Or(
			out.json(header),
			d.inOrder(func(text []byte, list string) error { return out.planned(d.Dir, text, list) }),
			out.json(sums(p, result)),
			out.to.Flush(), packed.Close(),
		)
	})
}

func (p *Program) planHeader(opt Options, result *Result, version string) (PlanHeader, error) {
	path, err := filepath.Abs(p.File())
	if err != nil {
		return PlanHeader{}, err
	}
	inputs, err := p.frozen(opt.Inputs)
	text := p.file.File.Text
	return PlanHeader{
		Format: planFormat, Version: version, RunID: opt.RunID, StartedAt: opt.StartedAt.UTC(), ExpiresAt: opt.StartedAt.Add(planLifetime).UTC(),
		File: p.File(), Path: path, Folders: slices.Concat(p.folders, opt.Inputs.named), Workflow: string(text), Digest: digest(text), Workspace: opt.Workspace, Commit: opt.Commit, Limit: opt.Limit, Guards: p.ownGuards(),
		Undo: p.plannedUndo(), Inputs: inputs, Calls: result.Calls, Seconds: result.Seconds,
	}, err
}

// sums are the result without what differs each time.
func sums(p *Program, result *Result) plannedSums {
	kept := *result
	kept.RunID, kept.Outputs, kept.Calls, kept.Seconds = "", nil, 0, 0
	kept.Failures, kept.Findings = nil, nil
	for _, f := range result.Failures {
		kept.Failures = append(kept.Failures, f.withoutRequest())
	}
	for _, f := range result.Findings {
		kept.Findings = append(kept.Findings, Finding{f.withoutRequest(), f.Blocks})
	}
	all := plannedSums{Result: &kept}
	for _, out := range result.Outputs {
		for _, v := range p.outputs {
			if v.name == out.Name && v.secretive() {
				out.Value = asJSON(v.node.Text)
			}
		}
		all.Outputs = append(all.Outputs, plannedOutput(out))
	}
	return all
}

// SecretInPlanError says that a plan cannot be saved without a secret in it.
type SecretInPlanError struct{ Line string }

func (e *SecretInPlanError) Error() string {
	return "the plan cannot be saved: " + e.Line + " holds the value of a secret input"
}

// planWriter writes lines and sees to it that none holds a secret.
type planWriter struct {
	to      *bufio.Writer
	secrets []string
}

func (w *planWriter) reveals(text []byte) bool {
	return slices.ContainsFunc(w.secrets, func(form string) bool { return bytes.Contains(text, []byte(form)) })
}

func (w *planWriter) json(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return w.line(append(text, '\n'), "what is planned")
}

func (w *planWriter) line(text []byte, what string) error {
	if w.reveals(text) {
		return &SecretInPlanError{what}
	}
	_, err := w.to.Write(text)
	return err
}

// planned writes a line of the draft, and behind that of a list its items.
func (w *planWriter) planned(dir string, text []byte, list string) error {
	var line plannedLine
	if list == "" {
		what := "what is planned"
		if w.reveals(text) && json.Unmarshal(text, &line) == nil && line.Read != nil {
			what = "the answer of " + line.Read.Addr
		}
		return w.line(text, what)
	}
	if err := json.Unmarshal(text, &line); err != nil {
		return err
	}
	line.List.File = "list"
	if err := w.json(line); err != nil {
		return err
	}
	items, err := os.Open(filepath.Join(dir, list))
	if err != nil {
		return err
	}
	defer items.Close()
	return eachLine(items, func(text []byte) error { return w.line(text, "the list of "+line.List.Loop) })
}

func eachLine(from io.Reader, visit func([]byte) error) error {
	lines := bufio.NewReaderSize(from, draftBuffer)
	for {
		text, err := lines.ReadBytes('\n')
		if err == io.EOF && len(text) == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		if err := visit(text); err != nil {
			return err
		}
	}
}

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
	program, problems := loadIn(filepath.Dir(s.Path), s.File, []byte(s.Workflow), s.Folders)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	if s.Undo != nil {
		program.takesBack(s.Undo.Of, s.Undo.OnConflict)
		program.back.limits = s.Undo.Limits
	}
	return program, program.guardAgain(s.Guards)
}

// Options are those that the plan is applied with.
func (s *SavedPlan) Options() Options {
	return Options{RunID: s.RunID, StartedAt: s.StartedAt, Commit: s.Commit, Limit: s.Limit, Workspace: s.Workspace}
}

// GiveInputs gives the inputs the plan was made with. Secrets are not in it: they
// come from given, and must be the same.
func (s *SavedPlan) GiveInputs(p *Program, given Given) (Inputs, error) {
	if err := p.secretsOnly(given, "plan"); err != nil {
		return Inputs{}, err
	}
	return p.thaw(s.Inputs, given)
}

// Unpack makes a draft of the plan in a folder, of which a run can be made.
func (s *SavedPlan) Unpack(dir string) (*Draft, error) {
	d, err := NewDraft(dir)
	if err != nil {
		return nil, err
	}
	lists := 0
	err = s.each(func(text []byte, line *plannedLine) error {
		if line.List == nil || line.List.File == "" {
			d.add(nil, *line)
			return nil
		}
		lists++
		line.List.File = fmt.Sprintf("list-%d.ndjson", lists)
		d.add(nil, *line)
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
func (s *SavedPlan) each(visit func([]byte, *plannedLine) error, sums func(plannedSums)) error {
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
		var line plannedLine
		if err := json.Unmarshal(text, &line); err != nil {
			return s.damaged(err)
		}
		if err := visit(text, &line); err != nil {
			return err
		}
	}
}

// end reads the sums, and the checksum of the file with what is behind them.
func (s *SavedPlan) end(text []byte, visit func(plannedSums)) error {
	var last plannedSums
	if err := json.Unmarshal(text, &last); err != nil {
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
// gives its result. Nothing is sent.
func (s *SavedPlan) Replay(on func(Event)) (*Result, error) {
	result := &Result{}
	program, err := s.Program()
	if err != nil {
		return nil, s.damaged(err)
	}
	on(Event{Started: &Started{Plan: true, RunID: s.RunID, Workflow: program.Name(), File: s.File, Workspace: s.Workspace}})
	order := int64(0) // the lines are in the order of the rows
	err = s.each(func(_ []byte, line *plannedLine) error { order++; return s.replay(line, order, on) }, func(last plannedSums) {
		result = last.Result
		for _, out := range last.Outputs {
			result.Outputs = append(result.Outputs, Output(out))
		}
	})
	result.RunID, result.Calls, result.Seconds = s.RunID, s.Calls, s.Seconds
	return result, err
}

func (s *SavedPlan) replay(line *plannedLine, order int64, on func(Event)) error {
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
