package cli

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/flowrun-dev/flowrun/internal/report"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/urfave/cli/v2"
)

// by says who keeps a run. What its journal cannot keep is printed, cleaned like
// all that is printed.
func (c *command) by(typed string) runner.By {
	return runner.By{Version: version(), Command: typed, Rescue: &unkeptRecords{command: c}}
}

// unkeptRecords prints what a journal cannot keep, behind a line that says what
// it is.
type unkeptRecords struct {
	*command
	begun bool
}

func (u *unkeptRecords) Write(records []byte) (int, error) {
	if !u.begun {
		u.begun = true
		u.note("what the journal did not keep:")
	}
	return u.Err.Write(records)
}

// walker is [runner.Program.Plan] or [runner.Program.Apply].
type walker func(context.Context, runner.Options) (*runner.Result, error)

// asked is how many calls a command makes before it walks: GET /me.
const asked = 1

// walk plans or applies, shows it, and closes the run.
func (s *session) walk(how walker) error {
	result, err := s.tell(how)
	if err != nil {
		return err
	}
	return s.exit(result)
}

// pass plans or applies, and shows what happens.
func (s *session) pass(how walker, shown *shown) (*runner.Result, error) {
	s.options.Do, s.options.Workspace, s.options.Stop, s.options.Run = s.client, s.workspace, s.stop.first, s.run
	s.options.Concurrency, s.options.Draft, s.options.OnStale = s.flags.Int("concurrency"), s.draft, s.flags.String("on-stale")
	s.options.Unkept, s.options.Asked, s.options.On = s.flags.Bool("sandbox"), asked, shown.event
	result, err := how(s.stop.ctx, s.options)
	if result != nil {
		result.Rate = s.client.Rate()
	}
	return result, err
}

// tell plans or applies, shows it, and closes the run.
func (s *session) tell(how walker) (*runner.Result, error) {
	shown := s.show()
	s.stop.after(s.flags.Duration("max-duration"))
	if s.run != nil {
		signal.Ignore(syscall.SIGPIPE) // Ctrl-C ends "| tee" as well, and would end a run in the middle of a call
	}
	result, failed := s.pass(how, shown)
	err := errors.Join(shown.end(result), s.githubOutputs(result), s.close(result))
	switch {
	case failed != nil:
		return nil, s.broken(failed)
	case err == nil && result.Plan:
		err = s.savePlan(result)
	}
	return result, err
}

// close ends the stretch of the run that was walked.
func (s *session) close(result *runner.Result) error {
	if s.run == nil {
		return nil
	}
	err := s.run.Close(result)
	s.run = nil
	if result != nil && err == nil {
		err = runner.SaveResult(s.options.Dir, result)
	}
	switch {
	case err == nil:
		return nil
	case runner.IsJournal(err):
		return s.broken(err)
	}
	return &exitError{exitJournal, "the run has ended, and its folder cannot be completed: " + err.Error(), makeRoom(err)}
}

// broken is the end of a run that could not go on by itself, such as with a
// journal that cannot be written.
func (s *session) broken(err error) error {
	exit := *asExit(err)
	if s.options.Run == nil && isFull(err) {
		exit.hints = []string{"make room on that disk, or name another folder with TMPDIR"}
	}
	if s.options.Run != nil {
		exit.hints = append(slices.Clone(exit.hints), fmt.Sprintf("when that is mended: flowrun resume %s%s", s.options.RunID, s.sameFlags()))
	}
	return &exit
}

// exit turns a result into the end of the command.
func (s *session) exit(result *runner.Result) error {
	switch {
	case result.Interrupted && s.stop.signal() != 0:
		return s.left(result, s.stop.signal(), notReached(result, "interrupted"))
	case result.Guard != nil:
		return s.left(result, exitGuard, "stopped by a guard: "+result.Guard.Error())
	case result.Unauthorized:
		return s.left(result, exitCredentials, "")
	case result.Interrupted && s.stop.late.Load():
		return s.left(result, exitRows, notReached(result, fmt.Sprintf("the time of --max-duration %s is over", s.flags.Duration("max-duration"))))
	case result.Unavailable != "":
		return s.left(result, exitRows, result.Unavailable)
	case result.Plan:
		return s.planned(result)
	case result.Stale > 0 && s.options.OnStale == "fail":
		return s.left(result, exitPlan, "not as planned any more: "+count(int(result.Stale), "write"))
	case result.RowsLeft():
		return s.left(result, exitRows, "")
	case len(result.Failures) > 0:
		return s.left(result, exitFailed, "")
	}
	return nil
}

