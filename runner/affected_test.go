package runner

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAffectedReads plans reads behind writes: those whose answer an apply may
// find otherwise are marked with the steps that are the reason.
func TestAffectedReads(t *testing.T) {
	const (
		create = `{id: c, action: createContact, with: {external_id: n}}`
		search = `{id: s, action: searchContacts, with: {email: n@example.com}}`
	)
	tests := []struct {
		name  string
		steps string
		want  []string // "step: by ..."
	}{
		{"a search behind a create", create + ", " + search, []string{"s: c"}},
		{"a search before a create", search + ", " + create, nil},
		{"a search behind a step that changes nothing", `{id: c, action: updateContact, with: {contact_id: "000000000000000000000001", name: A}}, ` + search, nil},
		{"a search behind a step that is skipped", `{id: c, if: 1 == 2, action: createContact, with: {external_id: n}}, ` + search, nil},
		{"tagging changes contacts and not the list of tags",
			`{id: c, action: attachTag, with: {contact_id: "000000000000000000000001", tag_id: "1"}}, {id: t, action: listTags}, ` + search, []string{"s: c"}},
		{"what is deleted may be referred to anywhere", `{id: d, action: deleteTag, with: {tag_id: "1"}}, ` + search, []string{"s: d"}},
		{"of a raw request nothing is known", `{id: r, action: rawRequest, with: {method: PUT, path: /notes, effect: update}}, {id: t, action: listTags}`, []string{"t: r"}},
		{"a ticket may make a contact, and no tag",
			`{id: k, action: createTicket, with: {ticket_type_id: "1", email: n@example.com, skip_notifications: true}}, {id: t, action: listTags}, ` + search, []string{"s: k"}},
		{"a loop over a list, and what reads behind it",
			create + `, {id: l, for_each: {action: listContacts}, steps: [{id: u, action: updateContact, with: {contact_id: "{{ item.id }}", name: N}}]}, ` + search,
			[]string{"l: c", "s: c, u"}},
		{"a loop over what a marked read gave", create + ", " + search + `, {id: l, for_each: "{{ steps.s.data.data }}", action: getTag, with: {tag_id: "1"}}`,
			[]string{"s: c", "l: c"}},
		{"in a row, only what the row itself writes before",
			`{id: l, for_each: {in: [1, 2]}, steps: [{id: g, action: listTags}, {id: t, if: item == 1, action: createTag, with: {name: "{{ item }}"}}, {id: h, action: listTags}]}`,
			[]string{`h: t`}},
		{"a loop in a row writes for the row",
			`{id: l, for_each: {in: [1, 2]}, steps: [{id: m, for_each: {in: [3, 4]}, steps: [{id: t, action: createTag, with: {name: "{{ item }}"}}]}, {id: h, action: listTags}]}`,
			[]string{`h: t`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, tagged(), untab("{version: 1, allow: [delete], steps: ["+tt.steps+"]}"))
			r := b.plan()
			var got []string
			for _, s := range r.Steps {
				if s.AffectedBy != nil {
					got = append(got, s.Label+": "+strings.Join(s.AffectedBy, ", "))
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("marked steps differ (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.want, b.marked()); diff != "" {
				t.Errorf("marked events differ (-want +got):\n%s", diff)
			}
			b.apply()
			if got := b.marked(); got != nil {
				t.Errorf("an apply marks %v", got)
			}
		})
	}
}

// marked are the events that are marked, each step once.
func (b *bench) marked() []string {
	var all []string
	seen := map[string]bool{}
	add := func(label string, by []string) {
		if text := label + ": " + strings.Join(by, ", "); by != nil && !seen[text] {
			seen[text] = true
			all = append(all, text)
		}
	}
	for _, e := range b.events {
		switch {
		case e.Ended != nil:
			add(e.Ended.Step, e.Ended.AffectedBy)
		case e.Listed != nil:
			add(e.Listed.Addr, e.Listed.AffectedBy)
		}
	}
	return all
}
