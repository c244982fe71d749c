package runner

import (
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/flowrun-dev/flowrun/steps"
)

// TestConverges applies each action and then plans it: what has been done is
// not to be done again. The actions that can never be so are named, with the
// reason.
func TestConverges(t *testing.T) {
	const (
		ann     = "000000000000000000000001"
		company = "00000000000000000000000c"
	)
	never := map[string]string{
		"archiveContact": "an archived contact is not found any more",
		"deleteContact":  "a deleted contact is not found any more",
		"deleteCompany":  "a deleted company is not found any more",
		"deleteTag":      "a deleted tag is not found any more",
		"deleteTicket":   "a deleted ticket is not found any more",
		"createTicket":   "each call opens another ticket",
		"rawRequest":     "flowrun does not know what the call does",
	}
	with := map[string]string{
		"createContact": `{role: user, external_id: new, email: New@Example.com, name: New, phone: "+15005550100", avatar: "https://example.com/a.png",
			signed_up_at: 1700000000, custom_attributes: {plan: pro, monthly_spend: 12}, on_conflict: update}`,
		"updateContact": `{contact_id: "` + ann + `", name: Ann B, email: ANN@example.com, phone: null, owner_id: "814860", avatar: "https://example.com/b.png",
			unsubscribed_from_emails: true, last_seen_at: 1700000001, custom_attributes: {plan: free, monthly_spend: 0, job_title: null}}`,
		"unarchiveContact": `{contact_id: "` + ann + `"}`,
		"attachCompany":    `{contact_id: "` + ann + `", company_id: "` + company + `"}`,
		"detachCompany":    `{contact_id: "` + ann + `", company_id: "` + company + `"}`,
		"attachTag":        `{contact_id: "` + ann + `", tag_id: "71"}`,
		"detachTag":        `{contact_id: "` + ann + `", tag_id: "71"}`,
		"createCompany":    `{company_id: new, name: " New ", plan: pro, size: 12, monthly_spend: 100, website: "https://example.com", custom_attributes: {tier: gold}}`,
		"updateCompany":    `{company_id: "` + company + `", name: Acme 2, plan: free, size: 3, industry: Food, custom_attributes: {tier: gold}}`,
		"createTag":        `{name: NEW}`,
		"updateTag":        `{tag_id: "71", name: other}`,
	}
	for _, action := range steps.All() {
		if action.Effect == steps.Read || never[action.Name] != "" {
			continue
		}
		t.Run(action.Name, func(t *testing.T) {
			if with[action.Name] == "" {
				t.Fatal("add a call of this action to the test, or the reason why there is none")
			}
			data := &sandbox.Data{
				Tags:      []sandbox.Tag{{ID: "71", Name: "vip"}, {ID: "72", Name: "new"}},
				Companies: []sandbox.Company{{ID: company, CompanyID: "acme", Name: "Acme"}},
				Contacts:  []sandbox.Contact{{ID: ann, ExternalID: "ann", Email: "ann@example.com", Name: "Ann"}},
				DataAttributes: []sandbox.DataAttribute{
					{Model: "contact", Name: "plan"}, {Model: "contact", Name: "monthly_spend", DataType: "integer"},
					{Model: "contact", Name: "job_title"}, {Model: "company", Name: "tier"},
				},
				Admins: []sandbox.Admin{{ID: "814860", Name: "Ada"}},
			}
			b := newBench(t, data, untab(`{version: 1, steps: [{id: s, action: `+action.Name+`, with: `+with[action.Name]+`}]}`))
			if r := b.apply(); len(r.Failures) > 0 {
				t.Fatalf("the apply failed: %v", r.Failures[0])
			}
			r := b.plan()
			if len(r.Failures) > 0 {
				t.Fatalf("the plan failed: %v", r.Failures[0])
			}
			if r.Changes.Any() || r.Counts.Unchanged != 1 {
				for _, e := range b.events {
					if e.Ended != nil {
						t.Errorf("the plan would change %+v", e.Ended.Changes)
					}
				}
			}
			before := len(b.writes())
			if r := b.apply(); len(b.writes()) != before || r.Counts.Unchanged != 1 {
				t.Errorf("a second apply wrote: %v", b.writes()[before:])
			}
		})
	}
}

