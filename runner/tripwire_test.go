package runner

import (
	"context"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
)

const elevenTags = `{version: 1, guards: {max_creates: 5}, steps: [{for_each: {in: "{{ 1..11 }}", max_failures: 100%}, id: l, steps: [
	{id: t, action: createTag, with: {name: "t{{ item }}"}}]}]}`

// TestGuardsGoOnWithARun stops a run and takes it up: the guards count what was
// sent before, what is in doubt included, and an acknowledgement that is kept
// in the run holds up to its number.
func TestGuardsGoOnWithARun(t *testing.T) {
	tests := []struct {
		name   string
		ack    map[string]int64
		stops  []int // effects behind which the stretches are stopped
		writes []int // behind each stretch, in all
		limit  string
	}{
		{"without an acknowledgement", nil, []int{3, 100, 100}, []int{3, 5, 5}, "5"},
		{"with one", map[string]int64{"max_creates": 8}, []int{6, 100, 100}, []int{6, 8, 8}, "5, acknowledged up to 8"},
		{"with one that is enough", map[string]int64{"max_creates": 11}, []int{6, 2, 100}, []int{6, 8, 11}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, nil, untab(elevenTags))
			dir := filepath.Join(t.TempDir(), "runs", "run-1")
			var got []int
			var last *Result
			for _, stop := range tt.stops {
				last = b.guarded(dir, tt.ack, stop)
				got = append(got, len(b.writes()))
				tt.ack = nil // it is in the run
			}
			if diff := cmp.Diff(tt.writes, got); diff != "" {
				t.Errorf("writes differ (-want +got):\n%s", diff)
			}
			limit := ""
			if last.Guard != nil {
				limit = last.Guard.Limit
			}
			if limit != tt.limit {
				t.Errorf("the guard is %q, want %q", limit, tt.limit)
			}
		})
	}
}

// TestADoubtCountsForGuards stops a run behind a call whose answer was lost, and
// of which the journal has only the intent.
func TestADoubtCountsForGuards(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "runs", "run-1")
	synctest.Test(t, func(t *testing.T) { loseAtTheGuard(t, dir) })
}

func loseAtTheGuard(t *testing.T, dir string) {
	b := newBench(t, nil, untab(elevenTags))
	b.guarded(dir, nil, 3)
	b.server.Fail(sandbox.Fault{Kind: sandbox.FaultLost, Method: "POST", Path: "/tags", Probability: 1})
	b.guarded(dir, nil, 100)
	b.server.Heal()
	for range 2 {
		b.guarded(dir, nil, 100)
		names := map[string]bool{}
		for _, e := range b.server.Ledger() {
			names[string(e.Body)] = true
		}
		if len(names) != 5 {
			t.Errorf("%d tags were sent, want 5: %v", len(names), names)
		}
	}
}

// guarded begins a run, or takes up the one in a folder, and stops it behind a
// number of effects.
func (b *bench) guarded(dir string, ack map[string]int64, effects int) *Result {
	b.t.Helper()
	stop := make(chan struct{})
	count := 0
	client, err := intercom.New(intercom.Config{Token: "test", HTTPClient: b.server.Client()})
	if err != nil {
		b.t.Fatal(err)
	}
	opt := Options{RunID: "run-1", StartedAt: time.Unix(1_790_000_000, 0), Dir: dir, Acknowledged: ack}
	past, _ := FindRun(filepath.Dir(filepath.Dir(dir)), "run-1")
	if past == nil {
		opt.Run, err = Begin(dir, b.program, opt, By{Version: "test"})
	} else {
		opt = past.Options()
		opt.Run, _, err = Reopen(dir, By{Version: "test"})
	}
	if err != nil {
		b.t.Fatal(err)
	}
	opt.Do, opt.Stop, opt.Concurrency = client, stop, 1
	opt.On = func(e Event) {
		if e.Ended != nil && e.Ended.Status == Done && !e.Ended.Before {
			if count++; count == effects {
				close(stop)
			}
		}
	}
	result, err := b.program.Apply(context.Background(), opt)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := opt.Run.Close(result); err != nil {
		b.t.Fatal(err)
	}
	return result
}
