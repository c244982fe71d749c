package sandbox

import (
	"maps"
	"slices"
	"strconv"
)

// data gives everything the state holds, as copies and in a fixed order.
func (st *state) data() Data {
	d := Data{
		Workspace:    st.workspace,
		Admins:       slices.Clone(st.admins),
		TicketStates: slices.Clone(st.ticketStates),
	}
	for _, a := range st.attributes {
		a := *a
		a.Options = slices.Clone(a.Options)
		d.DataAttributes = append(d.DataAttributes, a)
	}
	for _, t := range st.tags {
		d.Tags = append(d.Tags, t)
	}
	slices.SortFunc(d.Tags, func(a, b Tag) int { return compareNumbers(a.ID, b.ID) })
	for _, s := range st.segments {
		segment := s.Segment
		segment.Query = slices.Clone(s.Query)
		d.Segments = append(d.Segments, segment)
	}
	for _, n := range st.notes {
		d.Notes = append(d.Notes, *n)
	}
	for _, t := range st.ticketTypes {
		t.Attributes = slices.Clone(t.Attributes)
		d.TicketTypes = append(d.TicketTypes, t)
	}
	st.addRecords(&d)
	return d
}

func (st *state) addRecords(d *Data) {
	for _, r := range st.companies.order {
		if r.now != nil {
			d.Companies = append(d.Companies, st.companyData(r.now))
		}
	}
	for _, r := range st.contacts.order {
		if r.now != nil {
			d.Contacts = append(d.Contacts, st.contactData(r.now))
		}
	}
	for _, r := range st.tickets.order {
		if r.now != nil {
			t := r.now.Ticket
			t.Attributes = copyValues(t.Attributes)
			d.Tickets = append(d.Tickets, t)
		}
	}
}

func (st *state) contactData(c *contact) Contact {
	d := c.Contact
	d.CustomAttributes = copyValues(c.CustomAttributes)
	d.MergeHistory = slices.Clone(c.MergeHistory)
	for _, t := range c.tags {
		d.Tags = append(d.Tags, st.tags[t.tagID].Name)
	}
	for _, id := range c.companies {
		d.Companies = append(d.Companies, st.companyName(id))
	}
	if c.Location != nil {
		l := *c.Location
		d.Location = &l
	}
	if c.Device != nil {
		dev := *c.Device
		d.Device = &dev
	}
	return d
}

func (st *state) companyData(c *company) Company {
	d := c.Company
	d.CustomAttributes = copyValues(c.CustomAttributes)
	for _, id := range c.tags {
		d.Tags = append(d.Tags, st.tags[id].Name)
	}
	return d
}

// copyValues copies attributes. None are nil, as they are when read from JSON.
func copyValues(m map[string]any) map[string]any {
	if len(m) == 0 {
		return nil
	}
	return maps.Clone(m)
}

// companyName gives the company_id of an active company, and the id of one
// that is archived.
func (st *state) companyName(id string) string {
	c := st.companies.get(id).now
	if c.State == active {
		return c.CompanyID
	}
	return id
}

func compareNumbers(a, b string) int {
	x, _ := strconv.Atoi(a)
	y, _ := strconv.Atoi(b)
	return x - y
}
