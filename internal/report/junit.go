package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/flowrun-dev/flowrun/runner"
)

type junitSuites struct {
	XMLName xml.Name   `xml:"testsuites"`
	Suite   junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name     string        `xml:"name,attr"`
	Class    string        `xml:"classname,attr"`
	Failures *junitFailure `xml:"failure,omitempty"`
	Skipped  *junitSkipped `xml:"skipped,omitempty"`
	Out      string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

// JUnit writes a summary as JUnit's XML, which CI systems show as tests: the
// workflow is a suite, each of its steps a case, which fails if a row does.
func JUnit(w io.Writer, s *Summary) error {
	suite := junitSuite{Name: cmp.Or(s.Workflow, s.File), Time: fmt.Sprintf("%.3f", s.Seconds)}
	told := map[string]bool{}
	for _, step := range s.Steps {
		if step.Action == "" && !step.Loop {
			continue
		}
		told[step.Label] = true
		suite.add(s.junitCase(step))
	}
	for _, f := range s.Failing { // of vars and outputs, which no step has
		if !told[f.Step] {
			told[f.Step] = true
			suite.add(junitCase{Name: f.Step, Class: s.File, Failures: s.junitFailure(f.Step)})
		}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(junitSuites{Suite: suite}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (suite *junitSuite) add(c junitCase) {
	suite.Tests++
	if c.Failures != nil {
		suite.Failures++
	}
	if c.Skipped != nil {
		suite.Skipped++
	}
	suite.Cases = append(suite.Cases, c)
}

func (s *Summary) junitCase(step runner.StepResult) junitCase {
	var p Printer
	c := junitCase{Name: step.Label, Class: s.File, Out: p.ended(s.Result, step), Failures: s.junitFailure(step.Label)}
	n := step.Counts
	if c.Failures == nil && n.Total > 0 && n.Skipped+n.Pending == n.Total {
		c.Skipped = &junitSkipped{Message: p.counted(n)}
	}
	return c
}

// junitFailure gathers what failed in a step; nil if nothing did.
func (s *Summary) junitFailure(step string) *junitFailure {
	var all junitFailure
	var text strings.Builder
	n := int64(0)
	for _, f := range s.Failing {
		if f.Step != step {
			continue
		}
		n += f.Count
		all.Type = cmp.Or(all.Type, f.Code)
		fmt.Fprintf(&text, "%s:%d: %s (%s)\n", f.File, f.Line, f.Code, Number(f.Count))
		for _, p := range f.Places {
			fmt.Fprintf(&text, "  %s: %s\n", cmp.Or(p.Data, p.Addr), p.Message)
		}
	}
	if n == 0 {
		return nil
	}
	all.Message, all.Text = Number(n)+" failed", text.String()
	if s.Plan {
		all.Message = Number(n) + " would fail"
	}
	return &all
}
