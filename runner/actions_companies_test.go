package runner

import (
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// Cases of the actions on companies.

func noCompany() *refused { return &refused{404, "company_not_found", "Company Not Found"} }

func companyCases() []actionCase {
	return []actionCase{
		{
			action: "createCompany", name: "a new one with all fields",
			with: `company_id: new, name: " New ", plan: Gold, size: 5, website: example.com, industry: Toys, monthly_spend: 100, remote_created_at: 1600000000,
				update_last_request_at: true, custom_attributes: {tier: gold}`,
			want: `{"type":"company","id":"$new","company_id":"new","app_id":"ecahpwf5","name":"New","plan":{"type":"plan","name":"Gold"},"size":5,"website":"example.com",
				"industry":"Toys","monthly_spend":100,"session_count":0,"user_count":0,"remote_created_at":1600000000,"last_request_at":946684800,
				"created_at":946684800,"updated_at":946684800,"custom_attributes":{"creation_source":"api","tier":"gold"},
				"tags":{"type":"tag.list","tags":[]},"segments":{"type":"segment.list","segments":[]}}`,
			wrote: `POST /companies {"company_id":"new","name":" New ","plan":"Gold","size":5,"website":"example.com","industry":"Toys","monthly_spend":100,` +
				`"custom_attributes":{"tier":"gold"},"remote_created_at":1600000000,"update_last_request_at":true}`,
			changes: []string{`+ companies $new {"company_id":"new","created_at":946684800,"custom_attributes":{"creation_source":"api","tier":"gold"},"id":"$new",` +
				`"industry":"Toys","last_request_at":946684800,"monthly_spend":100,"name":"New","plan":"Gold","remote_created_at":1600000000,"size":5,"updated_at":946684800,"website":"example.com"}`},
		},
		{
			action: "createCompany", name: "one that is there is changed",
			with:    `company_id: acme, name: Acme Ltd`,
			want:    `{"type":"company","id":"$acme","company_id":"acme","name":"Acme Ltd","size":12,"user_count":1}`,
			wrote:   `POST /companies {"company_id":"acme","name":"Acme Ltd"}`,
			changes: []string{`companies $acme name: "Acme" -> "Acme Ltd"`, `companies $acme updated_at: 1767225600 -> 946684800`},
		},
		{
			action: "createCompany", name: "what is so already is not written",
			with: `company_id: acme, name: Acme, plan: Gold, size: 12`,
			want: `{"id":"$acme","updated_at":1767225600}`,
		},
		{
			action: "createCompany", name: "a deleted one comes back under another id",
			with:    `company_id: dead`,
			want:    `{"type":"company","id":"$new","company_id":"dead"}`,
			wrote:   `POST /companies {"company_id":"dead"}`,
			changes: []string{`+ companies $new {"company_id":"dead","created_at":946684800,"custom_attributes":{"creation_source":"api"},"id":"$new","updated_at":946684800}`},
		},
		{
			action: "createCompany", name: "a deleted one comes back under its own id, where Intercom does so",
			with: `company_id: dead`, switches: switches{ReuseCompanyID: true},
			want:    `{"type":"company","id":"$dead","company_id":"dead"}`,
			wrote:   `POST /companies {"company_id":"dead"}`,
			changes: []string{`companies $dead custom_attributes: none -> {"creation_source":"api"}`, `companies $dead name: "Dead" -> none`, `companies $dead state: "archived" -> none`, `companies $dead updated_at: 1767225720 -> 946684800`},
		},
		{
			action: "createCompany", name: "a custom attribute that is not there",
			with:    `company_id: new, custom_attributes: {shoe_size: 44}`,
			refused: &refused{400, "parameter_invalid", "Custom attribute 'shoe_size' does not exist"},
		},
		{
			action: "updateCompany", name: "what is given changes and the rest stays",
			with:    `company_id: $acme, plan: Silver, monthly_spend: 7, custom_attributes: {arr: 1.5}`,
			want:    `{"type":"company","id":"$acme","company_id":"acme","name":"Acme","plan":{"type":"plan","name":"Silver"},"monthly_spend":7,"size":12,"custom_attributes":{"arr":1.5}}`,
			wrote:   `PUT /companies/$acme {"plan":"Silver","monthly_spend":7,"custom_attributes":{"arr":1.5}}`,
			changes: []string{`companies $acme custom_attributes: none -> {"arr":1.5}`, `companies $acme monthly_spend: none -> 7`, `companies $acme plan: "Gold" -> "Silver"`, `companies $acme updated_at: 1767225600 -> 946684800`},
		},
		{action: "updateCompany", name: "what is so already is not written", with: `company_id: $acme, name: Acme`, want: `{"id":"$acme","updated_at":1767225600}`},
		{action: "updateCompany", name: "an unknown company", with: `company_id: $nobody, name: X`, refused: noCompany()},
		{action: "updateCompany", name: "a deleted company", with: `company_id: $dead, name: X`, refused: noCompany()},
		{
			action: "updateCompany", name: "a custom attribute that is not there",
			with:    `company_id: $acme, custom_attributes: {shoe_size: 44}`,
			refused: &refused{400, "parameter_invalid", "Custom attribute 'shoe_size' does not exist"},
		},
		{
			action: "updateCompany", name: "your own id where Intercom's is wanted",
			with:    `company_id: "{{ 'ac' + 'me' }}", name: X`,
			refused: &refused{0, "input", "your own id is company_id, and listCompanies finds a company by it"},
		},
		{
			action: "deleteCompany", name: "one with a contact, who is detached",
			with:    `company_id: $acme`,
			want:    `{"id":"$acme","object":"company","deleted":true}`,
			wrote:   `DELETE /companies/$acme`,
			changes: []string{`companies $acme state: none -> "archived"`, `contacts $ann companies: ["acme"] -> none`},
		},
		{action: "deleteCompany", name: "an unknown company", with: `company_id: $nobody`, refused: noCompany()},
		{action: "deleteCompany", name: "a deleted company", with: `company_id: $dead`, refused: noCompany()},
	}
}

func companyReadCases() []actionCase {
	return []actionCase{
		{
			action: "getCompany", name: "by Intercom's id",
			with: `company_id: $acme`,
			want: `{"type":"company","id":"$acme","company_id":"acme","plan":{"type":"plan","name":"Gold"},"tags":{"type":"tag.list","tags":[{"type":"tag","id":"1","name":"vip"}]}}`,
		},
		{action: "getCompany", name: "an unknown company", with: `company_id: $nobody`, refused: noCompany()},
		{action: "getCompany", name: "a deleted company", with: `company_id: $dead`, refused: noCompany()},
		{
			action: "listCompanies", name: "those with contacts, in Intercom's envelope",
			with: ``,
			want: `{"type":"list","data":[{"type":"company","id":"$acme"}],"total_count":1,"pages":{"type":"pages","next":null,"page":1,"per_page":15,"total_pages":1}}`,
		},
		{action: "listCompanies", name: "in order, by page", with: `order: asc, page: 2, per_page: 1`, want: `{"data":[],"total_count":1,"pages":{"page":2,"per_page":1,"next":null}}`},
		{
			action: "listCompanies", name: "by your own id, found alone and put into a list",
			with: `company_id: globex`,
			want: `{"type":"list","data":[{"type":"company","id":"$globex","company_id":"globex"}],"total_count":1,"pages":{"type":"pages","next":null,"page":1,"per_page":1,"total_pages":1}}`,
		},
		{
			action: "listCompanies", name: "by your own id, found in a list",
			with: `company_id: globex`, switches: switches{CompanyLookupList: true},
			want: `{"type":"list","data":[{"id":"$globex"}],"total_count":1,"pages":{"page":1,"total_pages":1}}`,
		},
		{action: "listCompanies", name: "by name", with: `name: Acme`, want: `{"type":"list","data":[{"id":"$acme"}],"total_count":1}`},
		{action: "listCompanies", name: "by name, on every page", with: `name: Acme, all: true`, want: `{"type":"list","data":[{"id":"$acme"}],"total_count":1}`},
		{action: "listCompanies", name: "by tag", with: `tag_id: 1`, want: `{"type":"list","data":[{"id":"$acme"}],"total_count":1}`},
		{action: "listCompanies", name: "by a tag that no company has", with: `tag_id: 2`, want: `{"type":"list","data":[],"total_count":0}`},
		{action: "listCompanies", name: "by segment", with: `segment_id: $seg`, want: `{"type":"list","data":[],"total_count":0}`},
		{action: "listCompanies", name: "an unknown id of your own", with: `company_id: nobody`, refused: noCompany()},
		{action: "listCompanies", name: "an unknown name", with: `name: Nobody`, refused: noCompany()},
		{
			action: "listCompanies", name: "a page beyond the last that Intercom gives",
			with:    `page: 1000, per_page: 60`,
			refused: &refused{400, "bad_request", "page limit reached, please use scroll API"},
		},
		{
			action: "listCompanies", name: "pages that are too long",
			with:    `per_page: "{{ inputs.many }}"`,
			refused: &refused{0, "input", "per_page must be from 1 to 60, not 151"},
		},
		{
			action: "listCompanies", name: "an empty filter, which Intercom takes for none",
			with:    `company_id: "{{ inputs.none }}"`,
			refused: &refused{0, "input", "company_id cannot be"},
		},
	}
}

func companyLinkCases() []actionCase {
	return []actionCase{
		{
			action: "attachCompany", name: "the company is answered",
			with:    `contact_id: $bob, company_id: $globex`,
			want:    `{"type":"company","id":"$globex","company_id":"globex","notes":{"type":"note.list","notes":[]}}`,
			wrote:   `POST /contacts/$bob/companies {"id":"$globex"}`,
			changes: []string{`contacts $bob companies: none -> ["globex"]`},
		},
		{
			action: "attachCompany", name: "one that is attached stays so, and nothing is written",
			with: `contact_id: $ann, company_id: $acme`,
			want: `{"type":"company","id":"$acme","user_count":1}`,
		},
		{action: "attachCompany", name: "an unknown company", with: `contact_id: $ann, company_id: $nobody`, refused: noCompany()},
		{action: "attachCompany", name: "a deleted company", with: `contact_id: $ann, company_id: $dead`, refused: noCompany()},
		{action: "attachCompany", name: "an unknown contact", with: `contact_id: $nobody, company_id: $acme`, refused: noContact()},
		{action: "attachCompany", name: "an archived contact", with: `contact_id: $old, company_id: $acme`, refused: noContact()},
		{
			action: "detachCompany", name: "the company is answered",
			with:    `contact_id: $ann, company_id: $acme`,
			want:    `{"type":"company","id":"$acme","company_id":"acme"}`,
			wrote:   `DELETE /contacts/$ann/companies/$acme`,
			changes: []string{`contacts $ann companies: ["acme"] -> none`},
		},
		{action: "detachCompany", name: "one that is not attached", with: `contact_id: $bob, company_id: $acme`, refused: noCompany()},
		{
			action: "detachCompany", name: "one that is not attached, where Intercom does not mind",
			with: `contact_id: $bob, company_id: $acme`, switches: switches{DetachAbsentOK: true},
			want: `{"type":"company","id":"$acme"}`,
		},
		{action: "detachCompany", name: "an unknown company", with: `contact_id: $ann, company_id: $nobody`, refused: noCompany()},
		{action: "detachCompany", name: "an unknown contact", with: `contact_id: $nobody, company_id: $acme`, refused: noContact()},
		{
			action: "listContactCompanies", name: "the companies in Intercom's envelope",
			with: `contact_id: $ann`,
			want: `{"type":"list","data":[{"type":"company","id":"$acme"}],"total_count":1,"pages":{"type":"pages","next":null,"page":1,"per_page":50,"total_pages":1}}`,
		},
		{
			action: "listCompanyContacts", name: "the contacts in Intercom's envelope",
			with: `company_id: $acme`, want: `{"type":"list","data":[{"type":"contact","id":"$ann"}],"total_count":1}`,
		},
		{action: "listCompanyContacts", name: "an unknown company", with: `company_id: $nobody`, refused: noCompany()},
		{action: "listContactCompanies", name: "none", with: `contact_id: $bob, all: true`, want: `{"type":"list","data":[],"total_count":0}`},
		{action: "listContactCompanies", name: "an archived contact", with: `contact_id: $old`, refused: noContact()},
	}
}

// TestCompanyLimit attaches one company more than a contact can have.
func TestCompanyLimit(t *testing.T) {
	fakeTime(t, func(t *testing.T) {
		data := manyCompanies(1000)
		data.Contacts[0].ID = id("$ann")
		data.Companies = append(data.Companies, sandbox.Company{ID: id("$globex"), CompanyID: "globex"})
		server := sandbox.New(sandbox.Options{Data: data})
		tr := try(t, server, `{version: 1, steps: [{id: it, action: attachCompany, with: {contact_id: $ann, company_id: $globex}}]}`)
		limit := actionCase{refused: &refused{400, "contact_company_limit_exceeded", "Contact has reached the maximum of 1000 company associations"}}
		limit.checkFailure(t, tr, tr.ended(t, "it").Failure)
		if n := len(server.Ledger()); n > 0 {
			t.Errorf("%d writes were applied", n)
		}
	})
}
