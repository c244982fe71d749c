package runner

import (
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
)

// TestDeletesSayWhatGoesAlong plans deletes of records that others have.
func TestDeletesSayWhatGoesAlong(t *testing.T) {
	const company = "00000000000000000000000c"
	data := &sandbox.Data{
		Tags: []sandbox.Tag{{ID: "1", Name: "vip"}, {ID: "2", Name: "beta"}, {ID: "3", Name: "none"}},
		Companies: []sandbox.Company{
			{ID: company, CompanyID: "acme", Name: "Acme", Tags: []string{"vip"}},
			{ID: "00000000000000000000000d", CompanyID: "dot", Name: "Dot", Tags: []string{"vip"}},
		},
		Contacts: []sandbox.Contact{
			{ID: "000000000000000000000001", ExternalID: "u1", Tags: []string{"vip", "beta"}, Companies: []string{"acme"}},
			{ID: "000000000000000000000002", ExternalID: "u2", Tags: []string{"vip"}, Companies: []string{"acme", "dot"}},
			{ID: "000000000000000000000003", ExternalID: "u3"},
		},
	}
	tests := []struct{ step, want string }{
		{`deleteTag, with: {tag_id: "1"}`, "2 contacts and 2 companies have it"},
		{`deleteTag, with: {tag_id: "2"}`, "1 contact has it"},
		{`deleteTag, with: {tag_id: "3"}`, ""},
		{`deleteCompany, with: {company_id: "` + company + `"}`, "2 contacts have it"},
		{`deleteContact, with: {contact_id: "000000000000000000000002"}`, "it has 2 companies, 1 tag"},
		{`deleteContact, with: {contact_id: "000000000000000000000003"}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.step, func(t *testing.T) {
			b := newBench(t, data, untab(`{version: 1, allow: [delete], steps: [{id: d, action: `+tt.step+`}]}`))
			b.plan()
			if diff := cmp.Diff(tt.want, b.events[1].Ended.Note); diff != "" {
				t.Errorf("the note differs (-want +got):\n%s", diff)
			}
		})
	}
}
