package steps

import (
	"slices"

	"github.com/flowrun-dev/flowrun/intercom"
)

// maxSpend is the largest monthly_spend that Intercom keeps.
const maxSpend = 1<<31 - 1

var companies = []*Action{
	{
		Name:       "createCompany",
		Resource:   "companies",
		Doc:        "Creates the company with this company_id of yours, or changes it if it is there; lists show it once a contact belongs to it.",
		Op:         "POST /companies",
		Permission: writePeople,
		Effect:     Create,
		Inputs: slices.Concat([]Field{
			{Name: "company_id", Type: text, Required: true, Form: ownCompanyForm, Example: `"{{ item.account_id }}"`,
				Doc: "your own id of the company; it cannot be changed later"},
		}, companyFields, []Field{
			{Name: "remote_created_at", Type: moment, Doc: "when the company was created on your side, in Unix seconds"},
			{Name: "update_last_request_at", Type: boolean, At: "-", Doc: "true to set when the company was last seen to now"},
		}),
		Output: company,
		Current: &Call{
			Action: "listCompanies",
			With:   map[string]string{"company_id": "{{ with.company_id }}"},
			Match:  map[string]string{"company_id": "{{ with.company_id }}"},
		},
		Undo:       &Call{Action: "deleteCompany", With: map[string]string{"company_id": "{{ data.id }}"}},
		UndoUpdate: &Call{Action: "createCompany", With: map[string]string{"company_id": "{{ with.company_id }}"}, Restore: true},
	},
	{
		Name:       "getCompany",
		Resource:   "companies",
		Doc:        "Reads one company by Intercom's id; listCompanies finds it by your own.",
		Op:         "GET /companies/{company_id}",
		Permission: readPerson,
		Inputs:     []Field{companyID},
		Output:     company,
	},
	{
		Name:       "updateCompany",
		Resource:   "companies",
		Doc:        "Changes the fields of a company that are given and leaves the others as they are.",
		Op:         "PUT /companies/{company_id}",
		Permission: writePeople,
		Effect:     Update,
		Inputs:     slices.Concat([]Field{companyID}, companyFields),
		Output:     company,
		Current:    &Call{Action: "getCompany", With: map[string]string{"company_id": "{{ with.company_id }}"}},
		Undo:       &Call{Action: "updateCompany", With: map[string]string{"company_id": "{{ with.company_id }}"}, Restore: true},
	},
	{
		Name:       "deleteCompany",
		Resource:   "companies",
		Doc:        "Deletes a company and detaches its contacts; Intercom does so a little later.",
		Op:         "DELETE /companies/{company_id}",
		Permission: writePeople,
		Effect:     Delete,
		Inputs:     []Field{companyID},
		Output:     gone("deleted"),
		Goal:       Gone,
		Current:    &Call{Action: "getCompany", With: map[string]string{"company_id": "{{ with.company_id }}"}},
		Undo: &Call{Action: "createCompany", With: map[string]string{
			"company_id":        "{{ before.company_id }}",
			"name":              "{{ before.name ?? omit }}",
			"plan":              "{{ before.plan.name ?? omit }}",
			"size":              "{{ before.size ?? omit }}",
			"website":           "{{ before.website ?? omit }}",
			"industry":          "{{ before.industry ?? omit }}",
			"monthly_spend":     "{{ before.monthly_spend ?? omit }}",
			"remote_created_at": "{{ before.remote_created_at ?? omit }}",
			"custom_attributes": "{{ before.custom_attributes ?? omit }}",
		}},
		UndoNote: "the company comes back with its contacts, perhaps with another id, and without its tags and notes",
		Holders: &Holders{
			List: &Call{Action: "listCompanyContacts", With: map[string]string{"company_id": "{{ with.company_id }}"}},
			Link: "attachCompany",
		},
	},
	{
		Name:     "listCompanies",
		Resource: "companies",
		Doc: "Lists companies that have contacts, the last seen first, or finds them by one of name, company_id, tag_id and segment_id; " +
			"the list may be a few minutes behind.",
		Op:         "POST /companies/list",
		Permission: readPeople,
		Inputs: []Field{
			{Name: "name", Type: text, In: Query, Form: filled("the name of a company"), Doc: "the company with this name"},
			{Name: "company_id", Type: text, In: Query, Form: ownCompanyForm, Doc: "the company with this id of yours"},
			{Name: "tag_id", Type: text, In: Query, Form: tagForm, Doc: "companies with this tag"},
			{Name: "segment_id", Type: text, In: Query, Form: segmentForm, Doc: "companies in this segment"},
			{Name: "order", Type: oneOf("asc", "desc"), In: Query,
				Doc: "asc or desc (the default) by when the company was last seen; not with a filter"},
			{Name: "per_page", Type: upTo(60), In: Query, Doc: "companies in a page, at most 60; Intercom's own default is 15"},
			{Name: "page", Type: upTo(10_000), In: Query,
				Doc: "number of the page, from 1; the pages end at 10,000 companies, and all: true goes on from there"},
			all, limit,
		},
		Groups: []Group{
			{Names: companyFilters, Max: 1},
			{Names: []string{"order", "name"}, Max: 1},
			{Names: []string{"order", "company_id"}, Max: 1},
			{Names: []string{"order", "tag_id"}, Max: 1},
			{Names: []string{"order", "segment_id"}, Max: 1},
		},
		Routes: []Route{{When: companyFilters, Op: "GET /companies"}},
		Output: page(company),
		Paging: intercom.PageNumber,
		Rows:   "data",
		answer: companyList,
	},
	{
		Name:       "attachCompany",
		Resource:   "companies",
		Doc:        "Makes a contact belong to a company; a contact can belong to 1,000.",
		Op:         "POST /contacts/{contact_id}/companies",
		Permission: writePeople,
		Effect:     Update,
		Inputs:     []Field{contactID, companyID.inBodyAs("id")},
		Output:     company,
		Goal:       Present,
		Current:    contactCompany,
		Undo:       &Call{Action: "detachCompany", With: sameLink("company_id")},
	},
	{
		Name:       "detachCompany",
		Resource:   "companies",
		Doc:        "Makes a contact no longer belong to a company.",
		Op:         "DELETE /contacts/{contact_id}/companies/{company_id}",
		Permission: writePeople,
		Effect:     Update,
		Inputs:     []Field{contactID, companyID},
		Output:     company,
		Goal:       Absent,
		Current:    contactCompany,
		Undo:       &Call{Action: "attachCompany", With: sameLink("company_id")},
	},
	{
		Name:       "listContactCompanies",
		Resource:   "companies",
		Doc:        "Lists the companies that a contact belongs to.",
		Op:         "GET /contacts/{contact_id}/companies",
		Permission: readPeople,
		Inputs:     []Field{contactID, all, limit},
		Output:     page(company),
		Paging:     intercom.PageNumber,
		Rows:       "data",
		answer:     companiesAsData,
	},
	{
		Name:       "listCompanyContacts",
		Resource:   "companies",
		Doc:        "Lists the contacts that belong to a company.",
		Op:         "GET /companies/{company_id}/contacts",
		Permission: readPeople,
		Inputs:     []Field{companyID, all, limit},
		Output:     page(contact),
		Paging:     intercom.CursorQuery,
		Rows:       "data",
	},
}

