package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// defaultTitle and defaultDescription are attributes of every ticket type.
const (
	defaultTitle       = "_default_title_"
	defaultDescription = "_default_description_"
)

// ticketTypeShort is a ticket type within a ticket state.
type ticketTypeShort struct {
	Type        string `json:"type"`
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Icon        string `json:"icon"`
	Archived    bool   `json:"archived"`
	IsInternal  bool   `json:"is_internal"`
	Category    string `json:"category"`
}

type ticketTypeView struct {
	ticketTypeShort
	WorkspaceID string                    `json:"workspace_id"`
	CreatedAt   int64                     `json:"created_at"`
	UpdatedAt   int64                     `json:"updated_at"`
	Attributes  list[ticketAttributeView] `json:"ticket_type_attributes"`
	States      list[ticketStateView]     `json:"ticket_states"`
}

type ticketAttributeView struct {
	Type              string         `json:"type"`
	ID                string         `json:"id"`
	WorkspaceID       string         `json:"workspace_id"`
	Name              string         `json:"name"`
	Description       string         `json:"description"`
	DataType          string         `json:"data_type"`
	InputOptions      map[string]any `json:"input_options"`
	Order             int            `json:"order"`
	Required          bool           `json:"required_to_create"`
	RequiredByContact bool           `json:"required_to_create_for_contacts"`
	VisibleOnCreate   bool           `json:"visible_on_create"`
	VisibleToContacts bool           `json:"visible_to_contacts"`
	Default           bool           `json:"default"`
	TicketTypeID      int            `json:"ticket_type_id"`
	Archived          bool           `json:"archived"`
	CreatedAt         int64          `json:"created_at"`
	UpdatedAt         int64          `json:"updated_at"`
}

type ticketStateView struct {
	Type          string `json:"type"`
	ID            string `json:"id"`
	Category      string `json:"category"`
	InternalLabel string `json:"internal_label"`
	ExternalLabel string `json:"external_label"`
}

type ticketStateDetail struct {
	ticketStateView
	Archived    bool                  `json:"archived"`
	TicketTypes list[ticketTypeShort] `json:"ticket_types"`
}

func (s *Server) listTicketTypes(*call) (any, error) {
	out := newList[ticketTypeView]()
	for i := range s.state.ticketTypes {
		out.Data = append(out.Data, s.ticketTypeView(&s.state.ticketTypes[i]))
	}
	return out, nil
}

func (s *Server) showTicketType(c *call) (any, error) {
	t := s.state.ticketType(c.args["ticket_type_id"])
	if t == nil {
		return nil, resourceNotFound()
	}
	return s.ticketTypeView(t), nil
}

func (s *Server) listTicketStates(*call) (any, error) {
	short := newList[ticketTypeShort]()
	for i := range s.state.ticketTypes {
		short.Data = append(short.Data, shortTicketType(&s.state.ticketTypes[i]))
	}
	out := newList[ticketStateDetail]()
	for _, st := range s.state.ticketStates {
		out.Data = append(out.Data, ticketStateDetail{ticketStateView: st.view(), TicketTypes: short})
	}
	return out, nil
}

func shortTicketType(t *TicketType) ticketTypeShort {
	return ticketTypeShort{
		Type: "ticket_type", ID: t.ID, Name: t.Name, Description: t.Description, Icon: t.Icon,
		Archived: t.Archived, Category: t.Category,
	}
}

func (s *Server) ticketTypeView(t *TicketType) ticketTypeView {
	out := ticketTypeView{
		ticketTypeShort: shortTicketType(t), WorkspaceID: s.state.workspace.IDCode,
		CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt,
		Attributes: newList[ticketAttributeView](),
		States:     newList[ticketStateView](),
	}
	for i, a := range t.Attributes {
		out.Attributes.Data = append(out.Attributes.Data, s.ticketAttributeView(t, i, a))
	}
	for _, st := range s.state.ticketStates {
		out.States.Data = append(out.States.Data, st.view())
	}
	return out
}

func (s *Server) ticketAttributeView(t *TicketType, order int, a TicketAttribute) ticketAttributeView {
	typeID, _ := strconv.Atoi(t.ID)
	out := ticketAttributeView{
		Type: "ticket_type_attribute", ID: a.ID, WorkspaceID: s.state.workspace.IDCode, Name: a.Name,
		Description: a.Description, DataType: a.DataType, Order: order, Required: a.Required,
		VisibleOnCreate: true, VisibleToContacts: true, TicketTypeID: typeID,
		Default:   a.Name == defaultTitle || a.Name == defaultDescription,
		CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt,
		InputOptions: map[string]any{},
	}
	switch a.DataType {
	case "string":
		out.InputOptions["multiline"] = a.Name == defaultDescription
	case "list":
		items := []any{}
		for _, o := range a.Options {
			items = append(items, map[string]any{"id": o.ID, "label": o.Label, "archived": false})
		}
		out.InputOptions["list_items"] = items
	}
	return out
}

