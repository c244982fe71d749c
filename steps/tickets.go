package steps

import (
	"strconv"

	"github.com/tidwall/gjson"
)

var tickets = []*Action{
	{
		Name:       "createTicket",
		Resource:   "tickets",
		Doc:        "Creates a ticket for one contact; the contact is told unless skip_notifications is true.",
		Op:         "POST /tickets",
		Permission: "Write tickets",
		Effect:     Send,
		Retry:      Once,
		Inputs: []Field{
			{Name: "ticket_type_id", Type: text, Required: true, At: "ticket_type.id", Form: ticketTypeForm, Example: `"12"`,
				Doc: "id of the ticket type, from listTicketTypes"},
			{Name: "contacts", Type: listOf(ticketContact), At: "-", Privacy: Personal, Doc: "the contact, as a list of one {id}, {external_id} or {email}"},
			{Name: "contact_id", Type: text, Form: contactForm, At: "-", Wire: "contacts", Wrap: `[{"id":%s}]`, Example: `"{{ contact.id }}"`,
				Doc: "Intercom's id of the contact"},
			{Name: "external_id", Type: text, Form: ownContactForm, At: "-", Wire: "contacts", Wrap: `[{"external_id":%s}]`,
				Doc: "your own id of the contact"},
			{Name: "email", Type: text, Privacy: Personal, Form: filled("the address of a contact"), At: "-", Wire: "contacts", Wrap: `[{"email":%s}]`,
				Doc: "address of the contact; an unknown address creates a contact"},
			{Name: "ticket_attributes", Type: anyObject, Privacy: FreeText, Example: `{_default_title_: Call back}`,
				Doc: "values by name of attribute, such as _default_title_ and _default_description_; " +
					"a list attribute takes the id of the option"},
			{Name: "company_id", Type: text, Form: companyForm, At: "-", Doc: "Intercom's id of a company that the contact belongs to"},
			{Name: "created_at", Type: moment, Doc: "when the ticket was created, in Unix seconds; now if left out"},
			{Name: "skip_notifications", Type: boolean, At: "-", Doc: "true to tell nobody; then the step needs no grant to send"},
			{Name: "conversation_to_link_id", Type: text, At: "-", Doc: "id of a conversation or ticket to link the ticket to"},
			{Name: "assignment", Type: assignment, At: "-", Doc: "who works on it: {admin_assignee_id, team_assignee_id}"},
		},
		Groups:   []Group{{Names: ticketContacts, Min: 1, Max: 1}},
		Output:   ticket,
		Undo:     &Call{Action: "deleteTicket", With: map[string]string{"ticket_id": "{{ data.id }}"}},
		UndoNote: "a notice that went out stays, and so does a contact that an unknown email created",
		SettleNote: "a ticket of this type and contact with these attributes, made in the time of the call, is searched for, once the search has caught up; " +
			"a value of its own in an attribute, such as {{ run.id }} with the row's key, makes it certain",
		check:  checkTicketContacts,
		effect: effectOfCreateTicket,
		settle: settleTicket,
	},
	{
		Name:       "getTicket",
		Resource:   "tickets",
		Doc:        "Reads one ticket by its id.",
		Op:         "GET /tickets/{ticket_id}",
		Permission: "Read tickets",
		Inputs:     []Field{ticketID},
		Output:     ticket,
	},
	{
		Name:       "deleteTicket",
		Resource:   "tickets",
		Doc:        "Deletes a ticket for good.",
		Op:         "DELETE /tickets/{ticket_id}",
		Permission: "Write tickets",
		Effect:     Delete,
		Inputs:     []Field{ticketID},
		Output:     gone("deleted"),
		Goal:       Gone,
		Current:    &Call{Action: "getTicket", With: map[string]string{"ticket_id": "{{ with.ticket_id }}"}},
		UndoNote:   "Intercom deletes the ticket for good",
	},
	{
		Name:       "listTicketTypes",
		Resource:   "tickets",
		Doc:        "Lists every ticket type of the workspace, with its attributes and states.",
		Op:         "GET /ticket_types",
		Permission: "Read tickets",
		Output:     record("type", text, "data", listOf(ticketType)),
		Rows:       "data",
	},
}

// ticketContacts are the inputs that name the contact of a ticket.
var ticketContacts = []string{"contacts", "contact_id", "external_id", "email"}

var ticketContact = Type{Kind: Object, Fields: []Field{
	{Name: "id", Type: text, Form: contactForm, Doc: "Intercom's id of the contact"},
	{Name: "external_id", Type: text, Form: ownContactForm, Doc: "your own id of the contact"},
	{Name: "email", Type: text, Form: filled("the address of a contact"), Doc: "address of the contact"},
}}

var assignment = Type{Kind: Object, Fields: []Field{
	{Name: "admin_assignee_id", Type: text, Form: adminForm, Doc: "id of the teammate"},
	{Name: "team_assignee_id", Type: text, Form: teamForm, Doc: "id of the team"},
}}

// effectOfCreateTicket: only a literal true keeps the customer from being told.
func effectOfCreateTicket(in inputs) Effect {
	if in["skip_notifications"].Type == gjson.True {
		return Create
	}
	return Send
}

func checkTicketContacts(in inputs) (input, problem string) {
	list := in["contacts"]
	if !list.IsArray() {
		return "", ""
	}
	if n := len(list.Array()); n != 1 {
		return "contacts", "must name one contact, not " + strconv.Itoa(n)
	}
	if n := len(list.Get("0").Map()); list.Get("0").IsObject() && n != 1 {
		return "contacts", "must name the contact by one of id, external_id and email"
	}
	return "", ""
}
