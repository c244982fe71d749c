package runner

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
)

// threeUsers have u1, u2 and u3 as external ids, and are called like that.
func threeUsers() *sandbox.Data {
	data := &sandbox.Data{DataAttributes: []sandbox.DataAttribute{
		{Model: "contact", Name: "note", DataType: "string"}, {Model: "contact", Name: "seen", DataType: "integer"},
	}}
	for i, n := range []string{"u1", "u2", "u3"} {
		data.Contacts = append(data.Contacts, sandbox.Contact{
			ID: fmt.Sprintf("%024d", i+1), ExternalID: n, Name: n, Email: n + "@x.example", CustomAttributes: map[string]any{"note": "old", "seen": 0},
		})
	}
	return data
}

const u2 = "000000000000000000000002"

// send changes a record past flowrun.
func (k *keeper) send(method, path, body string) {
	k.t.Helper()
	req, err := http.NewRequest(method, "https://api.intercom.io"+path, strings.NewReader(body))
	if err != nil {
		k.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer test")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	resp, err := k.server.Client().Do(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		k.t.Fatal(resp, err)
	}
	resp.Body.Close()
}

// keeper is a bench whose plans are saved and applied.
type keeper struct {
	*bench
	concurrency int
	note        string                                                   // the secret input
	stopAfter   int                                                      // so many writes
	late        *tardy                                                   // what is answered late; nil for nothing
	over        func(to intercom.Doer, stop chan struct{}) intercom.Doer // the way to Intercom; may be nil
	calls       []string
}

func newKeeper(t testing.TB, text string, files ...string) *keeper {
	return &keeper{bench: newBench(t, threeUsers(), untab(text), files...), concurrency: 1, note: "canary-note"}
}

func (k *keeper) given() program.Given {
	return program.Given{Getenv: func(string) string { return k.note }}
}

func (k *keeper) options(dir string) Options {
	k.events = nil
	wire := &recorder{to: k.late.over(k.server.Client().Transport)}
	client, err := intercom.New(intercom.Config{Token: "test", HTTPClient: &http.Client{Transport: wire}})
	if err != nil {
		k.t.Fatal(err)
	}
	stop, done := make(chan struct{}), 0
	var do intercom.Doer = client
	if k.over != nil {
		do = k.over(client, stop)
	}
	return Options{
		Stop: stop,
		Do:   do, Dir: dir, RunID: "run-1", StartedAt: time.Unix(1_790_000_000, 0), Concurrency: k.concurrency,
		On: func(e Event) {
			k.events, k.calls = append(k.events, e), wire.calls()
			k.late.event(e)
			if e.Ended != nil && e.Ended.Status == Done && e.Ended.Effect != steps.Read && !e.Ended.Before {
				if done++; done == k.stopAfter {
					close(stop)
					client.Stop()
				}
			}
		},
	}
}

// save plans and saves the plan.
func (k *keeper) save() (name string, result *Result, err error) {
	k.t.Helper()
	dir := k.t.TempDir()
	opt := k.options(dir)
	if opt.Inputs, err = k.program.Inputs(k.given()); err != nil {
		k.t.Fatal(err)
	}
	if opt.Draft, err = NewDraft(dir); err != nil {
		k.t.Fatal(err)
	}
	if result, err = k.program.Plan(context.Background(), opt); err != nil {
		k.t.Fatal(err)
	}
	name = filepath.Join(k.t.TempDir(), "a.plan")
	err = opt.Draft.Save(name, k.program, opt, result, "test")
	if closed := opt.Draft.Close(); closed != nil {
		k.t.Fatal(closed)
	}
	return name, result, err
}

func (k *keeper) mustSave() string {
	k.t.Helper()
	name, _, err := k.save()
	if err != nil {
		k.t.Fatal(err)
	}
	return name
}

// applyPlan applies a saved plan in a folder, or takes up what is there.
func (k *keeper) applyPlan(name, dir, onStale string) *Result {
	k.t.Helper()
	saved, err := OpenPlan(name)
	if err != nil {
		k.t.Fatal(err)
	}
	defer saved.Close()
	prog, err := saved.Program()
	if err != nil {
		k.t.Fatal(err)
	}
	opt := k.options(dir)
	opt.OnStale = onStale
	if opt.Inputs, err = saved.GiveInputs(prog, k.given()); err != nil {
		k.t.Fatal(err)
	}
	run, _, err := Reopen(dir, By{Version: "test"})
	if err != nil {
		if err := os.Mkdir(dir, 0o700); err != nil {
			k.t.Fatal(err)
		}
		if _, err := saved.Unpack(dir); err != nil {
			k.t.Fatal(err)
		}
		run, err = Begin(dir, prog, opt, By{Version: "test"})
	}
	if err != nil {
		k.t.Fatal(err)
	}
	opt.Run = run
	result, err := prog.Apply(context.Background(), opt)
	if err != nil {
		k.t.Fatal(err)
	}
	k.addsUp(result)
	if err := run.Close(result); err != nil {
		k.t.Fatal(err)
	}
	return result
}
