package sandbox

import "reflect"

// companyView is a company as the API shows it. What was never set is left out,
// not null.
type companyView struct {
	Type             string         `json:"type"`
	ID               string         `json:"id"`
	CompanyID        string         `json:"company_id"`
	AppID            string         `json:"app_id"`
	Name             string         `json:"name,omitempty"`
	RemoteCreatedAt  int64          `json:"remote_created_at,omitempty"`
	CreatedAt        int64          `json:"created_at"`
	UpdatedAt        int64          `json:"updated_at"`
	LastRequestAt    int64          `json:"last_request_at,omitempty"`
	Size             int64          `json:"size,omitempty"`
	Website          string         `json:"website,omitempty"`
	Industry         string         `json:"industry,omitempty"`
	MonthlySpend     int64          `json:"monthly_spend"`
	SessionCount     int64          `json:"session_count"`
	UserCount        int            `json:"user_count"`
	Tags             companyTags    `json:"tags"`
	Segments         companySegs    `json:"segments"`
	Notes            *companyNotes  `json:"notes,omitempty"`
	Plan             any            `json:"plan"` // {} for none
	CustomAttributes map[string]any `json:"custom_attributes"`
}

type companyTags struct {
	Type string    `json:"type"`
	Tags []tagView `json:"tags"`
}

type companySegs struct {
	Type     string        `json:"type"`
	Segments []segmentView `json:"segments"`
}

type companyNotes struct {
	Type  string     `json:"type"`
	Notes []noteView `json:"notes"`
}

type planView struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

type companyList struct {
	Type       string        `json:"type"`
	Data       []companyView `json:"data"`
	TotalCount int           `json:"total_count"`
	Pages      linkPages     `json:"pages"`
}

func (s *Server) companyView(v *company) companyView {
	out := companyView{
		Type: "company", ID: v.ID, CompanyID: v.CompanyID, AppID: s.state.workspace.IDCode, Name: s.shown(v.Name),
		RemoteCreatedAt: v.RemoteCreatedAt, CreatedAt: v.CreatedAt, UpdatedAt: v.UpdatedAt, LastRequestAt: v.LastRequestAt,
		Size: v.Size, Website: v.Website, Industry: v.Industry, MonthlySpend: v.MonthlySpend, SessionCount: v.SessionCount,
		UserCount:        s.state.userCounts[v.ID],
		Tags:             companyTags{Type: "tag.list", Tags: []tagView{}},
		Segments:         companySegs{Type: "segment.list", Segments: []segmentView{}},
		Plan:             struct{}{},
		CustomAttributes: v.CustomAttributes,
	}
	if out.CustomAttributes == nil {
		out.CustomAttributes = map[string]any{}
	}
	for _, id := range v.tags {
		out.Tags.Tags = append(out.Tags.Tags, s.tagView(s.state.tags[id]))
	}
	if v.Plan != "" {
		out.Plan = planView{Type: "plan", ID: s.state.planID(v.Plan), Name: v.Plan}
	}
	return out
}

// companyWithNotes is a company as attaching and detaching answer it.
func (s *Server) companyWithNotes(v *company) companyView {
	out := s.companyView(v)
	out.Notes = &companyNotes{Type: "note.list", Notes: []noteView{}}
	for _, n := range s.state.notesOf[v.ID] {
		out.Notes.Notes = append(out.Notes.Notes, s.noteView(n))
	}
	return out
}

func sameCompany(a, b *company) bool { return reflect.DeepEqual(a.Company, b.Company) }
