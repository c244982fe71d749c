package sandbox_test

import (
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

func TestDataAttributes(t *testing.T) {
	bad := func(message string) map[string]any { return refusal("parameter_invalid", message) }
	playAll(t, []scenario{
		{"standard ones have no id, custom ones have", likely, []step{
			{call: "GET /data_attributes?model=contact", want: map[string]any{
				"data.0.full_name": "id", "data.0.id": gone, "data.0.custom": false, "data.1.api_writable": true,
				"data.27.full_name": "custom_attributes.plan", "data.27.id": 1, "data.27.options.#": 3, "data.27.data_type": "string",
			}},
			{call: "GET /data_attributes?model=conversation", status: 422},
		}},
		{"a new one can be written to", likely, []step{
			{call: "PUT /contacts/" + annID, body: `{"custom_attributes":{"shoe size":43}}`, status: 400},
			{
				call: "POST /data_attributes", body: `{"name":"shoe size","model":"contact","data_type":"integer"}`,
				want: map[string]any{"id": 13, "full_name": "custom_attributes.shoe size", "custom": true, "archived": false},
			},
			{call: "PUT /contacts/" + annID, body: `{"custom_attributes":{"shoe size":43}}`, want: map[string]any{"custom_attributes.shoe size": 43}},
			{call: "PUT /data_attributes/13", body: `{"archived":true}`, want: map[string]any{"archived": true}},
			{call: "PUT /contacts/" + annID, body: `{"custom_attributes":{"shoe size":44}}`, status: 400},
			{call: "GET /data_attributes?model=contact", want: map[string]any{"data.#": 35}},
			{call: "GET /data_attributes?model=contact&include_archived=true", want: map[string]any{"data.#": 36}},
		}},
		{"lists have options", likely, []step{
			{
				call: "POST /data_attributes", body: `{"name":"colour","model":"contact","data_type":"options","options":[{"value":"Red"},{"value":"Blue"}]}`,
				want: map[string]any{"data_type": "string", "options.1": "Blue"},
			},
			{call: "PUT /data_attributes/13", body: `{"options":{"value":"Red"}}`, status: 400, want: bad("Options isn't an array")},
		}},
		{"names and types are checked", likely, []step{
			{
				call: "POST /data_attributes", body: `{"name":"tier","model":"contact","data_type":"string"}`, status: 400,
				want: bad("You already have 'tier' in your company data. To save this as new people data, use a different name."),
			},
			{
				call: "POST /data_attributes", body: `{"name":"!nv@l!d","model":"contact","data_type":"string"}`, status: 400,
				want: bad("Your name for this attribute must only contain alphanumeric characters, currency symbols, and hyphens"),
			},
			{call: "POST /data_attributes", body: `{"name":"x","model":"contact","data_type":"y"}`, status: 400, want: bad("Data Type isn't an option")},
			{
				call: "POST /data_attributes", body: `{"name":"x","model":"shoe","data_type":"string"}`, status: 400,
				want: bad("The Data Attribute model field must be either contact or company"),
			},
			{call: "PUT /data_attributes/99", body: `{}`, status: 404, want: refusal("field_not_found", "We couldn't find that data attribute to update")},
		}},
	})
}

func TestLooseAttributesTakeAnyType(t *testing.T) {
	s := sandbox.New(sandbox.Options{Data: small(), Switches: sandbox.Switches{LooseAttributes: true}})
	play(t, s, step{
		call: "PUT /contacts/" + annID, body: `{"custom_attributes":{"churn_risk":"high"}}`, want: map[string]any{"custom_attributes.churn_risk": "high"},
	})
}

func TestNotesSegmentsAndAdmins(t *testing.T) {
	notes := "/contacts/" + annID + "/notes"
	play(t, sandbox.New(sandbox.Options{Data: small()}),
		step{call: "POST " + notes, body: `{"body":"Hello"}`, want: map[string]any{
			"type": "note", "id": "1", "body": "<p>Hello</p>", "contact.id": annID, "author.id": "1295", "company": gone,
		}},
		step{call: "POST " + notes, body: `{"body":"Bye","admin_id":"7"}`, status: 404, want: refusal("not_found", "Resource Not Found")},
		step{call: "POST " + notes, body: `{"body":"Bye","admin_id":1295}`, want: map[string]any{"id": "2"}},
		step{call: "GET " + notes + "?per_page=1", want: map[string]any{
			"total_count": 2, "data.0.id": "2", "pages.next": "https://api.intercom.io" + notes + "?page=2&per_page=1", "pages.total_pages": 2,
		}},
		step{call: "GET " + notes + "?per_page=1&page=2", want: map[string]any{"data.0.id": "1", "pages.next": nil}},
		step{call: "GET /contacts/" + annID, want: map[string]any{"notes.total_count": 2, "notes.data.0.url": "/notes/1"}},
		step{call: "GET /notes/2", want: map[string]any{"id": "2"}},
		step{call: "GET /notes/9", status: 404},
		step{call: "GET /contacts/nobody/notes", status: 404, want: refusal("not_found", "User Not Found")},
		step{call: "POST /companies/" + acmeID + "/notes", body: `{"body":"Hi"}`, want: map[string]any{"company.id": acmeID, "contact": gone}},
		step{call: "GET /companies/" + acmeID + "/notes", want: map[string]any{"total_count": 1}},
		step{call: "GET /contacts/" + annID + "/segments", want: map[string]any{"data.#": 1, "data.0.name": "Seg 1"}},
		step{call: "GET /contacts/" + bobID + "/segments", want: map[string]any{"data.#": 0}},
		step{call: "GET /segments?include_count=true", want: map[string]any{"type": "segment.list", "segments.0.count": 1, "segments.0.person_type": "user"}},
		step{call: "GET /segments/nope", status: 404},
		step{call: "GET /me", want: map[string]any{"id": "1295", "app.id_code": "ecahpwf5", "app.region": "US", "app.timezone": "UTC"}},
		step{call: "GET /admins", want: map[string]any{"type": "admin.list", "admins.#": 1}},
		step{call: "GET /admins/9", status: 404, want: refusal("admin_not_found", "Admin not found")},
	)
}
