package runner

import (
	"context"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
)

// TestEstimates plans with the rows of lists in place of their records: the
// changes are the same, with fewer calls, and other reads are made as ever.
func TestEstimates(t *testing.T) {
	tests := []struct {
		name, loop, steps string
		exact, estimated  int64 // calls
	}{
		{"a list of contacts", `action: listContacts`, `{action: updateContact, with: {contact_id: "{{ item.id }}", name: A}}`, 3, 1},
		{"a search", `action: searchContacts, with: {role: user}`, `{action: updateContact, with: {contact_id: "{{ item.id }}", name: A, email: a@example.com}}`, 3, 1},
		{"companies of a contact", `action: listContactCompanies, with: {contact_id: "000000000000000000000001"}`, `{action: updateCompany, with: {company_id: "{{ item.id }}", name: A}}`, 2, 1},
		{"tags of a contact are not in the list", `action: listContacts`, `{action: attachTag, with: {contact_id: "{{ item.id }}", tag_id: "1"}}`, 3, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data := tagged()
			data.Companies = []sandbox.Company{{ID: "000000000000000000000011", CompanyID: "acme", Name: "Acme"}}
			data.Contacts[0].Companies = []string{"acme"}
			b := newBench(t, data, untab(`{version: 1, steps: [{id: l, for_each: {`+tt.loop+`}, steps: [`+tt.steps+`]}]}`))
			exact := b.plan()
			want := b.told()
			got := b.run(func(p *Program, ctx context.Context, opt Options) (*Result, error) {
				opt.Estimate = true
				return p.Plan(ctx, opt)
			})
			if diff := cmp.Diff(want, b.told()); diff != "" {
				t.Errorf("the estimate differs (-exact +estimated):\n%s", diff)
			}
			if exact.Calls != tt.exact || got.Calls != tt.estimated || exact.Estimate || !got.Estimate {
				t.Errorf("%d calls and, estimated, %d; want %d and %d", exact.Calls, got.Calls, tt.exact, tt.estimated)
			}
		})
	}
}
