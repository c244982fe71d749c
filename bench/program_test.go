package bench

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// long leaves out what takes minutes, unless it is asked for.
func long(t *testing.T) {
	t.Helper()
	if os.Getenv("BENCH") != "long" {
		t.Skip("takes minutes: set BENCH=long")
	}
}

// program is the built binary and the folder it runs in.
type program struct{ binary, dir string }

// build makes the binary and a workflow.
func build(t *testing.T) program {
	t.Helper()
	p := program{dir: t.TempDir()}
	p.binary = filepath.Join(p.dir, "flowrun")
	if out, err := exec.Command("go", "build", "-o", p.binary, "..").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.WriteFile(filepath.Join(p.dir, "workflow.yaml"), []byte(workflow), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// usage is what one process took.
type usage struct {
	took, cpu time.Duration
	peak      float64 // MB of memory
}

// launcher names the variable under which this binary starts another program,
// and the file that takes down how much memory that one took. A process begins
// with the peak of the one that starts it, which must be a small one for that.
const launcher = "BENCH_PEAK"

func TestMain(m *testing.M) {
	if peak := os.Getenv(launcher); peak != "" {
		os.Exit(launch(peak, os.Args[1:]))
	}
	os.Exit(m.Run())
}

func launch(peak string, args []string) int {
	command := exec.Command(args[0], args[1:]...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	_ = command.Run() // its exit code says it
	usage := command.ProcessState.SysUsage().(*syscall.Rusage)
	if err := os.WriteFile(peak, []byte(strconv.FormatInt(usage.Maxrss, 10)), 0o600); err != nil {
		return 1
	}
	return command.ProcessState.ExitCode()
}

// run runs the binary to a good end.
func (p program) run(t *testing.T, url string, args ...string) (string, usage) {
	t.Helper()
	peak := filepath.Join(p.dir, "peak")
	command := exec.Command(os.Args[0], append([]string{p.binary}, args...)...)
	command.Dir = p.dir
	command.Env = []string{launcher + "=" + peak, "HOME=" + p.dir, "INTERCOM_TOKEN=a-token-for-benchmarks", "INTERCOM_API_BASE_URL=" + url}
	var messages bytes.Buffer
	command.Stderr = &messages
	began := time.Now()
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, messages.Bytes())
	}
	state := command.ProcessState
	took := usage{took: time.Since(began), cpu: state.UserTime() + state.SystemTime(), peak: readPeak(t, peak)}
	t.Logf("flowrun %s: %.1f s, %.1f s of CPU, %.0f MB", strings.Join(args, " "), took.took.Seconds(), took.cpu.Seconds(), took.peak)
	return string(out), took
}

// readPeak gives in MB what launch took down in KB.
func readPeak(t *testing.T, name string) float64 {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	kilobytes, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes / 1000
}

// apply applies the workflow to a file with so many rows, and holds what
// flowrun says against that.
func (p program) apply(t *testing.T, url string, rows int) usage {
	t.Helper()
	writeRows(t, p.dir, rows)
	out, took := p.run(t, url, "apply", "--output", "json", "workflow.yaml")
	var result struct{ Counts map[string]int }
	if err := json.Unmarshal([]byte(out), &result); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	if result.Counts["done"] != rows || result.Counts["total"] != rows {
		t.Fatalf("of %d rows: %v", rows, result.Counts)
	}
	return took
}

// A million rows need no more memory than a hundred thousand, and resuming the
// finished run shows how long its journal takes to read.
func TestMemoryDoesNotGrowWithTheRows(t *testing.T) {
	long(t)
	server := serve(0)
	defer server.Close()
	const few, many = 100_000, 1_000_000
	p := build(t)
	small := p.apply(t, server.URL, few)
	large := p.apply(t, server.URL, many)
	if large.peak > 150 || large.peak > 1.2*small.peak {
		t.Errorf("%.0f MB for %d rows and %.0f MB for %d", large.peak, many, small.peak, few)
	}
	out, read := p.run(t, server.URL, "resume", "last")
	if !strings.Contains(out, "is done") || read.took > 5*time.Second {
		t.Errorf("read in %s: %s", read.took, out)
	}
}

// Intercom's usual allowance is 1,666 calls in windows of ten seconds. Three
// windows and a little are enough for 5,000 rows.
func TestTheAllowanceIsUsedUp(t *testing.T) {
	long(t)
	const rows = 5_000
	data := &sandbox.Data{}
	for i := range rows {
		data.Contacts = append(data.Contacts, sandbox.Contact{ID: id(i)})
	}
	intercom := sandbox.New(sandbox.Options{Data: data})
	var refused atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		watched := &status{ResponseWriter: w}
		intercom.ServeHTTP(watched, r)
		if watched.code == http.StatusTooManyRequests {
			refused.Add(1)
		}
	}))
	defer server.Close()
	took := build(t).apply(t, server.URL, rows)
	if took.took > 30500*time.Millisecond || refused.Load() > 0 {
		t.Errorf("took %s with %d answers 429", took.took, refused.Load())
	}
	changed := map[string]int{}
	for _, entry := range intercom.Ledger() {
		changed[entry.ObjectID]++
	}
	for i := range rows {
		if changed[id(i)] != 1 {
			t.Fatalf("contact %s was changed %d times", id(i), changed[id(i)])
		}
	}
}

// status remembers the status of an answer.
type status struct {
	http.ResponseWriter
	code int
}

func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}
