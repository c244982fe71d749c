package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/files"
	"github.com/flowrun-dev/flowrun/internal/report"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/urfave/cli/v2"
)

var reportKinds = []string{"markdown", "html", "json", "csv", "junit"}

// reportFlags are the flags of commands that give reports.
func reportFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{
			Name: "report", Usage: "write a report: `KIND=PATH`, with markdown, html, json, csv or junit; may be repeated",
			EnvVars: environment("report"), Action: checkReports,
		},
		&cli.BoolFlag{Name: "reveal", Usage: "show emails, names and the like in CI and in reports, too", EnvVars: environment("reveal")},
	}
}

// checkReports refuses a report that could not be written, before anything is
// sent.
func checkReports(_ *cli.Context, all []string) error {
	for _, each := range all {
		kind, path, ok := strings.Cut(each, "=")
		if !ok || path == "" || !slices.Contains(reportKinds, kind) {
			return usage(fmt.Sprintf("--report is KIND=PATH, not %q; the kinds are %s", each, strings.Join(reportKinds, ", ")))
		}
		if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
			return usage(fmt.Sprintf("--report %s: there is no folder %s", each, filepath.Dir(path)))
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return usage(fmt.Sprintf("--report %s: this is a folder", each))
		}
	}
	return nil
}

// reports are the files that a plan or a run is reported in. Its rows are kept
// in a file until the end, as nobody knows how many there will be.
type reports struct {
	wanted  []string // kind=path
	reveal  bool
	masked  bool // of what is masked in CI only
	samples int
	rows    *os.File // nil if no report has rows
	table   *report.Table
	broken  error // the first error of writing rows
}

func (s *session) reports() *reports {
	r := &reports{wanted: s.flags.StringSlice("report"), reveal: s.flags.Bool("reveal"), masked: s.mask, samples: s.flags.Int("sample")}
	if slices.ContainsFunc(r.wanted, func(each string) bool { return strings.HasPrefix(each, "csv=") }) {
		r.open()
	}
	return r
}

func (r *reports) open() {
	if r.rows, r.broken = os.CreateTemp("", "flowrun-rows-"); r.broken == nil {
		r.table, r.broken = report.NewTable(r.rows)
	}
}

// event takes in what happens.
func (r *reports) event(e runner.Event) {
	if r.table == nil || r.broken != nil {
		return
	}
	if !r.reveal {
		e = report.MaskedEvent(e)
	}
	r.broken = r.table.Event(e)
}

// end writes the reports. Each that cannot be written is told of; none of them
// makes the run fail.
func (r *reports) end(s *session, summary *report.Summary) {
	defer r.close()
	if summary == nil {
		return
	}
	for _, each := range r.wanted {
		kind, path, _ := strings.Cut(each, "=")
		err := files.Save(path, func(w io.Writer) error { return r.write(w, s, kind, summary) })
		if err != nil {
			s.note("the report %s could not be written: %v", path, err)
		}
	}
}

func (r *reports) close() {
	if r.rows != nil {
		r.rows.Close()
		os.Remove(r.rows.Name())
	}
}

func (r *reports) write(w io.Writer, s *session, kind string, summary *report.Summary) error {
	if kind == "csv" {
		return r.copyRows(w, s)
	}
	text, err := r.text(kind, summary)
	if err != nil {
		return err
	}
	_, err = w.Write(s.redact(text))
	return err
}

// text is a report that is made from the summary. All but JSON is for others to
// see.
func (r *reports) text(kind string, summary *report.Summary) (string, error) {
	if kind == "json" && r.masked || kind != "json" && !r.reveal {
		summary = summary.Masked()
	}
	switch kind {
	case "markdown":
		return report.Markdown(summary, r.samples), nil
	case "html":
		text, err := report.Page(summary, r.samples)
		return string(text), err
	case "junit":
		var b strings.Builder
		err := report.JUnit(&b, summary)
		return b.String(), err
	}
	text, err := json.MarshalIndent(struct {
		Format string `json:"format"`
		*report.Summary
	}{report.Format, summary}, "", "  ")
	return string(text) + "\n", err
}

// copyRows puts the rows into their report, without secrets.
func (r *reports) copyRows(w io.Writer, s *session) error {
	if r.broken != nil {
		return r.broken
	}
	if err := r.table.End(); err != nil {
		return err
	}
	if _, err := r.rows.Seek(0, io.SeekStart); err != nil {
		return err
	}
	clean := &cleaner{to: w, mu: &s.mu, secrets: &s.secrets, raw: true}
	if _, err := io.Copy(clean, r.rows); err != nil {
		return err
	}
	return clean.flush()
}
