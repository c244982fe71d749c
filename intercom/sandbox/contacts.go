package sandbox

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
)

// contactOf gives the active contact that a call is about.
func (s *Server) contactOf(c *call) (*record[contact], error) {
	r := s.state.contacts.get(c.args["contact_id"])
	if r == nil || r.now.State != active {
		return nil, contactNotFound()
	}
	return r, nil
}

func (s *Server) showContact(c *call) (any, error) {
	r := s.state.contacts.get(c.args["contact_id"])
	if r != nil && r.now.State == merged {
		return nil, mergedRefusal(r.now)
	}
	r, err := s.contactOf(c)
	if err != nil {
		return nil, err
	}
	return s.oneContact(c, r.now), nil
}

// showContactByExternalID finds users only, not leads.
func (s *Server) showContactByExternalID(c *call) (any, error) {
	id := c.args["external_id"]
	if r := s.state.activeUserWith(id); r != nil {
		return s.oneContact(c, r.now), nil
	}
	if r := s.state.mergedAway[id]; r != nil {
		return nil, mergedRefusal(r.now)
	}
	return nil, contactNotFound()
}

// createContact is strict for users: one that exists is a conflict. Leads never
// conflict, and get an external_id that Intercom makes up.
func (s *Server) createContact(c *call) (any, error) {
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	v := &contact{}
	v.CreatedAt, v.UpdatedAt = c.unix(), c.unix()
	if v.Role, err = newRole(body); err != nil {
		return nil, err
	}
	if err := s.setContact(v, body); err != nil {
		return nil, err
	}
	if v.Role == "user" {
		if err := s.conflictOnCreate(v); err != nil {
			return nil, err
		}
	}
	v.ID = s.state.newObjectID(v.CreatedAt)
	if v.Role == "lead" {
		v.ExternalID = uuid("lead " + v.ID)
	}
	s.state.addContact(v, c.now)
	c.applied = v.ID
	return s.oneContact(c, v), nil
}

// newRole gives the role of a new contact, which is a user unless it says
// otherwise. The role "contact" was accepted for a user.
func newRole(body object) (string, error) {
	role, _, err := body.text("role")
	if err != nil {
		return "", err
	}
	switch role {
	case "user", "lead":
		return role, nil
	case "contact":
		return "user", nil
	case "":
		if isEmpty(body["email"]) && isEmpty(body["external_id"]) {
			return "", badParameter("one of email, external_id and role is required")
		}
		return "user", nil
	}
	r := badParameter("Role must be one of: user, lead")
	r.field = "role"
	return "", r
}

func isEmpty(v any) bool { return v == nil || v == "" }

// updateContact merges the body into the contact. A body that changes nothing
// leaves updated_at alone.
func (s *Server) updateContact(c *call) (any, error) {
	r, err := s.contactOf(c)
	if err != nil {
		return nil, err
	}
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	v := r.now.copy()
	if err := convertRole(v, body); err != nil {
		return nil, err
	}
	if err := s.setContact(v, body); err != nil {
		return nil, err
	}
	if err := s.conflictOnUpdate(r, v); err != nil {
		return nil, err
	}
	if !reflect.DeepEqual(r.now.Contact, v.Contact) {
		v.UpdatedAt = c.unix()
		s.state.putContact(r, v, c.now)
		c.applied = v.ID
	}
	return s.oneContact(c, r.now), nil
}

// convertRole makes a lead a user. There is no way back.
func convertRole(v *contact, body object) error {
	role, ok, err := body.text("role")
	if err != nil || !ok || role == v.Role {
		return err
	}
	switch {
	case role == "user":
		v.Role = role
		return nil
	case role == "lead":
		return refuse(http.StatusBadRequest, "client_error", "Contact with user role can't be converted to a lead")
	}
	r := badParameter("Role must be one of: user, lead")
	r.field = "role"
	return r
}

// copy gives a version that may be changed.
func (c *contact) copy() *contact {
	v := *c
	v.CustomAttributes = maps.Clone(c.CustomAttributes)
	v.tags = slices.Clone(c.tags)
	v.companies = slices.Clone(c.companies)
	v.MergeHistory = slices.Clone(c.MergeHistory)
	return &v
}

func (s *Server) listContacts(c *call) (any, error) {
	perPage, err := c.number("per_page", 10)
	if err != nil {
		return nil, err
	}
	p := page{perPage: perPage, after: c.query.Get("starting_after")}
	return s.walkContacts(c, p)
}

// walkContacts gives a page of all contacts, oldest first, as lists know them.
func (s *Server) walkContacts(c *call, p page) (any, error) {
	from, err := p.start()
	if err != nil {
		return nil, err
	}
	st := s.state
	i := 0
	if from != nil {
		created, _ := from.value.(int64)
		i = st.contacts.after(created, from.id)
	}
	out := contactList{Type: "list", Data: []*contactView{}, TotalCount: st.listed}
	var last *contact
	more := false
	for ; i < len(st.contacts.order); i++ {
		v := st.contacts.order[i].seen
		if v == nil || v.State != active {
			continue
		}
		if len(out.Data) == p.perPage {
			more = true
			break
		}
		out.Data = append(out.Data, s.contactView(c, v, inList))
		last = v
	}
	out.Pages = p.pages(from, st.listed, s.opts.NextNull)
	if more {
		out.Pages.next(cursor{value: last.CreatedAt, id: last.ID})
	}
	return out, nil
}
