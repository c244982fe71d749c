package sandbox_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

func TestReadDataRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nothing", ``, "sandbox data: line 1: the JSON value ends too early"},
		{"an unknown member", `{"contakts":[]}`, `sandbox data: line 1: json: unknown field "contakts"`},
		{"broken JSON", "{\n\"tags\": [}", "sandbox data: line 2: invalid character '}' looking for beginning of value"},
		{"two values", `{} {}`, "sandbox data: there is more after the end of the JSON value"},
		{"an unknown tag", `{"contacts":[{"email":"a@example.com","tags":["vip"]}]}`, `sandbox data: contacts[0] (a@example.com): no tag "vip"`},
		{"an unknown company", `{"contacts":[{"companies":["acme"]}]}`, `sandbox data: contacts[0]: no company "acme"`},
		{"an unknown role", `{"contacts":[{"role":"visitor"}]}`, `sandbox data: contacts[0]: unknown role "visitor"; a contact is a user or a lead`},
		{
			"an unknown state", `{"contacts":[{"state":"asleep"}]}`,
			`sandbox data: contacts[0]: unknown state "asleep"; a contact is archived, blocked, deleted, merged or has no state`,
		},
		{"an external_id twice", `{"contacts":[{"external_id":"a"},{"external_id":"a"}]}`, "sandbox data: contacts[1] (a): the external_id a is taken"},
		{"an id twice", `{"companies":[{"id":"a"},{"id":"a"}]}`, "sandbox data: companies[1] (company-2): the id a is taken"},
		{"a company_id twice", `{"companies":[{"company_id":"a"},{"company_id":"a"}]}`, "sandbox data: companies[1] (a): the company_id a is taken"},
		{"an unknown owner", `{"contacts":[{"owner_id":"9"}]}`, `sandbox data: contacts[0]: owner_id: no admin "9"`},
		{
			"an undefined attribute", `{"contacts":[{"custom_attributes":{"shoe":1}}]}`,
			`sandbox data: contacts[0]: custom attribute "shoe" is not in data_attributes`,
		},
		{
			"an attribute of another type", `{"contacts":[{"custom_attributes":{"churn_risk":"high"}}]}`,
			`sandbox data: contacts[0]: custom attribute "churn_risk": high is not of type integer`,
		},
		{"a tag without a name", `{"tags":[{"id":"1"}]}`, "sandbox data: tags[0]: a tag needs a name"},
		{"a tag twice", `{"tags":[{"name":"a"},{"name":"A"}]}`, "sandbox data: tags[1] (A): there is a tag of that name; case does not matter"},
		{"an unknown timezone", `{"workspace":{"timezone":"Mars"}}`, `sandbox data: workspace: unknown timezone "Mars"`},
		{
			"a bad segment", `{"segments":[{"name":"s","query":{"field":"shoe","operator":"=","value":1}}]}`,
			"sandbox data: segments[0] (s): query: shoe is not a valid search field",
		},
		{"a note of nobody", `{"notes":[{"body":"x"}]}`, "sandbox data: notes[0]: a note needs a contact or a company, and not both"},
		{"a ticket of an unknown type", `{"tickets":[{"type":"x","contact":"y"}]}`, `sandbox data: tickets[0] (1): no ticket type "x"`},
		{"an attribute type", `{"data_attributes":[{"model":"contact","name":"a","data_type":"blob"}]}`, `sandbox data: data_attributes[0] (a): unknown data_type "blob"; there are string, integer, float, boolean and date`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := sandbox.ReadData(strings.NewReader(tt.text))
			if err == nil || err.Error() != tt.want {
				t.Errorf("error is %v, want %q", err, tt.want)
			}
		})
	}
}

func TestDataMayNameRecordsInAnyWay(t *testing.T) {
	d, err := sandbox.ReadData(strings.NewReader(`{
		"tags": [{"name": "vip"}],
		"companies": [{"company_id": "acme"}],
		"contacts": [{"email": "ann@example.com", "tags": ["VIP"], "companies": ["acme"], "custom_attributes": {"monthly_spend": 20}}],
		"notes": [{"contact": "ANN@example.com", "body": "x"}],
		"tickets": [{"type": "Bug report", "contact": "ann@example.com", "state": "resolved"}]
	}`))
	if err != nil {
		t.Fatal(err)
	}
	play(t, sandbox.New(sandbox.Options{Data: d}),
		step{call: "GET /contacts", want: map[string]any{
			"data.0.id": "6955b9001bb69f9f00000002", "data.0.created_at": 1767225600, "data.0.tags.data.0.id": "1",
			"data.0.companies.total_count": 1, "data.0.notes.total_count": 1, "data.0.custom_attributes.monthly_spend": 20,
		}},
		step{call: "GET /tickets/1", want: map[string]any{"ticket_state.category": "resolved"}},
	)
}

