package runner

import (
	"fmt"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/google/go-cmp/cmp"
)

// imagesOf gives what the intents of a run say of what they were about to
// change.
func imagesOf(t *testing.T, dir string) (images []string) {
	t.Helper()
	for record, err := range journal.Records(dir) {
		if err != nil {
			t.Fatal(err)
		}
		if record.Intent != nil {
			images = append(images, string(record.Intent.Before))
		}
	}
	return images
}

// TestImages looks at what is on record before each write.
func TestImages(t *testing.T) {
	const (
		ann     = "000000000000000000000001"
		company = "00000000000000000000000c"
	)
	tests := []struct {
		name, step string
		want       []string
	}{
		{"the fields that change, as they were and as they will be", `action: updateContact, with: {contact_id: "` + ann + `", name: Bea, email: ANN@example.com, custom_attributes: {plan: pro, seats: 3}}`,
			[]string{`{"with":{"contact_id":"` + ann + `"},"id":"` + ann + `","fields":[{"in":"name","from":"Ann","to":"Bea"},` +
				`{"in":"custom_attributes","of":"plan","from":"free","to":"pro"},{"in":"custom_attributes","of":"seats","to":3}]}`}},
		{"a value that has a secret in it is sealed", `action: updateContact, with: {contact_id: "` + ann + `", name: "key {{ inputs.key }}"}`,
			[]string{`{"with":{"contact_id":"` + ann + `"},"id":"` + ann + `","fields":[{"in":"name","from":"Ann","sealed":"SALT"}]}`}},
		{"an attach found that it was not there", `action: attachTag, with: {contact_id: "` + ann + `", tag_id: "72"}`,
			[]string{`{"with":{"contact_id":"` + ann + `","tag_id":"72"}}`}},
		{"an attach that was there is no write", `action: attachTag, with: {contact_id: "` + ann + `", tag_id: "71"}`, nil},
		{"an archive found that it was not archived", `action: archiveContact, with: {contact_id: "` + ann + `"}`,
			[]string{`{"with":{"contact_id":"` + ann + `"},"id":"` + ann + `"}`}},
		{"an upsert that met the company", `action: createCompany, with: {company_id: acme, size: 3}`,
			[]string{`{"with":{"company_id":"acme"},"id":"` + company + `","fields":[{"in":"size","to":3}]}`}},
		{"a create", `action: createTag, with: {name: new}`, []string{`{"with":{"name":"new"},"fields":[{"in":"name","to":"new"}]}`}},
		{"a create that meets a contact by its email, and then changes that one", `action: createContact, with: {role: user, email: ann@example.com, name: Bea, on_conflict: update}`,
			[]string{`{"fields":[{"in":"role","to":"user"},{"in":"email","to":"ann@example.com"},{"in":"name","to":"Bea"}]}`,
				`{"id":"` + ann + `","fields":[{"in":"name","from":"Ann","to":"Bea"}]}`}},
		{"undo: false keeps nothing", `undo: false, action: updateContact, with: {contact_id: "` + ann + `", name: Bea}`, []string{``}},
		{"a raw request has nothing that could be kept", `action: rawRequest, with: {method: POST, path: /tags, effect: create, body: {name: raw}}`, []string{``}},
		{"a delete keeps the record and who had it", `action: deleteTag, with: {tag_id: "71"}`,
			[]string{`{"with":{"tag_id":"71"},"id":"71","record":{"type":"tag","id":"71","name":"vip"},"holders":["` + ann + `"]}`}},
	}
	salt := regexp.MustCompile(`"sealed":"[^"]+"`)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data := &sandbox.Data{
				Tags:      []sandbox.Tag{{ID: "71", Name: "vip"}, {ID: "72", Name: "other"}},
				Companies: []sandbox.Company{{ID: company, CompanyID: "acme", Name: "Acme"}},
				Contacts: []sandbox.Contact{{ID: ann, ExternalID: "ann", Email: "ann@example.com", Name: "Ann", Tags: []string{"vip"},
					CustomAttributes: map[string]any{"plan": "free"}}},
			}
			b := newBench(t, data, untab(fmt.Sprintf(`{version: 1, allow: [delete], inputs: {key: {secret: true, env: KEY}}, steps: [{%s}]}`, tt.step)))
			dir := filepath.Join(t.TempDir(), "run")
			if r := b.stretch(dir, 10); len(r.Failures) > 0 {
				t.Fatal(r.Failures[0])
			}
			got := imagesOf(t, dir)
			for i := range got {
				got[i] = salt.ReplaceAllString(got[i], `"sealed":"SALT"`)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("images differ (-want +got):\n%s", diff)
			}
		})
	}
}
