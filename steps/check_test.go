package steps

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCheck(t *testing.T) {
	query := func(operator string) values { return values{"field": "name", "operator": operator, "value": "x"} }
	nested := func(inner any) values { return values{"operator": "AND", "value": []any{inner}} }
	tests := []struct {
		name   string
		action string
		in     values
		want   []string
	}{
		{"what is known later is taken", "attachTag", values{"contact_id": Later{}, "tag_id": Later{}}, nil},
		{"headers that are known later", "rawRequest", values{"method": "GET", "path": "/me", "headers": Later{}}, nil},
		{"a header that is known later", "rawRequest", values{"method": "GET", "path": "/me", "headers": values{"X-Key": Later{}}}, nil},
		{"a header of flowrun's own that is known later", "rawRequest", values{"method": "GET", "path": "/me", "headers": values{"Cookie": Later{}}}, []string{
			"rawRequest: headers cannot be sent: header Cookie is set by flowrun and cannot be set by a request",
		}},
		{"all problems come at once", "updateTag", values{"id": 1, "name": true}, []string{
			"updateTag: id is not an input; it takes tag_id and name",
			"updateTag: tag_id is missing: id of the tag, from createTag or listTags",
			"updateTag: name must be a string, not true",
		}},
		{"a company_id of one's own is not Intercom's", "deleteCompany", values{"company_id": "acme-1"}, []string{
			`deleteCompany: company_id cannot be "acme-1": it is Intercom's id of a company, 24 hexadecimal digits, such as the id that createCompany gives; your own id is company_id, and listCompanies finds a company by it`,
		}},
		{"a name is not the id of a tag", "attachTag", values{"contact_id": ann, "tag_id": "vip"}, []string{
			`attachTag: tag_id cannot be "vip": it is the id of a tag, a number, such as the id that createTag and listTags give; its name is not it`,
		}},
		{"a filter that would vanish", "listCompanies", values{"company_id": " "}, []string{
			`listCompanies: company_id cannot be " ": it is your own id of a company, which is never empty`,
		}},
		{"dots are no id", "getContact", values{"external_id": ".."}, []string{`getContact: external_id cannot be "..": it stands in the path of the request`}},
		{"null where Intercom ignores it", "updateContact", values{"contact_id": ann, "external_id": nil}, []string{
			"updateContact: external_id cannot be null; leave the input out, or use omit",
		}},
		{"a string is no number", "createCompany", values{"company_id": "a", "size": "12"}, []string{`createCompany: size must be an integer, not the string "12"`}},
		{"a fraction is no integer", "createCompany", values{"company_id": "a", "size": 1.5}, []string{`createCompany: size must be an integer, not 1.5`}},
		{"milliseconds are no seconds", "createContact", values{"email": "a@b", "signed_up_at": 1734537437000}, []string{
			"createContact: signed_up_at must be in Unix seconds; 1734537437000 looks like milliseconds",
		}},
		{"a page that is too long", "listContacts", values{"per_page": 151}, []string{"listContacts: per_page must be from 1 to 150, not 151"}},
		{"one of a few words", "createContact", values{"role": "admin"}, []string{`createContact: role must be user or lead, not "admin"`}},
		{"no contact without an identity", "createContact", values{"name": "Ann"}, []string{"createContact: at least one of email, external_id or role must be given"}},
		{"a verified email needs the email", "createContact", values{"role": "user", "email_verified": true}, []string{"createContact: email_verified needs email beside it"}},
		{"one way to name a contact", "getContact", values{"contact_id": ann, "external_id": "1"}, []string{"getContact: only one of contact_id or external_id may be given"}},
		{"the policy is not a template", "createContact", values{"role": "user", "on_conflict": Later{}}, []string{
			"createContact: on_conflict must be written out: it decides what the step may do, so it cannot be a template",
		}},
		{"a search without anything to look for", "searchContacts", values{"per_page": 5}, []string{
			"searchContacts: at least one of query, role, name, email or external_id must be given",
		}},
		{"a query stands alone", "searchContacts", values{"query": query("="), "email": "a@b"}, []string{"searchContacts: only one of query or email may be given"}},
		{"an unknown operator", "searchContacts", values{"query": query("==")}, []string{
			`searchContacts: query has the operator "=="; it can be =, !=, IN, NIN, <, >, <=, >=, ~, !~, ^ or $, or AND and OR around filters`,
		}},
		{"two levels of groups are enough", "searchContacts", values{"query": nested(nested(query("=")))}, nil},
		{"three are too many", "searchContacts", values{"query": nested(nested(nested(query("="))))}, []string{
			"searchContacts: query has groups in more than 2 levels; Intercom takes no more",
		}},
		{"sixteen filters are too many", "searchContacts", values{"query": values{"operator": "OR", "value": make([]any, 16)}}, []string{
			"searchContacts: query has 16 filters in one group; Intercom takes 15",
		}},
		{"a filter has a field", "searchContacts", values{"query": nested(values{"operator": "=", "value": 1})}, []string{`searchContacts: query has a filter without "field"`}},
		{"a misspelt member", "searchContacts", values{"role": "user", "sort": values{"field": "name", "ordr": "ascending"}}, []string{
			`searchContacts: sort has an unknown member "ordr"; it takes field and order`,
		}},
		{"a missing member", "searchContacts", values{"role": "user", "sort": values{"order": "ascending"}}, []string{`searchContacts: sort has no member "field"`}},
		{"no object", "searchContacts", values{"query": "a"}, []string{`searchContacts: query must be an object, not the string "a"`}},
		{"no list", "createTicket", values{"ticket_type_id": "1", "contacts": values{"id": ann}}, []string{"createTicket: contacts must be a list, not an object"}},
		{"no member of a list", "createTicket", values{"ticket_type_id": "1", "contacts": []any{ann}}, []string{
			`createTicket: contacts at 0 must be an object, not the string "` + ann + `"`,
		}},
		{"no truth", "createTicket", values{"ticket_type_id": "1", "email": "a@b", "skip_notifications": 1}, []string{"createTicket: skip_notifications must be true or false, not 1"}},
		{"inputs where there are none", "listTags", values{"per_page": 5}, []string{"listTags: per_page is not an input; it takes none"}},
		{"a filter without a value", "searchContacts", values{"query": values{"field": "name", "operator": "="}}, []string{
			`searchContacts: query has no "value" beside the field "name"`,
		}},
		{"a group of one thing", "searchContacts", values{"query": values{"operator": "AND", "value": "x"}}, []string{
			"searchContacts: query has a group whose value is not a list of filters",
		}},
		{"filters that are known later", "searchContacts", values{"query": values{"operator": "AND", "value": []any{Later{}, values{"operator": "OR", "value": Later{}}}}}, nil},
		{"the wrong word for an order", "searchContacts", values{"role": "user", "sort": values{"field": "name", "order": "desc"}}, []string{
			`searchContacts: sort at order must be ascending or descending, not "desc"`,
		}},
		{"an order cannot go with a filter", "listCompanies", values{"name": "Acme", "order": "asc"}, []string{"listCompanies: only one of order or name may be given"}},
		{"two contacts on a ticket", "createTicket", values{"ticket_type_id": "1", "contacts": []any{values{"id": ann}, values{"id": ann}}}, []string{
			"createTicket: contacts must name one contact, not 2",
		}},
		{"a contact on a ticket by two ids", "createTicket", values{"ticket_type_id": "1", "contacts": []any{values{"id": ann, "email": "a@b"}}}, []string{
			"createTicket: contacts must name the contact by one of id, external_id and email",
		}},
		{"a teammate is not an email", "createTicket", values{"ticket_type_id": "1", "email": "a@b", "assignment": values{"admin_assignee_id": "bob@example.com"}}, []string{
			`createTicket: assignment at admin_assignee_id cannot be "bob@example.com": it is the id of a teammate, a number, such as GET /admins gives; name and email are not it`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, problem := range Find(tt.action).Check(tt.in) {
				got = append(got, problem.Error())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("problems differ (-want +got):\n%s", diff)
			}
		})
	}
}
