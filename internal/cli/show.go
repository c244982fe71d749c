package cli

import (
	"errors"
	"io"

	"github.com/flowrun-dev/flowrun/internal/report"
	"github.com/flowrun-dev/flowrun/runner"
)

// shown is all that is told of a plan or a run while it goes on, and shows it:
// on the screen and in reports. It needs the events and the result alone.
type shown struct {
	*session
	progress  *progress
	collected *report.Collector
	printer   *report.Printer
	reports   *reports
	out       io.Writer // results
}

func (s *session) show() *shown { return s.showOn(s.Out, s.Err) }

// showOn shows it elsewhere than on the screen.
func (s *session) showOn(out, errs io.Writer) *shown {
	return &shown{
		session:   s,
		progress:  s.progress(),
		collected: report.Collect(s.flags.Int("sample")),
		printer: report.New(out, errs, report.Options{
			Form: s.flags.String("output"), Color: s.colors(s.flags, s.OutColor), ErrColor: s.colors(s.flags, s.ErrColor),
			Quiet: s.flags.Bool("quiet"), Full: s.flags.Bool("full"), Samples: s.flags.Int("sample"),
		}),
		reports: s.reports(),
		out:     out,
	}
}

// event takes in what happens.
func (s *shown) event(e runner.Event) {
	s.progress.event(e)
	s.collected.Event(e)
	s.reports.event(e)
	if s.mask {
		e = report.MaskedEvent(e)
	}
	s.printer.Event(e)
}

// end shows the result. The error is one of printing it.
func (s *shown) end(result *runner.Result) error {
	s.progress.end()
	if result == nil {
		s.reports.end(s.session, nil)
		return nil
	}
	whole := s.collected.Summary(result)
	if result.Plan && s.program.Undoes() == "" {
		whole.Refused = s.unacknowledged(s.program.Breaches(result))
	}
	printed := whole
	if s.mask {
		printed = whole.Masked()
	}
	err := s.printer.End(printed)
	if result.Plan && s.flags.String("output") == "text" {
		_, broken := io.WriteString(s.out, report.Limits(printed.NotUndone))
		err = errors.Join(err, broken)
	}
	s.reports.end(s.session, whole)
	if text, made := s.reports.text("markdown", whole); made == nil {
		s.stepSummary(text)
	}
	s.annotateFindings(whole)
	return err
}
