package recovery_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// TestTailCut cuts the journal of a run at a byte, as a power failure may, and
// puts the workspace back to what it was when that byte was written: with the
// effects of the calls that were on record by then, where the last of them may
// have been applied or not. Then the run is taken up.
func TestTailCut(t *testing.T) {
	tests := []struct {
		name    string
		effects int // behind which the run was stopped; 0 for a run that has ended
	}{
		{"a run that has ended", 0},
		{"a run that was stopped", 12},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			newCut(t, tt.effects).everywhere(t, size(t, fewer(150), 1<<20))
		})
	}
}

// cut is a run that is cut again and again.
type cut struct {
	rows     int
	stretch  stretch
	journal  []byte
	name     string // of its file
	lastByte time.Time
	now      sandbox.Data // the workspace at its end
}

// newCut makes the run, one row after the other.
func newCut(t *testing.T, effects int) *cut {
	const rows = 24
	dir := t.TempDir()
	p := newPlace(t, rows, 0)
	c := &cut{rows: rows, stretch: stretch{File: users.write(t, dir, rows), Dir: filepath.Join(dir, "run"), URL: p.http.URL, Width: 1}}
	if effects > 0 {
		c.stretch.stopped(t, p, effects)
	} else {
		c.stretch.must(t)
	}
	c.now, c.lastByte = p.server.Snapshot(), time.Now()
	c.name = filepath.Join(c.stretch.Dir, "journal-000001.log")
	c.journal = []byte(journalText(t, c.stretch.Dir))
	return c
}

// everywhere cuts at each byte, or at as many as are wanted.
func (c *cut) everywhere(t *testing.T, most int) {
	step := max(1, len(c.journal)/most)
	for at := len(c.journal); at >= 0; at -= step {
		done := begunIn(c.journal[:at])
		c.at(t, at, done)
		if answers := bytes.Count(c.journal[:at], []byte(`{"t":"answer"`)); len(done) > answers {
			c.at(t, at, done[:len(done)-1]) // the last call did not come through
		}
		if t.Failed() {
			t.Fatalf("cut at byte %d of %d", at, len(c.journal))
		}
	}
}

// at cuts at a byte, in a workspace with the effects of some rows.
func (c *cut) at(t *testing.T, at int, effects []string) {
	t.Helper()
	s := c.stretch
	s.Dir = filepath.Join(t.TempDir(), "run")
	if err := os.CopyFS(s.Dir, os.DirFS(c.stretch.Dir)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.Dir, filepath.Base(c.name)), c.journal[:at], 0o600); err != nil {
		t.Fatal(err)
	}
	before := c.workspace(effects)
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(c.lastByte) + 10*time.Minute)
		server := sandbox.New(sandbox.Options{Data: &before})
		s.client, s.URL = server.Client(), ""
		a := affairOf(t, users, c.rows, server, s.Dir, s.must(t))
		for _, row := range effects {
			a.effects = append(a.effects, effect{row, 0})
		}
		a.mustHold(t)
	})
}

var intentForm = regexp.MustCompile(`(?m)^[0-9a-f]{8} \{"t":"intent","at":"rows\[\\"(row-\d{5})\\"\]\.make".*\n`)

// begunIn names the rows whose calls are on record, in order.
func begunIn(journal []byte) (rows []string) {
	for _, match := range intentForm.FindAllSubmatch(journal, -1) {
		rows = append(rows, string(match[1]))
	}
	return rows
}

// workspace is the one at the end, without the contacts of other rows.
func (c *cut) workspace(rows []string) sandbox.Data {
	kept := c.now
	kept.Contacts = slices.DeleteFunc(slices.Clone(c.now.Contacts), func(each sandbox.Contact) bool {
		return each.ExternalID != "" && !slices.Contains(rows, each.ExternalID)
	})
	return kept
}

// TestKilledWhileItBegins leaves in the folder of a run the first few of the
// files that it is begun with. Nothing was sent by then: the run begins anew, or
// says what is missing.
func TestKilledWhileItBegins(t *testing.T) {
	dir := t.TempDir()
	p := newPlace(t, 1, 0)
	s := stretch{File: users.write(t, dir, 1), Dir: filepath.Join(dir, "run"), URL: p.http.URL}
	<-start(t, order{Stretch: s, OnlyOpen: true}).ended
	all := map[string]bool{}
	for _, name := range filesIn(t, s.Dir) {
		all[name] = true
	}
	for _, lost := range slices.Sorted(maps.Keys(all)) {
		t.Run("without "+lost, func(t *testing.T) {
			again := s
			again.Dir = filepath.Join(t.TempDir(), "run")
			if err := os.CopyFS(again.Dir, os.DirFS(s.Dir)); err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(filepath.Join(again.Dir, lost)); err != nil {
				t.Fatal(err)
			}
			said := start(t, order{Stretch: again, OnlyOpen: true}).failure()
			if said != "" && !bytes.Contains([]byte(said), []byte(lost)) {
				t.Errorf("it said %s, which does not name %s", strconv.Quote(said), lost)
			}
		})
	}
	if n := requests(p.server); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func filesIn(t testing.TB, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
