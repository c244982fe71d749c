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
//   - walk.go, step.go, loop.go and foreach.go walk over the steps; source.go,
//     items.go, spool.go and keys.go make the lists that loops run over;
//   - current.go and reads.go look at the record a write is about, diff.go and
//     weigh.go compare, write.go and call.go send;
//   - plan.go, overlay.go, affected.go, finding.go and breach.go foresee;
//   - draft.go, planfile.go and savedplan.go keep a plan, approved.go, moved.go
//     and stale.go hold a run to it;
//   - run.go, recorder.go, resume.go, doubt.go and decide.go keep a run and take
//     it up again, history.go and story.go tell of it;
//   - image.go, still.go and undo*.go take it back.
package runner

import (
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
