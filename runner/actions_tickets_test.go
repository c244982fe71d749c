package runner

// Cases of the actions on tickets, and of rawRequest.

func ticketCases() []actionCase {
	return []actionCase{
		{
			action: "createTicket", name: "for a contact by Intercom's id",
			with: `ticket_type_id: 1, contact_id: $ann, ticket_attributes: {_default_title_: Hi, affected_users: 3}, company_id: $acme, created_at: 1700000000,
				skip_notifications: true, assignment: {admin_assignee_id: 1295}`,
			want: `{"type":"ticket","id":"8","ticket_id":"71","category":"Customer","ticket_attributes":{"_default_title_":"Hi","affected_users":3},
				"ticket_state":{"type":"ticket_state","category":"submitted","internal_label":"Submitted"},"ticket_type":{"type":"ticket_type","id":"1","name":"Bug report"},
				"contacts":{"type":"contact.list","contacts":[{"type":"contact","id":"$ann","external_id":"a1"}]},"admin_assignee_id":1295,"team_assignee_id":0,
				"created_at":1700000000,"open":true,"linked_objects":{"type":"list","data":[],"total_count":0,"has_more":false},"is_shared":true}`,
			wrote: `POST /tickets {"ticket_type_id":"1","contacts":[{"id":"$ann"}],"ticket_attributes":{"_default_title_":"Hi","affected_users":3},"company_id":"$acme",` +
				`"created_at":1700000000,"skip_notifications":true,"assignment":{"admin_assignee_id":"1295"}}`,
			changes: []string{`+ tickets 8 {"admin_assignee_id":1295,"attributes":{"_default_description_":null,"_default_title_":"Hi","affected_users":3},` +
				`"company":"$acme","contact":"$ann","created_at":1700000000,"id":"8","is_shared":true,"state":"1","ticket_id":"71","type":"1","updated_at":946684800}`},
		},
		{
			action: "createTicket", name: "for a contact by your own id, internally",
			with:  `ticket_type_id: 2, external_id: a1, ticket_attributes: {amount: 1.5}`,
			want:  `{"type":"ticket","id":"8","category":"Back-office","contacts":{"contacts":[{"id":"$ann"}]}}`,
			wrote: `POST /tickets {"ticket_type_id":"2","contacts":[{"external_id":"a1"}],"ticket_attributes":{"amount":1.5}}`,
			changes: []string{`+ tickets 8 {"attributes":{"_default_description_":null,"_default_title_":null,"amount":1.5},"contact":"$ann","created_at":946684800,` +
				`"id":"8","state":"1","ticket_id":"71","type":"2","updated_at":946684800}`},
		},
		{
			action: "createTicket", name: "for an email that nobody has, which makes a contact",
			with:  `ticket_type_id: 1, email: new@example.com`,
			want:  `{"type":"ticket","contacts":{"contacts":[{"type":"contact","id":"$new"}]}}`,
			wrote: `POST /tickets {"ticket_type_id":"1","contacts":[{"email":"new@example.com"}]}`,
			changes: []string{
				`+ contacts $new {"created_at":946684800,"email":"new@example.com","external_id":"` + newLead + `","id":"$new","role":"lead","updated_at":946684800}`,
				`+ tickets 8 {"attributes":{"_default_description_":null,"_default_title_":null},"contact":"$new","created_at":946684800,"id":"8",` +
					`"is_shared":true,"state":"1","ticket_id":"71","type":"1","updated_at":946684800}`,
			},
		},
		{action: "createTicket", name: "an unknown contact", with: `ticket_type_id: 1, contacts: [{id: $nobody}]`, refused: noContact()},
		{action: "createTicket", name: "an archived contact", with: `ticket_type_id: 1, contact_id: $old`, refused: noContact()},
		{action: "createTicket", name: "an unknown ticket type", with: `ticket_type_id: 99, contact_id: $ann`, refused: &refused{404, "ticket_type_not_found", "Ticket type not found"}},
		{
			action: "createTicket", name: "without an attribute that the type requires",
			with:    `ticket_type_id: 2, contact_id: $ann`,
			refused: &refused{400, "parameter_invalid", "Missing required ticket attributes"},
		},
		{
			action: "createTicket", name: "an attribute that the type has not",
			with:    `ticket_type_id: 1, contact_id: $ann, ticket_attributes: {shoe_size: 44}`,
			refused: &refused{400, "parameter_invalid", "shoe_size"},
		},
		{action: "createTicket", name: "a company that is not the contact's", with: `ticket_type_id: 1, contact_id: $bob, company_id: $acme`, refused: noCompany()},
		{
			action: "createTicket", name: "an assignee who is no member",
			with:    `ticket_type_id: 1, contact_id: $ann, assignment: {admin_assignee_id: "99"}`,
			refused: &refused{404, "assignee_not_found", "Assignee not found"},
		},
		{
			action: "getTicket", name: "by its id",
			with: `ticket_id: 7`,
			want: `{"type":"ticket","id":"7","ticket_id":"70","ticket_attributes":{"_default_title_":"It broke"}}`,
		},
		{action: "getTicket", name: "the number in the inbox is no id", with: `ticket_id: 70`, refused: &refused{404, "ticket_not_found", "Ticket not found"}},
		{
			action: "deleteTicket", name: "for good",
			with: `ticket_id: 7`, want: `{"id":"7","object":"ticket","deleted":true}`, wrote: `DELETE /tickets/7`,
			changes: []string{`- tickets 7`},
		},
		{action: "deleteTicket", name: "an unknown one", with: `ticket_id: 70`, refused: &refused{404, "ticket_not_found", "Ticket not found"}},
		{
			action: "listTicketTypes", name: "the types with attributes and states",
			want: `{"type":"list","data":[{"type":"ticket_type","id":"1","name":"Bug report","category":"Customer","archived":false,
				"ticket_type_attributes":{"type":"list"},"ticket_states":{"type":"list"}},{"id":"2","name":"Refund"}]}`,
		},
	}
}

