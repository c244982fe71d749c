package sandbox

import (
	"net/http"
	"time"
)

// graceTime is how long a deleted contact still holds its identity.
const graceTime = 7 * 24 * time.Hour

// contactShort is a contact in the answers to archiving and the like.
type contactShort struct {
	Type       string  `json:"type"`
	ID         string  `json:"id"`
	ExternalID *string `json:"external_id"`
	Archived   *bool   `json:"archived,omitempty"`
	Deleted    bool    `json:"deleted,omitempty"`
	Blocked    bool    `json:"blocked,omitempty"`
}

func shortContact(v *contact) contactShort {
	return contactShort{Type: "contact", ID: v.ID, ExternalID: orNull(v.ExternalID)}
}

// changeState stores a contact in another state.
func (s *Server) changeState(c *call, r *record[contact], state string) {
	v := r.now.copy()
	v.State = state
	s.state.putContact(r, v, c.now)
	c.applied = v.ID
}

// archiveContact writes nothing when the contact is archived already.
func (s *Server) archiveContact(c *call) (any, error) {
	r := s.state.contacts.get(c.args["contact_id"])
	if r == nil || r.now.State == deleted || r.now.State == merged {
		return nil, contactNotFound()
	}
	if r.now.State == active {
		s.changeState(c, r, archived)
	}
	out := shortContact(r.now)
	out.Archived = new(true)
	return out, nil
}

func (s *Server) unarchiveContact(c *call) (any, error) {
	r := s.state.contacts.get(c.args["contact_id"])
	if r == nil {
		return nil, contactNotFound()
	}
	switch r.now.State {
	case deleted:
		return nil, refuse(http.StatusBadRequest, "bad_request", "User has been marked for permanent deletion and is not restorable.")
	case merged:
		return nil, refuse(http.StatusBadRequest, "bad_request", "User has been merged and is not restorable.")
	case blocked:
		return nil, refuse(http.StatusBadRequest, "not_restorable", "User has been blocked and is not restorable.")
	case active:
		if s.opts.UnarchiveActiveRefused {
			return nil, refuse(http.StatusBadRequest, "bad_request", "User is not archived.")
		}
	case archived:
		s.changeState(c, r, active)
	}
	out := shortContact(r.now)
	out.Archived = new(false)
	return out, nil
}

// blockContact archives for good: unarchiving cannot undo it.
func (s *Server) blockContact(c *call) (any, error) {
	r := s.state.contacts.get(c.args["contact_id"])
	if r == nil || r.now.State == deleted || r.now.State == merged {
		return nil, contactNotFound()
	}
	if r.now.State != blocked {
		s.changeState(c, r, blocked)
	}
	out := shortContact(r.now)
	out.Blocked = true
	return out, nil
}

// deleteContact hides a contact at once and destroys it after a week.
func (s *Server) deleteContact(c *call) (any, error) {
	r := s.state.contacts.get(c.args["contact_id"])
	if r == nil || r.now.State == deleted || r.now.State == merged {
		return nil, contactNotFound()
	}
	v := r.now.copy()
	v.State, v.DeletedAt = deleted, c.unix()
	s.state.putContact(r, v, c.now)
	s.state.purgeLater(r, c.now)
	c.applied = v.ID
	out := shortContact(v)
	out.Deleted = true
	return out, nil
}

// purgeLater destroys a contact when its grace time is over.
func (st *state) purgeLater(r *record[contact], from time.Time) {
	st.later(from.Add(graceTime), func(now time.Time) {
		st.putContact(r, nil, now)
		st.forgetNotes(r.id)
	})
}
