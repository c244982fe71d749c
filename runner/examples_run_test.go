package runner

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/google/go-cmp/cmp"
)

// TestExamplesRun plans and applies every example against the sample
// workspace: the plan changes nothing, and the apply ends with nothing failed.
func TestExamplesRun(t *testing.T) {
	files, err := filepath.Glob("../workflows/examples/*.yaml")
	if err != nil || len(files) < 10 {
		t.Fatalf("found %d examples: %v", len(files), err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			fakeTime(t, func(t *testing.T) { runExample(t, name) })
		})
	}
}

func runExample(t *testing.T, name string) {
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	prog, problems := Load(name, text)
	if problems.Err() != nil {
		t.Fatal(problems)
	}
	server := sandbox.New(sandbox.Options{Data: sandbox.Sample()})
	client, err := intercom.New(intercom.Config{Token: "test", HTTPClient: server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	inputs, err := prog.Inputs(program.Given{})
	if err != nil {
		t.Fatal(err)
	}
	options := Options{Do: client, Inputs: inputs, Dir: t.TempDir(), StartedAt: time.Unix(1_793_534_400, 0)} // the sample's now
	before := server.Snapshot()
	if _, err := prog.Plan(context.Background(), options); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, server.Snapshot()); diff != "" {
		t.Errorf("the plan changed the workspace:\n%s", diff)
	}
	options.Dir = t.TempDir()
	options.On = func(e Event) {
		if e.Ended != nil && e.Ended.Failure != nil {
			t.Errorf("%v", e.Ended.Failure)
		}
	}
	result, err := prog.Apply(context.Background(), options)
	if err != nil {
		t.Fatal(err)
	}
	if result.RowsLeft() || len(result.Failures) > 0 {
		t.Errorf("it ended with %+v %v", result.Counts, result.Failures)
	}
	t.Logf("%+v, %+v", result.Counts, result.Changes.Certain)
}
