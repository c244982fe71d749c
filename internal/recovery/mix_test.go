package recovery_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// mix is what goes wrong on a bad day: in seven of a hundred calls something.
func mix(seed uint64) []sandbox.Fault {
	faults := []sandbox.Fault{
		{Kind: sandbox.FaultLost, Probability: 0.02},
		{Kind: sandbox.FaultReset, Probability: 0.01},
		{Kind: sandbox.FaultTruncated, Probability: 0.005},
		{Kind: sandbox.FaultNotJSON, Probability: 0.005},
		{Kind: sandbox.FaultSlow, Probability: 0.002},
		{Kind: sandbox.FaultLatency, Probability: 0.01, Delay: 1500 * time.Millisecond},
	}
	for _, status := range []int{500, 502, 503, 504} {
		faults = append(faults,
			sandbox.Fault{Kind: sandbox.FaultStatus, Status: status, Probability: 0.0025},
			sandbox.Fault{Kind: sandbox.FaultStatus, Status: status, Probability: 0.0025, After: true})
	}
	for i := range faults {
		faults[i].Seed = 100*seed + uint64(i)
	}
	return append(faults, sandbox.Fault{Kind: sandbox.FaultLatency, Delay: 150 * time.Millisecond})
}

// TestFaults applies a workflow on a bad day, and takes it up until nothing is
// left.
func TestFaults(t *testing.T) {
	type form struct{ rows, seeds int }
	for _, w := range workloads {
		f := size(t, form{5000, 3}, form{5000, 20})
		if testing.Short() {
			f = form{125, 1}
		}
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			overheads := make([]float64, f.seeds)
			for seed := range overheads {
				t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
					t.Parallel()
					overheads[seed] = w.onABadDay(t, f.rows, mix(uint64(seed)))
					if seed < 3 && overheads[seed] > w.overhead { // those of every day keep to it one by one
						t.Errorf("%.3f requests were made for each step, want at most %.2f", overheads[seed], w.overhead)
					}
				})
			}
			t.Cleanup(func() { // all of them have ended
				mean := 0.0
				for _, overhead := range overheads {
					mean += overhead / float64(len(overheads))
				}
				t.Logf("%.3f requests were made for each step: %.3f", mean, overheads)
				if mean > w.overhead {
					t.Errorf("want at most %.2f", w.overhead)
				}
			})
		})
	}
}

// onABadDay gives the requests that were made for each step.
func (w workload) onABadDay(t *testing.T, rows int, faults []sandbox.Fault) (overhead float64) {
	w = w.blind()
	dir := t.TempDir()
	s := stretch{File: w.write(t, dir, rows), Dir: filepath.Join(dir, "run"), Width: 1}
	synctest.Test(t, func(t *testing.T) {
		server := sandbox.New(sandbox.Options{Data: data(rows), IndexLag: time.Minute})
		for _, f := range faults {
			server.Fail(f)
		}
		watch := &watch{}
		s.client, s.log = server.Client(), watch.see
		r := s.must(t)
		for range 5 {
			if r.left() == 0 {
				break
			}
			time.Sleep(15 * time.Minute)
			r = s.must(t)
		}
		a := affairOf(t, w, rows, server, s.Dir, r)
		a.mustHold(t)
		overhead = a.overhead()
		if watch.longest > time.Minute {
			t.Errorf("an attempt took %s, want a minute at most", watch.longest)
		}
	})
	return overhead
}

// watch looks at the attempts of a client.
type watch struct {
	mu      sync.Mutex
	longest time.Duration
	refused []span // those answered with 429
	sent    []time.Time
}

type span struct{ from, to time.Time }

func (w *watch) see(a intercom.Attempt) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	w.longest = max(w.longest, a.Duration)
	w.sent = append(w.sent, now.Add(-a.Duration))
	if a.Status == http.StatusTooManyRequests {
		w.refused = append(w.refused, span{now.Add(-a.Duration), now})
	}
}
