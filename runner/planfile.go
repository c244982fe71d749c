package runner

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/flowrun-dev/flowrun/internal/files"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/internal/secret"
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
	Format    int                            `json:"flowrun_plan"`
	Version   string                         `json:"flowrun"` // that made it
	RunID     string                         `json:"run_id"`  // of the run that applies it
	StartedAt time.Time                      `json:"started_at"`
	ExpiresAt time.Time                      `json:"expires_at"`
	File      string                         `json:"file"`
	Path      string                         `json:"path"`
	Folders   files.Folders                  `json:"folders,omitempty"` // that it may read data files in
	Workflow  string                         `json:"workflow"`          // the text of the file
	Digest    string                         `json:"digest"`            // SHA-256 of it
	Workspace Workspace                      `json:"workspace"`
	Commit    string                         `json:"commit,omitempty"`
	Limit     int64                          `json:"limit,omitempty"`
	Guards    map[string]string              `json:"guards,omitempty"` // those that the workflow does not set
	Undo      *plannedUndo                   `json:"undo,omitempty"`   // of a plan that takes a run back
	Inputs    map[string]program.FrozenInput `json:"inputs"`
	Calls     int64                          `json:"calls"`
	Seconds   float64                        `json:"seconds"`
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
// The error is a [*SecretInPlanError] where the plan cannot be without the value
// of a secret input.
func (d *Draft) Save(name string, p *Program, opt Options, result *Result, version string) error {
	if d.err != nil {
		return d.err
	}
	header, err := planHeader(p, opt, result, version)
	if err != nil {
		return err
	}
	return files.Save(name, func(to io.Writer) error {
		packed := gzip.NewWriter(to)
		out := &planWriter{to: bufio.NewWriterSize(packed, draftBuffer), secrets: opt.Inputs.Veil}
		return cmp.Or(
			out.json(header),
			d.inOrder(func(text []byte, list string) error { return out.planned(d.Dir, text, list) }),
			out.json(sums(p, result)),
			out.to.Flush(), packed.Close(),
		)
	})
}

func planHeader(p *Program, opt Options, result *Result, version string) (PlanHeader, error) {
	path, err := filepath.Abs(p.File())
	if err != nil {
		return PlanHeader{}, err
	}
	inputs, err := p.Freeze(opt.Inputs)
	text := p.Source.File.Text
	return PlanHeader{
		Format: planFormat, Version: version, RunID: opt.RunID, StartedAt: opt.StartedAt.UTC(), ExpiresAt: opt.StartedAt.Add(planLifetime).UTC(),
		File: p.File(), Path: path, Folders: slices.Concat(p.Folders, opt.Inputs.Named), Workflow: string(text), Digest: digest(text), Workspace: opt.Workspace, Commit: opt.Commit, Limit: opt.Limit, Guards: p.OwnGuards(),
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
		for _, v := range p.Outputs {
			if v.Name == out.Name && v.HoldsSecret() {
				out.Value = asJSON(v.Node.Text)
			}
		}
		all.Outputs = append(all.Outputs, plannedOutput(out))
	}
	return all
}

// SecretInPlanError says that a plan cannot be saved without a secret in it:
// marks stand for secrets, but not where the workflow itself has the text.
type SecretInPlanError struct{}

func (e *SecretInPlanError) Error() string {
	return "the plan cannot be saved: the value of a secret input would stand in it"
}

// planWriter writes lines and sees to it that none holds a secret.
type planWriter struct {
	to      *bufio.Writer
	secrets secret.Veil
}

func (w *planWriter) json(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return w.line(append(text, '\n'))
}

func (w *planWriter) line(text []byte) error {
	if w.secrets.In(text) {
		return &SecretInPlanError{}
	}
	_, err := w.to.Write(text)
	return err
}

// planned writes a line of the draft, and behind that of a list its items.
func (w *planWriter) planned(dir string, text []byte, list string) error {
	if list == "" {
		return w.line(text)
	}
	var line plannedLine
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
	return eachLine(items, w.line)
}

// eachLine hands out the lines of a file. They are the visitor's.
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
