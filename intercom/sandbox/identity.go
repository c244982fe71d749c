package sandbox

import (
	"net/http"
	"strings"
)

// Identity. Among users, external_id is unique, and email is among those
// without an external_id. Archived users and those whose deletion is pending
// still hold their identity against creates, not against updates. Leads hold
// and claim nothing.

// conflictOnCreate refuses a user that exists already.
func (s *Server) conflictOnCreate(v *contact) error {
	var twin *record[contact]
	consider := func(list []*record[contact]) {
		for _, r := range list {
			// an active twin is the one to name
			if r.now.Role == "user" && (twin == nil || r.now.State == active && twin.now.State != active) {
				twin = r
			}
		}
	}
	if v.ExternalID != "" {
		consider(s.state.byExternalID[v.ExternalID])
	}
	if twin == nil && v.Email != "" && s.emailClaimed(v) {
		consider(s.state.byEmail[strings.ToLower(v.Email)])
	}
	if twin == nil {
		return nil
	}
	return conflict(twin.now)
}

// emailClaimed tells whether a user's email may conflict.
func (s *Server) emailClaimed(v *contact) bool {
	switch s.opts.EmailConflict {
	case EmailConflictAlways:
		return true
	case EmailConflictNever:
		return false
	}
	return v.ExternalID == ""
}

// conflictOnUpdate refuses an identity that another active user has. Two users
// with different external ids may share an email, and an archived user's
// external_id may be taken over; both were recorded.
func (s *Server) conflictOnUpdate(r *record[contact], v *contact) error {
	if v.Role != "user" {
		return nil
	}
	if v.ExternalID != "" && (v.ExternalID != r.now.ExternalID || r.now.Role != v.Role) {
		for _, other := range s.state.byExternalID[v.ExternalID] {
			if other != r && other.now.State == active && other.now.Role == "user" {
				return conflict(other.now)
			}
		}
	}
	if v.Email == "" || strings.EqualFold(v.Email, r.now.Email) && r.now.Role == v.Role || !s.emailClaimed(v) {
		return nil
	}
	for _, other := range s.state.byEmail[strings.ToLower(v.Email)] {
		bare := other.now.ExternalID == "" || s.opts.EmailConflict == EmailConflictAlways
		if other != r && bare && other.now.State == active && other.now.Role == "user" {
			return conflict(other.now)
		}
	}
	return nil
}

func conflict(twin *contact) error {
	kind := "A"
	if twin.State != active {
		kind = "An archived"
	}
	return refuse(http.StatusConflict, "conflict", "%s contact matching those details already exists with id=%s", kind, twin.ID)
}

// activeUserWith gives the active user with an external_id, or nil.
func (st *state) activeUserWith(externalID string) *record[contact] {
	if externalID == "" {
		return nil
	}
	for _, r := range st.byExternalID[externalID] {
		if r.now.State == active && r.now.Role == "user" {
			return r
		}
	}
	return nil
}
