package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/report"
	"github.com/flowrun-dev/flowrun/internal/workflow"
)

// inCI reports whether others see what is printed: the log of a CI job.
func (c *command) inCI() bool {
	for _, name := range []string{"CI", "GITHUB_ACTIONS"} {
		switch c.Getenv(name) {
		case "", "0", "false":
		default:
			return true
		}
	}
	return false
}

// maxAnnotations is how many annotations of a kind GitHub shows of a step.
const maxAnnotations = 10

// annotate puts a message beside a line of a file in GitHub's view of a change.
// Kind is error or warning.
func (c *command) annotate(kind, file string, line int, title, message string) {
	if c.Getenv("GITHUB_ACTIONS") == "" || c.annotated[kind] == maxAnnotations {
		return
	}
	if c.annotated == nil {
		c.annotated = map[string]int{}
	}
	c.annotated[kind]++
	c.err.command(kind, [][2]string{{"file", c.inRepository(file)}, {"line", fmt.Sprint(line)}, {"title", title}}, message)
}

// inRepository is the name of a file as GitHub knows it: from the top of the
// repository.
func (c *command) inRepository(name string) string {
	top := c.Getenv("GITHUB_WORKSPACE")
	full, err := filepath.Abs(name)
	if top == "" || err != nil {
		return name
	}
	if below, err := filepath.Rel(top, full); err == nil && filepath.IsLocal(below) {
		return filepath.ToSlash(below)
	}
	return name
}

// annotateFindings puts what fails, or would fail, beside its line of the
// workflow.
func (s *session) annotateFindings(summary *report.Summary) {
	word := "failed"
	if summary.Plan {
		word = "would fail"
	}
	for _, f := range summary.Failing {
		message := f.Code
		if len(f.Places) > 0 {
			message = f.Places[0].Addr + ": " + f.Places[0].Message
		}
		s.annotate("error", f.File, f.Line, fmt.Sprintf("%s: %s %s", f.Step, report.Number(f.Count), word), message)
	}
}

// annotateProblems puts what is wrong with a workflow file beside its lines.
func (c *command) annotateProblems(problems workflow.Problems) {
	for _, p := range problems {
		kind, message := "error", p.Message
		if p.Warning {
			kind = "warning"
		}
		if p.Hint != "" {
			message += "; " + p.Hint
		}
		c.annotate(kind, p.File, max(p.Line, 1), "flowrun validate", message)
	}
}

// maxStepSummary is how many bytes the summary of a step may have: GitHub drops
// one of 1 MiB and more as a whole.
const maxStepSummary = 900_000

// stepSummary adds the report in Markdown to what GitHub shows of the job.
func (s *session) stepSummary(text string) {
	name := s.Getenv("GITHUB_STEP_SUMMARY")
	if name == "" || s.Getenv("GITHUB_ACTIONS") == "" {
		return
	}
	if info, err := os.Stat(name); err == nil && info.Size()+int64(len(text)) > maxStepSummary {
		s.note("the summary of this step is full; the report is not added to it")
		return
	}
	if err := appendTo(name, s.redact(text+"\n")); err != nil {
		s.note("the summary of this step could not be written: %v", err)
	}
}

// appendTo adds text to a file that GitHub reads.
func appendTo(name string, text []byte) error {
	file, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if closed := file.Close(); err == nil {
		err = closed
	}
	return err
}

// command writes a workflow command of our own, as a line of its own. What is
// in it cannot end it.
func (c *cleaner) command(name string, properties [][2]string, message string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	parts := make([]string, len(properties))
	for i, p := range properties {
		parts[i] = p[0] + "=" + strings.NewReplacer(":", "%3A", ",", "%2C").Replace(c.data(p[1]))
	}
	held := c.held
	c.held = nil
	_ = c.pass(held, nil) // whoever writes next is told of the error
	begin := ""
	if c.inLine {
		begin = "\n"
	}
	if c.before != nil {
		c.before()
	}
	fmt.Fprintf(c.to, "%s::%s %s::%s\n", begin, name, strings.Join(parts, ","), c.data(message))
	c.inLine = false
}

// data is text as a workflow command takes it.
func (c *cleaner) data(text string) string {
	inLine := c.inLine
	c.inLine = true // so that nothing in it begins a line
	clean := string(c.escape(c.hidden([]byte(text)), nil))
	c.inLine = inLine
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(clean)
}
