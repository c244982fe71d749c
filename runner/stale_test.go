package runner

import (
	"path/filepath"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
)

// TestWhatMovedHoldsUpItsOwnRecordOnly: a record is one record however it was
// found, and no other one is taken for it.
func TestWhatMovedHoldsUpItsOwnRecordOnly(t *testing.T) {
	tests := []struct {
		name, steps string
		move        [3]string // method, path and body of what somebody else sends
		want        map[string]string
	}{
		{
			name: "one tag of the list of all tags",
			steps: `{id: a, action: createTag, with: {name: vip}, on_error: continue},
				{id: b, action: createTag, with: {name: new}}`,
			move: [3]string{"DELETE", "/tags/1"},
			want: map[string]string{"a": "the plan foresaw that this would be unchanged"},
		},
		{
			name: "a company by its own id and by Intercom's",
			steps: `{id: a, action: createCompany, with: {company_id: acme, name: New}},
				{id: b, action: updateCompany, with: {company_id: "000000000000000000000011", plan: pro}},
				{id: c, action: createCompany, with: {company_id: globex, name: New}}`,
			move: [3]string{"PUT", "/companies/000000000000000000000011", `{"name": "Else"}`},
			want: map[string]string{"a": "it was changed since: name", "b": "an earlier step found that it was changed since"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data := tagged()
			data.Companies = []sandbox.Company{{ID: "000000000000000000000011", CompanyID: "acme", Name: "Acme"}}
			k := &keeper{bench: newBench(t, data, "{version: 1, steps: ["+untab(tt.steps)+"]}"), concurrency: 1}
			name := k.mustSave()
			k.send(tt.move[0], tt.move[1], tt.move[2])
			k.applyPlan(name, filepath.Join(t.TempDir(), "run"), "")
			got := map[string]string{}
			for _, e := range k.events {
				if e.Ended != nil && e.Ended.Reason == reasonStale {
					got[e.Ended.Addr] = e.Ended.Note
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("stale differs (-want +got):\n%s", diff)
			}
		})
	}
}
