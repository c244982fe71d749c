package steps

import "regexp"

// The ids of Intercom. Contacts, companies and segments have 24 hexadecimal
// digits, everything else has a decimal number.
var (
	hex24   = regexp.MustCompile(`^[0-9a-fA-F]{24}$`)
	decimal = regexp.MustCompile(`^[0-9]+$`)

	notBlank = regexp.MustCompile(`\S`)
)

var (
	contactForm = &Form{hex24, "Intercom's id of a contact, 24 hexadecimal digits, such as the id that searchContacts gives; " +
		"your own id is external_id, and getContact finds a contact by it"}
	companyForm = &Form{hex24, "Intercom's id of a company, 24 hexadecimal digits, such as the id that createCompany gives; " +
		"your own id is company_id, and listCompanies finds a company by it"}
	segmentForm = &Form{hex24, "the id of a segment, 24 hexadecimal digits, such as stands in its address in Intercom; " +
		"its name is not it"}
	tagForm    = &Form{decimal, "the id of a tag, a number, such as the id that createTag and listTags give; its name is not it"}
	ticketForm = &Form{decimal, "the id of a ticket, a number, such as the id that createTicket gives; " +
		"its number in the inbox is not it"}
	ticketTypeForm = &Form{decimal, "the id of a ticket type, a number, such as the id that listTicketTypes gives; its name is not it"}
	adminForm      = &Form{decimal, "the id of a teammate, a number, such as GET /admins gives; name and email are not it"}
	teamForm       = &Form{decimal, "the id of a team, a number, such as GET /teams gives; its name is not it"}
)

// filled is the form of a text that must not be empty. Intercom takes some
// empty texts for none at all, and a filter that is gone finds everything.
func filled(wanted string) *Form { return &Form{notBlank, wanted + ", which is never empty"} }

var (
	ownContactForm = filled("your own id of a contact")
	ownCompanyForm = filled("your own id of a company")
)

// The ids that stand in a path.
var (
	contactID = Field{Name: "contact_id", Type: text, Required: true, In: Path, Form: contactForm, Example: `"{{ contact.id }}"`,
		Doc: "Intercom's id of the contact, 24 hexadecimal digits"}
	companyID = Field{Name: "company_id", Type: text, Required: true, In: Path, Form: companyForm, Example: `"{{ steps.company.data.id }}"`,
		Doc: "Intercom's id of the company, 24 hexadecimal digits; not your own company_id"}
	tagID = Field{Name: "tag_id", Type: text, Required: true, In: Path, Form: tagForm, Example: `"{{ steps.tag.data.id }}"`,
		Doc: "id of the tag, from createTag or listTags"}
	ticketID = Field{Name: "ticket_id", Type: text, Required: true, In: Path, Form: ticketForm, Example: `"{{ steps.ticket.data.id }}"`,
		Doc: "id of the ticket, as createTicket gives it; not the number in the inbox, which the ticket shows as ticket_id"}
)

// The inputs of actions that read lists.
var (
	all = Field{Name: "all", Type: boolean, In: Own, Example: "true",
		Doc: "true to read every page instead of one"}
	limit = Field{Name: "limit", Type: upTo(1 << 53), In: Own,
		Doc: "rows to read at most, over as many pages as that takes"}
	startingAfter = Field{Name: "starting_after", Type: text, In: Query,
		Doc: "cursor of the page to read, from data.pages.next.starting_after of the page before"}
	mergeHistory = Field{Name: "include_merge_history", Type: boolean, In: Query, At: "-",
		Doc: "true to show in merge_history which contacts were merged into a user"}
)

// optional gives the field as one that need not be there.
func (f Field) optional() Field {
	f.Required = false
	return f
}

// inBodyAs gives the field as a member of the body, under another name.
func (f Field) inBodyAs(name string) Field {
	f.In, f.Wire, f.At = Body, name, name
	return f
}
