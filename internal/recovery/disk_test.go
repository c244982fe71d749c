package recovery_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// TestDiskFull lets the files of a run grow to a size and no further, takes the
// run up with a little more room a few times, and then with all the room it
// needs. Nothing is sent that is not on record.
func TestDiskFull(t *testing.T) {
	for _, w := range []workload{users, leads} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			full := 0
			for i := range size(t, fewer(6), 100) {
				chance := rand.New(rand.NewPCG(uint64(i+4), 2)) // the first disk is a small one
				full += w.onASmallDisk(t, uint64(4<<10+chance.IntN(150<<10)))
			}
			if full == 0 {
				t.Error("the disk was never full")
			}
		})
	}
}

// onASmallDisk gives how often the disk was full.
func (w workload) onASmallDisk(t *testing.T, room uint64) (full int) {
	const rows = 150
	dir := t.TempDir()
	p := newPlace(t, rows, shortLag)
	s := stretch{File: w.write(t, dir, rows), Dir: filepath.Join(dir, "run"), URL: p.http.URL, Lag: settingLag}
	for range 3 {
		c := start(t, order{Stretch: s, MaxFile: room, TempDir: t.TempDir()})
		if _, ok := c.wait(); !ok {
			full++
			if !strings.Contains(c.failure(), "file too large") {
				t.Fatalf("with files of %d bytes it failed with %q", room, c.failure())
			}
		}
		mustBeOnRecord(t, s.Dir, w.effects(t, p.server.Ledger()))
		room += 4 << 10
	}
	p.close()
	r := s.finish(t, p.server)
	affairOf(t, w, rows, p.server, s.Dir, r).mustHold(t)
	return full
}

// mustBeOnRecord demands that the journal has a word about each effect.
func mustBeOnRecord(t *testing.T, dir string, effects []effect) {
	t.Helper()
	text := journalText(t, dir)
	for _, e := range effects {
		if !strings.Contains(text, `rows[\"`+e.row+`\"].make`) {
			t.Errorf("%s took effect, and the journal does not know of it", e.row)
		}
	}
}

// journalText is all that the journal of a run holds.
func journalText(t testing.TB, dir string) string {
	t.Helper()
	segments, err := filepath.Glob(filepath.Join(dir, "journal-*"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range segments {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

// TestNoPlaceForTheRun gives a run a folder that it cannot write to: nothing is
// sent, and the message names the place.
func TestNoPlaceForTheRun(t *testing.T) {
	const rows = 3
	tests := []struct {
		name    string
		prepare func(t *testing.T, p *place, s *stretch) // makes the place
	}{
		{"a file stands in the place of a folder", func(t *testing.T, _ *place, s *stretch) {
			s.Dir = filepath.Join(s.File, "run")
		}},
		{"the folder above may only be read", func(t *testing.T, _ *place, s *stretch) {
			chmod(t, filepath.Dir(s.Dir), 0o555)
		}},
		{"the folder of a run that stopped may only be read", func(t *testing.T, p *place, s *stretch) {
			c := start(t, order{Stretch: *s, OnlyOpen: true})
			<-c.ended
			chmod(t, s.Dir, 0o555)
		}},
		{"the journal of a run that stopped may only be read", func(t *testing.T, p *place, s *stretch) {
			c := start(t, order{Stretch: *s, OnlyOpen: true})
			<-c.ended
			chmodAll(t, s.Dir)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			chmod(t, filepath.Dir(dir), 0o755)
			p := newPlace(t, rows, 0)
			home := filepath.Join(dir, "home")
			if err := os.Mkdir(home, 0o755); err != nil {
				t.Fatal(err)
			}
			s := stretch{File: users.write(t, dir, rows), Dir: filepath.Join(home, "run"), URL: p.http.URL}
			chmod(t, s.File, 0o644)
			chmod(t, filepath.Join(dir, "rows.csv"), 0o644)
			tt.prepare(t, p, &s)
			before := requests(p.server)
			c := start(t, order{Stretch: s, Nobody: os.Getuid() == 0})
			said := c.failure()
			if !strings.Contains(said, s.Dir) {
				t.Errorf("it said %q, which does not name %s", said, s.Dir)
			}
			if n := requests(p.server) - before; n > 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

func requests(server *sandbox.Server) (n int) {
	for _, calls := range server.Calls() {
		n += calls
	}
	return n
}

func chmod(t testing.TB, name string, mode os.FileMode) {
	t.Helper()
	info, err := os.Stat(name)
	if err == nil {
		err = os.Chmod(name, mode)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(name, info.Mode()) })
}

// chmodAll lets everybody read a folder and what is in it, and nobody write.
func chmodAll(t testing.TB, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		chmod(t, filepath.Join(dir, e.Name()), 0o444)
	}
	chmod(t, dir, 0o555)
}