func (t TicketState) view() ticketStateView {
	return ticketStateView{"ticket_state", t.ID, t.Category, t.InternalLabel, t.ExternalLabel}
}

// ticketType gives the ticket type with an id, or nil.
func (st *state) ticketType(id string) *TicketType {
	i := slices.IndexFunc(st.ticketTypes, func(t TicketType) bool { return t.ID == id })
	if i < 0 {
		return nil
	}
	return &st.ticketTypes[i]
}

// ticketState gives the ticket state with an id, or nil.
func (st *state) ticketState(id string) *TicketState {
	i := slices.IndexFunc(st.ticketStates, func(t TicketState) bool { return t.ID == id })
	if i < 0 {
		return nil
	}
	return &st.ticketStates[i]
}

func (st *state) loadTicketTypes(d *Data) error {
	if err := st.loadTicketStates(d); err != nil {
		return err
	}
	types := d.TicketTypes
	if types == nil {
		types = standardTicketTypes()
	}
	top := highest(types, func(t TicketType) string { return t.ID })
	attribute := 0
	for _, t := range types {
		attribute = max(attribute, highest(t.Attributes, func(a TicketAttribute) string { return a.ID }))
	}
	for i, t := range types {
		if t.ID == "" {
			top++
			t.ID = strconv.Itoa(top)
		}
		t.Category = cmp.Or(t.Category, "Customer")
		t.Icon = cmp.Or(t.Icon, "\U0001F39F")
		t.CreatedAt = cmp.Or(t.CreatedAt, firstTime+60*int64(i))
		t.UpdatedAt = cmp.Or(t.UpdatedAt, t.CreatedAt)
		t.Attributes = fillTicketAttributes(t.Attributes, &attribute)
		if err := st.checkNewTicketType(t); err != nil {
			return at("ticket_types", i, t.Name, err)
		}
		st.ticketTypes = append(st.ticketTypes, t)
	}
	return nil
}

// fillTicketAttributes adds the attributes that every type has, and ids.
func fillTicketAttributes(given []TicketAttribute, last *int) []TicketAttribute {
	var out []TicketAttribute
	for _, name := range []string{defaultTitle, defaultDescription} {
		if !slices.ContainsFunc(given, func(a TicketAttribute) bool { return a.Name == name }) {
			out = append(out, TicketAttribute{Name: name})
		}
	}
	out = append(out, given...)
	for i := range out {
		a := &out[i]
		if a.ID == "" {
			*last++
			a.ID = strconv.Itoa(*last)
		}
		a.DataType = cmp.Or(a.DataType, "string")
		a.Options = slices.Clone(a.Options)
		for j := range a.Options {
			a.Options[j].ID = cmp.Or(a.Options[j].ID, uuid("option "+a.ID+" "+a.Options[j].Label))
		}
	}
	return out
}

func (st *state) checkNewTicketType(t TicketType) error {
	categories := []string{"Customer", "Back-office", "Tracker"}
	types := []string{"string", "list", "integer", "decimal", "boolean", "datetime", "files"}
	switch {
	case t.Name == "":
		return errors.New("a ticket type needs a name")
	case !isNumber(t.ID):
		return errors.New("the id must be a number")
	case st.ticketType(t.ID) != nil:
		return fmt.Errorf("the id %s is taken", t.ID)
	case !slices.Contains(categories, t.Category):
		return fmt.Errorf("unknown category %q; there are Customer, Back-office and Tracker", t.Category)
	}
	for _, a := range t.Attributes {
		if !slices.Contains(types, a.DataType) {
			return fmt.Errorf("attribute %s: unknown data_type %q", a.Name, a.DataType)
		}
	}
	return nil
}

func (st *state) loadTicketStates(d *Data) error {
	list := d.TicketStates
	if list == nil {
		list = standardTicketStates()
	}
	top := highest(list, func(t TicketState) string { return t.ID })
	categories := []string{"submitted", "in_progress", "waiting_on_customer", "resolved"}
	for i, t := range list {
		if t.ID == "" {
			top++
			t.ID = strconv.Itoa(top)
		}
		if !slices.Contains(categories, t.Category) {
			return at("ticket_states", i, "", fmt.Errorf("unknown category %q", t.Category))
		}
		t.InternalLabel = cmp.Or(t.InternalLabel, t.Category)
		t.ExternalLabel = cmp.Or(t.ExternalLabel, t.InternalLabel)
		st.ticketStates = append(st.ticketStates, t)
	}
	if len(list) == 0 {
		return errors.New("ticket_states: there must be one at least")
	}
	return nil
}
