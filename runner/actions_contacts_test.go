package runner

import "github.com/flowrun-dev/flowrun/intercom/sandbox"

// Cases of the actions that change contacts.

const (
	userNotFound  = "404 not_found: User Not Found"
	idIsTaken     = "A contact matching those details already exists with id=$ann"
	annIsThere    = "the contact $ann has this external_id or email already"
	oldIsArchived = "an archived contact, $old, has this external_id or email"
)

// noContact is how Intercom speaks of a contact that is unknown, archived or
// deleted.
func noContact() *refused { return &refused{404, "not_found", userNotFound} }

func createContactCases() []actionCase {
	return []actionCase{
		{
			action: "createContact", name: "a user with all fields",
			with: `role: user, email: new@example.com, email_verified: true, external_id: n1, phone: "+4912345", name: "N \u2603 <b>", avatar: "https://a/b.png",
				signed_up_at: 1700000000, last_seen_at: 1700000001, owner_id: 1295, unsubscribed_from_emails: true, custom_attributes: {plan: pro, Plan Name: X}`,
			want: `{"type":"contact","id":"$new","role":"user","email":"new@example.com","external_id":"n1","phone":"+4912345","name":"N ☃ <b>",
				"avatar":{"type":"avatar","image_url":"https://a/b.png"},"signed_up_at":1700000000,"last_seen_at":1700000001,"owner_id":"1295",
				"unsubscribed_from_emails":true,"custom_attributes":{"plan":"pro","Plan Name":"X"},"created_at":946684800,"updated_at":946684800,
				"workspace_id":"ecahpwf5","last_replied_at":null,"tags":{"type":"list","data":[],"url":"/contacts/$new/tags","total_count":0,"has_more":false},
				"location":{"type":"location","country":null}}`,
			wrote: `POST /contacts {"role":"user","email":"new@example.com","external_id":"n1","email_verified":true,"phone":"+4912345","name":"N ☃ <b>",` +
				`"avatar":"https://a/b.png","signed_up_at":1700000000,"last_seen_at":1700000001,"owner_id":"1295","unsubscribed_from_emails":true,` +
				`"custom_attributes":{"Plan Name":"X","plan":"pro"}}`,
			changes: []string{`+ contacts $new {"avatar":"https://a/b.png","created_at":946684800,"custom_attributes":{"Plan Name":"X","plan":"pro"},` +
				`"email":"new@example.com","email_verified":true,"external_id":"n1","id":"$new","last_seen_at":1700000001,"name":"N ☃ \u003cb\u003e","owner_id":"1295","phone":"+4912345","role":"user","signed_up_at":1700000000,"unsubscribed_from_emails":true,"updated_at":946684800}`},
		},
		{
			action: "createContact", name: "a lead, whose external_id Intercom makes up",
			with:    `role: lead, email: ann@example.com, external_id: mine`,
			want:    `{"id":"$new","role":"lead","email":"ann@example.com","name":null}`,
			wrote:   `POST /contacts {"role":"lead","email":"ann@example.com","external_id":"mine"}`,
			changes: []string{`+ contacts $new {"created_at":946684800,"email":"ann@example.com","external_id":"` + newLead + `","id":"$new","role":"lead","updated_at":946684800}`},
		},
		{
			action: "createContact", name: "a user who is there is refused",
			with:    `external_id: a1, name: New name`,
			refused: &refused{409, "conflict", annIsThere},
		},
		{
			action: "createContact", name: "a user who is there is refused in so many words",
			with:    `email: Ann@example.com, on_conflict: fail`,
			refused: &refused{409, "conflict", "the contact $ann has this external_id or email already"},
		},
		{
			action: "createContact", name: "a user who is there is updated instead",
			with:    `external_id: a1, name: Anna, custom_attributes: {plan: pro}, on_conflict: update`,
			want:    `{"id":"$ann","name":"Anna","email":"ann@example.com","custom_attributes":{"plan":"pro","churn_risk":70}}`,
			wrote:   `PUT /contacts/$ann {"external_id":"a1","name":"Anna","custom_attributes":{"plan":"pro"}}`,
			changes: []string{`contacts $ann custom_attributes: {"churn_risk":70,"plan":"trial"} -> {"churn_risk":70,"plan":"pro"}`, `contacts $ann name: "Ann" -> "Anna"`, touched("$ann", 0)},
		},
		{
			action: "createContact", name: "a user who is there is skipped and read",
			with:   `external_id: a1, name: Anna, on_conflict: skip`,
			status: Skipped,
			want:   `{"id":"$ann","name":"Ann"}`,
		},
		{
			action: "createContact", name: "two users with ids of their own may share an email",
			with:    `external_id: n1, email: ann@example.com`,
			want:    `{"id":"$new","external_id":"n1","email":"ann@example.com"}`,
			wrote:   `POST /contacts {"email":"ann@example.com","external_id":"n1"}`,
			changes: []string{`+ contacts $new {"created_at":946684800,"email":"ann@example.com","external_id":"n1","id":"$new","role":"user","updated_at":946684800}`},
		},
		{
			action: "createContact", name: "two users may not share an email, where Intercom minds",
			with: `external_id: n1, email: ann@example.com`, switches: switches{EmailConflict: sandbox.EmailConflictAlways},
			refused: &refused{409, "conflict", annIsThere},
		},
		{
			action: "createContact", name: "an archived twin is named, with on_conflict fail",
			with:    `external_id: old1`,
			refused: &refused{409, "conflict", oldIsArchived},
		},
		{
			action: "createContact", name: "an archived twin is named, with on_conflict update",
			with:    `external_id: old1, name: X, on_conflict: update`,
			refused: &refused{409, "conflict", oldIsArchived},
		},
		{
			action: "createContact", name: "an archived twin is named, with on_conflict skip",
			with:    `email: old@example.com, on_conflict: skip`,
			refused: &refused{409, "conflict", oldIsArchived},
		},
		{
			action: "createContact", name: "one that is being deleted still holds its external_id",
			with:    `external_id: gone1, on_conflict: update`,
			refused: &refused{409, "conflict", "an archived contact, $gone, has this external_id or email"},
		},
		{
			action: "createContact", name: "an owner who is no member",
			with:    `email: new@example.com, owner_id: "99"`,
			refused: &refused{400, "parameter_invalid", "The owner specified is not a member of the workspace"},
		},
		{
			action: "createContact", name: "a custom attribute that is not there",
			with:    `email: new@example.com, custom_attributes: {shoe_size: 44}`,
			refused: &refused{400, "parameter_invalid", "Custom attribute 'shoe_size' does not exist"},
		},
		{
			action: "createContact", name: "a custom attribute of another type",
			with:    `email: new@example.com, custom_attributes: {churn_risk: high}`,
			refused: &refused{400, "type_mismatch", "custom_attributes.churn_risk"},
		},
		{
			action: "createContact", name: "an empty external_id, which would make a contact without one",
			with:    `email: new@example.com, external_id: "{{ inputs.none }}"`,
			refused: &refused{0, "input", `external_id cannot be ""`},
		},
	}
}

