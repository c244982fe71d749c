package sandbox

import (
	"fmt"
	"net/http"
	"time"
)

const (
	scrollPage = 100
	scrollIdle = time.Minute // after which a scroll is over
)

// scroll is a walk over all companies. A workspace has one at a time.
type scroll struct {
	param string
	turn  int // pages so far
	rest  []*company
	used  time.Time
}

type scrollView struct {
	Type       string        `json:"type"`
	Data       []companyView `json:"data"`
	Pages      *struct{}     `json:"pages"`
	TotalCount *int          `json:"total_count"`
	Param      string        `json:"scroll_param"`
}

// scrollCompanies begins a scroll, or goes on with the one there is. A page
// without companies ends it.
func (s *Server) scrollCompanies(c *call) (any, error) {
	open := s.state.scroll
	if open != nil && c.now.Sub(open.used) >= scrollIdle {
		open = nil
	}
	param := c.query.Get("scroll_param")
	switch {
	case param == "" && open != nil:
		return nil, refuse(http.StatusBadRequest, "scroll_exists", "scroll already exists for this workspace")
	case param == "":
		open = s.newScroll()
	case open == nil || param != open.param:
		return nil, refuse(http.StatusNotFound, "not_found", "scroll parameter not found")
	}
	return s.turnPage(c, open), nil
}

func (s *Server) newScroll() *scroll {
	open := &scroll{param: uuid(fmt.Sprintf("scroll %d", s.serial))}
	for _, r := range s.state.companies.order {
		empty := s.state.userCounts[r.id] == 0
		if r.seen != nil && r.seen.State == active && !(empty && s.opts.ScrollSkipsEmpty) {
			open.rest = append(open.rest, r.seen)
		}
	}
	return open
}

func (s *Server) turnPage(c *call, open *scroll) scrollView {
	n := min(scrollPage, len(open.rest))
	out := scrollView{Type: "list", Data: []companyView{}}
	for _, v := range open.rest[:n] {
		out.Data = append(out.Data, s.companyView(v))
	}
	open.rest = open.rest[n:]
	open.turn++
	open.used = c.now
	if s.opts.ScrollTokenChanges && open.turn > 1 {
		open.param = uuid(fmt.Sprintf("scroll %d", s.serial))
	}
	out.Param = open.param
	s.state.scroll = open
	if n == 0 {
		s.state.scroll = nil
	}
	return out
}
