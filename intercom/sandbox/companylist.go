package sandbox

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
)

// Limits of company lists, which page by number.
const (
	companyPage     = 15
	maxCompanyPage  = 60
	maxCompanyReach = 10_000 // how deep the pages go; the scroll goes further
)

// linkPage is a request for a page by number.
type linkPage struct{ number, size int }

// linkPages is the paging part of a list that pages by number. Next is a URL,
// or null on the last page.
type linkPages struct {
	Type       string  `json:"type"`
	Next       *string `json:"next"`
	Page       int     `json:"page"`
	PerPage    int     `json:"per_page"`
	TotalPages int     `json:"total_pages"`
}

func (c *call) linkPage(size, limit int) (linkPage, error) {
	number, err := c.number("page", 1)
	if err != nil {
		return linkPage{}, err
	}
	size, err = c.number("per_page", size)
	if err != nil {
		return linkPage{}, err
	}
	if size > limit {
		return linkPage{}, perPageTooBig()
	}
	return linkPage{min(number, 1<<31), size}, nil
}

func (p linkPage) pages(c *call, total int) linkPages {
	out := linkPages{Type: "pages", Page: p.number, PerPage: p.size, TotalPages: (total + p.size - 1) / p.size}
	if p.number < out.TotalPages {
		query := c.query
		query.Set("page", strconv.Itoa(p.number+1))
		query.Set("per_page", strconv.Itoa(p.size))
		out.Next = new(c.base + c.path + "?" + query.Encode())
	}
	return out
}

// cutPage gives the part of a list that a page shows.
func cutPage[T any](list []T, p linkPage) []T {
	start := min(len(list), (p.number-1)*p.size)
	return list[start:min(len(list), start+p.size)]
}

// companyOrder is the order of a company list: the latest request first, unless
// ascending.
type companyOrder struct{ ascending bool }

func (s *Server) listCompanies(c *call) (any, error) {
	order := c.query.Get("order")
	if order != "" && order != "asc" && order != "desc" {
		return nil, badParameter("order must be asc or desc")
	}
	return s.pageOfCompanies(c, companyOrder{order == "asc"}, func(*company) bool { return true })
}

// pageOfCompanies leaves companies without contacts out.
func (s *Server) pageOfCompanies(c *call, order companyOrder, wanted func(*company) bool) (any, error) {
	p, err := c.linkPage(companyPage, maxCompanyPage)
	if err != nil {
		return nil, err
	}
	if p.number > maxCompanyReach/p.size+1 || (p.number-1)*p.size >= maxCompanyReach {
		return nil, refuse(http.StatusBadRequest, "bad_request", "page limit reached, please use scroll API")
	}
	var list []*company
	for _, r := range s.state.companies.order {
		v := r.seen
		if v != nil && v.State == active && s.state.userCounts[r.id] > 0 && wanted(v) {
			list = append(list, v)
		}
	}
	slices.SortFunc(list, order.compare)
	out := companyList{Type: "list", Data: []companyView{}, TotalCount: len(list), Pages: p.pages(c, len(list))}
	for _, v := range cutPage(list, p) {
		out.Data = append(out.Data, s.companyView(v))
	}
	return out, nil
}

func (o companyOrder) compare(a, b *company) int {
	if o.ascending {
		a, b = b, a
	}
	return cmp.Or(cmp.Compare(b.LastRequestAt, a.LastRequestAt), cmp.Compare(a.ID, b.ID))
}

// planID gives the id of a plan, which is known by its name.
func (st *state) planID(name string) string {
	id := st.planIDs[name]
	if id == "" {
		st.numbers.plan++
		id = strconv.Itoa(269314 + st.numbers.plan)
		st.planIDs[name] = id
	}
	return id
}
