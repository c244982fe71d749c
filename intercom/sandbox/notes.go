package sandbox

import (
	"slices"
	"strconv"
)

type noteView struct {
	Type      string     `json:"type"`
	ID        string     `json:"id"`
	CreatedAt int64      `json:"created_at"`
	Contact   *noteOwner `json:"contact,omitempty"`
	Company   *noteOwner `json:"company,omitempty"`
	Author    adminView  `json:"author"`
	Body      string     `json:"body"`
}

type noteOwner struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

type noteList struct {
	Type       string     `json:"type"`
	Data       []noteView `json:"data"`
	TotalCount int        `json:"total_count"`
	Pages      linkPages  `json:"pages"`
}

// ownerID gives the id of the contact or company that a note is about.
func (n *Note) ownerID() string {
	if n.Contact != "" {
		return n.Contact
	}
	return n.Company
}

func (st *state) putNote(n *Note) {
	st.notes = append(st.notes, n)
	st.notesOf[n.ownerID()] = append(st.notesOf[n.ownerID()], n)
}

// forgetNotes removes the notes of a contact that is gone.
func (st *state) forgetNotes(ownerID string) {
	st.notes = slices.DeleteFunc(st.notes, func(n *Note) bool { return n.ownerID() == ownerID })
	delete(st.notesOf, ownerID)
}

func (s *Server) noteView(n *Note) noteView {
	out := noteView{Type: "note", ID: n.ID, CreatedAt: n.CreatedAt, Body: n.Body, Author: newAdminView(s.state.admin(n.Author))}
	if n.Contact != "" {
		out.Contact = &noteOwner{Type: "contact", ID: n.Contact}
	} else {
		out.Company = &noteOwner{Type: "company", ID: n.Company}
	}
	return out
}

func (s *Server) showNote(c *call) (any, error) {
	for _, n := range s.state.notes {
		if n.ID == c.args["note_id"] {
			return s.noteView(n), nil
		}
	}
	return nil, resourceNotFound()
}

func (s *Server) listContactNotes(c *call) (any, error) {
	r, err := s.contactOf(c)
	if err != nil {
		return nil, err
	}
	return s.listNotes(c, r.id)
}

func (s *Server) listCompanyNotes(c *call) (any, error) {
	r, err := s.companyOf(c)
	if err != nil {
		return nil, err
	}
	return s.listNotes(c, r.id)
}

// listNotes gives a page of notes, the newest first.
func (s *Server) listNotes(c *call, ownerID string) (any, error) {
	notes := slices.Clone(s.state.notesOf[ownerID])
	slices.Reverse(notes)
	p, err := c.linkPage(50, maxPerPage)
	if err != nil {
		return nil, err
	}
	out := noteList{Type: "list", Data: []noteView{}, TotalCount: len(notes), Pages: p.pages(c, len(notes))}
	for _, n := range cutPage(notes, p) {
		out.Data = append(out.Data, s.noteView(n))
	}
	return out, nil
}

func (s *Server) createContactNote(c *call) (any, error) {
	r, err := s.contactOf(c)
	if err != nil {
		return nil, err
	}
	return s.createNote(c, Note{Contact: r.id})
}

func (s *Server) createCompanyNote(c *call) (any, error) {
	r, err := s.companyOf(c)
	if err != nil {
		return nil, err
	}
	return s.createNote(c, Note{Company: r.id})
}

func (s *Server) createNote(c *call, n Note) (any, error) {
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	text, ok, err := body.text("body")
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, badParameter("body is required")
	}
	n.Author = s.state.admins[0].ID
	if id, ok, err := body.text("admin_id"); err != nil || ok {
		if err != nil {
			return nil, err
		}
		if s.state.admin(id) == nil {
			return nil, resourceNotFound()
		}
		n.Author = id
	}
	s.state.numbers.note++
	n.ID = strconv.Itoa(s.state.numbers.note)
	n.Body = "<p>" + text + "</p>"
	n.CreatedAt = c.unix()
	s.state.putNote(&n)
	c.applied = n.ID
	return s.noteView(&n), nil
}
