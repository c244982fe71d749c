package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (st *state) loadCompanies(d *Data) error {
	for i := range d.Companies {
		c := company{Company: d.Companies[i]}
		c.CreatedAt = cmp.Or(c.CreatedAt, firstTime+60*int64(i))
		c.UpdatedAt = cmp.Or(c.UpdatedAt, c.CreatedAt)
		c.ID = st.idOrNew(c.ID, c.CreatedAt)
		c.CompanyID = cmp.Or(c.CompanyID, "company-"+strconv.Itoa(i+1))
		if err := st.resolveCompany(&c); err != nil {
			return at("companies", i, cmp.Or(c.Name, c.CompanyID), err)
		}
		r := st.companies.load(c.ID, c.CreatedAt, &c)
		if c.State == active {
			st.byCompanyID[c.CompanyID] = r
		} else {
			st.archived[c.CompanyID] = r
		}
	}
	st.companies.sort()
	return nil
}

func (st *state) resolveCompany(c *company) (err error) {
	switch {
	case c.State != active && c.State != archived:
		return fmt.Errorf("unknown state %q; a company is archived or has no state", c.State)
	case st.companies.get(c.ID) != nil:
		return fmt.Errorf("the id %s is taken", c.ID)
	case c.State == active && st.byCompanyID[c.CompanyID] != nil:
		return fmt.Errorf("the company_id %s is taken", c.CompanyID)
	}
	c.CustomAttributes, err = normalAttributes(c.CustomAttributes)
	if err != nil {
		return err
	}
	if err := st.checkAttributes("company", c.CustomAttributes); err != nil {
		return err
	}
	for _, name := range c.Tags {
		id, err := st.findTag(name)
		if err != nil {
			return err
		}
		c.tags = append(c.tags, id)
	}
	c.Tags = nil
	return nil
}

func (st *state) loadContacts(d *Data) error {
	for i := range d.Contacts {
		c := &contact{Contact: d.Contacts[i]}
		st.fillContact(c, i)
		if err := st.resolveContact(c); err != nil {
			return at("contacts", i, cmp.Or(c.Email, c.ExternalID, c.Name), err)
		}
		r := st.contacts.load(c.ID, c.CreatedAt, c)
		st.reindexContact(r, nil, c)
		if c.State == deleted {
			st.purgeLater(r, time.Unix(c.DeletedAt, 0))
		}
	}
	st.contacts.sort()
	return nil
}

func (st *state) fillContact(c *contact, i int) {
	c.Role = cmp.Or(c.Role, "user")
	c.CreatedAt = cmp.Or(c.CreatedAt, firstTime+60*int64(i))
	c.UpdatedAt = cmp.Or(c.UpdatedAt, c.CreatedAt)
	c.ID = st.idOrNew(c.ID, c.CreatedAt)
	if c.Role == "lead" && c.ExternalID == "" {
		c.ExternalID = uuid("lead " + c.ID)
	}
	if c.State == deleted {
		c.DeletedAt = cmp.Or(c.DeletedAt, c.UpdatedAt)
	}
}

func (st *state) resolveContact(c *contact) (err error) {
	if err := st.checkNewContact(c); err != nil {
		return err
	}
	c.CustomAttributes, err = normalAttributes(c.CustomAttributes)
	if err != nil {
		return err
	}
	if err := st.checkAttributes("contact", c.CustomAttributes); err != nil {
		return err
	}
	for _, name := range c.Tags {
		id, err := st.findTag(name)
		if err != nil {
			return err
		}
		c.tags = append(c.tags, tagging{id, c.CreatedAt, st.admins[0].ID})
	}
	for _, name := range c.Companies {
		r, err := st.findCompany(name)
		if err != nil {
			return err
		}
		c.companies = append(c.companies, r.id)
	}
	c.Tags, c.Companies = nil, nil
	return nil
}

func (st *state) checkNewContact(c *contact) error {
	states := []string{active, archived, blocked, deleted, merged}
	switch {
	case c.Role != "user" && c.Role != "lead":
		return fmt.Errorf("unknown role %q; a contact is a user or a lead", c.Role)
	case !slices.Contains(states, c.State):
		return fmt.Errorf("unknown state %q; a contact is archived, blocked, deleted, merged or has no state", c.State)
	case st.contacts.get(c.ID) != nil:
		return fmt.Errorf("the id %s is taken", c.ID)
	case c.OwnerID != "" && st.admin(c.OwnerID) == nil:
		return fmt.Errorf("owner_id: no admin %q", c.OwnerID)
	case c.State == active && c.Role == "user" && st.activeUserWith(c.ExternalID) != nil:
		return fmt.Errorf("the external_id %s is taken", c.ExternalID)
	case c.State == merged && c.MergedInto == "":
		return errors.New("a merged contact needs merged_into")
	}
	return nil
}

// findTag gives the id of the tag that a name or id stands for.
func (st *state) findTag(name string) (string, error) {
	if id := st.tagByName[strings.ToLower(name)]; id != "" {
		return id, nil
	}
	if _, ok := st.tags[name]; ok {
		return name, nil
	}
	return "", fmt.Errorf("no tag %q", name)
}

// findCompany gives the company that a company_id or id stands for.
func (st *state) findCompany(name string) (*record[company], error) {
	if r := st.byCompanyID[name]; r != nil {
		return r, nil
	}
	if r := st.companies.get(name); r != nil {
		return r, nil
	}
	return nil, fmt.Errorf("no company %q", name)
}

// findContact gives the contact that an id, external_id or email stands for.
func (st *state) findContact(name string) (*record[contact], error) {
	if r := st.contacts.get(name); r != nil {
		return r, nil
	}
	for _, r := range slices.Concat(st.byExternalID[name], st.byEmail[strings.ToLower(name)]) {
		if r.now.State == active {
			return r, nil
		}
	}
	return nil, fmt.Errorf("no contact %q", name)
}
