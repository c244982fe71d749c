package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// attribute gives a custom attribute that is not archived, or nil.
func (st *state) attribute(model, name string) *DataAttribute {
	for _, a := range st.attributes {
		if a.Model == model && a.Name == name && !a.Archived {
			return a
		}
	}
	return nil
}

func (st *state) loadAttributes(d *Data) error {
	list := d.DataAttributes
	if list == nil {
		list = standardAttributes()
	}
	for _, a := range list {
		st.numbers.attribute = max(st.numbers.attribute, a.ID)
	}
	for i, a := range list {
		if a.ID == 0 {
			st.numbers.attribute++
			a.ID = st.numbers.attribute
		}
		a.DataType = cmp.Or(a.DataType, "string")
		a.CreatedAt = cmp.Or(a.CreatedAt, firstTime+60*int64(i))
		a.UpdatedAt = cmp.Or(a.UpdatedAt, a.CreatedAt)
		if err := st.checkNewAttribute(a); err != nil {
			return at("data_attributes", i, a.Name, err)
		}
		st.attributes = append(st.attributes, &a)
	}
	return nil
}

func (st *state) checkNewAttribute(a DataAttribute) error {
	_, typeOK := attributeKinds[a.DataType]
	switch {
	case a.Model != "contact" && a.Model != "company":
		return fmt.Errorf("unknown model %q; an attribute is of a contact or a company", a.Model)
	case a.Name == "":
		return errors.New("an attribute needs a name")
	case !typeOK:
		return fmt.Errorf("unknown data_type %q; there are string, integer, float, boolean and date", a.DataType)
	case !a.Archived && st.attribute(a.Model, a.Name) != nil:
		return errors.New("there is an attribute of that name")
	case slices.ContainsFunc(st.attributes, func(o *DataAttribute) bool { return o.ID == a.ID }):
		return fmt.Errorf("the id %d is taken", a.ID)
	}
	return nil
}

// mergeAttributes puts a request's custom attributes over those there are. A
// null keeps the key, with the value null; for a key that was never set it
// changes nothing. Every key must be defined: writes never define attributes.
func (s *Server) mergeAttributes(model string, old map[string]any, sent any) (map[string]any, error) {
	if sent == nil {
		return old, nil
	}
	values, ok := sent.(map[string]any)
	if !ok {
		return old, typeMismatch("custom_attributes", "an object")
	}
	out := maps.Clone(old)
	if out == nil {
		out = map[string]any{}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		a := s.state.attribute(model, name)
		if a == nil {
			return old, badParameter("Custom attribute '%s' does not exist", name)
		}
		value := values[name]
		if !s.opts.LooseAttributes && !fits(a.DataType, value) {
			return old, typeMismatch("custom_attributes."+name, "of type "+a.DataType)
		}
		if _, present := out[name]; present || value != nil {
			out[name] = value
		}
	}
	return out, nil
}

// checkAttributes checks the custom attributes of loaded data.
func (st *state) checkAttributes(model string, values map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if model == "company" && name == creationSource {
			continue
		}
		a := st.attribute(model, name)
		if a == nil {
			return fmt.Errorf("custom attribute %q is not in data_attributes", name)
		}
		if !fits(a.DataType, values[name]) {
			return fmt.Errorf("custom attribute %q: %v is not of type %s", name, values[name], a.DataType)
		}
	}
	return nil
}

// fits tells whether a value is of a data type. Null is of every type.
func fits(dataType string, v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return dataType == "string"
	case bool:
		return dataType == "boolean"
	case int64:
		return dataType == "integer" || dataType == "float" || dataType == "date"
	case float64:
		return dataType == "float"
	case []any: // ids of related custom objects
		return dataType == "string" && !slices.ContainsFunc(v, func(item any) bool { _, ok := item.(string); return !ok })
	}
	return false
}

type attributeView struct {
	Type              string   `json:"type"`
	ID                int      `json:"id,omitempty"`
	Model             string   `json:"model"`
	Name              string   `json:"name"`
	FullName          string   `json:"full_name"`
	Label             string   `json:"label"`
	Description       string   `json:"description,omitempty"`
	DataType          string   `json:"data_type"`
	Options           []string `json:"options,omitempty"`
	APIWritable       bool     `json:"api_writable"`
	MessengerWritable bool     `json:"messenger_writable"`
	UIWritable        bool     `json:"ui_writable"`
	Custom            bool     `json:"custom"`
	Archived          bool     `json:"archived"`
	CreatedAt         int64    `json:"created_at,omitempty"`
	UpdatedAt         int64    `json:"updated_at,omitempty"`
	AdminID           string   `json:"admin_id,omitempty"`
}

func (s *Server) attributeView(a *DataAttribute) attributeView {
	return attributeView{
		Type: "data_attribute", ID: a.ID, Model: a.Model, Name: a.Name, FullName: "custom_attributes." + a.Name,
		Label: a.Name, Description: a.Description, DataType: a.DataType, Options: slices.Clone(a.Options),
		APIWritable: true, MessengerWritable: a.MessengerWritable, Custom: true, Archived: a.Archived,
		CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt, AdminID: s.state.admins[0].ID,
	}
}

func (s *Server) listDataAttributes(c *call) (any, error) {
	model := c.query.Get("model")
	switch model {
	case "", "contact", "company":
	case "conversation":
		return nil, refuse(http.StatusUnprocessableEntity, "parameter_invalid",
			"model=conversation is no longer supported. Use GET /conversations/attributes instead")
	default:
		return nil, badParameter("The Data Attribute model field must be either contact or company")
	}
	out := newList[attributeView]()
	for _, a := range builtInAttributes() {
		if model == "" || model == a.Model {
			out.Data = append(out.Data, a)
		}
	}
	for _, a := range s.state.attributes {
		if (model == "" || model == a.Model) && (!a.Archived || c.query.Get("include_archived") == "true") {
			out.Data = append(out.Data, s.attributeView(a))
		}
	}
	return out, nil
}

// builtInAttributes are the ones every workspace has; they have no id.
func builtInAttributes() []attributeView {
	var out []attributeView
	for _, line := range strings.Split(strings.TrimSpace(builtIn), "\n") {
		part := strings.Fields(line)
		name := part[1][strings.LastIndex(part[1], ".")+1:]
		out = append(out, attributeView{
			Type: "data_attribute", Model: part[0], Name: name, FullName: part[1], Label: name,
			DataType: part[2], APIWritable: len(part) == 4, MessengerWritable: true,
		})
	}
	return out
}

// builtIn lists model, full name, type and whether the API can write it.
const builtIn = `
contact id string
contact role string writable
contact name string writable
contact owner_id integer writable
contact email string writable
contact phone string writable
contact external_id string writable
contact avatar string writable
contact created_at date
contact updated_at date
contact signed_up_at date writable
contact last_seen_at date writable
contact last_contacted_at date
contact last_replied_at date
contact last_email_opened_at date
contact last_email_clicked_at date
contact unsubscribed_from_emails boolean writable
contact marked_email_as_spam boolean
contact has_hard_bounced boolean
contact language_override string
contact browser string
contact browser_version string
contact browser_language string
contact os string
contact location.country string
contact location.region string
contact location.city string
company id string
company company_id string
company name string writable
company plan.id string
company plan.name string
company size integer writable
company website string writable
company industry string writable
company monthly_spend float writable
company user_count integer
company session_count integer
company created_at date
company updated_at date
company last_request_at date
company remote_created_at date writable
company app_id string
`
