package runner

import (
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tardy answers the requests for a path once an instance has ended.
type tardy struct {
	path, until string
	ended       chan struct{}
	once        sync.Once
	to          http.RoundTripper
}

func (d *tardy) over(to http.RoundTripper) http.RoundTripper {
	if d == nil {
		return to
	}
	d.to = to
	return d
}

func (d *tardy) RoundTrip(req *http.Request) (*http.Response, error) {
	if strings.HasPrefix(req.URL.Path, d.path) {
		<-d.ended
	}
	return d.to.RoundTrip(req)
}

func (d *tardy) event(e Event) {
	if d != nil && e.Ended != nil && e.Ended.Addr == d.until {
		d.once.Do(func() { close(d.ended) })
	}
}

// TestRowsThatShareARecordEndInAnyOrder applies a plan in which the first row
// makes what the second one finds made, and lets the second one be first.
func TestRowsThatShareARecordEndInAnyOrder(t *testing.T) {
	const first, second = "000000000000000000000001", "000000000000000000000003"
	tests := []struct {
		name, shared string
		by           string // what changes past flowrun before the plan is applied
		effects      []string
		stale        int64
	}{
		{"a company", `createCompany, with: {company_id: acme, name: Acme}`, "", []string{"POST /companies"}, 0},
		{"a company that is changed then", `createCompany, with: {company_id: acme}}, {id: u, action: createCompany, with: {company_id: acme, size: 5}`, "", []string{"POST /companies", "POST /companies"}, 0},
		{"a tag", `createTag, with: {name: vip}`, "", []string{"POST /tags"}, 0},
		{"a field of a contact", `updateContact, with: {contact_id: "` + u2 + `", name: New}`, "", []string{"PUT /contacts/" + u2}, 0},
		{"a tag of a contact", `attachTag, with: {contact_id: "` + u2 + `", tag_id: "1"}`, "", []string{"POST /contacts/" + u2 + "/tags"}, 0},
		{"a field that somebody else has changed", `updateContact, with: {contact_id: "` + u2 + `", name: New}`, `{"name":"Moved"}`, nil, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := newKeeper(t, `{version: 1, steps: [{action: createTag, with: {name: first}}, {id: m, for_each: {in: ["`+first+`", "`+second+`"], key: item}, steps: [
				{id: n, action: updateContact, with: {contact_id: "{{ item }}", custom_attributes: {note: new}}},
				{id: s, action: `+tt.shared+`}]}]}`)
			k.byHand(`{action: createTag, with: {name: other}}`) // with the id 1
			plan := k.mustSave()
			if tt.by != "" {
				k.send(http.MethodPut, "/contacts/"+u2, tt.by)
			}
			before := len(k.writes())
			k.concurrency = 2
			k.late = &tardy{path: "/contacts/" + first, until: `m["` + second + `"].s`, ended: make(chan struct{})}
			r := k.applyPlan(plan, filepath.Join(t.TempDir(), "run"), "")
			var effects []string
			for _, effect := range k.writes()[before:] {
				if !strings.Contains(effect, "note") && !strings.Contains(effect, "first") {
					effects = append(effects, strings.Join(strings.Fields(effect)[:2], " "))
				}
			}
			if diff := cmp.Diff(tt.effects, effects); diff != "" || r.Stale != tt.stale {
				t.Errorf("stale %d, want %d; effects (-want +got):\n%s", r.Stale, tt.stale, diff)
			}
		})
	}
}
