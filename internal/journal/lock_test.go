package journal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestMain lets the test binary be another process that wants a run.
func TestMain(m *testing.M) {
	if dir := os.Getenv("JOURNAL_TEST_HOLD"); dir != "" {
		hold(dir)
		return
	}
	os.Exit(m.Run())
}

// hold resumes a run, says how that went, and keeps the run until its input
// ends.
func hold(dir string) {
	j, _, err := Resume(dir, Options{Command: "flowrun resume R"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("held")
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := j.Close(nil); err != nil {
		fmt.Println(err)
	}
}

// other is another process that wants a run.
type other struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	out   *bufio.Reader
}

func another(t *testing.T, dir string) *other {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "JOURNAL_TEST_HOLD="+dir)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return &other{cmd, stdin, bufio.NewReader(stdout)}
}

// says is the next line of the process.
func (o *other) says(t *testing.T) string {
	t.Helper()
	line, err := o.out.ReadString('\n')
	if err != nil {
		t.Fatalf("the other process says %q: %v", line, err)
	}
	return strings.TrimSuffix(line, "\n")
}

func newRun(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	j, err := Create(dir, testHeader(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestOneProcessAtATime(t *testing.T) {
	dir := newRun(t)
	for range 10 {
		racers := []*other{another(t, dir), another(t, dir)}
		said := []string{racers[0].says(t), racers[1].says(t)}
		winner := slices.Index(said, "held")
		if winner < 0 || said[1-winner] == "held" {
			t.Fatalf("the two processes say %q", said)
		}
		named := fmt.Sprintf("another process holds this run: flowrun resume R, process %d on ", racers[winner].cmd.Process.Pid)
		if !strings.HasPrefix(said[1-winner], named) {
			t.Fatalf("the loser says %q, want %q...", said[1-winner], named)
		}
		for _, racer := range racers {
			racer.stdin.Close()
			if err := racer.cmd.Wait(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestWhoLetsGoIsNotNamed: else the next one to come, while a third has just
// taken the lock and not written its name yet, would be told of the first.
func TestWhoLetsGoIsNotNamed(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(newRun(t), lockName))
	if err != nil || len(text) > 0 {
		t.Errorf("the lock of a closed run says %q, %v", text, err)
	}
}

func TestTheHolderIsNamedAndItsDeathFreesTheRun(t *testing.T) {
	dir := newRun(t)
	holder := another(t, dir)
	if said := holder.says(t); said != "held" {
		t.Fatal(said)
	}
	_, _, err := Resume(dir, Options{}) // does not wait for the holder, who stays
	var locked *LockedError
	if !errors.As(err, &locked) || locked.Holder.PID != holder.cmd.Process.Pid || locked.Dir != dir {
		t.Fatalf("error = %v", err)
	}
	host, _ := os.Hostname()
	want := fmt.Sprintf("another process holds this run: flowrun resume R, process %d on %s, since ", locked.Holder.PID, host)
	if !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error = %q, want %q...", err, want)
	}
	if _, err := Create(dir, testHeader(), Options{}); !errors.As(err, &locked) {
		t.Errorf("Create gives %v", err)
	}
	if _, err := Read(dir); err != nil {
		t.Errorf("Read needs no lock and gives %v", err)
	}
	if err := holder.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = holder.cmd.Wait()
	j, s, err := Resume(dir, Options{})
	if err != nil || len(s.Resumed) != 1 {
		t.Fatalf("behind its death: %v", err)
	}
	if err := j.Close(nil); err != nil {
		t.Fatal(err)
	}
}

func TestOnlyTheOwnerMayLook(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "runs", "R")
	j, err := Create(dir, testHeader(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close(nil)
	for name, want := range map[string]os.FileMode{"..": 0o700, ".": 0o700, lockName: 0o600, segmentName(1): 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", name, got, want)
		}
	}
}

func TestASmallJournalTakesLittleRoom(t *testing.T) {
	dir := newRun(t)
	info, err := os.Stat(filepath.Join(dir, segmentName(1)))
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > 2000 {
		t.Errorf("an empty journal has %d bytes", info.Size())
	}
}
