package recovery_test

import (
	"context"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// TestStorms has Intercom turn away everything for a while, as it does when
// another app uses up the allowance of the workspace: no row fails, and as long
// as the door is shut hardly anybody knocks.
func TestStorms(t *testing.T) {
	tests := []struct {
		name        string
		storm, calm time.Duration
		times       int
		width       int
	}{
		{"five seconds of every minute", 5 * time.Second, 55 * time.Second, 5, 16},
		{"ten minutes at a stretch", 10 * time.Minute, 0, 1, 16},
		{"ten minutes, and one call knocks again and again", 10 * time.Minute, 0, 1, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			const rows = 500
			dir, w := t.TempDir(), updates.blind()
			s := stretch{File: w.write(t, dir, rows), Dir: filepath.Join(dir, "run"), Width: tt.width}
			synctest.Test(t, func(t *testing.T) {
				server := sandbox.New(sandbox.Options{Data: data(rows), Limit: 100})
				server.Fail(sandbox.Fault{Kind: sandbox.FaultLatency, Probability: 0.5, Delay: 150 * time.Millisecond})
				go storm(t.Context(), server, tt.storm, tt.calm, tt.times)
				var seen watch
				s.client, s.log = server.Client(), seen.see
				affairOf(t, w, rows, server, s.Dir, s.must(t)).mustHold(t)
				if len(seen.refused) == 0 {
					t.Error("the storm was not felt")
				}
				if most := seen.knocks(); most > 2 {
					t.Errorf("%d calls were sent in a window that was known to be shut, want 2 at most", most)
				}
			})
		})
	}
}

// storm shuts the door again and again, from the tenth second on.
func storm(ctx context.Context, server *sandbox.Server, storm, calm time.Duration, times int) {
	open := sandbox.Fault{Kind: sandbox.FaultLatency, Probability: 0.5, Delay: 150 * time.Millisecond}
	weather := []struct {
		fault sandbox.Fault
		lasts time.Duration
	}{{sandbox.Fault{Kind: sandbox.FaultRateLimit}, storm}, {open, calm}}
	time.Sleep(10 * time.Second)
	for range times {
		for _, w := range weather {
			server.Heal()
			server.Fail(w.fault)
			select {
			case <-time.After(w.lasts):
			case <-ctx.Done():
				return
			}
		}
	}
}

// knocks is the most calls that were sent in one window behind its first 429.
func (w *watch) knocks() (most int) {
	const window = 10 * time.Second
	const phase = 6 // of the sandbox's windows, in Unix seconds
	number := func(t time.Time) int64 { return (t.Unix() - phase) / int64(window.Seconds()) }
	shut := map[int64]time.Time{}
	for _, r := range w.refused {
		if first, ok := shut[number(r.from)]; !ok || r.to.Before(first) {
			shut[number(r.from)] = r.to
		}
	}
	knocks := map[int64]int{}
	for _, sent := range w.sent {
		if first, ok := shut[number(sent)]; ok && sent.After(first) {
			knocks[number(sent)]++
			most = max(most, knocks[number(sent)])
		}
	}
	return most
}
