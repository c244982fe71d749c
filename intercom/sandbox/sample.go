package sandbox

import (
	"encoding/json"
	"fmt"
	"strings"
)

// sampleTime is the "now" of the sample data: 2026-11-01 12:00 UTC. Everything
// in it happened before, the earliest two years before.
const sampleTime = 1793534400

const (
	sampleDay      = 24 * 60 * 60
	sampleContacts = 200
	sampleVIP      = "7522901" // the tag that a segment depends on
)

// Sample gives a workspace to try things out on: about 200 contacts with plans
// and spends, twelve companies, tags, segments, tickets. It is the same at each
// call, times included.
func Sample() *Data {
	g := &generator{}
	d := &Data{
		Workspace:      Workspace{IDCode: "ecahpwf5", Name: "Acme", Region: "US", Timezone: "America/Los_Angeles", CreatedAt: sampleTime - 900*sampleDay},
		Admins:         []Admin{{ID: "1295", Name: "Ciara Byrne", Email: "ciara@example.com", JobTitle: "Operations"}, {ID: "1296", Name: "Tomas Novak", Email: "tomas@example.com", JobTitle: "Support"}},
		DataAttributes: standardAttributes(),
		Tags:           sampleTags(),
		Segments:       sampleSegments(),
		Companies:      g.companies(),
		TicketTypes:    standardTicketTypes(),
		TicketStates:   standardTicketStates(),
	}
	for i := range sampleContacts {
		d.Contacts = append(d.Contacts, g.contact(i))
	}
	d.Notes = sampleNotes()
	d.Tickets = sampleTickets()
	st, err := newState(d, 0)
	if err != nil {
		panic("sandbox: sample data: " + err.Error()) // a test makes sure that it is not
	}
	full := st.data()
	return &full
}

func sampleTags() []Tag {
	return []Tag{
		{ID: sampleVIP, Name: "VIP"}, {ID: "7522902", Name: "beta"}, {ID: "7522903", Name: "churned"},
		{ID: "7522904", Name: "newsletter"}, {ID: "7522905", Name: "onboarding"}, {ID: "7522906", Name: "Support: priority"},
		{ID: "7522907", Name: "webinar 2026"}, {ID: "7522908", Name: "do not contact"},
	}
}

func sampleSegments() []Segment {
	created := int64(sampleTime - 700*sampleDay)
	return []Segment{
		{
			Name: "Active trials", PersonType: "user", CreatedAt: created,
			Query: json.RawMessage(`{"field": "custom_attributes.plan", "operator": "=", "value": "trial"}`),
		},
		{
			Name: "VIP customers", PersonType: "user", CreatedAt: created + 60,
			Query: json.RawMessage(`{"field": "tag_id", "operator": "=", "value": "` + sampleVIP + `"}`),
		},
	}
}

func sampleNotes() []Note {
	return []Note{
		{Contact: "user-1003", Body: "<p>Asked about yearly billing.</p>", CreatedAt: sampleTime - 40*sampleDay},
		{Contact: "user-1003", Body: "<p>Sent the price list.</p>", CreatedAt: sampleTime - 39*sampleDay, Author: "1296"},
		{Contact: "user-1010", Body: "<p>Prefers email.</p>", CreatedAt: sampleTime - 12*sampleDay},
		{Company: "fjordline", Body: "<p>Contract renews in spring.</p>", CreatedAt: sampleTime - 90*sampleDay},
	}
}

func sampleTickets() []Ticket {
	var out []Ticket
	titles := []string{"Export stops at 100 rows", "Cannot reset password", "Wrong total on invoice", "Page is blank in Safari"}
	states := []string{"submitted", "in_progress", "waiting_on_customer", "resolved"}
	for i, title := range titles {
		created := int64(sampleTime - (30-5*i)*sampleDay)
		out = append(out, Ticket{
			Type: "Bug report", State: states[i], Contact: fmt.Sprintf("user-%d", 1003+7*i), Closed: i == 3, IsShared: true,
			Attributes: map[string]any{defaultTitle: title, defaultDescription: nil, "reference": fmt.Sprintf("REF-%d", 41+i)},
			CreatedAt:  created, UpdatedAt: created + sampleDay,
		})
	}
	return append(out, Ticket{
		Type: "Refund", Contact: "user-1004", AdminAssigneeID: 1296,
		Attributes: map[string]any{defaultTitle: "Charged twice", defaultDescription: nil, "amount": 49.5},
		CreatedAt:  sampleTime - 3*sampleDay, UpdatedAt: sampleTime - 3*sampleDay,
	})
}

// companies makes twelve companies; nobody belongs to the last one.
func (g *generator) companies() []Company {
	industries := []string{"Software", "Retail", "Logistics", "Education"}
	tiers := []string{"gold", "silver", "bronze"}
	var out []Company
	for i, name := range sampleCompanies {
		created := int64(sampleTime - (700-40*i)*sampleDay)
		c := Company{
			CompanyID: companyKey(name), Name: name, Plan: []string{"Pro", "Free", "Enterprise"}[i%3],
			Size: int64(5 + g.below(400)), Industry: industries[i%4], MonthlySpend: int64(g.below(5000)),
			Website:          "https://" + companyKey(name) + ".example.com",
			CustomAttributes: map[string]any{creationSource: "api", "tier": tiers[i%3], "arr": 1000.5 * float64(1+g.below(90)), "strategic": i%4 == 0},
			CreatedAt:        created, UpdatedAt: created + 10*sampleDay, RemoteCreatedAt: created - sampleDay,
			LastRequestAt: sampleTime - int64(g.below(60*sampleDay)),
		}
		if i%5 == 0 {
			c.Tags = []string{"VIP"}
		}
		out = append(out, c)
	}
	return out
}

func companyKey(name string) string {
	word, _, _ := strings.Cut(name, " ")
	return strings.ToLower(word)
}
