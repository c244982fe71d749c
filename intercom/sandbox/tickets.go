package sandbox

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

type ticketView struct {
	Type          string          `json:"type"`
	ID            string          `json:"id"`
	TicketID      string          `json:"ticket_id"`
	Category      string          `json:"category"`
	Attributes    map[string]any  `json:"ticket_attributes"`
	State         ticketStateView `json:"ticket_state"`
	TicketType    ticketTypeView  `json:"ticket_type"`
	Contacts      ticketContacts  `json:"contacts"`
	AdminAssignee int64           `json:"admin_assignee_id"`
	TeamAssignee  int64           `json:"team_assignee_id"`
	CreatedAt     int64           `json:"created_at"`
	UpdatedAt     int64           `json:"updated_at"`
	Open          bool            `json:"open"`
	SnoozedUntil  int64           `json:"snoozed_until,omitempty"`
	Linked        linkedObjects   `json:"linked_objects"`
	Parts         ticketParts     `json:"ticket_parts"`
	IsShared      bool            `json:"is_shared"`
	PreviousState *string         `json:"previous_ticket_state_id"`
}

type ticketContacts struct {
	Type     string         `json:"type"`
	Contacts []contactShort `json:"contacts"`
}

type linkedObjects struct {
	Type       string `json:"type"`
	Data       []any  `json:"data"`
	TotalCount int    `json:"total_count"`
	HasMore    bool   `json:"has_more"`
}

type ticketParts struct {
	Type       string       `json:"type"`
	Parts      []ticketPart `json:"ticket_parts"`
	TotalCount int          `json:"total_count"`
}

// ticketPart is one thing that happened to a ticket.
type ticketPart struct {
	Type          string      `json:"type"`
	ID            string      `json:"id"`
	PartType      string      `json:"part_type"`
	State         string      `json:"ticket_state,omitempty"`
	PreviousState string      `json:"previous_ticket_state,omitempty"`
	CreatedAt     int64       `json:"created_at"`
	UpdatedAt     int64       `json:"updated_at"`
	AssignedTo    *adminShort `json:"assigned_to,omitempty"`
	Author        partAuthor  `json:"author"`
	Attachments   []any       `json:"attachments"`
	Redacted      bool        `json:"redacted"`
}

type partAuthor struct {
	Type  string `json:"type"`
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

func (s *Server) ticketView(t *ticket) ticketView {
	kind := s.state.ticketType(t.Type)
	out := ticketView{
		Type: "ticket", ID: t.ID, TicketID: t.TicketID, Category: kind.Category, Attributes: t.Attributes,
		State: s.state.ticketState(t.State).view(), TicketType: s.ticketTypeView(kind),
		Contacts:      ticketContacts{Type: "contact.list", Contacts: []contactShort{}},
		AdminAssignee: t.AdminAssigneeID, TeamAssignee: t.TeamAssigneeID,
		CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt, Open: !t.Closed, SnoozedUntil: t.SnoozedUntil,
		Linked:   linkedObjects{Type: "list", Data: []any{}},
		Parts:    ticketParts{Type: "ticket_part.list", Parts: append([]ticketPart{}, t.parts...), TotalCount: len(t.parts)},
		IsShared: t.IsShared, PreviousState: orNull(t.PreviousState),
	}
	if r := s.state.contacts.get(t.Contact); r != nil {
		out.Contacts.Contacts = append(out.Contacts.Contacts, shortContact(r.now))
	}
	return out
}

func (s *Server) ticketOf(c *call) (*record[ticket], error) {
	r := s.state.tickets.get(c.args["ticket_id"])
	if r == nil {
		return nil, ticketNotFound()
	}
	return r, nil
}

func (s *Server) showTicket(c *call) (any, error) {
	r, err := s.ticketOf(c)
	if err != nil {
		return nil, err
	}
	return s.ticketView(r.now), nil
}

// deleteTicket is final.
func (s *Server) deleteTicket(c *call) (any, error) {
	r, err := s.ticketOf(c)
	if err != nil {
		return nil, err
	}
	s.state.tickets.remove(r, c.now)
	c.applied = r.id
	return deletedView{ID: r.id, Object: "ticket", Deleted: true}, nil
}

// addPart notes what happened to a ticket.
func (s *Server) addPart(c *call, t *ticket, p ticketPart) {
	s.state.numbers.part++
	by := s.state.admins[0]
	p.Type, p.ID = "ticket_part", strconv.Itoa(s.state.numbers.part)
	p.CreatedAt, p.UpdatedAt = c.unix(), c.unix()
	p.Author = partAuthor{Type: "admin", ID: by.ID, Name: by.Name, Email: by.Email}
	p.Attachments = []any{}
	t.parts = append(slices.Clip(t.parts), p)
}

func (st *state) loadTickets(d *Data) error {
	st.numbers.ticket = highest(d.Tickets, func(t Ticket) string { return t.ID })
	st.numbers.ticketID = highest(d.Tickets, func(t Ticket) string { return t.TicketID })
	for i := range d.Tickets {
		t := &ticket{Ticket: d.Tickets[i]}
		st.numberTicket(t)
		t.CreatedAt = cmp.Or(t.CreatedAt, firstTime+60*int64(i))
		t.UpdatedAt = cmp.Or(t.UpdatedAt, t.CreatedAt)
		if err := st.resolveTicket(t); err != nil {
			return at("tickets", i, t.ID, err)
		}
		st.tickets.load(t.ID, t.CreatedAt, t)
	}
	st.tickets.sort()
	return nil
}

// numberTicket gives a ticket the two numbers it goes by.
func (st *state) numberTicket(t *ticket) {
	if t.ID == "" {
		st.numbers.ticket++
		t.ID = strconv.Itoa(st.numbers.ticket)
	}
	if t.TicketID == "" {
		st.numbers.ticketID++
		t.TicketID = strconv.Itoa(st.numbers.ticketID)
	}
}

func (st *state) resolveTicket(t *ticket) (err error) {
	i := slices.IndexFunc(st.ticketTypes, func(k TicketType) bool { return k.ID == t.Type || k.Name == t.Type })
	if i < 0 {
		return fmt.Errorf("no ticket type %q", t.Type)
	}
	t.Type = st.ticketTypes[i].ID
	if t.State, err = st.findTicketState(cmp.Or(t.State, "submitted")); err != nil {
		return err
	}
	r, err := st.findContact(t.Contact)
	if err != nil {
		return err
	}
	t.Contact = r.id
	if t.Company != "" {
		company, err := st.findCompany(t.Company)
		if err != nil {
			return err
		}
		t.Company = company.id
	}
	t.Attributes, err = normalAttributes(t.Attributes)
	if err != nil {
		return err
	}
	if r := checkTicketAttributes(&st.ticketTypes[i], t.Attributes); r != nil {
		return fmt.Errorf("attributes: %s", r.message)
	}
	if st.tickets.get(t.ID) != nil {
		return fmt.Errorf("the id %s is taken", t.ID)
	}
	return nil
}

// findTicketState gives the id of the state that an id or category stands for.
func (st *state) findTicketState(name string) (string, error) {
	for _, t := range st.ticketStates {
		if t.ID == name || t.Category == name {
			return t.ID, nil
		}
	}
	return "", fmt.Errorf("no ticket state %q", name)
}
