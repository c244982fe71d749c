package steps

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExamplesAreTaken(t *testing.T) {
	for _, a := range All() {
		in := values{}
		for line := range strings.Lines(a.Example()) {
			name, text, ok := strings.Cut(strings.TrimSpace(line), ": ")
			if ok && name != "- action" {
				in[name] = exampleValue(text)
			}
		}
		for _, problem := range a.Check(in) {
			t.Errorf("the example\n%shas a problem: %s", a.Example(), problem)
		}
	}
}

// exampleValue gives what the loader would: a template is known later.
func exampleValue(text string) any {
	switch {
	case strings.Contains(text, "{{"), strings.HasPrefix(text, "{"):
		return Later{}
	case text == "true":
		return true
	}
	return strings.Trim(text, `"`)
}

func TestHelp(t *testing.T) {
	got := strings.Join(Find("listCompanies").Calls(), "\n") + "\n" +
		strings.Join(Find("createContact").Rules(), "\n") + "\n" +
		Find("createCompany").UndoHelp() + "\n" +
		Find("deleteTag").UndoHelp() + "\n" +
		Find("deleteContact").UndoHelp() + "\n" +
		Find("attachTag").Example()
	want := `POST /companies/list
GET /companies (with name, company_id, tag_id or segment_id)
at least one of email, external_id or role
email_verified only with email
taken back by deleteCompany, or by createCompany with the old values if the record was there before
taken back by createTag; but the tag comes back with another id, on contacts only, and when and by whom it was attached is lost
cannot be taken back: Intercom deletes the contact for good and keeps its external_id and email taken for about 7 days
- action: attachTag
  with:
    contact_id: "{{ contact.id }}"
    tag_id: "{{ steps.tag.data.id }}"
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("help differs (-want +got):\n%s", diff)
	}
}

func TestResourcesGroupTheActions(t *testing.T) {
	want := []string{"contacts", "companies", "tags", "tickets", "any"}
	if diff := cmp.Diff(want, Resources()); diff != "" {
		t.Errorf("resources differ (-want +got):\n%s", diff)
	}
}
