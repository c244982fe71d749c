package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
)

// faulty runs the workload with one fault, and then checks that it was final,
// and that every record is in the journal or in the rescue file.
func faulty(t *testing.T, op string, nth int, f fault) (hit bool) {
	t.Helper()
	d := newDisk()
	d.fault = func(_ int, name string) fault {
		if name == op && d.counts[op] == nth {
			hit = true
			return f
		}
		return fault{}
	}
	var copied bytes.Buffer
	w, err := begin(d, Options{SegmentSize: 3000, RescueDir: t.TempDir(), Rescue: &copied})
	if err != nil {
		if !errors.Is(err, f.err) || d.held {
			t.Errorf("%s %d: begin gives %v, and the lock is held: %v", op, nth, err, d.held)
		}
		return true
	}
	w.run(40)
	if !hit || w.err == nil && op == "truncate" { // at the end, to give back room: nothing depends on it
		return hit
	}
	checkFinal(t, w, f.err)
	checkRescued(t, d, w, copied.String())
	return true
}

func checkFinal(t *testing.T, w *workload, cause error) {
	t.Helper()
	var failed *FailedError
	if !errors.As(w.err, &failed) || !errors.Is(w.err, cause) {
		t.Fatalf("error = %v, want a FailedError of %v", w.err, cause)
	}
	for name, err := range map[string]error{
		"Intent": w.j.Intent(context.Background(), Intent{Address: "late", Durable: true}),
		"Sync":   w.j.Sync(context.Background()),
		"Row":    w.j.Row(Row{Path: Path{{"mark", 0}}, Status: Done}),
	} {
		if !errors.As(err, &failed) {
			t.Errorf("%s behind it gives %v", name, err)
		}
	}
}

// checkRescued compares what was given with what can be found again.
func checkRescued(t *testing.T, d *disk, w *workload, copied string) {
	t.Helper()
	var failed *FailedError
	errors.As(w.err, &failed)
	rescued, err := os.ReadFile(failed.Rescue)
	if err != nil {
		t.Fatal(err)
	}
	if string(rescued) != copied {
		t.Errorf("the rescue file and the writer differ:\n%s\n%s", rescued, copied)
	}
	got, err := recorded(d.synced())
	if err != nil {
		t.Fatal(err)
	}
	checkKept(t, w, got)
	found := map[string]bool{}
	for _, r := range got {
		found[r] = true
	}
	for line := range strings.Lines(string(rescued)) {
		r, err := recordOf([]byte(line))
		if err != nil {
			t.Fatalf("rescued line %q: %v", line, err)
		}
		found[text(r)] = true
	}
	for i, r := range w.given {
		if !found[r] && !w.refused[r] { // an intent that is refused is not sent
			t.Errorf("record %d of %d is lost: %s", i, len(w.given), r)
		}
	}
}

// every makes a fault at the first, the second, ... call of one kind.
func every(t *testing.T, op string, f fault) {
	t.Helper()
	for nth := 1; faulty(t, op, nth, f); nth++ {
		if t.Failed() {
			t.Fatalf("%s number %d", op, nth)
		}
	}
}

func TestAFailedSyncIsFinalAndNothingIsLost(t *testing.T) {
	every(t, "sync", fault{err: syscall.EIO})
	every(t, "syncdir", fault{err: syscall.EIO})
}

func TestAFullDiskIsFinalAndNothingIsLost(t *testing.T) {
	parts := []int{536, 300, 0}
	if testing.Short() {
		parts = parts[:1]
	}
	for _, part := range parts {
		every(t, "write", fault{err: syscall.ENOSPC, write: part})
	}
	every(t, "reserve", fault{err: syscall.ENOSPC})
	every(t, "create", fault{err: syscall.ENOSPC})
}

// What a full disk left half written is taken away at once, so that a journal
// that is copied then is whole; and with room again, the run goes on.
func TestARunGoesOnWhenTheDiskHasRoomAgain(t *testing.T) {
	for nth := 2; nth < 40; nth++ {
		d := newDisk()
		d.fault = func(_ int, op string) fault {
			if op == "write" && d.counts[op] >= nth {
				return fault{err: syscall.ENOSPC, write: 100}
			}
			return fault{}
		}
		opt := Options{SegmentSize: 3000, RescueDir: t.TempDir(), FS: d}
		w, err := begin(d, opt)
		if err != nil {
			t.Fatal(err)
		}
		w.run(40)
		d.fault = nil
		j, state, err := Resume("run", opt)
		if err != nil {
			t.Fatalf("write %d: %v", nth, err)
		}
		if state.Cut != nil && state.Cut.Offset != 0 { // at 0: a segment that was being made
			t.Errorf("write %d: there was half a line: %+v", nth, state.Cut)
		}
		got, err := recorded(d)
		if err != nil {
			t.Fatal(err)
		}
		checkKept(t, w, got)
		w.given, w.durable, w.err, w.j = got, len(got), nil, j
		if w.run(5); w.err != nil {
			t.Fatal(w.err)
		}
	}
}

func TestRescueNeedsNoSecondPlace(t *testing.T) {
	d := newDisk()
	var copied bytes.Buffer
	w, err := begin(d, Options{RescueDir: "/nowhere/at/all", Rescue: io.MultiWriter(&copied)})
	if err != nil {
		t.Fatal(err)
	}
	d.mu.Lock()
	d.fault = func(_ int, op string) fault { return fault{err: syscall.EROFS} }
	d.mu.Unlock()
	w.answer(Answer{Address: "tag", Status: Done})
	err = w.j.Close(nil)
	if want := "the journal cannot be written: read-only file system"; err == nil || err.Error() != want {
		t.Errorf("error = %v, want %q", err, want)
	}
	var line map[string]any
	if json.Unmarshal(copied.Bytes(), &line) != nil || line["at"] != "tag" {
		t.Errorf("rescued: %s", copied.String())
	}
}
