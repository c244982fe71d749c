package sandbox

import (
	"net/http"
	"slices"
)

// taggedView answers POST /tags. Version 2.16 says what became of each member,
// and skips those that do not exist.
type taggedView struct {
	tagView
	Users     []taggedItem `json:"users"`
	Companies []taggedItem `json:"companies"`
}

type taggedItem struct {
	ID     string `json:"id"`
	Tagged bool   `json:"tagged"`
}

func (c *contact) hasTag(id string) bool {
	return slices.ContainsFunc(c.tags, func(t tagging) bool { return t.tagID == id })
}

func (c *contact) withoutTag(id string) *contact {
	v := c.copy()
	v.tags = slices.DeleteFunc(v.tags, func(t tagging) bool { return t.tagID == id })
	return v
}

func (c *company) withoutTag(id string) *company {
	v := c.copy()
	v.tags = slices.DeleteFunc(v.tags, func(t string) bool { return t == id })
	return v
}

func (s *Server) listContactTags(c *call) (any, error) {
	r, err := s.contactOf(c)
	if err != nil {
		return nil, err
	}
	out := newList[tagView]()
	for _, t := range r.now.tags {
		out.Data = append(out.Data, s.taggingView(t))
	}
	return out, nil
}

func (s *Server) attachTag(c *call) (any, error) {
	r, err := s.contactOf(c)
	if err != nil {
		return nil, err
	}
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	id, _, err := body.text("id")
	if err != nil {
		return nil, err
	}
	if _, ok := s.state.tags[id]; !ok {
		return nil, resourceNotFound()
	}
	if r.now.hasTag(id) && s.opts.ReattachRefused {
		return nil, refuse(http.StatusBadRequest, "parameter_invalid", "The tag is already on the contact")
	}
	return s.taggingView(s.tagContact(c, r, id)), nil
}

// tagContact puts a tag on a contact and sets its updated_at, unless it has it.
func (s *Server) tagContact(c *call, r *record[contact], tagID string) tagging {
	i := slices.IndexFunc(r.now.tags, func(t tagging) bool { return t.tagID == tagID })
	if i >= 0 {
		return r.now.tags[i]
	}
	t := tagging{tagID: tagID, at: c.unix(), by: s.state.admins[0].ID}
	v := r.now.copy()
	v.tags = append(v.tags, t)
	v.UpdatedAt = c.unix()
	s.state.putContact(r, v, c.now)
	c.applied = r.id
	return t
}

func (s *Server) detachTag(c *call) (any, error) {
	r, err := s.contactOf(c)
	if err != nil {
		return nil, err
	}
	t, ok := s.state.tags[c.args["tag_id"]]
	if !ok {
		return nil, resourceNotFound()
	}
	i := slices.IndexFunc(r.now.tags, func(g tagging) bool { return g.tagID == t.ID })
	if i < 0 {
		if s.opts.DetachAbsentOK {
			return s.tagView(t), nil
		}
		return nil, resourceNotFound()
	}
	out := s.taggingView(r.now.tags[i])
	s.untagContact(c, r, t.ID)
	return out, nil
}

func (s *Server) untagContact(c *call, r *record[contact], tagID string) {
	if !r.now.hasTag(tagID) {
		return
	}
	v := r.now.withoutTag(tagID)
	v.UpdatedAt = c.unix()
	s.state.putContact(r, v, c.now)
	c.applied = r.id
}

// tagMember is one of the users or companies of POST /tags.
type tagMember struct {
	id, companyID string
	untag         bool
}

// tagMembers reads the users or companies in a body; nil when it has none.
func tagMembers(body object, key string) ([]tagMember, error) {
	if _, ok := body[key]; !ok {
		return nil, nil
	}
	list, err := body.objects(key)
	if err != nil {
		return nil, badParameter("invalid tag parameters")
	}
	out := make([]tagMember, len(list))
	for i, item := range list {
		id, _, idErr := item.text("id")
		companyID, _, companyErr := item.text("company_id")
		if idErr != nil || companyErr != nil {
			return nil, badParameter("invalid tag parameters")
		}
		out[i] = tagMember{id, companyID, item["untag"] == true}
	}
	return out, nil
}

func (s *Server) tagUsers(c *call, t Tag, list []tagMember) []taggedItem {
	var out []taggedItem
	for _, m := range list {
		r := s.state.contacts.get(m.id)
		if r == nil || r.now.State != active {
			continue
		}
		untag := m.untag && !s.opts.UserUntagIgnored
		if untag {
			s.untagContact(c, r, t.ID)
		} else {
			s.tagContact(c, r, t.ID)
		}
		out = append(out, taggedItem{ID: r.id, Tagged: !untag})
	}
	return out
}

func (s *Server) tagCompanies(c *call, t Tag, list []tagMember) []taggedItem {
	var out []taggedItem
	for _, m := range list {
		r := s.state.companies.get(m.id)
		if r == nil || r.now.State != active {
			r = s.state.byCompanyID[m.companyID]
		}
		if r == nil {
			continue
		}
		s.tagCompany(c, r, t.ID, m.untag)
		out = append(out, taggedItem{ID: r.id, Tagged: !m.untag})
	}
	return out
}

func (s *Server) tagCompany(c *call, r *record[company], tagID string, untag bool) {
	if slices.Contains(r.now.tags, tagID) != untag {
		return
	}
	v := r.now.withoutTag(tagID)
	if !untag {
		v.tags = append(v.tags, tagID)
	}
	s.state.companies.put(r, v, c.now)
	c.applied = r.id
}