func TestStateSurvivesWritingAndReading(t *testing.T) {
	s := sandbox.New(sandbox.Options{Data: sandbox.Sample()})
	user := s.Snapshot().Contacts[0]
	play(t, s,
		step{call: "POST /contacts/" + user.ID + "/tags", body: `{"id":"7522902"}`},
		step{call: "PUT /contacts/" + user.ID, body: `{"custom_attributes":{"job_title":null,"monthly_spend":12.5}}`},
		step{call: "POST /contacts", body: `{"role":"lead"}`},
		step{call: "POST /companies", body: `{"company_id":"new"}`},
		step{call: "DELETE /contacts/" + s.Snapshot().Contacts[1].ID},
		step{call: "POST /contacts/" + user.ID + "/notes", body: `{"body":"x"}`},
		step{call: "PUT /tickets/1", body: `{"ticket_state_id":"3"}`},
	)
	want := s.Snapshot()
	var text bytes.Buffer
	if err := want.Write(&text); err != nil {
		t.Fatal(err)
	}
	read, err := sandbox.ReadData(&text)
	if err != nil {
		t.Fatal(err)
	}
	again := sandbox.New(sandbox.Options{Data: read})
	if diff := cmp.Diff(want, again.Snapshot()); diff != "" {
		t.Errorf("state differs after writing and reading (-want +got):\n%s", diff)
	}
}

func TestSnapshotIsACopy(t *testing.T) {
	s := sandbox.New(sandbox.Options{Data: small()})
	d := s.Snapshot()
	d.Contacts[0].CustomAttributes["plan"] = "changed"
	d.Contacts[0].Tags[0] = "changed"
	if diff := cmp.Diff("trial", s.Snapshot().Contacts[0].CustomAttributes["plan"]); diff != "" {
		t.Errorf("the server's plan changed with the snapshot (-want +got):\n%s", diff)
	}
}

func TestServersLeaveTheirDataAlone(t *testing.T) {
	d := small()
	s := sandbox.New(sandbox.Options{Data: d})
	play(t, s,
		step{call: "PUT /contacts/" + annID, body: `{"name":"New","custom_attributes":{"plan":"pro"}}`},
		step{call: "POST /contacts/" + annID + "/tags", body: `{"id":"2"}`},
	)
	if diff := cmp.Diff(small(), d); diff != "" {
		t.Errorf("data differs (-want +got):\n%s", diff)
	}
}

func TestSampleIsInteresting(t *testing.T) {
	d := sandbox.Sample()
	if diff := cmp.Diff(sandbox.Sample(), d); diff != "" {
		t.Errorf("two samples differ (-want +got):\n%s", diff)
	}
	got := map[string]int{"contacts": len(d.Contacts), "companies": len(d.Companies), "tags": len(d.Tags), "tickets": len(d.Tickets)}
	count := func(name string, has bool) {
		if has {
			got[name]++
		}
	}
	for _, c := range d.Contacts {
		spend, _ := c.CustomAttributes["monthly_spend"].(int64)
		trial := c.CustomAttributes["plan"] == "trial"
		count("leads", c.Role == "lead")
		count("archived", c.State == "archived")
		count("without name", c.Name == "")
		count("without email", c.Email == "")
		count("trials below 50", trial && spend < 50)
		count("trials of acme.com", trial && strings.HasSuffix(c.Email, "@acme.com"))
		count("tagged", len(c.Tags) > 0)
		count("in a company", len(c.Companies) > 0)
	}
	want := map[string]int{
		"contacts": 200, "companies": 12, "tags": 8, "tickets": 5, "leads": 28, "archived": 5, "without name": 10, "without email": 7,
		"trials below 50": 14, "trials of acme.com": 1, "tagged": 59, "in a company": 105,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sample differs (-want +got):\n%s", diff)
	}
}

func TestServerWithoutDataIsAlmostEmpty(t *testing.T) {
	s := sandbox.New(sandbox.Options{})
	play(t, s,
		step{call: "GET /contacts", want: map[string]any{"total_count": 0, "data.#": 0}},
		step{call: "GET /admins", want: map[string]any{"admins.#": 1}},
		step{call: "GET /ticket_types", want: map[string]any{"data.#": 2}},
		step{call: "POST /contacts", body: `{"external_id":"a","custom_attributes":{"Plan Name":"x"}}`},
	)
}