func updateContactCases() []actionCase {
	return []actionCase{
		{
			action: "updateContact", name: "what is given changes and the rest stays",
			with:    `contact_id: $ann, name: Anna, phone: null, custom_attributes: {plan: null, seats: 3}`,
			want:    `{"id":"$ann","name":"Anna","phone":null,"email":"ann@example.com","custom_attributes":{"plan":null,"churn_risk":70,"seats":3},"updated_at":946684800}`,
			wrote:   `PUT /contacts/$ann {"phone":null,"name":"Anna","custom_attributes":{"plan":null,"seats":3}}`,
			changes: []string{`contacts $ann custom_attributes: {"churn_risk":70,"plan":"trial"} -> {"churn_risk":70,"plan":null,"seats":3}`, `contacts $ann name: "Ann" -> "Anna"`, `contacts $ann phone: "+441234567890" -> none`, touched("$ann", 0)},
		},
		{
			action: "updateContact", name: "what is so already is not written",
			with: `contact_id: $ann, name: Ann, custom_attributes: {plan: trial}`,
			want: `{"id":"$ann","name":"Ann","updated_at":1767225600}`,
		},
		{
			action: "updateContact", name: "an email that is emptied comes back as an empty text",
			with:    `contact_id: $bob, email: null`,
			want:    `{"id":"$bob","email":""}`,
			wrote:   `PUT /contacts/$bob {"email":null}`,
			changes: []string{`contacts $bob email: "bob@example.com" -> none`, touched("$bob", 1)},
		},
		{
			action: "updateContact", name: "a lead becomes a user",
			with:    `contact_id: $lea, role: user, external_id: l1`,
			want:    `{"id":"$lea","role":"user","external_id":"l1"}`,
			wrote:   `PUT /contacts/$lea {"role":"user","external_id":"l1"}`,
			changes: []string{`contacts $lea external_id: "5f8d5a0e-0000-4000-8000-000000000001" -> "l1"`, `contacts $lea role: "lead" -> "user"`, touched("$lea", 2)},
		},
		{
			action: "updateContact", name: "the external_id of an archived contact can be taken over",
			with:    `contact_id: $bob, external_id: old1`,
			want:    `{"id":"$bob","external_id":"old1"}`,
			wrote:   `PUT /contacts/$bob {"external_id":"old1"}`,
			changes: []string{`contacts $bob external_id: none -> "old1"`, touched("$bob", 1)},
		},
		{
			action: "updateContact", name: "merge history can be asked for",
			with:    `contact_id: $ann, name: Anna, include_merge_history: true`,
			want:    `{"id":"$ann","merge_history":[]}`,
			wrote:   `PUT /contacts/$ann?include_merge_history=true {"name":"Anna"}`,
			changes: []string{`contacts $ann name: "Ann" -> "Anna"`, touched("$ann", 0)},
		},
		{action: "updateContact", name: "an unknown contact", with: `contact_id: $nobody, name: X`, refused: noContact()},
		{action: "updateContact", name: "an archived contact", with: `contact_id: $old, name: X`, refused: noContact()},
		{action: "updateContact", name: "a contact that is being deleted", with: `contact_id: $gone, name: X`, refused: noContact()},
		{action: "updateContact", name: "a blocked contact", with: `contact_id: $blocked, name: X`, refused: noContact()},
		{
			action: "updateContact", name: "a user cannot become a lead",
			with:    `contact_id: $ann, role: lead`,
			refused: &refused{400, "client_error", "Contact with user role can't be converted to a lead"},
		},
		{
			action: "updateContact", name: "the external_id of another user",
			with:    `contact_id: $bob, external_id: a1`,
			refused: &refused{409, "conflict", idIsTaken},
		},
		{
			action: "updateContact", name: "the email of a user without an external_id",
			with:    `contact_id: $lea, role: user, email: bob@example.com`,
			want:    `{"id":"$lea","role":"user","email":"bob@example.com"}`,
			wrote:   `PUT /contacts/$lea {"role":"user","email":"bob@example.com"}`,
			changes: []string{`contacts $lea email: "lea@example.com" -> "bob@example.com"`, `contacts $lea role: "lead" -> "user"`, touched("$lea", 2)},
		},
		{
			action: "updateContact", name: "the email of another user, where Intercom minds",
			with: `contact_id: $ann, email: bob@example.com`, switches: switches{EmailConflict: sandbox.EmailConflictAlways},
			refused: &refused{409, "conflict", "A contact matching those details already exists with id=$bob"},
		},
		{
			action: "updateContact", name: "an owner who is no member",
			with:    `contact_id: $ann, owner_id: "99"`,
			refused: &refused{400, "parameter_invalid", "The owner specified is not a member of the workspace"},
		},
		{
			action: "updateContact", name: "a custom attribute that is not there",
			with:    `contact_id: $ann, custom_attributes: {shoe_size: 44}`,
			refused: &refused{400, "parameter_invalid", "Custom attribute 'shoe_size' does not exist"},
		},
		{
			action: "updateContact", name: "your own id where Intercom's is wanted",
			with:    `contact_id: "{{ 'a' + '1' }}", name: X`,
			refused: &refused{0, "input", "your own id is external_id, and getContact finds a contact by it"},
		},
	}
}

