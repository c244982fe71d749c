package runner

// Cases of the actions that read contacts.

const badCursor = "Invalid starting_after param. Please try again using a starting_after value from a paginated response"

func contactReadCases() []actionCase {
	return []actionCase{
		{
			action: "getContact", name: "by Intercom's id",
			with: `contact_id: $ann`,
			want: `{"type":"contact","id":"$ann","external_id":"a1","role":"user","email":"ann@example.com","email_domain":"example.com",
				"tags":{"type":"list","data":[{"id":"1","type":"tag","url":"/tags/1"}],"url":"/contacts/$ann/tags","total_count":1,"has_more":false},
				"companies":{"type":"list","data":[{"id":"$acme","type":"company","url":"/companies/$acme"}],"url":"/contacts/$ann/companies","total_count":1,"has_more":false}}`,
		},
		{action: "getContact", name: "by your own id", with: `external_id: a1`, want: `{"id":"$ann","external_id":"a1"}`},
		{action: "getContact", name: "with its merge history", with: `contact_id: $ann, include_merge_history: true`, want: `{"id":"$ann","merge_history":[]}`},
		{action: "getContact", name: "an unknown contact", with: `contact_id: $nobody`, refused: noContact()},
		{action: "getContact", name: "an unknown id of your own", with: `external_id: nobody`, refused: noContact()},
		{action: "getContact", name: "a lead has no id of your own", with: `external_id: 5f8d5a0e-0000-4000-8000-000000000001`, refused: noContact()},
		{action: "getContact", name: "an archived contact", with: `contact_id: $old`, refused: noContact()},
		{action: "getContact", name: "an archived contact by your own id", with: `external_id: old1`, refused: noContact()},
		{action: "getContact", name: "a contact that is being deleted", with: `contact_id: $gone`, refused: noContact()},
		{
			action: "getContact", name: "a merged contact",
			with:    `contact_id: $merged`,
			refused: &refused{410, "contact_merged", "This contact has been merged. See the 'Link' header for the canonical contact."},
		},
		{
			action: "getContact", name: "a merged contact by its external_id",
			with:    `external_id: 5f8d5a0e-0000-4000-8000-000000000002`,
			refused: &refused{410, "contact_merged", "This contact has been merged."},
		},
		{
			action: "listContacts", name: "the active ones, oldest first, in Intercom's envelope",
			with: ``,
			want: `{"type":"list","data":[{"type":"contact","id":"$ann","email":"ann@example.com"},{"id":"$bob"},{"id":"$lea"}],"total_count":3,
				"pages":{"type":"pages","page":1,"per_page":10,"total_pages":1}}`,
		},
		{
			action: "listContacts", name: "a page and the cursor of the next",
			with: `per_page: 2`,
			want: `{"data":[{"id":"$ann"},{"id":"$bob"}],"total_count":3,"pages":{"page":1,"per_page":2,"total_pages":2,"next":{"page":2}}}`,
		},
		{
			action: "listContacts", name: "the page after a cursor",
			before: `{id: first, action: listContacts, with: {per_page: 2}}`,
			with:   `per_page: 2, starting_after: "{{ steps.first.data.pages.next.starting_after }}"`,
			want:   `{"data":[{"id":"$lea"}],"total_count":3,"pages":{"page":2,"per_page":2,"total_pages":2}}`,
		},
		{
			action: "listContacts", name: "every page in one list",
			with: `all: true`,
			want: `{"type":"list","data":[{"id":"$ann"},{"id":"$bob"},{"id":"$lea"}],"total_count":3,
				"pages":{"type":"pages","next":null,"page":1,"per_page":3,"total_pages":1}}`,
		},
		{action: "listContacts", name: "a cursor that is none", with: `starting_after: abc`, refused: &refused{400, "client_error", badCursor}},
		{
			action: "listContacts", name: "pages that are too long",
			with:    `per_page: "{{ inputs.many }}"`,
			refused: &refused{0, "input", "per_page must be from 1 to 150, not 151"},
		},
	}
}

func searchCases() []actionCase {
	return []actionCase{
		{
			action: "searchContacts", name: "a filter",
			with: `query: {field: custom_attributes.plan, operator: "=", value: trial}`,
			want: `{"type":"list","data":[{"type":"contact","id":"$ann"}],"total_count":1,"pages":{"type":"pages","page":1,"per_page":50,"total_pages":1}}`,
		},
		{
			action: "searchContacts", name: "groups in a group",
			with: `query: {operator: AND, value: [{operator: AND, value: [{field: role, operator: "=", value: user}]}, {operator: OR, value: [{field: email, operator: "^", value: bob}, {field: tag_id, operator: "=", value: "1"}]}]}, ` +
				`sort: {field: email, order: descending}`,
			want: `{"data":[{"id":"$bob"},{"id":"$ann"}],"total_count":2}`,
		},
		{
			action: "searchContacts", name: "the short forms together",
			with: `role: user, name: Ann, email: ann@example.com, external_id: a1`,
			want: `{"data":[{"id":"$ann"}],"total_count":1}`,
		},
		{action: "searchContacts", name: "nobody", with: `email: nobody@example.com`, want: `{"type":"list","data":[],"total_count":0,"pages":{"total_pages":0}}`},
		{
			action: "searchContacts", name: "the page after a cursor",
			before: `{id: first, action: searchContacts, with: {role: user, per_page: 1}}`,
			with:   `role: user, per_page: 1, starting_after: "{{ steps.first.data.pages.next.starting_after }}"`,
			want:   `{"data":[{"id":"$bob"}],"total_count":2,"pages":{"page":2,"per_page":1,"total_pages":2}}`,
		},
		{
			action: "searchContacts", name: "every page in one list",
			with: `role: user, per_page: 1, all: true`,
			want: `{"type":"list","data":[{"id":"$ann"},{"id":"$bob"}],"total_count":2}`,
		},
		{
			action: "searchContacts", name: "an unknown field",
			with:    `query: {field: shoe, operator: "=", value: 44}`,
			refused: &refused{400, "invalid_field", "shoe is not a valid search field"},
		},
		{
			action: "searchContacts", name: "an unknown field to sort by",
			with:    `role: user, sort: {field: shoe}`,
			refused: &refused{400, "invalid_field", "shoe is not a valid search field"},
		},
		{
			action: "searchContacts", name: "an operator that dates do not take",
			with:    `query: {field: created_at, operator: ">=", value: 1700000000}`,
			refused: &refused{400, "parameter_invalid", ""},
		},
		{action: "searchContacts", name: "a cursor that is none", with: `role: user, starting_after: abc`, refused: &refused{400, "client_error", badCursor}},
		{
			action: "searchContacts", name: "pages that are too long",
			with:    `role: user, per_page: "{{ inputs.many }}"`,
			refused: &refused{0, "input", "per_page must be from 1 to 150, not 151"},
		},
	}
}