// planned turns the result of a plan into the end of the command. What blocks
// it has been told; which guards it goes beyond has not.
func (s *session) planned(plan *runner.Result) error {
	breaches := s.unacknowledged(s.program.Breaches(plan))
	switch {
	case len(breaches) > 0 && s.program.Undoes() != "":
		s.note("hint: what is deleted for good has to be acknowledged: --ack %s", breaches[0].Ack)
	case len(breaches) > 0:
		return s.refusedByGuard(breaches)
	case plan.Blocking > 0:
		return &exitError{code: exitFailed, message: "the plan is blocked by what it found; nothing was written"}
	case s.flags.Bool("detailed-exitcode") && plan.Changes.Any():
		return &exitError{code: exitChanges}
	}
	return nil
}

func notReached(r *runner.Result, why string) string {
	return fmt.Sprintf("%s; %s of %s not reached", why, report.Number(r.Counts.Pending), report.Number(r.Counts.Total))
}

// left is the end of a run that has left something, with what to type next.
func (s *session) left(result *runner.Result, code int, message string) error {
	if s.options.Run == nil {
		return &exitError{code: code, message: message}
	}
	return &exitError{code, message, s.next(result)}
}

// next says what is left of a run and how to go on.
func (s *session) next(result *runner.Result) []string {
	var hints []string
	files := runner.ResultFiles(s.options.Dir)
	if len(files) > 0 && loops(result) {
		hints = append(hints, "all rows: "+files[len(files)-1])
	}
	if len(files) > 1 {
		hints = append(hints, "rows that failed, in the form they came in, to mend and begin anew (resume repeats nothing): "+files[0])
	}
	if n := s.options.Run.Begun(); n > 0 {
		hints = append(hints, "rows that failed behind a step that must not be done twice, and only resume goes on with: "+report.Number(n))
	}
	flags := s.sameFlags()
	if inDoubt(result) > 0 && !result.CutShort() { // else resume looks for it first
		hints = append(hints, fmt.Sprintf("look in Intercom for what is in doubt, then: flowrun resolve %s%s --row KEY --applied ID (or --not-applied)", s.options.RunID, flags))
	}
	if g := result.Guard; g != nil {
		noun, _, _ := strings.Cut(g.Ack, "=")
		return append(hints, fmt.Sprintf("if that is meant, to go on up to N %s in all: flowrun resume %s%s --ack %s=N", noun, s.options.RunID, flags, noun))
	}
	return append(hints, fmt.Sprintf("to go on: flowrun resume %s%s", s.options.RunID, flags))
}

// inDoubt counts the steps that nobody knows of whether they were applied.
func inDoubt(r *runner.Result) (n int64) {
	for _, s := range r.Steps {
		n += s.Counts.InDoubt
	}
	return n
}

func loops(r *runner.Result) bool {
	return slices.ContainsFunc(r.Steps, func(s runner.StepResult) bool { return s.Loop })
}

func (s *session) sameFlags() string { return s.repeated(s.flags) }

// repeated gives --state-dir and --profile again, for a command to be typed.
func (c *command) repeated(flags *cli.Context) string {
	text := ""
	if flags.IsSet("state-dir") && c.Getenv("FLOWRUN_STATE_DIR") == "" {
		text = " --state-dir " + filepath.Clean(flags.String("state-dir"))
	}
	if flags.IsSet("profile") && c.Getenv("FLOWRUN_PROFILE") == "" {
		text += " --profile " + flags.String("profile")
	}
	return text
}
