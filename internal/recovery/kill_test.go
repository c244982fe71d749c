package recovery_test

import (
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// TestKilledAnywhere kills the process of a run with kill -9, again and again,
// at moments of its traffic, and takes the run up until it is done.
func TestKilledAnywhere(t *testing.T) {
	for i, w := range append(workloads, updates.blind(), upserts, upserts.blind()) {
		t.Run(w.name+w.settings, func(t *testing.T) {
			t.Parallel()
			form := size(t, killing{rows: 3000, kills: 60}, killing{rows: 3000, kills: 300})
			if testing.Short() {
				form = killing{rows: 100, kills: 3}
			}
			form.chance = rand.New(rand.NewPCG(uint64(i), 1))
			form.run(t, w)
		})
	}
}

// killing is a run that is killed often.
type killing struct {
	rows, kills int
	chance      *rand.Rand
}

// The search lags a little, so that what was made just before a kill is not
// found just behind it.
const (
	shortLag   = time.Second
	settingLag = 2 * time.Second
)

func (k killing) run(t *testing.T, w workload) {
	dir := t.TempDir()
	p := newPlace(t, k.rows, shortLag)
	s := stretch{File: w.write(t, dir, k.rows), Dir: filepath.Join(dir, "run"), URL: p.http.URL, Lag: settingLag}
	killed := 0
	for range k.kills {
		killed += k.once(t, p, s)
	}
	if killed < k.kills/2 {
		t.Errorf("only %d of %d processes were killed before they had ended", killed, k.kills)
	}
	p.close()
	r := s.finish(t, p.server)
	a := affairOf(t, w, k.rows, p.server, s.Dir, r)
	t.Logf("%d rows, %d kills, %d requests to look for something, %.2f requests a step in all",
		k.rows, killed, lookups(p.server.Calls()), a.overhead())
	a.mustHold(t)
}

// once starts a process and kills it. It gives 1 if it was killed in time.
func (k killing) once(t *testing.T, p *place, s stretch) int {
	t.Helper()
	sprung := make(chan struct{})
	begins := k.chance.IntN(8) == 0
	if !begins {
		p.set(moment(k.chance.IntN(int(moments))), 1+k.chance.IntN(2*k.rows/(k.kills+1)), func() { close(sprung) })
	}
	c := start(t, order{Stretch: s})
	if begins {
		select {
		case <-c.begun:
		case <-c.ended:
		}
		c.kill()
	}
	select {
	case <-sprung:
		c.kill()
	case <-c.ended:
	}
	<-c.ended
	p.set(0, 0, nil)
	if failure := c.failure(); failure != "" {
		t.Fatalf("a process that was not killed failed: %s", failure)
	}
	if c.cmd.ProcessState.Success() {
		return 0
	}
	return 1
}

// finish takes a run up, in this process, until nothing is left of it. It does
// so where waiting costs no time, and long enough after what was before for a
// search to prove something.
func (s stretch) finish(t *testing.T, server *sandbox.Server) (last report) {
	t.Helper()
	s.client, s.URL, s.Width = server.Client(), "", 1
	now := time.Now()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(now)) // the clock in here begins in the year 2000
		for range 5 {
			time.Sleep(10*time.Minute + s.Lag)
			if last = s.must(t); last.left() == 0 {
				return
			}
		}
	})
	return last
}

// affairOf puts together what a workspace and a report say about a run.
func affairOf(t testing.TB, w workload, rows int, server *sandbox.Server, dir string, r report) affair {
	t.Helper()
	a := affair{
		rows: markers(rows), repeatable: w.repeatable,
		effects: w.effects(t, server.Ledger()), told: told(t, dir, r, markers(rows)),
	}
	for _, n := range server.Calls() {
		a.requests += n
	}
	return a
}

// isWrite reports whether a request may change something.
func isWrite(r *http.Request) bool {
	return r.Method != http.MethodGet && !strings.HasSuffix(r.URL.Path, "/search")
}
