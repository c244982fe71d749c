package sandbox

import (
	"slices"
	"strconv"
	"strings"
)

type ticketList struct {
	Type       string       `json:"type"`
	Tickets    []ticketView `json:"tickets"`
	TotalCount int          `json:"total_count"`
	Pages      *pagesView   `json:"pages"`
}

func (s *Server) searchTickets(c *call) (any, error) {
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	found, err := s.state.ticketSearch().run(body, s.opts.NextNull)
	if err != nil {
		return nil, err
	}
	out := ticketList{Type: "ticket.list", Tickets: []ticketView{}, TotalCount: found.total, Pages: found.pages}
	for _, t := range found.records {
		out.Tickets = append(out.Tickets, s.ticketView(t))
	}
	return out, nil
}

func (st *state) ticketSearch() searcher[ticket] {
	return searcher[ticket]{
		table:   &st.tickets,
		cache:   &st.ticketSearches,
		field:   st.ticketField,
		zone:    st.location,
		visible: func(*ticket) bool { return true },
		id:      func(t *ticket) string { return t.ID },
		created: func(t *ticket) int64 { return t.CreatedAt },
		perPage: 20,
	}
}

// categoryTerms are what searches call the categories of tickets.
var categoryTerms = map[string]string{"Customer": "request", "Back-office": "task", "Tracker": "tracker"}

// ticketField finds a field of the ticket search. Its times are exact.
func (st *state) ticketField(name string) (searchField[ticket], bool) {
	switch name {
	case "category":
		return textField(func(t *ticket) string { return categoryTerms[st.ticketType(t.Type).Category] }), true
	case "state":
		return textField(func(t *ticket) string { return st.ticketState(t.State).Category }), true
	}
	if id, ok := strings.CutPrefix(name, "ticket_attribute."); ok {
		return st.ticketAttributeField(id)
	}
	f, ok := ticketFields[name]
	return f, ok
}

var ticketFields = map[string]searchField[ticket]{
	"id":                textField(func(t *ticket) string { return t.ID }),
	"title":             textField(func(t *ticket) string { s, _ := t.Attributes[defaultTitle].(string); return s }),
	"description":       textField(func(t *ticket) string { s, _ := t.Attributes[defaultDescription].(string); return s }),
	"ticket_type_id":    textField(func(t *ticket) string { return t.Type }),
	"contact_ids":       {kindSet, func(t *ticket) any { return []string{t.Contact} }},
	"teammate_ids":      {kindSet, func(t *ticket) any { return []string{assignee(t.AdminAssigneeID)} }},
	"admin_assignee_id": textField(func(t *ticket) string { return assignee(t.AdminAssigneeID) }),
	"team_assignee_id":  textField(func(t *ticket) string { return assignee(t.TeamAssigneeID) }),
	"open":              flagField(func(t *ticket) bool { return !t.Closed }),
	"created_at":        instantField(func(t *ticket) int64 { return t.CreatedAt }),
	"updated_at":        instantField(func(t *ticket) int64 { return t.UpdatedAt }),
	"snoozed_until":     instantField(func(t *ticket) int64 { return t.SnoozedUntil }),
}

func instantField[T any](get func(*T) int64) searchField[T] {
	return searchField[T]{kindInstant, func(v *T) any { return anyOrNil(get(v)) }}
}

func assignee(id int64) string { return strconv.FormatInt(id, 10) }

// ticketAttributeField finds an attribute of any ticket type by its id.
func (st *state) ticketAttributeField(id string) (searchField[ticket], bool) {
	kinds := map[string]fieldKind{
		"string": kindString, "list": kindString, "files": kindString, "integer": kindNumber, "decimal": kindNumber,
		"boolean": kindBoolean, "datetime": kindInstant,
	}
	for _, kind := range st.ticketTypes {
		i := slices.IndexFunc(kind.Attributes, func(a TicketAttribute) bool { return a.ID == id })
		if i < 0 {
			continue
		}
		name := kind.Attributes[i].Name
		get := func(t *ticket) any {
			if t.Type != kind.ID {
				return nil
			}
			return t.Attributes[name]
		}
		return searchField[ticket]{kinds[kind.Attributes[i].DataType], get}, true
	}
	return searchField[ticket]{}, false
}
