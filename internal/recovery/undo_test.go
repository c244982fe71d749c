package recovery_test

import (
	"encoding/json"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
)

// reversible is a row of which every step can be taken back.
var reversible = workload{
	name: "a user is made and tagged, and another one renamed",
	steps: `{id: make, action: createContact, with: {external_id: "{{ row.marker }}"}},
		{id: mark, action: attachTag, with: {contact_id: "{{ steps.make.data.id }}", tag_id: "{{ row.tag }}"}},
		{id: name, action: updateContact, with: {contact_id: "{{ row.contact }}", name: "{{ row.marker }}"}}`,
	repeatable: []bool{false, true, true},
	overhead:   1.10,
	step: func(e sandbox.Entry) int {
		switch {
		case strings.HasSuffix(e.Path, "/tags"):
			return 1
		case e.Method == "PUT":
			return 2
		}
		return 0
	},
}

// TestUndoKilledAnywhere kills the process of a run, takes the run up until it
// is done, and takes it back with a run of its own, which is killed and taken
// up likewise. The workspace ends as it began.
func TestUndoKilledAnywhere(t *testing.T) {
	t.Parallel()
	form := size(t, killing{rows: 120, kills: 4}, killing{rows: 3000, kills: 40})
	form.chance = rand.New(rand.NewPCG(7, 7))
	dir := t.TempDir()
	p := newPlace(t, form.rows, shortLag)
	before := p.server.Snapshot()
	run := stretch{File: reversible.write(t, dir, form.rows), Dir: filepath.Join(dir, "runs", "run-1"), Lag: settingLag}
	form.through(t, p, run)
	a := affairOf(t, reversible, form.rows, p.server, run.Dir, run.finish(t, p.server))
	a.mustHold(t)

	made := p.server.Ledger()
	undo := stretch{Undoes: run.Dir, Dir: filepath.Join(dir, "undo"), Lag: settingLag}
	p.listen(t)
	form.through(t, p, undo)
	r := undo.finish(t, p.server)
	back := affair{
		rows: markers(form.rows), repeatable: []bool{false, false, false}, // a second one would change nothing, so there is none
		effects: undone(t, made, p.server.Ledger()[len(made):]), told: map[string]string{},
	}
	for _, row := range back.rows {
		back.told[row] = "pending"
		if loopsDone(r, form.rows) {
			back.told[row] = "done"
		}
	}
	back.mustHold(t)
	if diff := cmp.Diff(contents(t, before, before), contents(t, before, p.server.Snapshot())); diff != "" {
		t.Errorf("the workspace is not as it was (-want +got):\n%s", diff)
	}
}

// through lets processes do a run until they have been killed often enough.
func (k killing) through(t *testing.T, p *place, s stretch) {
	t.Helper()
	s.URL = p.http.URL
	killed := 0
	for range k.kills {
		killed += k.once(t, p, s)
	}
	if killed < k.kills/2 {
		t.Errorf("only %d of %d processes were killed before they had ended", killed, k.kills)
	}
	p.close()
}

// loopsDone reports whether every loop ended with all its rows done.
func loopsDone(r report, rows int) bool {
	loops := 0
	for _, step := range r.Steps {
		if step.Rows == nil {
			continue
		}
		if loops++; step.Rows["done"] != int64(rows) || step.Rows["total"] != int64(rows) {
			return false
		}
	}
	return loops == 3
}

// undone reads the ledger of an undo: the steps of a row from the last to the
// first, each by the id that the run gave or was given.
func undone(t *testing.T, made, ledger []sandbox.Entry) (all []effect) {
	t.Helper()
	rows := map[string]string{}
	for _, e := range made {
		if e.Operation == "POST /contacts" || e.Method == "PUT" {
			rows[e.ObjectID] = string(markerForm.Find(e.Body))
		}
	}
	for _, e := range ledger {
		parts := strings.Split(strings.Trim(e.Path, "/"), "/")
		switch {
		case e.Method == "PUT":
			all = append(all, effect{rows[parts[1]], 0})
		case e.Method == "DELETE":
			tag, err := strconv.Atoi(parts[3])
			if err != nil {
				t.Fatalf("%s %s: %v", e.Method, e.Path, err)
			}
			all = append(all, effect{marker(tag - firstTag), 1})
		default:
			all = append(all, effect{rows[parts[1]], 2})
		}
	}
	return all
}

// contents is what a workspace holds, without the times of the last change and
// without what was archived since it began.
func contents(t *testing.T, before, now sandbox.Data) string {
	t.Helper()
	known := map[string]bool{}
	for _, c := range before.Contacts {
		known[c.ID] = true
	}
	var kept []sandbox.Contact
	for _, c := range now.Contacts {
		if c.UpdatedAt = 0; known[c.ID] || c.State != "archived" {
			kept = append(kept, c)
		}
	}
	now.Contacts = kept
	text, err := json.MarshalIndent(now, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
