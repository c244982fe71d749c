package runner

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/flowrun-dev/flowrun/internal/program"
)

// bench is a workflow and the workspace it runs against.
type bench struct {
	t       testing.TB
	dir     string
	server  *sandbox.Server
	program *Program
	flags   []string // --input
	stop    chan struct{}
	events  []Event
	then    func() // in a stretch of a run, called after each step that is done; may be nil
}

// newBench loads a workflow from text. Files are "name: content" pairs that
// stand beside it.
func newBench(t testing.TB, data *sandbox.Data, text string, files ...string) *bench {
	t.Helper()
	b := &bench{t: t, dir: t.TempDir(), server: sandbox.New(sandbox.Options{Data: data})}
	for i := 0; i < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join(b.dir, files[i]), []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	prog, problems := Load(filepath.Join(b.dir, "workflow.yaml"), []byte(text))
	if problems.Err() != nil {
		t.Fatalf("the workflow has problems:\n%v", problems)
	}
	b.program = prog
	return b
}

// run plans or applies.
func (b *bench) run(walk func(*Program, context.Context, Options) (*Result, error)) *Result {
	b.t.Helper()
	client, err := intercom.New(intercom.Config{Token: "test", HTTPClient: b.server.Client()})
	if err != nil {
		b.t.Fatal(err)
	}
	inputs, err := b.program.Inputs(program.Given{Flags: b.flags})
	if err != nil {
		b.t.Fatal(err)
	}
	b.events = nil
	result, err := walk(b.program, context.Background(), Options{
		Do: client, Dir: b.t.TempDir(), Inputs: inputs, Stop: b.stop, RunID: "run-1", Concurrency: 1, // in order
		On: func(e Event) { b.events = append(b.events, e) },
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.addsUp(result)
	return result
}

func (b *bench) apply() *Result { b.t.Helper(); return b.run((*Program).Apply) }
func (b *bench) plan() *Result  { b.t.Helper(); return b.run((*Program).Plan) }

// addsUp holds the promise that every number is the sum of its parts.
func (b *bench) addsUp(r *Result) {
	b.t.Helper()
	sum := func(c Counts) (n int64) {
		for _, s := range Statuses {
			n += c.Of(s)
		}
		return n
	}
	if sum(r.Counts) != r.Counts.Total {
		b.t.Errorf("the counts do not add up: %+v", r.Counts)
	}
	for _, s := range r.Steps {
		if sum(s.Counts) != s.Counts.Total || s.Rows != nil && sum(*s.Rows) != s.Rows.Total {
			b.t.Errorf("the counts of %s do not add up: %+v %+v", s.Label, s.Counts, s.Rows)
		}
	}
}

// TestEveryStatusIsACountOfALoop loads a workflow that reads each of them: the
// names are part of the language, and so written in another package.
func TestEveryStatusIsACountOfALoop(t *testing.T) {
	for _, status := range Statuses {
		_, problems := Load("a.yaml", []byte(`{version: 1, steps: [{id: l, for_each: {in: [1]}, action: listTags}], outputs: {n: "{{ steps.l.counts.`+string(status)+` }}"}}`))
		if problems.Err() != nil {
			t.Errorf("%s: %v", status, problems)
		}
	}
}

// writes are the applied effects, "METHOD PATH body".
func (b *bench) writes() []string {
	var all []string
	for _, e := range b.server.Ledger() {
		all = append(all, strings.TrimSpace(e.Method+" "+e.Path+" "+string(e.Body)))
	}
	return all
}

// outputs are the workflow's outputs by name, as JSON.
func outputs(r *Result) map[string]string {
	all := map[string]string{}
	for _, out := range r.Outputs {
		all[out.Name] = string(out.Value)
		if out.After != nil {
			all[out.Name] = "after " + strings.Join(out.After, ", ")
		}
	}
	return all
}

// untab makes Go's indentation fit into YAML's flow style.
func untab(text string) string { return strings.ReplaceAll(text, "\t", " ") }
