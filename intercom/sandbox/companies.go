package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// companyOf gives the active company that a call is about, by Intercom's id.
func (s *Server) companyOf(c *call) (*record[company], error) {
	r := s.state.companies.get(c.args["company_id"])
	if r == nil || r.now.State != active {
		return nil, companyNotFound()
	}
	return r, nil
}

func (s *Server) showCompany(c *call) (any, error) {
	r, err := s.companyOf(c)
	if err != nil {
		return nil, err
	}
	return s.companyView(r.now), nil
}

// findCompanies looks one company up by name or by the customer's company_id,
// or lists them all, or those of a tag. The sandbox has no segments of companies.
func (s *Server) findCompanies(c *call) (any, error) {
	if id := c.query.Get("company_id"); id != "" {
		return s.lookedUp(c, s.state.byCompanyID[id])
	}
	if name := c.query.Get("name"); name != "" {
		for _, r := range s.state.companies.order {
			if r.now != nil && r.now.State == active && r.now.Name == name {
				return s.lookedUp(c, r)
			}
		}
		return nil, companyNotFound()
	}
	return s.pageOfCompanies(c, companyOrder{}, func(v *company) bool {
		tag, segment := c.query.Get("tag_id"), c.query.Get("segment_id")
		return segment == "" && (tag == "" || slices.Contains(v.tags, tag))
	})
}

func (s *Server) lookedUp(c *call, r *record[company]) (any, error) {
	if r == nil {
		return nil, companyNotFound()
	}
	if !s.opts.CompanyLookupList {
		return s.companyView(r.now), nil
	}
	p := linkPage{number: 1, size: 15}
	return companyList{
		Type: "list", Data: []companyView{s.companyView(r.now)}, TotalCount: 1, Pages: p.pages(c, 1),
	}, nil
}

// upsertCompany creates the company of a company_id, or updates it.
func (s *Server) upsertCompany(c *call) (any, error) {
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	key, _, err := body.text("company_id")
	if err != nil {
		return nil, err
	}
	if key == "" {
		if key, _, err = body.text("id"); err != nil { // the old name of the same thing
			return nil, err
		}
	}
	if key == "" {
		return nil, refuse(http.StatusBadRequest, "bad_request", "company_id is required")
	}
	if r := s.state.byCompanyID[key]; r != nil {
		return s.changeCompany(c, r, body)
	}
	v := s.newCompany(c, key)
	if err := s.setCompany(c, v, body); err != nil {
		return nil, err
	}
	s.addCompany(c, v)
	return s.companyView(v), nil
}

// creationSource is the custom attribute that tells how a company came to be.
const creationSource = "creation_source"

func (s *Server) newCompany(c *call, key string) *company {
	v := &company{}
	v.CompanyID = key
	v.CreatedAt, v.UpdatedAt = c.unix(), c.unix()
	v.CustomAttributes = map[string]any{creationSource: "api"}
	return v
}

// addCompany stores a new company, under the id of a deleted one of the same
// company_id if so chosen.
func (s *Server) addCompany(c *call, v *company) {
	st := s.state
	c.applied = v.ID
	if old := st.archived[v.CompanyID]; old != nil && s.opts.ReuseCompanyID {
		v.ID, v.CreatedAt = old.id, old.now.CreatedAt
		delete(st.archived, v.CompanyID)
		st.companies.put(old, v, c.now)
		st.byCompanyID[v.CompanyID] = old
		c.applied = v.ID
		return
	}
	v.ID = st.newObjectID(v.CreatedAt)
	st.byCompanyID[v.CompanyID] = st.companies.add(v.ID, v.CreatedAt, v, c.now)
	c.applied = v.ID
}

func (s *Server) updateCompany(c *call) (any, error) {
	r, err := s.companyOf(c)
	if err != nil {
		return nil, err
	}
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	return s.changeCompany(c, r, body)
}

// changeCompany leaves updated_at alone when nothing changes.
func (s *Server) changeCompany(c *call, r *record[company], body object) (any, error) {
	v := r.now.copy()
	if err := s.setCompany(c, v, body); err != nil {
		return nil, err
	}
	if !sameCompany(r.now, v) {
		v.UpdatedAt = c.unix()
		s.state.companies.put(r, v, c.now)
		c.applied = r.id
	}
	return s.companyView(r.now), nil
}

func (c *company) copy() *company {
	v := *c
	v.CustomAttributes = maps.Clone(c.CustomAttributes)
	v.tags = slices.Clone(c.tags)
	return &v
}

// deleteCompany answers at once; the company is archived and its contacts are
// detached afterwards.
func (s *Server) deleteCompany(c *call) (any, error) {
	r, err := s.companyOf(c)
	if err != nil {
		return nil, err
	}
	c.applied = r.id
	if s.opts.CompanyDeleteLag == 0 {
		s.state.archiveCompany(r, c.now)
	} else {
		s.state.later(c.now.Add(s.opts.CompanyDeleteLag), func(at time.Time) { s.state.archiveCompany(r, at) })
	}
	return deletedView{ID: r.id, Object: "company", Deleted: true}, nil
}

type deletedView struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Deleted bool   `json:"deleted"`
}

func (st *state) archiveCompany(r *record[company], now time.Time) {
	if r.now.State != active {
		return
	}
	for m := range maps.Clone(st.members[r.id]) {
		st.putContact(m, m.now.withoutCompany(r.id), now)
	}
	v := r.now.copy()
	v.State = archived
	st.companies.put(r, v, now)
	delete(st.byCompanyID, v.CompanyID)
	st.archived[v.CompanyID] = r
}

func (c *contact) withoutCompany(id string) *contact {
	v := c.copy()
	v.companies = slices.DeleteFunc(v.companies, func(o string) bool { return o == id })
	return v
}

// setCompany puts a request's members into a company. Unlike contacts, unknown
// members are refused.
func (s *Server) setCompany(c *call, v *company, body object) error {
	known := []string{
		"company_id", "id", "name", "plan", "size", "website", "industry", "monthly_spend",
		"remote_created_at", "custom_attributes", "update_last_request_at",
	}
	sent := object{}
	for _, key := range slices.Sorted(maps.Keys(body)) {
		if !slices.Contains(known, key) {
			return refuse(http.StatusBadRequest, "bad_request", "bad '%s' parameter", key)
		}
		if body[key] != nil || !s.opts.CompanyNullIgnored {
			sent[key] = body[key]
		}
	}
	if err := setTexts(sent, map[string]*string{
		"name": &v.Name, "plan": &v.Plan, "website": &v.Website, "industry": &v.Industry,
	}); err != nil {
		return err
	}
	v.Name = strings.TrimSpace(v.Name)
	if err := setTimes(sent, map[string]*int64{
		"size": &v.Size, "monthly_spend": &v.MonthlySpend, "remote_created_at": &v.RemoteCreatedAt,
	}); err != nil {
		return err
	}
	if v.MonthlySpend > 1<<31-1 {
		return badParameter("monthly_spend cannot be more than 2147483647")
	}
	if sent["update_last_request_at"] == true {
		v.LastRequestAt = c.unix()
	}
	values, err := s.mergeAttributes("company", v.CustomAttributes, sent["custom_attributes"])
	v.CustomAttributes = values
	return err
}
