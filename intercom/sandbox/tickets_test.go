package sandbox_test

import (
	"testing"
)

// newTicket is the body of a ticket of Ann's.
func newTicket(more string) string {
	return `{"ticket_type_id":"1","contacts":[{"id":"` + annID + `"}]` + more + `}`
}

func TestTickets(t *testing.T) {
	made := step{call: "POST /tickets", body: newTicket(`,"ticket_attributes":{"_default_title_":"Help","reference":"r1"}`)}
	playAll(t, []scenario{
		{"a new ticket is submitted and has a history", likely, []step{
			{call: made.call, body: made.body, want: map[string]any{
				"type": "ticket", "id": "1", "ticket_id": "1", "category": "Customer", "ticket_attributes._default_title_": "Help",
				"ticket_attributes._default_description_": nil, "ticket_state.category": "submitted", "ticket_state.type": "ticket_state",
				"ticket_type.name": "Bug report", "contacts.contacts.0.id": annID, "contacts.contacts.0.external_id": "a1",
				"admin_assignee_id": 0, "team_assignee_id": 0, "open": true, "created_at": now, "updated_at": now,
				"ticket_parts.total_count": 1, "linked_objects.total_count": 0, "previous_ticket_state_id": nil, "snoozed_until": gone,
			}},
			{call: "GET /tickets/1", want: map[string]any{"id": "1"}},
		}},
		{"the same again is another ticket", likely, []step{made, {call: made.call, body: made.body, want: map[string]any{"id": "2"}}}},
		{"the contact may be named by external_id or email", likely, []step{
			{call: "POST /tickets", body: `{"ticket_type_id":"1","contacts":[{"external_id":"a1"}]}`, want: map[string]any{"contacts.contacts.0.id": annID}},
			{call: "POST /tickets", body: `{"ticket_type_id":1,"contacts":[{"email":"bob@example.com"}]}`, want: map[string]any{"contacts.contacts.0.id": bobID}},
			{call: "POST /tickets", body: `{"ticket_type_id":"1","contacts":[{"external_id":"nope"}]}`, status: 404, want: refusal("not_found", "User Not Found")},
			{call: "POST /tickets", body: `{"ticket_type_id":"1","contacts":[{"id":"x","email":"y"}]}`, status: 400},
			{call: "POST /tickets", body: `{"ticket_type_id":"1"}`, status: 400},
		}},
		{"an unknown email makes a contact", likely, []step{
			{call: "POST /tickets", body: `{"ticket_type_id":"1","contacts":[{"email":"who@example.com"}]}`, want: map[string]any{"contacts.contacts.#": 1}},
			{call: "GET /contacts", want: map[string]any{"total_count": 4}},
		}},
		{"an email is no external_id that looks like one", likely, []step{
			{call: "PUT /contacts/" + annID, body: `{"external_id":"bob@example.com"}`},
			{call: "POST /tickets", body: `{"ticket_type_id":"1","contacts":[{"email":"bob@example.com"}]}`, want: map[string]any{"contacts.contacts.0.id": bobID}},
			{call: "POST /tickets", body: `{"ticket_type_id":"1","contacts":[{"external_id":"bob@example.com"}]}`, want: map[string]any{"contacts.contacts.0.id": annID}},
		}},
		{"but not when the ticket is refused", likely, []step{
			{
				call: "POST /tickets", body: `{"ticket_type_id":"1","contacts":[{"email":"who@example.com"}],"company_id":"` + acmeID + `"}`,
				status: 404, want: refusal("company_not_found", "Company Not Found"),
			},
			{call: "GET /contacts", want: map[string]any{"total_count": 3}},
		}},
		{"the company must be one of the contact's", likely, []step{
			{call: "POST /tickets", body: newTicket(`,"company_id":"` + acmeID + `"`), want: map[string]any{"contacts.contacts.0.id": annID, "company_id": gone}},
			{call: "POST /tickets", body: newTicket(`,"company_id":"` + emptyID + `"`), status: 404},
		}},
	})
}

