package cli

import (
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/flowrun-dev/flowrun/internal/files"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/urfave/cli/v2"
)

func (c *command) planCommand() *cli.Command {
	return &cli.Command{
		Name:      "plan",
		Usage:     "show what a workflow would change; writes nothing",
		ArgsUsage: "FILE",
		UsageText: "flowrun plan workflow.yaml\n" +
			"flowrun plan workflow.yaml --limit 5 --input plan=pro\n" +
			"flowrun plan --sandbox workflow.yaml         needs no account",
		Flags: append(append(programFlags(), append(showFlags(), ackFlag())...),
			&cli.StringFlag{Name: "out", Usage: "save the plan as `PLAN`, for \"flowrun apply PLAN\"; it holds personal data"},
			&cli.BoolFlag{Name: "estimate", Usage: "take the rows of lists for the records: fewer calls, and perhaps minutes behind; cannot be saved", EnvVars: environment("estimate")},
			&cli.BoolFlag{Name: "detailed-exitcode", Usage: "exit with 2 if there are changes", EnvVars: environment("detailed-exitcode")}),
		Action: func(ctx *cli.Context) error { return c.plan(ctx) },
	}
}

func (c *command) applyCommand() *cli.Command {
	return &cli.Command{
		Name:      "apply",
		Usage:     "run a workflow, or a plan that was saved",
		ArgsUsage: "FILE|PLAN",
		Description: "On a terminal, or where a guard is set, the workflow is planned first: the plan is shown, held " +
			"against the guards, and you are asked. What is then applied is that plan: each record is read once more, " +
			"and one that has moved is left alone. The run is kept in the state directory: what was sent and answered, so that it can be " +
			"resumed, and the rows that failed, so that they can be mended and applied again.",
		UsageText: "flowrun apply workflow.yaml --dry-run        see what would change\n" +
			"flowrun apply winback.plan                   exactly what was planned\n" +
			"flowrun apply workflow.yaml --limit 5        a careful first run\n" +
			"flowrun apply workflow.yaml --max-duration 55m --rate-share 50%",
		Flags: append(slices.Concat(programFlags(), showFlags(), keepFlags(), []cli.Flag{ackFlag(), yesFlag("apply the plan without asking; guards hold all the same"), staleFlag()}),
			&cli.BoolFlag{Name: "dry-run", Aliases: []string{"n"}, Usage: "show what would change, as plan does; writes nothing", EnvVars: environment("dry-run")}),
		Action: func(ctx *cli.Context) error { return c.apply(ctx) },
	}
}

// plan plans a workflow file, and saves the plan where it is asked to.
func (c *command) plan(ctx *cli.Context) error {
	defer c.thrifty()()
	name, err := oneFile(ctx, "workflow file", "workflow.yaml")
	if err != nil {
		return err
	}
	if runner.IsPlan(name) {
		return usage(name+" is a plan already", "flowrun show "+name)
	}
	if ctx.Bool("sandbox") && ctx.String("out") != "" {
		return usage("a plan of --sandbox cannot be saved: what it has seen is gone when this process ends",
			`"flowrun sandbox --listen 127.0.0.1:8085" serves a workspace for several commands`)
	}
	if ctx.Bool("estimate") && ctx.String("out") != "" {
		return usage("an estimate cannot be saved: what is applied must have been read record by record", "leave out --estimate or --out")
	}
	s, err := c.prepared(ctx, name, true)
	if err != nil {
		return err
	}
	defer s.end()
	return s.walkAside(s.program.Plan)
}

// apply applies a workflow file or a saved plan.
func (c *command) apply(ctx *cli.Context) error {
	name, err := oneFile(ctx, "workflow file", "workflow.yaml")
	switch {
	case err != nil:
		return err
	case runner.IsPlan(name) && ctx.Bool("dry-run"):
		return c.showPlan(ctx, name)
	case runner.IsPlan(name):
		return c.applyPlan(ctx, name)
	case ctx.Bool("dry-run"):
		return c.plan(ctx)
	}
	s, err := c.prepared(ctx, name, false)
	if err != nil {
		return err
	}
	defer s.end()
	if s.plansFirst() {
		if _, err := s.planFirst(s.asks()); err != nil {
			return err
		}
	}
	if ctx.Bool("sandbox") {
		s.dropDraft() // such a run is not kept, and neither is its plan
		return s.walkAside(s.program.Apply)
	}
	if err := s.begin(); err != nil {
		return err
	}
	return s.walk(s.program.Apply)
}

// prepared is a session for a workflow file, with its inputs, that has found
// the workspace.
func (c *command) prepared(ctx *cli.Context, name string, plan bool) (*session, error) {
	program, err := c.load(ctx, name)
	if err != nil {
		return nil, err
	}
	inputs, err := c.inputs(ctx, program)
	if err != nil {
		return nil, err
	}
	what := opening{typed: "flowrun apply " + name, look: plan, workspace: program.Workspace(), of: name}
	if ctx.Bool("sandbox") {
		what.workspace = "" // it is another one anyway
	}
	s, err := c.open(ctx, program, what)
	if err != nil {
		return nil, err
	}
	s.options = runner.Options{
		Inputs: inputs, Limit: ctx.Int64("limit"), RunID: runner.NewRunID(ctx.String("state-dir"), time.Now()), StartedAt: time.Now(), Commit: c.Getenv("GITHUB_SHA"),
		Estimate: ctx.Bool("estimate"),
	}
	return s, nil
}

// walkAside walks in a folder that is gone afterwards.
func (s *session) walkAside(how walker) (err error) {
	if s.options.Dir, err = os.MkdirTemp("", "flowrun-"); err != nil {
		return err
	}
	defer os.RemoveAll(s.options.Dir)
	if s.flags.String("out") != "" {
		if err := s.keepPlan(s.options.Dir); err != nil {
			return err
		}
	}
	return s.walk(how)
}

// begin makes the folder of a new run, or makes one of that of its plan.
func (s *session) begin() error {
	state := s.flags.String("state-dir")
	if s.inCI() && !s.flags.IsSet("state-dir") {
		s.note("note: runs are kept in %s and are lost with this CI job; --state-dir names a folder that you save", state)
	}
	s.options.Dir = filepath.Join(state, "runs", s.options.RunID)
	s.options.Workspace, s.options.Who = s.workspace, s.who()
	if err := keepOutOfGit(state); err != nil {
		return unkept(s.options.Dir, err)
	}
	if err := s.moveDraft(s.options.Dir); err != nil {
		return err
	}
	run, err := runner.Begin(s.options.Dir, s.program, s.options, s.by(s.typed))
	if err != nil {
		return unkept(s.options.Dir, err)
	}
	s.run = run
	s.claim()
	return nil
}

// claim says that this process runs the workflow, and tells of another one that
// does.
func (s *session) claim() {
	release, other := s.program.Claim(s.flags.String("state-dir"), s.workspace.ID, s.typed)
	s.release = release
	if other != "" {
		s.note("note: another run of this workflow is going on in the workspace: %s; the two may change the same records", other)
	}
}

// keepOutOfGit makes the state directory, in which git sees nothing.
func keepOutOfGit(state string) error {
	if err := os.MkdirAll(state, 0o700); err != nil {
		return err
	}
	name := filepath.Join(state, ".gitignore")
	if info, err := os.Stat(name); err == nil && info.Size() > 0 {
		return nil
	}
	return files.Write(name, []byte("*\n"))
}
