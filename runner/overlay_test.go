package runner

import (
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
)

// TestPlannedRecords plans several writes of one record: each is held against
// what the ones before it will have made of it, by whatever way it is reached.
func TestPlannedRecords(t *testing.T) {
	const u1 = "000000000000000000000001"
	tests := []struct {
		name  string
		steps string
		want  []string // of each step: its name, how it ends, and what it changes or why it fails
	}{
		{
			name: "a contact that is reached by its external_id and by its id is one",
			steps: `{id: a, action: createContact, with: {external_id: u1, name: X, on_conflict: update}},
				{id: b, action: updateContact, with: {contact_id: "` + u1 + `", name: X, phone: "+1"}}`,
			want: []string{"a done name", "b done phone"},
		},
		{
			name: "a contact that is reached by its id and by its email is one",
			steps: `{id: a, action: updateContact, with: {contact_id: "` + u1 + `", email: N@example.com}},
				{id: b, action: createContact, with: {email: n@example.com, name: Y, on_conflict: update}}`,
			want: []string{"a done email", "b done name"},
		},
		{
			name: "a name that is given away leads nowhere",
			steps: `{id: a, action: updateContact, with: {contact_id: "` + u1 + `", external_id: u9}},
				{id: b, action: createContact, with: {external_id: u1, name: Y}}`,
			want: []string{"a done external_id", "b done external_id name"},
		},
		{
			name: "a contact that is created twice is there the second time",
			steps: `{id: a, action: createContact, with: {external_id: n, name: Y}},
				{id: b, action: createContact, with: {external_id: n, name: Y, on_conflict: update}},
				{id: c, action: createContact, with: {external_id: n, name: Y, on_conflict: skip}},
				{id: d, action: createContact, with: {external_id: n, name: Y}, on_error: continue}`,
			want: []string{"a done external_id name", "b unchanged", "c skipped",
				"d failed conflict: this external_id or email is already that of the contact of a"},
		},
		{
			name: "a company with the same values is written once",
			steps: `{id: a, action: createCompany, with: {company_id: c, name: C, plan: pro, custom_attributes: {tier: gold}}},
				{id: b, action: createCompany, with: {company_id: c, name: C, plan: pro, custom_attributes: {tier: gold}}}`,
			want: []string{"a done company_id name plan.name custom_attributes.tier", "b unchanged"},
		},
		{
			name: "a tag that is renamed has the new name, whatever its capitals, and not the old one",
			steps: `{id: a, action: updateTag, with: {tag_id: "1", name: Gold}},
				{id: b, action: createTag, with: {name: gold}},
				{id: c, action: createTag, with: {name: vip}}`,
			want: []string{"a done name", "b unchanged", "c done name"},
		},
		{
			name: "a contact that is archived is not there for what follows",
			steps: `{id: a, action: archiveContact, with: {contact_id: "` + u1 + `"}},
				{id: b, action: attachTag, with: {contact_id: "` + u1 + `", tag_id: "1"}, on_error: continue},
				{id: c, action: unarchiveContact, with: {contact_id: "` + u1 + `"}},
				{id: d, action: updateContact, with: {contact_id: "` + u1 + `", name: A}}`,
			want: []string{"a done",
				"b failed error: an earlier step of this plan archives or deletes the contact: a",
				"c done", "d unchanged"},
		},
		{
			name: "what is attached and detached again leaves nothing",
			steps: `{id: a, action: attachTag, with: {contact_id: "` + u1 + `", tag_id: "1"}},
				{id: b, action: attachTag, with: {contact_id: "` + u1 + `", tag_id: "1"}},
				{id: c, action: detachTag, with: {contact_id: "` + u1 + `", tag_id: "1"}},
				{id: d, action: detachTag, with: {contact_id: "` + u1 + `", tag_id: "1"}}`,
			want: []string{"a done tag_id", "b unchanged", "c done", "d unchanged"},
		},
		{
			name: "two steps that set one field differently are found",
			steps: `{id: a, action: updateContact, with: {contact_id: "` + u1 + `", name: X, custom_attributes: {plan: pro}}},
				{id: b, action: updateContact, with: {contact_id: "` + u1 + `", phone: "+1", custom_attributes: {plan: free}}, on_error: continue},
				{id: c, action: createContact, with: {external_id: u1, name: Y, on_conflict: update}}`,
			want: []string{"a done name custom_attributes.plan",
				"b failed conflicting_writes: custom_attributes.plan of this record is set to something else by a",
				"c failed conflicting_writes: name of this record is set to something else by a"},
		},
		{
			name: "what only may be written contradicts nothing",
			steps: `{id: t, action: createTag, with: {name: new}},
				{id: a, if: steps.t.data.id == "7", action: updateContact, with: {contact_id: "` + u1 + `", name: X}},
				{id: b, if: steps.t.data.id != "7", action: updateContact, with: {contact_id: "` + u1 + `", name: Y}}`,
			want: []string{"t done name", "a done name", "b done name"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, tagged(), untab("{version: 1, steps: ["+tt.steps+"]}"))
			b.plan()
			if diff := cmp.Diff(tt.want, b.told()); diff != "" {
				t.Errorf("steps differ (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPlannedRows plans two rows of a file that contradict each other. The
// message names both.
func TestPlannedRows(t *testing.T) {
	b := newBench(t, tagged(), untab(`{version: 1, steps: [{id: l, for_each: {file: p.csv, key: item.n, max_failures: 1},
		action: createContact, with: {external_id: "{{ item.id }}", name: "{{ item.name }}", on_conflict: update}}]}`),
		"p.csv", "n,id,name\n1,u1,X\n2,u2,X\n3,u1,Y\n")
	r := b.plan()
	want := []string{`l["1"] done name`, `l["2"] done name`,
		`l["3"] failed conflicting_writes: name of this record is set to something else by l["1"] (p.csv:2)`}
	if diff := cmp.Diff(want, b.told()); diff != "" {
		t.Errorf("rows differ (-want +got):\n%s", diff)
	}
	if got := r.Steps[0].Rows; got.Failed != 1 || got.Done != 2 {
		t.Errorf("the rows are %+v", got)
	}
}

// told says of each instance how it ended, and what it changes or why not.
func (b *bench) told() []string {
	var all []string
	for _, e := range b.events {
		if e.Ended == nil {
			continue
		}
		text := e.Ended.Addr + " " + string(e.Ended.Status)
		for _, c := range e.Ended.Changes {
			text += " " + c.Path
		}
		if f := e.Ended.Failure; f != nil {
			text += " " + f.Code + ": " + f.Message
		}
		all = append(all, text)
	}
	return all
}

// tagged is two users, and a tag and an attribute for them.
func tagged() *sandbox.Data {
	d := twoUsers()
	d.Tags = []sandbox.Tag{{ID: "1", Name: "vip"}}
	d.DataAttributes = []sandbox.DataAttribute{{Model: "contact", Name: "plan"}, {Model: "company", Name: "tier"}}
	return d
}
