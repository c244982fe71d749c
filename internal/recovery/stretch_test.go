package recovery_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/runner"
)

// stretch is what one process does of a run: it begins it or, if it is there,
// takes it up, and goes on as far as it comes.
type stretch struct {
	File   string // of the workflow
	Dir    string // of the run
	Undoes string // the folder of the run that is taken back; then there is no File
	URL    string // of the workspace; empty with a Client
	Lag    time.Duration

	// Width is how many rows run side by side; 0 is what the file says. Where
	// the clock is a false one it must be 1: it stands still while a goroutine
	// waits for a lock that another one holds during a call.
	Width int

	client *http.Client
	log    func(intercom.Attempt)
	stop   <-chan struct{}
	begun  func() // called when the run is open, before its first request
}

// run goes on until the run, or this stretch of it, has come to its end.
func (s stretch) run(ctx context.Context) (*runner.Result, error) {
	client, err := intercom.New(intercom.Config{Token: "test", BaseURL: s.URL, HTTPClient: s.client, Log: s.log})
	if err != nil {
		return nil, err
	}
	defer client.CloseIdleConnections()
	opt := runner.Options{
		Do: client, Dir: s.Dir, RunID: "run-1", StartedAt: time.Unix(1_790_000_000, 0), IndexLag: s.Lag, Stop: s.stop,
		Concurrency: s.Width,
	}
	prog, err := s.open(&opt)
	if err != nil {
		return nil, err
	}
	if s.begun != nil {
		s.begun()
	}
	result, err := prog.Apply(ctx, opt)
	return result, errors.Join(err, opt.Run.Close(result))
}

// open begins a run or takes it up.
func (s stretch) open(opt *runner.Options) (prog *runner.Program, err error) {
	opt.Run, prog, err = runner.Reopen(s.Dir, runner.By{Version: "test", Command: "recovery test"})
	if errors.Is(err, journal.ErrNotBegun) || errors.Is(err, fs.ErrNotExist) {
		return s.begin(opt)
	}
	if err == nil {
		opt.Inputs, err = opt.Run.Inputs(prog, program.Given{})
	}
	return prog, err
}

// begin begins a run, in the place of one that never did.
func (s stretch) begin(opt *runner.Options) (*runner.Program, error) {
	if err := os.RemoveAll(s.Dir); err != nil {
		return nil, err
	}
	if s.Undoes != "" {
		return s.beginUndo(opt)
	}
	text, err := os.ReadFile(s.File)
	if err != nil {
		return nil, err
	}
	prog, problems := runner.Load(s.File, text)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	if opt.Inputs, err = prog.Inputs(program.Given{}); err != nil {
		return nil, err
	}
	opt.Run, err = runner.Begin(s.Dir, prog, *opt, runner.By{Version: "test", Command: "recovery test"})
	return prog, err
}

// beginUndo begins a run that takes another one back.
func (s stretch) beginUndo(opt *runner.Options) (*runner.Program, error) {
	past, err := runner.FindRun(filepath.Dir(filepath.Dir(s.Undoes)), filepath.Base(s.Undoes))
	if err != nil {
		return nil, err
	}
	aside, err := os.MkdirTemp("", "undo")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(aside)
	undo, err := past.Undo(aside, runner.UndoOptions{})
	if err != nil {
		return nil, err
	}
	prog, err := undo.Program()
	if err != nil {
		return nil, err
	}
	opt.Run, err = runner.Begin(s.Dir, prog, *opt, runner.By{Version: "test", Command: "recovery test"})
	return prog, err
}

// must runs a stretch that has to come to its end.
func (s stretch) must(t testing.TB) report {
	t.Helper()
	result, err := s.run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return asReport(t, result)
}

// asReport is a result as a program reads it.
func asReport(t testing.TB, result *runner.Result) (r report) {
	t.Helper()
	text, err := json.Marshal(result)
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}
