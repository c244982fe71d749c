package recovery_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSmallDisks has the program apply a workflow with its state directory on a
// disk of its own, from one that not even the folder fits on upwards. The disk
// fills, and the program says so and ends. Then the disk is made larger, in the
// end by enough, and the run is taken up.
func TestSmallDisks(t *testing.T) {
	if !mayMount(t) {
		inANamespace(t)
		return
	}
	form := size(t, smallDisks{rows: 200, bulk: 6 << 10, sizes: someSizes()}, smallDisks{rows: 3000, sizes: allSizes()})
	for _, w := range []workload{users, leads} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			full := 0
			for _, kib := range form.sizes {
				t.Run(fmt.Sprintf("%d KiB", kib), func(t *testing.T) { full += form.run(t, w, kib) })
			}
			if full < len(form.sizes)/2 {
				t.Errorf("of %d disks only %d were full", len(form.sizes), full)
			}
		})
	}
}

// smallDisks are the sizes to be tried, in KiB.
type smallDisks struct {
	rows, bulk int // bulk makes the records of a row larger, in bytes
	sizes      []int
}

// A journal reserves its first MiB. What stands beside it needs some more, and
// a run of all rows about two.
const firstMiB = 1 << 10

// someSizes have no room for all of the journal, the results, the list of the
// loop, the journal's reserve, and the folder, in this order.
func someSizes() []int {
	sizes := []int{firstMiB + 100, firstMiB + 56, firstMiB + 28, firstMiB + 4, 4}
	return sizes[:fewer(len(sizes))]
}

func allSizes() (sizes []int) {
	for _, part := range []struct{ to, step int }{{64, 4}, {firstMiB, 64}, {firstMiB + 80, 4}, {3 * firstMiB, 40}} {
		from := 0
		if len(sizes) > 0 {
			from = sizes[len(sizes)-1]
		}
		for kib := from + part.step; kib <= part.to; kib += part.step {
			sizes = append(sizes, kib)
		}
	}
	return sizes
}

// run gives 1 if the disk was full.
func (d smallDisks) run(t *testing.T, w workload, kib int) (full int) {
	w.steps = strings.Replace(w.steps, "with: {", fmt.Sprintf("with: {name: %q, ", "A"+strings.Repeat("a", d.bulk)), 1)
	p := newPlace(t, d.rows, shortLag)
	disk := mount(t, kib)
	r := &small{place: p, disk: disk, file: w.write(t, t.TempDir(), d.rows), rescue: t.TempDir(), waits: w.name == leads.name}
	if r.flowrun(t, "apply", r.file) == 0 {
		return 0
	}
	mustBeOnRecord(t, r.dir(t), w.effects(t, p.server.Ledger()))
	if !r.waits {
		disk.grow(t, kib+64)
		r.goOn(t)
		mustBeOnRecord(t, r.dir(t), w.effects(t, p.server.Ledger()))
	}
	disk.grow(t, 64<<10)
	last := r.finish(t)
	affairOf(t, w, d.rows, p.server, r.dir(t), last).mustHold(t)
	if n := len(lastLines(t, r.dir(t))); n != d.rows {
		t.Errorf("results.ndjson tells of %d rows, want %d", n, d.rows)
	}
	return 1
}

// TestStepsOnAFullDisk leaves no room for the results of a run without loops,
// which are written at its end. Such a run has not ended.
func TestStepsOnAFullDisk(t *testing.T) {
	if !mayMount(t) {
		inANamespace(t)
		return
	}
	r := &small{place: newPlace(t, 0, 0), disk: mount(t, firstMiB+16), file: filepath.Join(t.TempDir(), "workflow.yaml"), rescue: t.TempDir()}
	writeFile(t, r.file, "{version: 1, steps: [{action: createTag, with: {name: a}}, {action: createTag, with: {name: b}}]}")
	if code := r.flowrun(t, "apply", r.file); code != 9 {
		t.Errorf("it ended with %d", code)
	}
	r.disk.grow(t, 64<<10)
	if code := r.flowrun(t, "resume", "last"); code != 0 {
		t.Errorf("with room enough it ended with %d", code)
	}
	results, err := os.ReadFile(filepath.Join(r.dir(t), "results.ndjson"))
	if n := strings.Count(string(results), "\n"); err != nil || n != 2 || len(r.place.server.Ledger()) != 2 {
		t.Errorf("results.ndjson has %d lines (%v), and the ledger %d", n, err, len(r.place.server.Ledger()))
	}
}

// small is a workflow that is applied with its state directory on a disk.
type small struct {
	place        *place
	disk         *disk
	file, rescue string
	waits        bool // a resume has to wait for a search to prove something
}

