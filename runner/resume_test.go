package runner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/google/go-cmp/cmp"
)

// TestResume stops a run after each number of effects and takes it up until it
// is done: each effect is there once, and the numbers are those of a run that
// was never stopped.
func TestResume(t *testing.T) {
	const text = `{version: 1, inputs: {note: {secret: true, env: NOTE}}, steps: [
		{id: t, action: createTag, with: {name: "tag {{ run.id }}"}},
		{id: l, for_each: {file: rows.csv, key: person.n, as: person}, steps: [
			{id: c, action: createContact, with: {role: user, external_id: "c{{ person.n }}", name: "{{ inputs.note }}"}},
			{id: s, if: person.n == "3", action: createTag, with: {name: three}},
			{id: a, action: attachTag, with: {contact_id: "{{ steps.c.data.id }}", tag_id: "{{ steps.t.data.id }}"}}]},
		{id: m, for_each: {in: "{{ steps.l.items }}", as: row}, steps: [
			{action: updateContact, with: {contact_id: "{{ row.steps.c.data.id }}", name: "seen {{ row.key }}"}}]}],
		outputs: {n: "{{ steps.l.counts.done }}", m: "{{ steps.m.counts.total }}"}}`
	for stop := 1; stop <= 12; stop++ {
		t.Run(fmt.Sprintf("stopped after %d effects", stop), func(t *testing.T) {
			b := newBench(t, nil, untab(text), "rows.csv", "n\n1\n2\n3\n4\n")
			dir := filepath.Join(t.TempDir(), "run")
			first := b.stretch(dir, stop)
			if !first.Interrupted {
				t.Fatalf("the run was not stopped: %+v", first.Counts)
			}
			last := b.stretch(dir, 1000)
			if diff := cmp.Diff(map[string]string{"n": "4", "m": "4"}, outputs(last)); diff != "" {
				t.Errorf("outputs differ (-want +got):\n%s", diff)
			}
			if want := (Counts{Done: 9, Total: 9}); last.Counts != want {
				t.Errorf("counts are %+v, want %+v", last.Counts, want)
			}
			writes := b.writes()
			slices.Sort(writes)
			if len(writes) != 1+4+1+4+4 || len(slices.Compact(writes)) != len(b.writes()) {
				t.Errorf("effects are:\n%v", writes)
			}
			if again := b.stretch(dir, 1000); again.Calls > 0 && len(b.writes()) != 14 {
				t.Errorf("a finished run was run again: %+v", again)
			}
		})
	}
}

// TestADataFileThatChangedStopsNoResume: a run has the lists that it read, and a
// plan those that it foresaw, whatever the file holds by now.
func TestADataFileThatChangedStopsNoResume(t *testing.T) {
	const text = `{version: 1, steps: [{id: l, for_each: {file: rows.csv, key: item.n, types: {m: integer}}, action: createTag, with: {name: "{{ item.n }} {{ item.m }}"}}]}`
	for _, now := range []string{"", "n,n\n", "other\n1\n", "n\n1\n"} {
		b := newBench(t, nil, text, "rows.csv", "n,m\na,1\nb,2\nc,3\n")
		k := &keeper{bench: newBench(t, nil, text, "rows.csv", "n,m\na,1\nb,2\nc,3\n"), concurrency: 1}
		dir, plan := filepath.Join(t.TempDir(), "run"), k.mustSave()
		b.stretch(dir, 1)
		for _, folder := range []string{b.dir, k.dir} {
			if err := os.WriteFile(filepath.Join(folder, "rows.csv"), []byte(now), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		resumed, applied := b.stretch(dir, 1000), k.applyPlan(plan, filepath.Join(t.TempDir(), "run"), "")
		if want := (Counts{Done: 3, Total: 3}); resumed.Counts != want || applied.Counts != want {
			t.Errorf("with %q in the file, counts are %+v of the run and %+v of the plan", now, resumed.Counts, applied.Counts)
		}
	}
}

// stretch runs the bench's program in a folder, or takes up what is in it,
// until so many effects have been applied.
func (b *bench) stretch(dir string, effects int) *Result {
	b.t.Helper()
	b.events = nil
	stop := make(chan struct{})
	count := 0
	client, err := intercom.New(intercom.Config{Token: "test", HTTPClient: b.server.Client()})
	if err != nil {
		b.t.Fatal(err)
	}
	given := program.Given{Getenv: func(string) string { return "secret" }}
	opt := Options{
		Do: client, Dir: dir, RunID: "run-1", StartedAt: time.Unix(1_790_000_000, 0), Stop: stop, Concurrency: 1,
		On: func(e Event) {
			b.events = append(b.events, e)
			if e.Ended == nil || e.Ended.Status != Done || e.Ended.Before {
				return
			}
			if count++; count == effects {
				close(stop)
			}
			if b.then != nil {
				b.then()
			}
		},
	}
	prog := b.program
	run, past, err := Reopen(dir, By{Version: "test"})
	if err == nil {
		prog = past
		opt.Inputs, err = run.Inputs(prog, given)
	} else if opt.Inputs, err = prog.Inputs(given); err == nil {
		run, err = Begin(dir, prog, opt, By{Version: "test"})
	}
	if err != nil {
		b.t.Fatal(err)
	}
	opt.Run = run
	result, err := prog.Apply(context.Background(), opt)
	if err != nil {
		b.t.Fatal(err)
	}
	b.addsUp(result)
	if err := run.Close(result); err != nil {
		b.t.Fatal(err)
	}
	return result
}
