package runner

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestPlansKeepTheirPromises plans steps that get in each other's way, and holds
// the apply, in one pass and of the saved plan, to what the plan says for certain.
func TestPlansKeepTheirPromises(t *testing.T) {
	tests := []struct {
		name  string
		steps []string
	}{
		{"an update of what is archived perhaps", []string{
			`{id: new, action: createContact, with: {external_id: n}}`,
			`{id: a, if: steps.new.data.created_at < 5, action: archiveContact, with: {contact_id: $ann}}`,
			`{id: u, action: updateContact, with: {contact_id: $ann, name: New}}`,
			`{id: t, action: attachTag, with: {contact_id: $ann, tag_id: "2"}}`,
		}},
		{"a company that is deleted and made again", []string{
			`{id: d, action: deleteCompany, with: {company_id: $acme}}`,
			`{id: c, action: createCompany, with: {company_id: acme, name: New}}`,
			`{id: e, action: createCompany, with: {company_id: acme, name: New}}`,
			`{id: a, action: attachCompany, with: {contact_id: $ann, company_id: "{{ steps.c.data.id }}"}}`,
		}},
		{"a tag that is deleted is on nobody", []string{
			`{id: b, action: attachTag, with: {contact_id: $ann, tag_id: "2"}}`,
			`{id: d, action: deleteTag, with: {tag_id: "2"}}`,
			`{id: a, action: attachTag, with: {contact_id: $ann, tag_id: "2"}}`,
			`{id: e, action: detachTag, with: {contact_id: $ann, tag_id: "2"}}`,
		}},
		{"a company that is deleted is nobody's", []string{
			`{id: d, action: deleteCompany, with: {company_id: $acme}}`,
			`{id: a, action: attachCompany, with: {contact_id: $ann, company_id: $acme}}`,
			`{id: e, action: detachCompany, with: {contact_id: $ann, company_id: $acme}}`,
		}},
		{"a tag that is deleted and made again", []string{
			`{id: d, action: deleteTag, with: {tag_id: "2"}}`,
			`{id: c, action: createTag, with: {name: Beta}}`,
			`{id: a, action: attachTag, with: {contact_id: $ann, tag_id: "{{ steps.c.data.id }}"}}`,
		}},
		{"a contact that goes and comes back", []string{
			`{id: a, action: archiveContact, with: {contact_id: $ann}}`,
			`{id: b, action: unarchiveContact, with: {contact_id: $ann}}`,
			`{id: u, action: updateContact, with: {contact_id: $ann, name: New}}`,
			`{id: t, action: attachTag, with: {contact_id: $ann, tag_id: "2"}}`,
		}},
		{"a contact that takes an external_id is met by it", []string{
			`{id: u, action: updateContact, with: {contact_id: $ann, external_id: z}}`,
			`{id: c, action: createContact, with: {external_id: z, name: Q, on_conflict: update}}`,
			`{id: s, action: createContact, with: {external_id: z, name: R, on_conflict: skip}}`,
		}},
		{"a contact that is made is met by its email", []string{
			`{id: c, action: createContact, with: {email: n@example.com, name: N}}`,
			`{id: u, action: createContact, with: {email: N@example.com, phone: "+4412", on_conflict: update}}`,
			`{id: s, action: createContact, with: {email: n@example.com, name: M, on_conflict: skip}}`,
			`{id: f, action: createContact, with: {email: n@example.com, name: L}}`,
		}},
		{"a tag is found by its new name", []string{
			`{id: r, action: updateTag, with: {tag_id: "1", name: x}}`,
			`{id: c, action: createTag, with: {name: X}}`,
			`{id: a, action: attachTag, with: {contact_id: $ann, tag_id: "{{ steps.c.data.id }}"}}`,
		}},
		{"a contact that is deleted", []string{
			`{id: d, action: deleteContact, with: {contact_id: $ann}}`,
			`{id: t, action: attachTag, with: {contact_id: $ann, tag_id: "2"}}`,
			`{id: u, action: unarchiveContact, with: {contact_id: $ann}}`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fakeTime(t, func(t *testing.T) {
				steps := strings.ReplaceAll(strings.Join(tt.steps, ", "), ", action:", ", on_error: continue, action:")
				text := names.Replace(untab(`{version: 1, allow: [delete, send], steps: [` + steps + `]}`))
				fresh := func() *keeper { return &keeper{bench: newBench(t, shop(), text), concurrency: 1} }
				once := fresh()
				once.plan()
				planned := endedOf(once.events)
				once.heldOnce()
				foretold(t, planned, endedOf(once.events), nil)
				saved := fresh()
				saved.applyPlan(saved.mustSave(), filepath.Join(t.TempDir(), "run"), "")
				foretold(t, planned, endedOf(saved.events), nil)
			})
		})
	}
}
