package sandbox

import (
	"cmp"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// createTicket never finds that a ticket exists: sent twice, it makes two.
func (s *Server) createTicket(c *call) (any, error) {
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	t := &ticket{}
	typeID, _, err := body.text("ticket_type_id")
	if err != nil {
		return nil, err
	}
	kind := s.state.ticketType(typeID)
	if kind == nil || kind.Archived {
		return nil, refuse(http.StatusNotFound, "ticket_type_not_found", "Ticket type not found")
	}
	t.Type = kind.ID
	t.IsShared = kind.Category == "Customer"
	for _, set := range []func(*call, *ticket, object) error{
		s.setNewTicket, s.setTicketAttributes, s.setTicketContact, s.setTicketCompany,
	} {
		if err := set(c, t, body); err != nil {
			return nil, err
		}
	}
	if t.Contact == "" {
		t.Contact = s.contactForEmail(c, t.newEmail)
	}
	s.state.numberTicket(t)
	s.addPart(c, t, ticketPart{PartType: "ticket_state_updated_by_admin", State: "submitted", PreviousState: "submitted"})
	s.state.tickets.add(t.ID, t.CreatedAt, t, c.now)
	c.applied = t.ID
	return s.ticketView(t), nil
}

// setNewTicket sets the state, the time and the assignees of a new ticket.
func (s *Server) setNewTicket(c *call, t *ticket, body object) error {
	state, err := s.state.findTicketState("submitted")
	if err != nil {
		state = s.state.ticketStates[0].ID
	}
	t.State = state
	if t.CreatedAt, _, err = body.integer("created_at"); err != nil {
		return err
	}
	t.CreatedAt = cmp.Or(t.CreatedAt, c.unix())
	t.UpdatedAt = c.unix()
	assignment, _ := body["assignment"].(map[string]any)
	if t.TeamAssigneeID, _, err = object(assignment).integer("team_assignee_id"); err != nil {
		return err
	}
	if t.AdminAssigneeID, _, err = object(assignment).integer("admin_assignee_id"); err != nil {
		return err
	}
	return s.checkAssignee(t.AdminAssigneeID)
}

func (s *Server) checkAssignee(id int64) error {
	if id != 0 && s.state.adminNumber(id) == nil {
		return refuse(http.StatusNotFound, "assignee_not_found", "Assignee not found")
	}
	return nil
}

// setTicketContact finds the one contact of a new ticket. An email that nobody
// has is kept: createTicket makes a contact when all else is right.
func (s *Server) setTicketContact(c *call, t *ticket, body object) error {
	list, err := body.objects("contacts")
	if err != nil || len(list) != 1 {
		return badParameter("contacts must be a list of one contact")
	}
	who := list[0]
	names := []string{"id", "external_id", "email"}
	given := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return isEmpty(who[n]) })
	if len(given) != 1 {
		return badParameter("a contact must have exactly one of id, external_id and email")
	}
	name, _, err := who.text(given[0])
	if err != nil {
		return err
	}
	r := s.ticketContact(given[0], name)
	switch {
	case r != nil:
		t.Contact = r.id
	case given[0] == "email":
		t.newEmail = name
	default:
		return contactNotFound()
	}
	return nil
}

// ticketContact gives the active contact that has value as its id, external_id
// or email, as key says; nil if there is none.
func (s *Server) ticketContact(key, value string) *record[contact] {
	list := []*record[contact]{s.state.contacts.get(value)}
	switch key {
	case "external_id":
		list = s.state.byExternalID[value]
	case "email":
		list = s.state.byEmail[strings.ToLower(value)]
	}
	for _, r := range list {
		if r != nil && r.now.State == active {
			return r
		}
	}
	return nil
}

// contactForEmail makes the lead that a ticket for an unknown email gets.
func (s *Server) contactForEmail(c *call, email string) string {
	v := &contact{}
	v.Role, v.Email = "lead", email
	v.CreatedAt, v.UpdatedAt = c.unix(), c.unix()
	v.ID = s.state.newObjectID(v.CreatedAt)
	v.ExternalID = uuid("lead " + v.ID)
	s.state.addContact(v, c.now)
	return v.ID
}

// setTicketCompany wants one of the contact's companies. Null takes it away.
func (s *Server) setTicketCompany(_ *call, t *ticket, body object) error {
	id, ok, err := body.text("company_id")
	if err != nil || !ok {
		return err
	}
	r := s.state.contacts.get(t.Contact)
	if id != "" && (r == nil || !slices.Contains(r.now.companies, id)) {
		return companyNotFound()
	}
	t.Company = id
	return nil
}

func (s *Server) setTicketAttributes(_ *call, t *ticket, body object) error {
	kind := s.state.ticketType(t.Type)
	isNew := t.ID == ""
	values, _ := body["ticket_attributes"].(map[string]any)
	if body["ticket_attributes"] != nil && values == nil {
		return typeMismatch("ticket_attributes", "an object")
	}
	if r := checkTicketAttributes(kind, values); r != nil {
		return r
	}
	out := maps.Clone(t.Attributes)
	if out == nil {
		out = map[string]any{}
	}
	maps.Copy(out, values)
	for _, a := range kind.Attributes {
		if isNew && a.Required && isEmpty(out[a.Name]) {
			return badParameter("Missing required ticket attributes")
		}
		if _, ok := out[a.Name]; !ok && (a.Name == defaultTitle || a.Name == defaultDescription) {
			out[a.Name] = nil
		}
	}
	t.Attributes = out
	return nil
}

// checkTicketAttributes refuses attributes that the type has not, and values of
// another type. A list attribute takes the id of an option.
func checkTicketAttributes(kind *TicketType, values map[string]any) *refusal {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		i := slices.IndexFunc(kind.Attributes, func(a TicketAttribute) bool { return a.Name == name })
		if i < 0 {
			return badParameter("Ticket attribute '%s' does not exist", name)
		}
		if a := kind.Attributes[i]; !a.fits(values[name]) {
			return typeMismatch("ticket_attributes."+name, "of type "+a.DataType)
		}
	}
	return nil
}

func (a TicketAttribute) fits(v any) bool {
	switch a.DataType {
	case "list":
		return v == nil || slices.ContainsFunc(a.Options, func(o TicketOption) bool { return o.ID == v })
	case "decimal":
		return fits("float", v)
	case "datetime":
		_, isText := v.(string) // ISO 8601
		return isText || fits("date", v)
	case "files":
		_, isList := v.([]any)
		return v == nil || isList
	}
	return fits(a.DataType, v)
}

func (s *Server) updateTicket(c *call) (any, error) {
	r, err := s.ticketOf(c)
	if err != nil {
		return nil, err
	}
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	t := &ticket{Ticket: r.now.Ticket, parts: r.now.parts}
	for _, set := range []func(*call, *ticket, object) error{
		s.setTicketAttributes, s.setTicketCompany, s.setTicketFlags, s.setTicketState, s.setAssignee,
	} {
		if err := set(c, t, body); err != nil {
			return nil, err
		}
	}
	if !reflect.DeepEqual(r.now.Ticket, t.Ticket) {
		t.UpdatedAt = c.unix()
		s.state.tickets.put(r, t, c.now)
		c.applied = r.id
	}
	return s.ticketView(r.now), nil
}
