// Package runner loads, plans and applies workflows.
//
// [Load] gives a [Program], a workflow that package program has checked and
// compiled. [Program.Plan] and [Program.Apply] are one walk over its steps with two
// doors to Intercom: in a plan the door lets reads through and refuses all
// else, a write becomes a [Change], and what it would answer is unknown, with
// the step that will tell. Everything a run does is told as [Event]s while it
// happens and summed up in a [Result].
//
// Where to look:
//
//   - walk.go, place.go, step.go, loop.go and foreach.go walk over the steps;
//     source.go, paging.go, items.go, spool.go and spoolline.go make the lists
//     that loops run over; memory.go puts rows off, tally.go counts them;
//   - current.go, reads.go, roll.go and turns.go look at the record a write is
//     about, record.go reads it, diff.go and weigh.go compare, write.go, call.go
//     and until.go send, extent.go tells what a write may change;
//   - plan.go, overlay.go, packed.go, affected.go, estimate.go and along.go
//     foresee, attributes.go, check.go, namesake.go, finding.go and breach.go
//     object, cost.go and billed.go count the calls that an apply will take;
//   - draft.go, planfile.go, savedplan.go and shown.go keep a plan, leftplans.go
//     finds those that were left, approved.go, moved.go and stale.go hold a run
//     to it;
//   - run.go, frozen.go, pins.go, recorder.go and rowvalues.go keep a run,
//     resume.go, again.go, doubt.go, overtaken.go, since.go and decide.go take it up
//     again, standing.go counts what it left; runids.go names it, claim.go says that it
//     is under way, astray.go and panic.go end it;
//   - history.go, recount.go, story.go, told.go, replay.go and pace.go tell of
//     runs that were;
//   - image.go, still.go, reversal.go and undo*.go take a run back;
//   - event.go, result.go and failure.go are what is told, resultfiles.go and
//     linefile.go what is left for people.
package runner

import (
	"context"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/internal/workflow"
)

// Program is a workflow that passed every check that needs no network and, of
// an undo, the run that it takes back.
type Program struct {
	*program.Program
	back *takesBack // nil where it takes none back
}

// Load reads and checks a workflow file. Nothing is sent. The problems are all
// there are; the program is nil if one of them is more than a warning.
//
// The workflow may read data files in its own folder and below, and in the
// folders that are allowed besides.
func Load(name string, text []byte, allow ...string) (*Program, workflow.Problems) {
	return asProgram(program.Load(name, text, allow...))
}

// loadAgain is Load for the workflow of a run or a plan, which stood in dir,
// whatever it is called.
func loadAgain(dir, name string, text []byte, allow []string) (*Program, workflow.Problems) {
	return asProgram(program.LoadAgain(dir, name, text, allow))
}

func asProgram(checked *program.Program, problems workflow.Problems) (*Program, workflow.Problems) {
	if checked == nil {
		return nil, problems
	}
	return &Program{Program: checked}, problems
}

// Options says how to plan or apply a program. The zero value of every field
// but Do and Dir is usable.
type Options struct {
	Do           intercom.Doer    // the way to Intercom
	Dir          string           // a folder of this run alone; lists are kept in it
	RunID        string           // such as 20261104-153012-k7q2
	StartedAt    time.Time        // fixed for the run; now if zero
	Commit       string           // of the repository; may be empty
	Who          string           // runs it, for the list of runs; may be empty
	Inputs       program.Inputs   // from [Program.Inputs]
	Limit        int64            // of items of each outermost loop; none if zero
	Concurrency  int              // items of a loop side by side; that of the file if zero
	IndexLag     time.Duration    // how long searches may lag behind writes; [steps.DefaultIndexLag] if zero
	Acknowledged map[string]int64 // how far the person who runs it has acknowledged going beyond guards, by name
	Workspace    Workspace        // from [Identify]
	Run          *Run             // keeps what happens; nil to keep nothing, as in a plan
	Estimate     bool             // of a plan: the rows of lists stand for their records, which saves the reads by id and may be behind
	Draft        *Draft           // of a plan: keeps what is needed to apply exactly it; may be nil
	Unkept       bool             // of a plan: it would be applied in one pass that keeps no run, as in a sandbox; its cost is that
	Asked        int64            // calls that the command made before the walk, counted with those of the walk
	OnStale      string           // what becomes of a record that has moved since the plan: "skip", which is the default, or "fail"
	On           func(Event)      // told of each event, one at a time; may be nil
	Stop         <-chan struct{}  // when closed, nothing new is begun; may be nil
}

// Plan walks the program without changing anything. Writes become changes,
// which On is told of and the result counts.
func (p *Program) Plan(ctx context.Context, opt Options) (*Result, error) {
	opt.Do = readOnly{opt.Do}
	return p.walk(ctx, opt, true)
}

// Apply runs the program.
//
// The error is about the walk itself, such as a folder that cannot be written
// to. What became of the steps is in the result, which is there in any case.
func (p *Program) Apply(ctx context.Context, opt Options) (*Result, error) {
	return p.walk(ctx, opt, false)
}

// readOnly is the door of a plan: it lets reads through and nothing else.
type readOnly struct{ to intercom.Doer }

func (d readOnly) Do(ctx context.Context, req intercom.Request) (intercom.Response, error) {
	if !intercom.IsRead(req.Method, req.Path) {
		return intercom.Response{}, &intercom.WriteRefusedError{Method: req.Method, Path: req.Path}
	}
	return d.to.Do(ctx, req)
}