// TestConvergesWithAConflict applies creates of contacts that the second time
// are there already, and what is taken off that is not on.
func TestConvergesWithAConflict(t *testing.T) {
	tests := []struct {
		name, step string
		again      Status // how it ends the second time
	}{
		{"by external_id, to be updated", `createContact, with: {external_id: n, name: N, on_conflict: update}`, Unchanged},
		{"by external_id, to be skipped", `createContact, with: {external_id: n, name: N, on_conflict: skip}`, Skipped},
		{"by email, to be updated", `createContact, with: {email: N@example.com, name: N, on_conflict: update}`, Unchanged},
		{"by email, to be skipped", `createContact, with: {email: N@example.com, name: N, on_conflict: skip}`, Skipped},
		{"which is refused", `createContact, with: {external_id: n, name: N}`, Failed},
		{"a tag that is not attached", `detachTag, with: {contact_id: "000000000000000000000001", tag_id: "1"}`, Unchanged},
		{"a company that is not attached", `detachCompany, with: {contact_id: "000000000000000000000001", company_id: "00000000000000000000000c"}`, Unchanged},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, tagged(), untab(`{version: 1, steps: [{id: s, action: `+tt.step+`}]}`))
			b.apply()
			if r := b.plan(); r.Changes.Any() || r.Counts.Of(tt.again) != 1 {
				t.Errorf("planned again it ends with %+v and changes %+v", r.Counts, r.Changes)
			}
			before := len(b.writes())
			if b.apply(); len(b.writes()) != before {
				t.Errorf("applied again it writes %v", b.writes()[before:])
			}
		})
	}
}

// TestRowsThatShareARecord has rows in a row that make one record: the first
// makes it, and the others find it as it is to be.
func TestRowsThatShareARecord(t *testing.T) {
	for _, with := range []string{
		`action: createCompany, with: {company_id: "new", name: "New"}`,
		`action: createContact, with: {external_id: "new", email: "new@example.com", on_conflict: update}`,
		`action: createTag, with: {name: "new"}`,
	} {
		t.Run(with, func(t *testing.T) {
			b := newBench(t, &sandbox.Data{}, `{version: 1, steps: [{id: s, for_each: [1, 2, 3], `+with+`}]}`)
			r := b.apply()
			if want := (Counts{Done: 1, Unchanged: 2, Total: 3}); r.Counts != want {
				t.Errorf("they ended with %+v, want %+v: %v", r.Counts, want, r.Failures)
			}
			if writes := b.writes(); len(writes) != 1 {
				t.Errorf("it wrote %q", writes)
			}
		})
	}
}

// TestRowsThatShareARecordComeOneAtATime has rows side by side that make one
// record: it is made once, and counted once.
func TestRowsThatShareARecordComeOneAtATime(t *testing.T) {
	for _, with := range []string{
		`action: createCompany, with: {company_id: new, name: New}`,
		`action: createContact, with: {external_id: new, email: "new@example.com", on_conflict: update}`,
		`action: createTag, with: {name: new}`,
		`action: updateContact, with: {contact_id: $ann, name: New}`,
	} {
		t.Run(with, func(t *testing.T) {
			tr := try(t, sandbox.New(sandbox.Options{Data: shop()}), `{version: 1, steps: [{id: s, for_each: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], `+with+`}]}`)
			if want := (Counts{Done: 1, Unchanged: 9, Total: 10}); tr.result.Counts != want {
				t.Errorf("they ended with %+v, want %+v: %v", tr.result.Counts, want, tr.result.Failures)
			}
		})
	}
}
