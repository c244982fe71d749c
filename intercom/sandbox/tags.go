package sandbox

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tagView is a tag on its own, or on a contact.
type tagView struct {
	Type      string      `json:"type"`
	ID        string      `json:"id"`
	Name      string      `json:"name"`
	AppliedAt int64       `json:"applied_at,omitempty"`
	AppliedBy *adminShort `json:"applied_by,omitempty"`
}

type adminShort struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

func (s *Server) tagView(t Tag) tagView {
	return tagView{Type: "tag", ID: t.ID, Name: s.shown(t.Name)}
}

func (s *Server) taggingView(t tagging) tagView {
	out := s.tagView(s.state.tags[t.tagID])
	out.AppliedAt = t.at
	out.AppliedBy = &adminShort{Type: "admin", ID: t.by}
	return out
}

// listTags gives the tags of the whole workspace, by name; there is no paging.
func (s *Server) listTags(*call) (any, error) {
	out := newList[tagView]()
	for _, t := range s.state.tags {
		out.Data = append(out.Data, s.tagView(t))
	}
	slices.SortFunc(out.Data, func(a, b tagView) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), compareNumbers(a.ID, b.ID))
	})
	return out, nil
}

func (s *Server) showTag(c *call) (any, error) {
	t, ok := s.state.tags[c.args["tag_id"]]
	if !ok {
		return nil, resourceNotFound()
	}
	return s.tagView(t), nil
}

// postTag creates or finds, renames, and tags or untags companies or contacts,
// by what the body holds.
func (s *Server) postTag(c *call) (any, error) {
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	name, _, err := body.text("name")
	if name = strings.TrimSpace(name); err != nil || name == "" {
		return nil, badParameter("invalid tag parameters")
	}
	if body["id"] != nil {
		return s.renameTag(c, body, name)
	}
	users, err := tagMembers(body, "users")
	if err != nil {
		return nil, err
	}
	companies, err := tagMembers(body, "companies")
	if err != nil || users != nil && companies != nil {
		return nil, badParameter("invalid tag parameters")
	}
	t := s.upsertTag(c, name)
	out := s.plainTag(t)
	out.Users = append(out.Users, s.tagUsers(c, t, users)...)
	out.Companies = append(out.Companies, s.tagCompanies(c, t, companies)...)
	if c.applied != "" {
		c.applied = t.ID
	}
	return out, nil
}

// upsertTag gives the tag of a name, whose case does not matter. The case of
// the first time stays.
func (s *Server) upsertTag(c *call, name string) Tag {
	if id := s.state.tagByName[strings.ToLower(name)]; id != "" {
		return s.state.tags[id]
	}
	s.state.numbers.tag++
	t := Tag{ID: strconv.Itoa(s.state.numbers.tag), Name: name}
	s.state.putTag(t)
	c.applied = t.ID
	return t
}

func (s *Server) renameTag(c *call, body object, name string) (any, error) {
	id, _, err := body.text("id")
	if err != nil {
		return nil, err
	}
	t, ok := s.state.tags[id]
	if !ok {
		return nil, resourceNotFound()
	}
	holder := s.state.tagByName[strings.ToLower(name)]
	if holder != "" && holder != id {
		if s.opts.TagRenameCollision == TagRenameGivesOther {
			return s.plainTag(s.state.tags[holder]), nil
		}
		return nil, badParameter("A tag with the name '%s' already exists", name)
	}
	if t.Name != name {
		delete(s.state.tagByName, strings.ToLower(t.Name))
		t.Name = name
		s.state.putTag(t)
		c.applied = t.ID
	}
	return s.plainTag(t), nil
}

func (s *Server) plainTag(t Tag) taggedView {
	return taggedView{tagView: s.tagView(t), Users: []taggedItem{}, Companies: []taggedItem{}}
}

func (st *state) putTag(t Tag) {
	st.tags[t.ID] = t
	st.tagByName[strings.ToLower(t.Name)] = t.ID
}

// deleteTag takes the tag off everything. A tag that a segment needs stays. The
// answer has no body.
func (s *Server) deleteTag(c *call) (any, error) {
	t, ok := s.state.tags[c.args["tag_id"]]
	if !ok {
		return nil, resourceNotFound()
	}
	var dependents []string
	for _, seg := range s.state.segments {
		if seg.needsTag(t.ID) {
			dependents = append(dependents, seg.Name)
		}
	}
	if len(dependents) > 0 {
		return nil, refuse(http.StatusBadRequest, "tag_has_dependent_objects", "%s",
			fmt.Sprintf("Unable to delete Tag with dependent objects. Segments: %s.", strings.Join(dependents, ", ")))
	}
	s.state.removeTag(t, c.now)
	c.applied = t.ID
	return nil, nil
}

func (st *state) removeTag(t Tag, now time.Time) {
	for _, r := range st.contacts.order {
		if r.now != nil && r.now.hasTag(t.ID) {
			st.putContact(r, r.now.withoutTag(t.ID), now)
		}
	}
	for _, r := range st.companies.order {
		if r.now != nil && slices.Contains(r.now.tags, t.ID) {
			st.companies.put(r, r.now.withoutTag(t.ID), now)
		}
	}
	delete(st.tags, t.ID)
	delete(st.tagByName, strings.ToLower(t.Name))
}
