package recovery_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// TestDoneIsRemembered has Intercom say that calls were carried out, in answers
// that cannot be read, and its search lag for longer than the setting. Such a
// call is never sent again, also not when the run is taken up later.
func TestDoneIsRemembered(t *testing.T) {
	const rows = 30
	dir := t.TempDir()
	s := stretch{File: leads.write(t, dir, rows), Dir: filepath.Join(dir, "run"), Lag: time.Minute, Width: 1}
	synctest.Test(t, func(t *testing.T) {
		server := sandbox.New(sandbox.Options{Data: data(rows), IndexLag: 2 * time.Hour})
		server.Fail(sandbox.Fault{Kind: sandbox.FaultTruncated, Method: "POST", Path: "/contacts", Probability: 0.3})
		s.client = server.Client()
		first := s.must(t)
		server.Heal()
		time.Sleep(30 * time.Minute)
		second := s.must(t)
		v := affairOf(t, leads, rows, server, s.Dir, second).judge()
		if len(v.Twice)+len(v.Lost)+len(v.Lies) > 0 {
			t.Errorf("the promise does not hold: %+v", v)
		}
		if first.rows()["in_doubt"] == 0 || len(v.InDoubt) != int(first.rows()["in_doubt"]) {
			t.Errorf("%d rows were in doubt, and then %d", first.rows()["in_doubt"], len(v.InDoubt))
		}
		time.Sleep(3 * time.Hour)
		affairOf(t, leads, rows, server, s.Dir, s.must(t)).mustHold(t)
	})
}

// TestResultsAreWhole kills a run and takes it up: results.ndjson then has a
// line for each row, and nothing else.
func TestResultsAreWhole(t *testing.T) {
	const rows = 100
	dir := t.TempDir()
	p := newPlace(t, rows, 0)
	s := stretch{File: users.write(t, dir, rows), Dir: filepath.Join(dir, "run"), URL: p.http.URL, Lag: settingLag}
	sprung := make(chan struct{})
	p.set(answered, rows/2, func() { close(sprung) })
	c := start(t, order{Stretch: s})
	c.reaches(t, sprung)
	c.kill()
	<-c.ended
	p.close()
	s.finish(t, p.server)
	if n := len(lastLines(t, s.Dir)); n != rows {
		t.Errorf("results.ndjson tells of %d rows, want %d", n, rows)
	}
	text, err := os.ReadFile(filepath.Join(s.Dir, "results.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		if !json.Valid(line) {
			t.Errorf("results.ndjson has the line %q", line)
		}
	}
}
