package bench

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
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

// build makes the binary, a workflow, and a file with so many rows.
func build(t *testing.T, rows int) program {
	t.Helper()
	p := program{dir: filepath.Dir(writeRows(t, rows))}
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
	peak      float64 // MB of memory; no less than this process had when it began that one
}

// run runs the binary to a good end.
func (p program) run(t *testing.T, url string, args ...string) (string, usage) {
	t.Helper()
	command := exec.Command(p.binary, args...)
	command.Dir = p.dir
	command.Env = []string{"HOME=" + p.dir, "INTERCOM_TOKEN=a-token-for-benchmarks", "INTERCOM_API_BASE_URL=" + url}
	var messages bytes.Buffer
	command.Stderr = &messages
	began := time.Now()
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, messages.Bytes())
	}
	state := command.ProcessState
	took := usage{time.Since(began), state.UserTime() + state.SystemTime(), float64(state.SysUsage().(*syscall.Rusage).Maxrss) / 1000}
	t.Logf("flowrun %s: %.1f s, %.1f s of CPU, %.0f MB", strings.Join(args, " "), took.took.Seconds(), took.cpu.Seconds(), took.peak)
	return string(out), took
}

// apply applies the workflow, and holds what flowrun says against the number
// of rows.
func (p program) apply(t *testing.T, url string, rows int) usage {
	t.Helper()
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
	p := build(t, few)
	small := p.apply(t, server.URL, few)
	p = build(t, many)
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
	took := build(t, rows).apply(t, server.URL, rows)
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
