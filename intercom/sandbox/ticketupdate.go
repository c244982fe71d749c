package sandbox

import (
	"net/http"
	"strconv"
)

// setTicketFlags opens, closes, shares and snoozes. Closing unsnoozes.
func (s *Server) setTicketFlags(_ *call, t *ticket, body object) error {
	open, ok, err := body.flag("open")
	if err != nil {
		return err
	}
	until, snoozed, err := body.integer("snoozed_until")
	if err != nil {
		return err
	}
	if snoozed {
		t.SnoozedUntil = until
	}
	if ok {
		t.Closed = !open
	}
	if t.Closed {
		t.SnoozedUntil = 0
	}
	shared, ok, err := body.flag("is_shared")
	if ok && err == nil {
		t.IsShared = shared
	}
	return err
}

// setTicketState refuses a state that the ticket is in already.
func (s *Server) setTicketState(c *call, t *ticket, body object) error {
	id, ok, err := body.text("ticket_state_id")
	if err != nil || !ok {
		return err
	}
	next := s.state.ticketState(id)
	if next == nil {
		return refuse(http.StatusBadRequest, "ticket_state_id_invalid",
			"Ticket state id is not valid or is not associated with the ticket type")
	}
	if id == t.State {
		return badParameter("Cannot transition ticket to the same state")
	}
	before := s.state.ticketState(t.State)
	t.PreviousState, t.State = t.State, id
	s.addPart(c, t, ticketPart{
		PartType: "ticket_state_updated_by_admin", State: next.Category, PreviousState: before.Category,
	})
	return nil
}

// setAssignee assigns a ticket to an admin; "0" unassigns.
func (s *Server) setAssignee(c *call, t *ticket, body object) error {
	id, ok, err := body.integer("assignee_id")
	if err != nil || !ok || id == t.AdminAssigneeID {
		return err
	}
	if err := s.checkAssignee(id); err != nil {
		return err
	}
	by, given, err := body.integer("admin_id")
	if err != nil {
		return err
	}
	if given {
		if err := s.checkAssignee(by); err != nil {
			return err
		}
	}
	t.AdminAssigneeID = id
	part := ticketPart{PartType: "assignment"}
	if id != 0 {
		part.AssignedTo = &adminShort{Type: "admin", ID: strconv.FormatInt(id, 10)}
	}
	s.addPart(c, t, part)
	return nil
}

// adminNumber gives the admin with an id, or nil.
func (st *state) adminNumber(id int64) *Admin { return st.admin(strconv.FormatInt(id, 10)) }
