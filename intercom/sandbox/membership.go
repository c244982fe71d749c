package sandbox

import (
	"net/http"
	"slices"
	"sort"
)

// maxCompanies is how many companies a contact can be attached to.
const maxCompanies = 1000

type attachedCompanies struct {
	Type       string        `json:"type"`
	Data       []companyView `json:"data"`
	TotalCount int           `json:"total_count"`
	Pages      linkPages     `json:"pages"`
}

// listContactCompanies pages by number, with links.
func (s *Server) listContactCompanies(c *call) (any, error) {
	r, err := s.contactOf(c)
	if err != nil {
		return nil, err
	}
	p, err := c.linkPage(50, maxPerPage)
	if err != nil {
		return nil, err
	}
	total := len(r.now.companies)
	out := attachedCompanies{Type: "list", Data: []companyView{}, TotalCount: total, Pages: p.pages(c, total)}
	for _, id := range cutPage(r.now.companies, p) {
		out.Data = append(out.Data, s.companyView(s.state.companies.get(id).now))
	}
	return out, nil
}

func (s *Server) attachCompany(c *call) (any, error) {
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
	if id == "" {
		return nil, refuse(http.StatusBadRequest, "parameter_not_found", "company not specified")
	}
	to := s.state.companies.get(id)
	if to == nil || to.now.State != active {
		return nil, companyNotFound()
	}
	if err := s.attach(c, r, id); err != nil {
		return nil, err
	}
	return s.companyWithNotes(to.now), nil
}

// attach changes nothing when the contact is attached already.
func (s *Server) attach(c *call, r *record[contact], companyID string) error {
	if slices.Contains(r.now.companies, companyID) {
		if s.opts.ReattachRefused {
			return badParameter("The company is already attached to the contact")
		}
		return nil
	}
	if len(r.now.companies) >= maxCompanies {
		return refuse(http.StatusBadRequest, "contact_company_limit_exceeded",
			"Contact has reached the maximum of %d company associations", maxCompanies)
	}
	v := r.now.copy()
	v.companies = append(v.companies, companyID)
	s.putMembership(c, r, v)
	return nil
}

func (s *Server) detachCompany(c *call) (any, error) {
	r, err := s.contactOf(c)
	if err != nil {
		return nil, err
	}
	from, err := s.companyOf(c)
	if err != nil {
		return nil, err
	}
	if slices.Contains(r.now.companies, from.id) {
		s.putMembership(c, r, r.now.withoutCompany(from.id))
	} else if !s.opts.DetachAbsentOK {
		return nil, companyNotFound()
	}
	return s.companyWithNotes(from.now), nil
}

func (s *Server) putMembership(c *call, r *record[contact], v *contact) {
	if s.opts.CompanyTouchesContact {
		v.UpdatedAt = c.unix()
	}
	s.state.putContact(r, v, c.now)
	c.applied = r.id
}

// listCompanyContacts pages by cursor through the contacts of a company.
func (s *Server) listCompanyContacts(c *call) (any, error) {
	r, err := s.companyOf(c)
	if err != nil {
		return nil, err
	}
	perPage, err := c.number("per_page", 50)
	if err != nil {
		return nil, err
	}
	p := page{perPage: perPage, after: c.query.Get("starting_after")}
	from, err := p.start()
	if err != nil {
		return nil, err
	}
	list := make([]*record[contact], 0, len(s.state.members[r.id]))
	for m := range s.state.members[r.id] {
		list = append(list, m)
	}
	slices.SortFunc(list, compareRecords[contact])
	out := contactList{Type: "list", Data: []*contactView{}, TotalCount: len(list), Pages: p.pages(from, len(list), s.opts.NextNull)}
	if from != nil {
		created, _ := from.value.(int64)
		behind := &record[contact]{id: from.id, created: created}
		list = list[sort.Search(len(list), func(i int) bool { return compareRecords(list[i], behind) > 0 }):]
	}
	for _, m := range list[:min(perPage, len(list))] {
		out.Data = append(out.Data, s.contactView(c, m.now, inList))
	}
	if len(list) > perPage {
		last := list[perPage-1]
		out.Pages.next(cursor{value: last.created, id: last.id})
	}
	return out, nil
}
