package recovery_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// TestACallThatWaitedLong has Intercom turn away everything for ten minutes, so
// that a call goes out long after it was meant to, and ends the process the
// moment it is applied. The next one must know how late that may have been.
func TestACallThatWaitedLong(t *testing.T) {
	const rows = 5
	for _, w := range []workload{users, leads, tickets} {
		t.Run(w.name, func(t *testing.T) {
			dir := t.TempDir()
			s := stretch{File: w.write(t, dir, rows), Dir: filepath.Join(dir, "run"), Width: 1}
			atDeath := filepath.Join(dir, "at-death", "run")
			synctest.Test(t, func(t *testing.T) {
				stop := make(chan struct{})
				server := sandbox.New(sandbox.Options{Data: data(rows), IndexLag: time.Minute, On: func(sandbox.Entry) {
					select {
					case <-stop:
					default:
						if err := os.CopyFS(atDeath, os.DirFS(s.Dir)); err != nil {
							t.Error(err)
						}
						close(stop)
					}
				}})
				server.Fail(sandbox.Fault{Kind: sandbox.FaultRateLimit, Method: "POST", Path: w.path()})
				time.AfterFunc(10*time.Minute, server.Heal)
				s.client, s.stop = server.Client(), stop
				s.must(t)
				s.Dir, s.stop = atDeath, nil
				for range 2 {
					time.Sleep(10 * time.Minute)
					affairOf(t, w, rows, server, s.Dir, s.must(t)).mustHold(t)
				}
			})
		})
	}
}
