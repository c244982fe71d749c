package sandbox

import (
	"errors"
	"fmt"
	"slices"
)

// segment is a segment with its query made ready.
type segment struct {
	Segment
	matches predicate[contact]
	tagIDs  []string // that the query names
}

type segmentView struct {
	Type       string `json:"type"`
	ID         string `json:"id"`
	Name       string `json:"name"`
	CreatedAt  int64  `json:"created_at"`
	UpdatedAt  int64  `json:"updated_at"`
	PersonType string `json:"person_type"`
	Count      *int   `json:"count,omitempty"`
}

type segmentList struct {
	Type     string        `json:"type"`
	Segments []segmentView `json:"segments"`
	Pages    struct{}      `json:"pages"`
}

// newSegment checks a segment of loaded data. Its query cannot name segments.
func (st *state) newSegment(s Segment) (*segment, error) {
	if s.Name == "" {
		return nil, errors.New("a segment needs a name")
	}
	if s.PersonType != "user" && s.PersonType != "contact" {
		return nil, fmt.Errorf("unknown person_type %q; a segment is of user or contact", s.PersonType)
	}
	seg := &segment{Segment: s, matches: func(*contact) bool { return false }}
	if len(s.Query) == 0 {
		return seg, nil
	}
	query, err := parseJSON(s.Query)
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	seg.Query = encode(query) // the same, however it was laid out
	matches, err := language[contact]{st.segmentField, st.location}.compile(query)
	if err != nil {
		if r, ok := errors.AsType[*refusal](err); ok {
			return nil, fmt.Errorf("query: %s", r.message)
		}
		return nil, err
	}
	seg.matches, seg.tagIDs = matches, tagsIn(query)
	return seg, nil
}

func (st *state) segmentField(name string) (searchField[contact], bool) {
	if name == "segment_id" {
		return searchField[contact]{}, false
	}
	return st.contactField(name)
}

// tagsIn gives the ids of the tags that a query names.
func tagsIn(query any) []string {
	switch q := query.(type) {
	case map[string]any:
		if id, ok := q["value"].(string); ok && q["field"] == "tag_id" {
			return []string{id}
		}
		return tagsIn(q["value"])
	case []any:
		var ids []string
		for _, item := range q {
			ids = append(ids, tagsIn(item)...)
		}
		return ids
	}
	return nil
}

func (s *segment) needsTag(id string) bool {
	return slices.Contains(s.tagIDs, id)
}

func (s *segment) has(v *contact) bool {
	role := "user"
	if s.PersonType == "contact" {
		role = "lead"
	}
	return v.Role == role && s.matches(v)
}

func (s *segment) view() segmentView {
	return segmentView{
		Type: "segment", ID: s.ID, Name: s.Name, CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt, PersonType: s.PersonType,
	}
}

func (s *Server) listSegments(c *call) (any, error) {
	out := segmentList{Type: "segment.list", Segments: []segmentView{}}
	for _, seg := range s.state.segments {
		v := seg.view()
		if c.query.Get("include_count") == "true" {
			v.Count = new(s.state.countIn(seg))
		}
		out.Segments = append(out.Segments, v)
	}
	return out, nil
}

func (st *state) countIn(seg *segment) int {
	n := 0
	for _, r := range st.contacts.order {
		if r.seen != nil && r.seen.State == active && seg.has(r.seen) {
			n++
		}
	}
	return n
}

func (s *Server) showSegment(c *call) (any, error) {
	for _, seg := range s.state.segments {
		if seg.ID == c.args["segment_id"] {
			return seg.view(), nil
		}
	}
	return nil, resourceNotFound()
}

func (s *Server) listContactSegments(c *call) (any, error) {
	r, err := s.contactOf(c)
	if err != nil {
		return nil, err
	}
	out := newList[segmentView]()
	for _, seg := range s.state.segments {
		if seg.has(r.now) {
			out.Data = append(out.Data, seg.view())
		}
	}
	return out, nil
}

// listCompanySegments is always empty: the sandbox has segments of people only.
func (s *Server) listCompanySegments(c *call) (any, error) {
	if _, err := s.companyOf(c); err != nil {
		return nil, err
	}
	return newList[segmentView](), nil
}

// listContactSubscriptions is always empty: the sandbox has no subscriptions.
func (s *Server) listContactSubscriptions(c *call) (any, error) {
	if _, err := s.contactOf(c); err != nil {
		return nil, err
	}
	return newList[tagView](), nil
}
