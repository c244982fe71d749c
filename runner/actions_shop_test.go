package runner

import (
	"strings"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// idNames are the ids that the cases write by name.
var idNames = []string{
	"$acme", "6400000000000000000000a0",
	"$globex", "6400000000000000000000b0",
	"$dead", "6400000000000000000000c0",
	"$ann", "65000000000000000000000a",
	"$bob", "65000000000000000000000b",
	"$lea", "65000000000000000000000c",
	"$old", "65000000000000000000000d",
	"$gone", "65000000000000000000000e",
	"$merged", "65000000000000000000000f",
	"$blocked", "650000000000000000000010",
	"$seg", "5600000000000000000000e0",
	"$nobody", "ffffffffffffffffffffffff",
	"$new", "386d43801bb69f9f00000001", // the first that is made at the start of synctest's time
}

var (
	names = strings.NewReplacer(idNames...)
	ids   = strings.NewReplacer(turned(idNames)...)
)

// turned gives pairs the other way round.
func turned(pairs []string) []string {
	back := make([]string, 0, len(pairs))
	for i := 0; i < len(pairs); i += 2 {
		back = append(back, pairs[i+1], pairs[i])
	}
	return back
}

func id(name string) string { return names.Replace(name) }

// shop is a small workspace. Ann has an external_id, a tag and a company; Bob
// has an email only; Lea is a lead; the others are gone in one way or another.
func shop() *sandbox.Data {
	return &sandbox.Data{
		Workspace: sandbox.Workspace{Timezone: "UTC"},
		Tags:      []sandbox.Tag{{ID: "1", Name: "vip"}, {ID: "2", Name: "beta"}, {ID: "3", Name: "Alpha"}},
		Segments: []sandbox.Segment{
			{ID: id("$seg"), Name: "Seg 1", Query: []byte(`{"field":"tag_id","operator":"=","value":"1"}`)},
		},
		Companies: []sandbox.Company{
			{ID: id("$acme"), CompanyID: "acme", Name: "Acme", Plan: "Gold", Size: 12, Tags: []string{"vip"}},
			{ID: id("$globex"), CompanyID: "globex", Name: "Globex"},
			{ID: id("$dead"), CompanyID: "dead", Name: "Dead", State: "archived"},
		},
		Contacts: []sandbox.Contact{
			{
				ID: id("$ann"), ExternalID: "a1", Email: "ann@example.com", Name: "Ann", Phone: "+441234567890",
				Tags: []string{"vip"}, Companies: []string{"acme"}, CustomAttributes: map[string]any{"plan": "trial", "churn_risk": 70},
			},
			{ID: id("$bob"), Email: "bob@example.com", Name: "Bob", CustomAttributes: map[string]any{"plan": "pro"}},
			{ID: id("$lea"), Role: "lead", ExternalID: "5f8d5a0e-0000-4000-8000-000000000001", Email: "lea@example.com"},
			{ID: id("$old"), ExternalID: "old1", Email: "old@example.com", State: "archived"},
			{ID: id("$gone"), ExternalID: "gone1", Email: "gone@example.com", State: "deleted", DeletedAt: 946684000},
			{ID: id("$merged"), Role: "lead", ExternalID: "5f8d5a0e-0000-4000-8000-000000000002", State: "merged", MergedInto: id("$ann")},
			{ID: id("$blocked"), ExternalID: "blocked1", Email: "blocked@example.com", State: "blocked"},
		},
		Tickets: []sandbox.Ticket{{ID: "7", TicketID: "70", Type: "Bug report", Contact: "a1", Attributes: map[string]any{"_default_title_": "It broke"}}},
	}
}

// switches are the sandbox's, under a name that is short enough for a table.
type switches = sandbox.Switches

// newLead is the external_id that the first new lead gets.
const newLead = "00f6ebe6-c3d6-48b4-b9a6-acb9eb58039d"
