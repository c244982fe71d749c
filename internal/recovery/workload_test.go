package recovery_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// workload is a kind of row: what is done for each, and how to tell from an
// entry of the ledger what it was an effect of.
type workload struct {
	name       string
	steps      string // of a row, in YAML
	repeatable []bool // by step
	step       func(sandbox.Entry) int
	settings   string  // of the whole file
	failures   string  // that the loop allows; all if empty
	behind     string  // steps behind the loop, in YAML
	overhead   float64 // requests a step on bad days, at most
}

// blind is the workload without the reads that undo needs before each write.
func (w workload) blind() workload {
	w.settings += "undo: false, "
	return w
}

// The kinds of rows, by what a second sending of their calls would do.
var (
	updates = workload{
		name:       "an update may be repeated",
		steps:      `{id: make, action: updateContact, with: {contact_id: "{{ row.contact }}", name: "{{ row.marker }}"}}`,
		repeatable: []bool{true},
		overhead:   1.10,
	}
	users = workload{
		name:       "a user has an external_id that Intercom refuses twice",
		steps:      `{id: make, action: createContact, with: {external_id: "{{ row.marker }}"}}`,
		repeatable: []bool{false},
		overhead:   1.10,
	}
	leads = workload{
		name:       "a lead can only be searched for",
		steps:      `{id: make, action: createContact, with: {role: lead, email: "{{ row.marker }}@example.com"}}`,
		repeatable: []bool{false},
		overhead:   1.10,
	}
	tickets = workload{
		name: "a ticket can only be searched for, among those of its contact",
		steps: `{id: make, action: createTicket, with: {ticket_type_id: "7", contact_id: "{{ row.contact }}",
			skip_notifications: true, ticket_attributes: {_default_title_: "{{ row.marker }}"}}}`,
		repeatable: []bool{false},
		overhead:   1.10,
	}
	tagged = workload{
		name: "a user is made and then tagged",
		steps: `{id: make, action: createContact, with: {external_id: "{{ row.marker }}"}},
			{id: mark, action: attachTag, with: {contact_id: "{{ steps.make.data.id }}", tag_id: "{{ row.tag }}"}}`,
		repeatable: []bool{false, true},
		overhead:   1.10,
		step: func(e sandbox.Entry) int {
			if strings.HasSuffix(e.Path, "/tags") {
				return 1
			}
			return 0
		},
	}
	upserts = workload{
		name:       "a user is found by its email and updated",
		steps:      `{id: make, action: createContact, with: {email: "{{ row.contact }}@example.com", name: "{{ row.marker }}", on_conflict: update}}`,
		repeatable: []bool{true},
	}
	workloads = []workload{updates, users, leads, tickets, tagged}
)

// workflow is the text of a file that runs the steps for each row of rows.csv.
// Rows in doubt count as failures, and there may be any number of them: a run
// that was killed goes on behind them.
func (w workload) workflow() string {
	const text = `{version: 1, SETTINGS allow: [send], steps: [{id: rows, for_each:
		{file: rows.csv, key: row.marker, as: row, concurrency: 16, max_failures: FAILURES}, steps: [STEPS]}BEHIND]}`
	return strings.NewReplacer(
		"SETTINGS", w.settings, "STEPS", w.steps, "FAILURES", cmp.Or(w.failures, "100%"), "BEHIND", w.behind, "\t", " ",
	).Replace(text)
}

const (
	firstTag     = 1_000_000
	firstContact = 1
)

func marker(row int) string { return fmt.Sprintf("row-%05d", row) }

func markers(rows int) []string {
	all := make([]string, rows)
	for row := range all {
		all[row] = marker(row)
	}
	return all
}

func contactID(row int) string { return fmt.Sprintf("%024x", firstContact+row) }

// table is the content of rows.csv. A row has a marker, and a contact and a
// tag of its own, whose ids are markers as well.
func table(rows ...string) string {
	return "marker,contact,tag\n" + strings.Join(rows, "\n") + "\n"
}

func tableRows(rows int) []string {
	all := make([]string, rows)
	for row := range all {
		all[row] = fmt.Sprintf("%s,%s,%d", marker(row), contactID(row), firstTag+row)
	}
	return all
}

// data is a workspace with a contact and a tag for each row.
func data(rows int) *sandbox.Data {
	d := &sandbox.Data{TicketTypes: []sandbox.TicketType{{ID: "7", Name: "Request"}}}
	for row := range rows {
		d.Contacts = append(d.Contacts, sandbox.Contact{ID: contactID(row), Email: contactID(row) + "@example.com"})
		d.Tags = append(d.Tags, sandbox.Tag{ID: fmt.Sprint(firstTag + row), Name: "tag of " + marker(row)})
	}
	return d
}

var markerForm = regexp.MustCompile(`row-\d{5}`)

// effects reads a ledger by what was sent: the marker, or the id of the tag
// that stands beside it in the input.
func (w workload) effects(t testing.TB, ledger []sandbox.Entry) []effect {
	t.Helper()
	var all []effect
	for _, e := range ledger {
		step := 0
		if w.step != nil {
			step = w.step(e)
		}
		if step == 1 {
			all = append(all, effect{marker(tagIn(t, e.Body) - firstTag), 1})
			continue
		}
		if w.behind != "" && strings.Contains(string(e.Body), allDone) {
			continue
		}
		all = append(all, effect{string(markerForm.Find(e.Body)), step})
	}
	return all
}

func tagIn(t testing.TB, body []byte) (n int) {
	t.Helper()
	var sent struct{ ID string }
	if err := json.Unmarshal(body, &sent); err != nil {
		t.Fatalf("the effect %s: %v", body, err)
	}
	if _, err := fmt.Sscan(sent.ID, &n); err != nil {
		t.Fatalf("the effect %s: %v", body, err)
	}
	return n
}

// write puts the workflow and its rows into a folder and names the workflow.
func (w workload) write(t testing.TB, dir string, rows int) string {
	t.Helper()
	writeFile(t, filepath.Join(dir, "rows.csv"), table(tableRows(rows)...))
	name := filepath.Join(dir, "workflow.yaml")
	writeFile(t, name, w.workflow())
	return name
}

func writeFile(t testing.TB, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