func TestTicketAttributes(t *testing.T) {
	playAll(t, []scenario{
		{"created_at can be set back", likely, []step{
			{call: "POST /tickets", body: newTicket(`,"created_at":1600000000`), want: map[string]any{"created_at": 1600000000, "updated_at": now}},
		}},
		{"required attributes are required", likely, []step{
			{
				call: "POST /tickets", body: `{"ticket_type_id":"2","contacts":[{"id":"` + annID + `"}]}`, status: 400,
				want: refusal("parameter_invalid", "Missing required ticket attributes"),
			},
			{call: "POST /tickets", body: newTicket(`,"ticket_attributes":{"shoe":1}`), status: 400, want: map[string]any{"errors.0.code": "parameter_invalid"}},
			{call: "POST /tickets", body: newTicket(`,"ticket_attributes":{"priority":"high"}`), status: 400, want: map[string]any{"errors.0.code": "type_mismatch"}},
			{call: "POST /tickets", body: `{"ticket_type_id":"99","contacts":[{"id":"` + annID + `"}]}`, status: 404},
		}},
	})
}

func TestUpdateTickets(t *testing.T) {
	made := step{call: "POST /tickets", body: newTicket(`,"ticket_attributes":{"_default_title_":"Help","reference":"r1"}`)}
	playAll(t, []scenario{
		{"states change, but not to themselves", likely, []step{
			made,
			{call: "PUT /tickets/1", body: `{"ticket_state_id":2}`, want: map[string]any{"ticket_state.category": "in_progress", "previous_ticket_state_id": "1", "ticket_parts.total_count": 2}},
			{call: "PUT /tickets/1", body: `{"ticket_state_id":"2"}`, status: 400, want: refusal("parameter_invalid", "Cannot transition ticket to the same state")},
			{
				call: "PUT /tickets/1", body: `{"ticket_state_id":"0"}`, status: 400,
				want: refusal("ticket_state_id_invalid", "Ticket state id is not valid or is not associated with the ticket type"),
			},
		}},
		{"admins are assigned by number", likely, []step{
			made,
			{call: "PUT /tickets/1", body: `{"assignee_id":"1295","admin_id":1295}`, want: map[string]any{"admin_assignee_id": 1295}},
			{call: "PUT /tickets/1", body: `{"assignee_id":"7"}`, status: 404, want: refusal("assignee_not_found", "Assignee not found")},
			{call: "PUT /tickets/1", body: `{"assignee_id":0}`, want: map[string]any{"admin_assignee_id": 0}},
		}},
		{"closing unsnoozes", likely, []step{
			made,
			{call: "PUT /tickets/1", body: `{"snoozed_until":1700000000,"is_shared":false}`, want: map[string]any{"snoozed_until": 1700000000, "is_shared": false}},
			{call: "PUT /tickets/1", body: `{"open":false}`, want: map[string]any{"open": false, "snoozed_until": gone}},
		}},
		{"deleting is final", likely, []step{
			made,
			{call: "DELETE /tickets/1", want: map[string]any{"id": "1", "object": "ticket", "deleted": true}},
			{call: "GET /tickets/1", status: 404, want: refusal("ticket_not_found", "Ticket not found")},
		}},
		{"searches see exact times, titles and attributes", likely, []step{
			made,
			{
				call: "POST /tickets/search", body: `{"query":` + group("AND", filter("created_at", ">", "946684800"), filter("title", "~", `"help"`),
					filter("contact_ids", "=", `"`+annID+`"`), filter("category", "=", `"request"`), filter("state", "=", `"submitted"`)) + `}`,
				want: map[string]any{"type": "ticket.list", "total_count": 1, "tickets.0.id": "1", "pages.per_page": 20},
			},
			{call: "POST /tickets/search", body: `{"query":` + filter("created_at", ">=", "946684801") + `}`, want: map[string]any{"total_count": 0}},
			{call: "POST /tickets/search", body: `{"query":` + filter("ticket_attribute.5", "=", `"r1"`) + `}`, want: map[string]any{"total_count": 1}},
			{call: "POST /tickets/search", body: `{"query":` + filter("shoe", "=", `1`) + `}`, status: 400, want: refusal("invalid_field", "shoe is not a valid search field")},
		}},
		{"types and states are listed", likely, []step{
			{call: "GET /ticket_types", want: map[string]any{
				"type": "list", "data.#": 2, "data.1.category": "Back-office", "data.0.ticket_type_attributes.data.0.name": "_default_title_",
				"data.0.ticket_type_attributes.data.4.id": "5", "data.0.ticket_states.data.#": 4,
			}},
			{call: "GET /ticket_types/2", want: map[string]any{"name": "Refund", "ticket_type_attributes.data.2.required_to_create": true}},
			{call: "GET /ticket_types/99", status: 404},
			{call: "GET /ticket_states", want: map[string]any{"data.#": 4, "data.3.category": "resolved", "data.0.ticket_types.data.#": 2}},
		}},
	})
}