func rawCases() []actionCase {
	return []actionCase{
		{action: "rawRequest", name: "a GET", with: `method: GET, path: /tags/1`, want: `{"type":"tag","id":"1","name":"vip"}`},
		{action: "rawRequest", name: "a GET with a query", with: `method: GET, path: /contacts, query: {per_page: 2}`, want: `{"type":"list","data":[{"id":"$ann"},{"id":"$bob"}]}`},
		{
			action: "rawRequest", name: "a search that is a read",
			with: `method: POST, path: /tickets/search, effect: read, body: {query: {field: ticket_type_id, operator: "=", value: "1"}}`,
			want: `{"tickets":[{"id":"7"}],"total_count":1}`,
		},
		{
			action: "rawRequest", name: "a note",
			with:    `method: POST, path: "/contacts/{{ '$ann' }}/notes", effect: create, body: {body: Called back}`,
			want:    `{"type":"note","id":"1","body":"<p>Called back</p>"}`,
			wrote:   `POST /contacts/$ann/notes {"body":"Called back"}`,
			changes: []string{`+ notes 1 {"author":"1295","body":"\u003cp\u003eCalled back\u003c/p\u003e","contact":"$ann","created_at":946684800,"id":"1"}`},
		},
		{
			action: "rawRequest", name: "an answer without a body",
			with:    `method: DELETE, path: /tags/2, effect: delete`,
			want:    `null`,
			wrote:   `DELETE /tags/2`,
			changes: []string{`- tags 2`},
		},
		{
			action: "rawRequest", name: "a path that is not there",
			with:    `method: GET, path: /shoes`,
			refused: &refused{404, "not_found", "The requested resource does not exist; check your path and try again"},
		},
		{
			action: "rawRequest", name: "pages that are too long, which only Intercom knows",
			with:    `method: GET, path: /contacts, query: {per_page: 151}`,
			refused: &refused{400, "parameter_invalid", "Per Page is too big"},
		},
		{
			action: "rawRequest", name: "a sort order that is none",
			with:    `method: POST, path: /contacts/search, effect: read, body: {query: {field: role, operator: "=", value: user}, sort: {field: name, order: desc}}`,
			refused: &refused{400, "invalid_sort_order", "Invalid sort order 'desc'. Must be one of: ascending, descending"},
		},
		{
			action: "rawRequest", name: "an unknown member of a company",
			with:    `method: POST, path: /companies, effect: update, body: {company_id: acme, test: 1}`,
			refused: &refused{400, "bad_request", "bad 'test' parameter"},
		},
		{
			action: "rawRequest", name: "a merge of two users",
			with:    `method: POST, path: /contacts/merge, effect: delete, body: {from: $ann, into: $bob}`,
			refused: &refused{400, "invalid_merge", ""},
		},
	}
}
