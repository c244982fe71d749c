package sandbox

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
)

// maxAttributes is how many active custom attributes a workspace can have.
const maxAttributes = 250

var attributeName = regexp.MustCompile(`^[\p{L}\p{N}\p{Sc}_ -]+$`)

func (s *Server) createDataAttribute(c *call) (any, error) {
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	a := &DataAttribute{CreatedAt: c.unix(), UpdatedAt: c.unix()}
	if err := setTexts(body, map[string]*string{
		"name": &a.Name, "model": &a.Model, "data_type": &a.DataType, "description": &a.Description,
	}); err != nil {
		return nil, err
	}
	if a.MessengerWritable, _, err = body.flag("messenger_writable"); err != nil {
		return nil, err
	}
	if err := s.refuseAttribute(a, body); err != nil {
		return nil, err
	}
	s.state.numbers.attribute++
	a.ID = s.state.numbers.attribute
	s.state.attributes = append(s.state.attributes, a)
	c.applied = strconv.Itoa(a.ID)
	return s.attributeView(a), nil
}

// refuseAttribute checks a new attribute, and settles its type and options.
func (s *Server) refuseAttribute(a *DataAttribute, body object) error {
	if a.Model != "contact" && a.Model != "company" {
		return badParameter("The Data Attribute model field must be either contact or company")
	}
	if !attributeName.MatchString(a.Name) {
		return badParameter("Your name for this attribute must only contain alphanumeric characters, currency symbols, and hyphens")
	}
	kinds := map[string]string{"contact": "people", "company": "company"}
	for _, model := range []string{"contact", "company"} {
		if s.state.attribute(model, a.Name) != nil {
			return badParameter("You already have '%s' in your %s data. To save this as new %s data, use a different name.",
				a.Name, kinds[model], kinds[a.Model])
		}
	}
	if s.activeAttributes() >= maxAttributes {
		return refuse(http.StatusBadRequest, "custom_data_limit_reached",
			"You have reached the limit of %d active custom attributes", maxAttributes)
	}
	switch a.DataType {
	case "string", "integer", "float", "boolean", "date":
		return nil
	case "datetime":
		a.DataType = "date"
		return nil
	case "options":
		a.DataType = "string"
		options, err := attributeOptions(body)
		a.Options = options
		return err
	}
	return badParameter("Data Type isn't an option")
}

func (s *Server) activeAttributes() int {
	n := 0
	for _, a := range s.state.attributes {
		if !a.Archived {
			n++
		}
	}
	return n
}

func attributeOptions(body object) ([]string, error) {
	list, err := body.objects("options")
	if err != nil {
		return nil, badParameter("Options isn't an array")
	}
	if len(list) < 2 {
		return nil, badParameter("A list attribute needs at least two options")
	}
	options := make([]string, len(list))
	for i, o := range list {
		options[i], _, err = o.text("value")
		if err != nil || options[i] == "" {
			return nil, badParameter("Each option needs a value")
		}
	}
	return options, nil
}

// updateDataAttribute can archive, describe and change options; never the type.
func (s *Server) updateDataAttribute(c *call) (any, error) {
	i := slices.IndexFunc(s.state.attributes, func(a *DataAttribute) bool {
		return strconv.Itoa(a.ID) == c.args["data_attribute_id"]
	})
	if i < 0 {
		return nil, refuse(http.StatusNotFound, "field_not_found", "We couldn't find that data attribute to update")
	}
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	a := *s.state.attributes[i]
	if err := setTexts(body, map[string]*string{"description": &a.Description}); err != nil {
		return nil, err
	}
	for name, target := range map[string]*bool{"archived": &a.Archived, "messenger_writable": &a.MessengerWritable} {
		value, ok, err := body.flag(name)
		if err != nil {
			return nil, err
		}
		if ok {
			*target = value
		}
	}
	if _, ok := body["options"]; ok {
		if a.Options, err = attributeOptions(body); err != nil {
			return nil, err
		}
	}
	a.UpdatedAt = c.unix()
	s.state.attributes[i] = &a
	c.applied = strconv.Itoa(a.ID)
	return s.attributeView(&a), nil
}
