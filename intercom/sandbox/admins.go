package sandbox

import "net/http"

type adminView struct {
	Type             string  `json:"type"`
	ID               string  `json:"id"`
	Name             string  `json:"name"`
	Email            string  `json:"email"`
	JobTitle         string  `json:"job_title"`
	AwayModeEnabled  bool    `json:"away_mode_enabled"`
	AwayModeReassign bool    `json:"away_mode_reassign"`
	HasInboxSeat     bool    `json:"has_inbox_seat"`
	TeamIDs          []int64 `json:"team_ids"`
}

type adminList struct {
	Type   string      `json:"type"`
	Admins []adminView `json:"admins"`
}

// meView is the admin that the token belongs to, and the workspace.
type meView struct {
	adminView
	EmailVerified bool       `json:"email_verified"`
	Avatar        avatarView `json:"avatar"`
	App           appView    `json:"app"`
}

type appView struct {
	Type                 string `json:"type"`
	IDCode               string `json:"id_code"`
	Name                 string `json:"name"`
	CreatedAt            int64  `json:"created_at"`
	Secure               bool   `json:"secure"`
	IdentityVerification bool   `json:"identity_verification"`
	Timezone             string `json:"timezone"`
	Region               string `json:"region"`
}

func newAdminView(a *Admin) adminView {
	return adminView{
		Type: "admin", ID: a.ID, Name: a.Name, Email: a.Email, JobTitle: a.JobTitle,
		HasInboxSeat: true, TeamIDs: []int64{},
	}
}

// admin gives the admin with an id, or nil.
func (st *state) admin(id string) *Admin {
	for i := range st.admins {
		if st.admins[i].ID == id {
			return &st.admins[i]
		}
	}
	return nil
}

func (s *Server) showMe(*call) (any, error) {
	w := s.state.workspace
	return meView{
		adminView:     newAdminView(&s.state.admins[0]),
		EmailVerified: true,
		Avatar:        avatarView{Type: "avatar", ImageURL: "https://static.intercomassets.com/assets/default-avatars/admins/128.png"},
		App: appView{
			Type: "app", IDCode: w.IDCode, Name: w.Name, CreatedAt: w.CreatedAt, Timezone: w.Timezone, Region: w.Region,
		},
	}, nil
}

func (s *Server) listAdmins(*call) (any, error) {
	out := adminList{Type: "admin.list", Admins: []adminView{}}
	for i := range s.state.admins {
		out.Admins = append(out.Admins, newAdminView(&s.state.admins[i]))
	}
	return out, nil
}

func (s *Server) showAdmin(c *call) (any, error) {
	a := s.state.admin(c.args["admin_id"])
	if a == nil {
		return nil, refuse(http.StatusNotFound, "admin_not_found", "Admin not found")
	}
	return newAdminView(a), nil
}
