package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/flowrun-dev/flowrun/runner"
	"github.com/urfave/cli/v2"
)

func yesFlag(does string) cli.Flag {
	return &cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: does, EnvVars: environment("yes")}
}

func staleFlag() cli.Flag {
	return &cli.StringFlag{
		Name: "on-stale", Value: "skip", Usage: "a record that has moved since the plan: skip or fail its row, by `WHAT`", EnvVars: environment("on-stale"),
		Action: func(_ *cli.Context, what string) error {
			if what != "skip" && what != "fail" {
				return usage(fmt.Sprintf("--on-stale is skip or fail, not %q", what))
			}
			return nil
		},
	}
}

// asks reports whether there is somebody to show a plan to and to ask. A form
// for programs has no questions in it.
func (s *session) asks() bool {
	return s.InTTY && s.ErrTTY && s.flags.String("output") == "text" && !s.flags.Bool("sandbox")
}

// plansFirst reports whether a workflow is planned before it is applied.
func (s *session) plansFirst() bool { return s.program.Guarded() || s.asks() }

// planFirst plans what is to be applied, and keeps the plan. Shown, it is told
// as it is made; else a plan that is refused is in the reports, and what refuses
// it says enough.
func (s *session) planFirst(shown bool) (*runner.Result, error) {
	defer s.thrifty()()
	dir, err := s.beside()
	if err != nil {
		return nil, err
	}
	s.options.Dir = dir
	if err := s.keepPlan(dir); err != nil {
		return nil, err
	}
	if shown {
		plan, err := s.tell(s.program.Plan)
		if err = s.foreseen(plan, err); err == nil {
			fmt.Fprintln(s.Out) // the run stands below its plan
		}
		return plan, err
	}
	unseen := s.showOn(io.Discard, io.Discard)
	plan, err := s.pass(s.program.Plan, unseen)
	if err = s.foreseen(plan, err); err == nil {
		return plan, unseen.end(nil) // what is applied is reported
	}
	return nil, errors.Join(err, unseen.end(plan), s.githubOutputs(plan))
}

// foreseen holds a plan that has just been made against the guards, and asks.
func (s *session) foreseen(plan *runner.Result, err error) error {
	if err != nil {
		return err
	}
	if plan.CutShort() {
		return s.cutShort(plan)
	}
	if err := s.draft.Close(); err != nil {
		return unkept(s.draft.Dir, err)
	}
	return s.approve(plan)
}

// planGarbage is how much garbage may stand beside what a plan keeps of its
// rows, in percent. A plan waits for its reads anyway.
const planGarbage = 40

// thrifty keeps the memory of a plan small until back is called. What the user
// has set in GOGC stays.
func (c *command) thrifty() (back func()) {
	if c.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(planGarbage)
	return func() { debug.SetGCPercent(before) }
}

// cutShort is the end of a plan that was stopped before its end.
func (s *session) cutShort(plan *runner.Result) error {
	switch {
	case plan.Unavailable != "":
		return &exitError{code: exitFailed, message: plan.Unavailable + "; nothing was written"}
	case plan.Unauthorized:
		return &exitError{code: exitCredentials, message: "Intercom refused the token while planning; nothing was written"}
	}
	return &exitError{code: s.stop.signal(), message: "interrupted while planning; nothing was written"}
}

// approve holds a plan against the guards and asks, where there is somebody to
// ask and something to do.
func (s *session) approve(plan *runner.Result) error {
	if err := s.guard(plan); err != nil {
		return err
	}
	if !s.asks() || !plan.Changes.Any() {
		return nil
	}
	question := "Apply this plan?"
	if s.program.Undoes() != "" {
		question = "Take this back?"
	}
	_, err := s.ask(s.flags, question)
	return err
}

// beside makes a folder beside those of runs, which may become one of them. Of
// a run in the sandbox nothing is kept.
func (s *session) beside() (string, error) {
	if s.flags.Bool("sandbox") {
		return os.MkdirTemp("", "flowrun-")
	}
	state := s.flags.String("state-dir")
	runs := filepath.Join(state, "runs")
	err := keepOutOfGit(state)
	if err == nil {
		err = os.MkdirAll(runs, 0o700)
	}
	if err != nil {
		return "", unkept(runs, err)
	}
	dir, err := os.MkdirTemp(runs, runner.PlanFolder)
	if err != nil {
		return "", unkept(runs, err)
	}
	if s.holdsPlan, err = runner.HoldPlan(dir, s.typed); err != nil {
		return "", unkept(dir, errors.Join(err, os.RemoveAll(dir)))
	}
	return dir, nil
}

// letPlan ends the hold on the folder of the draft.
func (s *session) letPlanGo() {
	if s.holdsPlan != nil {
		s.holdsPlan()
		s.holdsPlan = nil
	}
}

// keepPlan begins a draft in a folder.
func (s *session) keepPlan(dir string) (err error) {
	if s.draft, err = runner.NewDraft(dir); err != nil {
		return unkept(dir, err)
	}
	return nil
}

// moveDraft makes the folder of a run of that of its plan, if there is one.
func (s *session) moveDraft(dir string) error {
	if s.draft == nil {
		return nil
	}
	s.letPlanGo() // the journal of the run has a lock of its own
	err := os.Rename(s.draft.Dir, dir)
	if errors.Is(err, fs.ErrExist) {
		return &exitError{
			exitLocked, fmt.Sprintf("another process is beginning run %s, which applies the same plan", s.options.RunID),
			[]string{"wait until it has ended; if there is none, remove " + dir},
		}
	}
	if err != nil {
		return unkept(dir, err)
	}
	s.draft = nil
	return nil
}

// dropDraft removes a draft of which no run was made.
func (s *session) dropDraft() {
	if s.draft != nil {
		_ = s.draft.Close() // it is not wanted
		s.letPlanGo()
		_ = os.RemoveAll(s.draft.Dir)
		s.draft = nil
	}
}

// savePlan saves a plan that was to be saved, and says how to go on.
func (s *session) savePlan(result *runner.Result) error {
	name := s.flags.String("out")
	if name == "" || result.CutShort() {
		return nil
	}
	err := s.draft.Save(name, s.program, s.options, result, version())
	if isFull(err) {
		return &exitError{exitJournal, fmt.Sprintf("%s: %v", name, err), makeRoom(err)}
	}
	if err != nil {
		return usage(fmt.Sprintf("%s: %v", name, err))
	}
	if err := s.setOutputs([][2]string{{"plan-path", name}}); err != nil {
		return err
	}
	s.note("the plan is saved as %s; it holds personal data and can be applied for 24 hours: flowrun apply %s", name, name)
	return nil
}
