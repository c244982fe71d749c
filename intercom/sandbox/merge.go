package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

type mergeView struct {
	Type      string `json:"type"`
	ContactID string `json:"source_contact_id"`
	Role      string `json:"source_contact_role"`
	MergedAt  int64  `json:"merged_at"`
}

type mergeList struct {
	Type    string      `json:"type"`
	Data    []mergeView `json:"data"`
	HasMore bool        `json:"has_more"`
}

func mergeViews(list []Merge) []mergeView {
	out := []mergeView{}
	for _, m := range list {
		out = append(out, mergeView{"merge_history", m.ContactID, m.Role, m.At})
	}
	return out
}

func mergedRefusal(v *contact) *refusal {
	r := refuse(http.StatusGone, "contact_merged", "This contact has been merged. See the 'Link' header for the canonical contact.")
	r.header = http.Header{"Link": {"</contacts/" + v.MergedInto + `>; rel="canonical"`}}
	return r
}

// mergeContacts merges a lead into a user. The user keeps what it has and gets
// what it lacks; the lead is gone for good.
func (s *Server) mergeContacts(c *call) (any, error) {
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	from, err := s.namedIn(body, "from")
	if err != nil {
		return nil, err
	}
	into, err := s.namedIn(body, "into")
	if err != nil {
		return nil, err
	}
	if from.now.Role != "lead" || into.now.Role != "user" {
		return nil, refuse(http.StatusBadRequest, "invalid_merge", "A lead can be merged into a user only")
	}
	if body["skip_duplicate_validation"] != true && !duplicates(from.now, into.now) {
		return nil, refuse(http.StatusBadRequest, "invalid_merge",
			"Contacts can only be merged when they are duplicates (matching email or phone). "+
				"Pass skip_duplicate_validation=true to override this check.")
	}
	v := combine(into.now, from.now)
	v.UpdatedAt = c.unix()
	v.MergeHistory = append(v.MergeHistory, Merge{ContactID: from.id, Role: "lead", At: c.unix()})
	gone := from.now.copy()
	gone.State, gone.MergedInto = merged, into.id
	s.state.putContact(from, gone, c.now)
	s.state.putContact(into, v, c.now)
	s.state.moveNotes(from.id, into.id)
	c.applied = into.id
	return s.oneContact(c, v), nil
}

// namedIn gives the active contact whose id is a member of the body.
func (s *Server) namedIn(body object, member string) (*record[contact], error) {
	id, _, err := body.text(member)
	if err != nil {
		return nil, err
	}
	r := s.state.contacts.get(id)
	if r == nil || r.now.State != active {
		return nil, contactNotFound()
	}
	return r, nil
}

func duplicates(a, b *contact) bool {
	return a.Email != "" && strings.EqualFold(a.Email, b.Email) || a.Phone != "" && a.Phone == b.Phone
}

func combine(user, lead *contact) *contact {
	v := user.copy()
	for _, t := range lead.tags {
		if !v.hasTag(t.tagID) {
			v.tags = append(v.tags, t)
		}
	}
	for _, id := range lead.companies {
		if !slices.Contains(v.companies, id) {
			v.companies = append(v.companies, id)
		}
	}
	attributes := maps.Clone(lead.CustomAttributes)
	if attributes == nil {
		attributes = map[string]any{}
	}
	maps.Copy(attributes, v.CustomAttributes)
	v.CustomAttributes = attributes
	for target, value := range map[*string]string{&v.Name: lead.Name, &v.Email: lead.Email, &v.Phone: lead.Phone} {
		if *target == "" {
			*target = value
		}
	}
	return v
}

func (st *state) moveNotes(from, into string) {
	for i, n := range st.notes {
		if n.Contact == from {
			moved := *n
			moved.Contact = into
			st.notes[i] = &moved
			st.notesOf[into] = append(st.notesOf[into], &moved)
		}
	}
	delete(st.notesOf, from)
}

// listMergeHistory gives the leads that were merged into a user, latest first.
func (s *Server) listMergeHistory(c *call) (any, error) {
	r := s.state.contacts.get(c.args["id"])
	if r == nil || r.now.State != active || r.now.Role != "user" {
		return nil, refuse(http.StatusNotFound, "not_found", "Contact not found")
	}
	out := mergeList{Type: "list", Data: mergeViews(r.now.MergeHistory)}
	if c.query.Get("order") != "asc" {
		slices.Reverse(out.Data)
	}
	return out, nil
}
