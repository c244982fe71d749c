package runner

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/google/go-cmp/cmp"
)

// twins is a workspace with two contacts of one email, and attributes of each
// kind.
func twins() *sandbox.Data {
	return &sandbox.Data{
		Contacts: []sandbox.Contact{
			{ID: "000000000000000000000001", ExternalID: "u1", Email: "a@example.com", Name: "A"},
			{ID: "000000000000000000000002", ExternalID: "u2", Email: "a@example.com", Name: "B"},
			{ID: "000000000000000000000003", ExternalID: "u3", Email: "c@example.com", Name: "C"},
		},
		DataAttributes: []sandbox.DataAttribute{
			{Model: "contact", Name: "plan"}, {Model: "contact", Name: "seats", DataType: "integer"},
			{Model: "contact", Name: "score", DataType: "float"}, {Model: "contact", Name: "paid", DataType: "boolean"},
			{Model: "contact", Name: "renews", DataType: "date"}, {Model: "contact", Name: "old", Archived: true},
			{Model: "company", Name: "tier"},
		},
	}
}

// TestFindings plans workflows in which something would go wrong, and looks at
// what is found: where, in which row, and whether the plan is blocked. Each is
// told once.
func TestFindings(t *testing.T) {
	tests := []struct {
		name string
		text string
		rows string // p.csv
		want []string
	}{
		{
			name: "a contact that is not there fails its row",
			text: `- for_each: {file: p.csv, max_failures: 1}
  action: updateContact
  with: {contact_id: "{{ item.id }}", name: X}`,
			rows: "id\n000000000000000000000001\nffffffffffffffffffffffff\n",
			want: []string{"workflow.yaml:3 p.csv:3 not_found: GET /contacts/ffffffffffffffffffffffff: 404 not_found: User Not Found"},
		},
		{
			name: "more rows than may fail block the plan",
			text: `- for_each: {file: p.csv}
  id: l
  action: updateContact
  with: {contact_id: "{{ item.id }}", name: X}`,
			rows: "id\nffffffffffffffffffffffff\n",
			want: []string{
				"blocks workflow.yaml:2 max_failures: would stop: 1 of 1 items would fail, and max_failures allows 0",
				"workflow.yaml:4 p.csv:2 not_found: GET /contacts/ffffffffffffffffffffffff: 404 not_found: User Not Found",
			},
		},
		{
			name: "a key that two rows have blocks the plan",
			text: `- for_each: {file: p.csv, key: item.id}
  action: createTag
  with: {name: "{{ item.id }}"}`,
			rows: "id\na\nb\na\n",
			want: []string{`blocks workflow.yaml:2 p.csv:4 duplicate_key: two items have the key "a": line 2 and line 4`},
		},
		{
			name: "two contacts of one email are one too many to update",
			text: `- for_each: {file: p.csv, max_failures: 1}
  action: createContact
  with: {email: "{{ item.email }}", name: X, on_conflict: update}`,
			rows: "email\na@example.com\nc@example.com\n",
			want: []string{"workflow.yaml:3 p.csv:2 ambiguous: 2 contacts are found, and one is meant"},
		},
		{
			name: "the first of two contacts that are found is not taken for the one that is meant",
			text: `- for_each: {file: p.csv, max_failures: 1}
  steps:
    - {id: find, action: searchContacts, with: {email: "{{ item.email }}"}}
    - {action: updateContact, with: {contact_id: "{{ steps.find.data.data.0.id }}", name: X}}`,
			rows: "email\na@example.com\nc@example.com\n",
			want: []string{"workflow.yaml:4 p.csv:2 ambiguous: 2 contacts are found, and one is meant"},
		},
		{
			name: "a workflow that asks how many there are may take the first",
			text: `- {id: find, action: searchContacts, with: {email: a@example.com}}
- if: steps.find.data.total_count > 0
  action: updateContact
  with: {contact_id: "{{ steps.find.data.data.0.id }}", name: X}`,
		},
		{
			name: "an attribute that the workspace does not have is told once and blocks the plan",
			text: `- for_each: {file: p.csv}
  action: updateContact
  with:
    contact_id: "{{ item.id }}"
    custom_attributes: {plann: x}`,
			rows: "id\n000000000000000000000001\n000000000000000000000002\n",
			want: []string{`blocks workflow.yaml:6 attribute_missing: this workspace has no custom attribute "plann" of contacts`},
		},
		{
			name: "an archived attribute blocks the plan, and one of companies is none of contacts",
			text: `- action: updateContact
  with: {contact_id: "000000000000000000000001", custom_attributes: {old: x, tier: z}}`,
			want: []string{
				`blocks workflow.yaml:3 attribute_archived: the custom attribute "old" of contacts is archived`,
				`blocks workflow.yaml:3 attribute_missing: this workspace has no custom attribute "tier" of contacts`,
			},
		},
		{
			name: "an attribute that the data names fails its row",
			text: `- for_each: {in: [{a: {plan: x}}, {a: {nope: x}}], max_failures: 1}
  action: updateContact
  with: {contact_id: "000000000000000000000001", custom_attributes: "{{ item.a }}"}`,
			want: []string{`workflow.yaml:3 attribute_missing: this workspace has no custom attribute "nope" of contacts`},
		},
		{
			name: "a value of another type than the attribute's fails its row",
			text: `- for_each: {in: [{plan: 1}, {seats: "5"}, {seats: 5}, {seats: null}, {score: x}, {score: 1}, {paid: "true"}, {renews: "2026-01-01"}, {renews: 1}], max_failures: 5}
  action: createContact
  with: {external_id: "n{{ index }}", custom_attributes: "{{ item }}"}`,
			want: []string{
				"workflow.yaml:3 attribute_type: custom_attributes.plan takes a text, and this is an integer",
				"workflow.yaml:3 attribute_type: custom_attributes.seats takes an integer, and this is a string",
				"workflow.yaml:3 attribute_type: custom_attributes.score takes a number, and this is a string",
				"workflow.yaml:3 attribute_type: custom_attributes.paid takes true or false, and this is a string",
				"workflow.yaml:3 attribute_type: custom_attributes.renews takes a time in Unix seconds, and this is a string",
			},
		},
		{
			name: "a file without rows that leads to an archive blocks the plan",
			text: `- for_each: {file: p.csv}
  steps: [{action: archiveContact, with: {contact_id: "{{ item.id }}"}}]`,
			rows: "id\n",
			want: []string{"blocks workflow.yaml:2 p.csv empty_source: p.csv has no rows, and what depends on it archives or deletes"},
		},
		{
			name: "so does one that says what is to be kept",
			text: `- {id: keep, for_each: {file: p.csv}, steps: [{action: listTags}]}
- for_each: {action: listContacts, where: "not (item.external_id in map(steps.keep.items, .key))"}
  action: archiveContact
  with: {contact_id: "{{ item.id }}"}`,
			rows: "id\n",
			want: []string{"blocks workflow.yaml:2 p.csv empty_source: p.csv has no rows, and what depends on it archives or deletes"},
		},
		{
			name: "a file without rows is nothing where nothing is taken away, nor where a limit of 0 reads none",
			text: `- {for_each: {file: p.csv}, action: createTag, with: {name: "{{ item.id }}"}}
- {for_each: {file: q.csv, limit: 0}, action: archiveContact, with: {contact_id: "{{ item.id }}"}}`,
			rows: "id\n",
		},
		{
			name: "a step that the workflow goes on after blocks nothing",
			text: `- {action: deleteTag, with: {tag_id: "99"}, on_error: continue}`,
			want: []string{"workflow.yaml:2 not_found: GET /tags/99: 404 not_found: Resource Not Found"},
		},
		{
			name: "a row whose key cannot be made",
			text: `- for_each: {file: p.csv, key: item.id, max_failures: 1}
  action: createTag
  with: {name: x}`,
			rows: "id,n\n,1\nb,2\n",
			want: []string{`workflow.yaml:2 p.csv:2 expression: item.id is missing; item has "n"`},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, twins(), "version: 1\nallow: [delete]\nsteps:\n"+tt.text, "p.csv", tt.rows, "q.csv", "id\n1\n")
			r := b.plan()
			if diff := cmp.Diff(tt.want, foundBy(r)); diff != "" {
				t.Errorf("findings differ (-want +got):\n%s", diff)
			}
			if got := b.toldFailures(); got != int(r.Found) {
				t.Errorf("%d findings were told %d times", r.Found, got)
			}
		})
	}
}