var companyFilters = []string{"name", "company_id", "tag_id", "segment_id"}

// companyFields are the fields of a company that can be written at any time.
// Whether null empties one is not documented, so none takes it.
var companyFields = []Field{
	{Name: "name", Type: text, Privacy: Personal, Example: `"{{ item.name }}"`, Doc: "name of the company", UndoNote: cannotEmpty, Same: sameTrimmed},
	{Name: "plan", Type: text, Privacy: FreeText, At: "plan.name", Doc: "name of the plan the company is on", UndoNote: cannotEmpty},
	{Name: "size", Type: integer, Doc: "number of employees", UndoNote: cannotEmpty},
	{Name: "website", Type: text, Privacy: FreeText, Doc: "address of the website; Intercom does not check it", UndoNote: cannotEmpty},
	{Name: "industry", Type: text, Privacy: FreeText, Doc: "industry the company works in", UndoNote: cannotEmpty},
	{Name: "monthly_spend", Type: Type{Kind: Integer, Max: maxSpend},
		Doc: "monthly revenue from the company, a whole number, at most 2147483647", UndoNote: cannotEmpty},
	{Name: "custom_attributes", Type: anyObject, Privacy: FreeText, UndoNote: "an attribute that was not there before stays",
		Doc: "values by name of attribute; each must exist in Intercom; those not named stay as they are"},
}

const cannotEmpty = "Intercom is not known to empty this field of a company again"

var contactCompany = &Call{
	Action: "listContactCompanies",
	With:   map[string]string{"contact_id": "{{ with.contact_id }}"},
	Match:  map[string]string{"id": "{{ with.company_id }}"},
}

// sameLink gives the inputs of the action that undoes an attach or detach.
func sameLink(input string) map[string]string {
	return map[string]string{"contact_id": "{{ with.contact_id }}", input: "{{ with." + input + " }}"}
}
