package runner

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
)

// TestACallThatDidNotGoOutIsNotInDoubt stops a run while its calls wait for
// their turn: their intents are on record, and so it is that they were not sent.
// The next stretch has nothing to look for.
func TestACallThatDidNotGoOutIsNotInDoubt(t *testing.T) {
	fakeTime(t, func(t *testing.T) {
		b := newBench(t, nil, untab(`{version: 1, undo: false, steps: [{for_each: {in: "{{ 1..40 }}", as: n, key: n},
			steps: [{action: createContact, with: {role: lead, email: "{{ n }}@example.com"}}]}]}`))
		b.server = sandbox.New(sandbox.Options{Limit: 10}) // in ten seconds
		state := t.TempDir()
		dir := filepath.Join(state, "runs", "run-1")
		first := b.stopped(dir, 15*time.Second)
		if !first.Interrupted || first.Counts.Pending == 0 || first.Counts.Pending+first.Counts.Done != 40 {
			t.Fatalf("the run was not stopped on its way: %+v", first.Counts)
		}
		past, err := FindRun(state, "run-1")
		if err != nil {
			t.Fatal(err)
		}
		left, err := past.Left()
		if diff := cmp.Diff([]Left(nil), left); err != nil || diff != "" {
			t.Errorf("left are (-want +got): %v\n%s", err, diff)
		}
		last := b.stopped(dir, time.Hour)
		if want := (Counts{Done: 40, Total: 40}); last.Counts != want || last.Calls != first.Counts.Pending {
			t.Errorf("%d calls were made for %d rows, and the counts are %+v", last.Calls, first.Counts.Pending, last.Counts)
		}
	})
}

// stopped runs a stretch that is stopped after a while, as by a signal.
func (b *bench) stopped(dir string, after time.Duration) *Result {
	b.t.Helper()
	client, err := intercom.New(intercom.Config{Token: "test", HTTPClient: b.server.Client()})
	if err != nil {
		b.t.Fatal(err)
	}
	stop := make(chan struct{})
	timer := time.AfterFunc(after, func() { close(stop); client.Stop() })
	defer timer.Stop()
	opt := Options{Do: client, Dir: dir, RunID: filepath.Base(dir), StartedAt: time.Now(), Stop: stop}
	run, program, err := Reopen(dir, By{})
	if err != nil {
		program = b.program
		run, err = Begin(dir, program, opt, By{})
	}
	if err != nil {
		b.t.Fatal(err)
	}
	opt.Run = run
	result, err := program.Apply(context.Background(), opt)
	if err != nil {
		b.t.Fatal(err)
	}
	b.addsUp(result)
	if err := opt.Run.Close(result); err != nil {
		b.t.Fatal(err)
	}
	return result
}