// foundBy are the findings of a plan, with the lines counted from "steps:" on.
func foundBy(r *Result) []string {
	var all []string
	for _, f := range r.Findings {
		text := fmt.Sprintf("%s:%d ", filepath.Base(f.File), f.Line-2)
		if f.Blocks {
			text = "blocks " + text
		}
		if f.Data != "" {
			text += f.Data + " "
		}
		all = append(all, text+f.Code+": "+f.withoutRequest().Message)
	}
	return all
}

// toldFailures is how many failures the events have told of.
func (b *bench) toldFailures() (n int) {
	for _, e := range b.events {
		if e.Failed != nil || e.Ended != nil && e.Ended.Failure != nil || e.Row != nil && e.Row.Failure != nil {
			n++
		}
	}
	return n
}

// TestFindingsAreBounded finds more than a result keeps: it has those that
// block, then the first ones, and the number of all.
func TestFindingsAreBounded(t *testing.T) {
	var f findings
	for i := int64(3*maxFindings + 1); i > 0; i-- {
		f.add(&place{path: journal.Path{{Index: i}}}, &Failure{Line: 1}, i == 2500)
	}
	var r Result
	f.into(&r)
	if len(r.Findings) != maxFindings || r.Found != 3*maxFindings+1 || r.Blocking != 1 || !r.Findings[0].Blocks {
		t.Fatalf("there are %d of %d findings, %d block", len(r.Findings), r.Found, r.Blocking)
	}
	index := make([]int64, 0, maxFindings)
	for _, each := range f.all[1:] {
		index = append(index, each.rows[0])
	}
	if !slices.IsSorted(index) || index[0] != 1 || index[len(index)-1] != maxFindings-1 {
		t.Errorf("the findings are those of %d to %d", index[0], index[len(index)-1])
	}
}