func contactLifeCases() []actionCase {
	return []actionCase{
		{
			action: "archiveContact", name: "a user",
			with:    `contact_id: $ann`,
			want:    `{"type":"contact","id":"$ann","external_id":"a1","archived":true}`,
			wrote:   `POST /contacts/$ann/archive`,
			changes: []string{`contacts $ann state: none -> "archived"`},
		},
		{
			action: "archiveContact", name: "one that is archived stays so, and nothing is written",
			with: `contact_id: $old`,
			want: `{"type":"contact","id":"$old","external_id":"old1","archived":true}`,
		},
		{action: "archiveContact", name: "an unknown contact", with: `contact_id: $nobody`, refused: noContact()},
		{action: "archiveContact", name: "a contact that is being deleted", with: `contact_id: $gone`, refused: noContact()},
		{
			action: "unarchiveContact", name: "an archived user",
			with:    `contact_id: $old`,
			want:    `{"type":"contact","id":"$old","external_id":"old1","archived":false}`,
			wrote:   `POST /contacts/$old/unarchive`,
			changes: []string{`contacts $old state: "archived" -> none`},
		},
		{
			action: "unarchiveContact", name: "one that is active stays so",
			with: `contact_id: $ann`,
			want: `{"type":"contact","id":"$ann","archived":false}`,
		},
		{
			action: "unarchiveContact", name: "one that is active, where Intercom minds",
			with: `contact_id: $ann`, switches: switches{UnarchiveActiveRefused: true},
			refused: &refused{400, "bad_request", "User is not archived."},
		},
		{action: "unarchiveContact", name: "an unknown contact", with: `contact_id: $nobody`, refused: noContact()},
		{
			action: "unarchiveContact", name: "a contact that is being deleted",
			with:    `contact_id: $gone`,
			refused: &refused{400, "bad_request", "User has been marked for permanent deletion and is not restorable."},
		},
		{
			action: "unarchiveContact", name: "a merged contact",
			with:    `contact_id: $merged`,
			refused: &refused{400, "bad_request", "User has been merged and is not restorable."},
		},
		{
			action: "unarchiveContact", name: "a blocked contact",
			with:    `contact_id: $blocked`,
			refused: &refused{400, "not_restorable", "not restorable"},
		},
		{
			action: "deleteContact", name: "a user",
			with:    `contact_id: $bob`,
			want:    `{"type":"contact","id":"$bob","external_id":null,"deleted":true}`,
			wrote:   `DELETE /contacts/$bob`,
			changes: []string{`contacts $bob deleted_at: none -> 946684800`, `contacts $bob state: none -> "deleted"`},
		},
		{
			action: "deleteContact", name: "an archived user",
			with:    `contact_id: $old`,
			want:    `{"type":"contact","id":"$old","external_id":"old1","deleted":true}`,
			wrote:   `DELETE /contacts/$old`,
			changes: []string{`contacts $old deleted_at: none -> 946684800`, `contacts $old state: "archived" -> "deleted"`},
		},
		{action: "deleteContact", name: "an unknown contact", with: `contact_id: $nobody`, refused: noContact()},
		{action: "deleteContact", name: "a contact that is being deleted", with: `contact_id: $gone`, refused: noContact()},
	}
}