// flowrun runs the program with a command of an apply or a resume, which has to
// go well or to say that the disk is full, and how to go on.
func (r *small) flowrun(t *testing.T, args ...string) (code int) {
	t.Helper()
	args = append(args, "--state-dir", r.state(), "--quiet")
	c := start(t, order{Args: args, Stretch: stretch{URL: r.place.http.URL}, TempDir: r.rescue})
	<-c.ended
	code = c.cmd.ProcessState.ExitCode()
	said := c.stderr.String()
	if code == 0 || code == 3 && strings.Contains(said, "ended before it began: nothing was sent\nflowrun: hint: apply the workflow again\n") {
		return code
	}
	_, said, _ = strings.Cut(said, "flowrun: error: ")
	problem, hints, _ := strings.Cut(said, "\n")
	t.Logf("%s: %s", args[0], problem)
	if code != 9 || !strings.Contains(problem, r.disk.dir) || !strings.Contains(problem, "no space left on device") {
		t.Errorf("%s ended with %d and said %q", args[0], code, problem)
	}
	if !strings.HasPrefix(hints, "flowrun: hint: make room ") || strings.Contains(hints, "error:") {
		t.Errorf("behind %q it said %q", problem, hints)
	}
	return code
}

// goOn takes the run up, or applies the workflow again where none began.
func (r *small) goOn(t *testing.T) (code int) {
	t.Helper()
	if code = r.flowrun(t, "resume", "last"); code == 3 {
		code = r.flowrun(t, "apply", r.file)
	}
	return code
}

// finish does what is left where there is room. Where something has to be waited
// for, that is done where waiting costs no time.
func (r *small) finish(t *testing.T) (last report) {
	t.Helper()
	s := stretch{File: r.file, Dir: r.dir(t), Lag: settingLag}
	if s.Dir != "" && r.waits {
		r.place.close()
		return s.finish(t, r.place.server)
	}
	if code := r.goOn(t); code != 0 {
		t.Fatalf("with room enough it ended with %d", code)
	}
	text, err := os.ReadFile(filepath.Join(r.dir(t), "result.json"))
	if err == nil {
		err = json.Unmarshal(text, &last)
	}
	if err != nil {
		t.Fatal(err)
	}
	return last
}

func (r *small) state() string { return filepath.Join(r.disk.dir, "state") }

// dir is the folder of the run, of which there is one that came as far as its
// results; "" where there is none yet.
func (r *small) dir(t *testing.T) string {
	t.Helper()
	begun, err := filepath.Glob(filepath.Join(r.state(), "runs", "2*", "results.ndjson"))
	if err != nil || len(begun) > 1 {
		t.Fatal(begun, err)
	}
	if len(begun) == 0 {
		return ""
	}
	return filepath.Dir(begun[0])
}

// TestFilesOnAFullDisk asks for files on a disk that is full, and has the
// temporary ones there: what was there before stays as it is, nothing half
// written is left, and a plan or a list that cannot be kept ends the command.
func TestFilesOnAFullDisk(t *testing.T) {
	if !mayMount(t) {
		inANamespace(t)
		return
	}
	const rows = 300
	p := newPlace(t, rows, 0)
	file, state := users.write(t, t.TempDir(), rows), t.TempDir()
	tests := []struct {
		name  string
		args  []string // DISK is the folder on the disk
		there bool     // temporary files are there, too
		code  int
		says  string
	}{
		{"a plan", []string{"plan", file, "--out", "DISK/old"}, false, 9,
			"flowrun: error: DISK/old: no space left on device\nflowrun: hint: make room on that disk\n"},
		{"reports", []string{"apply", file, "--state-dir", state, "--report=csv=DISK/old", "--report=json=DISK/new"}, false, 0,
			"flowrun: the report DISK/old could not be written: no space left on device\nflowrun: the report DISK/new could not be written: no space left on device\n"},
		{"the lists of a plan", []string{"plan", file}, true, 9,
			"/list-1.ndjson: no space left on device\nflowrun: hint: make room on that disk, or name another folder with TMPDIR\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			disk := mount(t, 16)
			writeFile(t, filepath.Join(disk.dir, "old"), strings.Repeat("x", 15<<10))
			temp := t.TempDir()
			if tt.there {
				temp = disk.dir
			}
			args := strings.Split(strings.ReplaceAll(strings.Join(append(tt.args, "--quiet"), "\n"), "DISK", disk.dir), "\n")
			c := start(t, order{Args: args, Stretch: stretch{URL: p.http.URL}, TempDir: temp})
			<-c.ended
			if code := c.cmd.ProcessState.ExitCode(); code != tt.code {
				t.Errorf("it ended with %d, want %d", code, tt.code)
			}
			if said := c.stderr.String(); !strings.HasSuffix(said, strings.ReplaceAll(tt.says, "DISK", disk.dir)) {
				t.Errorf("it said %q, want %q", said, tt.says)
			}
			left, err := os.ReadDir(disk.dir)
			if info, statErr := os.Stat(filepath.Join(disk.dir, "old")); err != nil || statErr != nil || len(left) != 1 || info.Size() != 15<<10 {
				t.Errorf("on the disk are %v (%v, %v)", left, err, statErr)
			}
		})
	}
}
