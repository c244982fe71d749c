package steps

import (
	"slices"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/tidwall/gjson"
)

const (
	readPeople  = "Read and list users and companies"
	readPerson  = "Read one user and one company"
	writePeople = "Write users and companies"
)

var contacts = []*Action{
	{
		Name:       "createContact",
		Resource:   "contacts",
		Doc:        "Creates a contact; on_conflict says what happens when a user with this external_id or email is there already.",
		Op:         "POST /contacts",
		Permission: writePeople,
		Effect:     Create,
		Retry:      Once,
		Inputs:     slices.Concat([]Field{role, email, externalID}, contactFields, []Field{onConflict}),
		Groups:     []Group{{Names: []string{"email", "external_id", "role"}, Min: 1}},
		Output:     contact,
		Current: &Call{
			Action: "getContact",
			With:   map[string]string{"external_id": "{{ with.external_id }}"},
			If:     `(with.role ?? "user") != "lead" and get(with, "external_id") != nil`,
			Else: &Call{
				Action: "searchContacts",
				With:   map[string]string{"email": "{{ with.email }}", "role": "user"},
				If:     `(with.role ?? "user") != "lead" and get(with, "email") != nil`,
				Match:  map[string]string{"email": "{{ with.email }}"},
				Fold:   true,
			},
		},
		Undo:       &Call{Action: "archiveContact", With: map[string]string{"contact_id": "{{ data.id }}"}},
		UndoUpdate: &Call{Action: "updateContact", With: map[string]string{"contact_id": "{{ data.id }}"}, Restore: true},
		SettleNote: "a user with an external_id is looked up by it; any other contact is searched for by its email, phone number in E.164 form or name, " +
			"once the search has caught up",
		retry:   retryOfCreateContact,
		resolve: resolveTwin,
		settle:  settleContact,
	},
	{
		Name:       "getContact",
		Resource:   "contacts",
		Doc:        "Reads one contact, by Intercom's id or by your own; archived and deleted contacts are not found.",
		Op:         "GET /contacts/{contact_id}",
		Permission: readPerson,
		Inputs: []Field{
			contactID.optional(),
			{Name: "external_id", Type: text, In: Path, Form: ownContactForm, Doc: "your own id of the contact; finds users, not leads"},
			mergeHistory,
		},
		Groups: []Group{{Names: []string{"contact_id", "external_id"}, Min: 1, Max: 1}},
		Routes: []Route{{When: []string{"external_id"}, Op: "GET /contacts/find_by_external_id/{external_id}"}},
		Output: contact,
	},
	{
		Name:       "updateContact",
		Resource:   "contacts",
		Doc:        "Changes the fields of a contact that are given and leaves the others as they are.",
		Op:         "PUT /contacts/{contact_id}",
		Permission: writePeople,
		Effect:     Update,
		Inputs:     slices.Concat([]Field{contactID, role, maybeEmail, externalID}, contactFields, []Field{mergeHistory}),
		Output:     contact,
		Current:    &Call{Action: "getContact", With: map[string]string{"contact_id": "{{ with.contact_id }}"}},
		Unique: []Unique{
			{Input: "external_id", Of: "user", Find: &Call{Action: "getContact", With: map[string]string{"external_id": "{{ with.external_id }}"}}},
			{Input: "email", Of: "user", Unless: "external_id", Find: &Call{
				Action: "searchContacts",
				With:   map[string]string{"email": "{{ with.email }}", "role": "user"},
				Match:  map[string]string{"email": "{{ with.email }}"},
				Fold:   true,
			}},
		},
		Undo: &Call{Action: "updateContact", With: map[string]string{"contact_id": "{{ with.contact_id }}"}, Restore: true},
	},
	{
		Name:       "archiveContact",
		Resource:   "contacts",
		Doc:        "Archives a contact: it leaves lists and searches, and unarchiveContact brings it back.",
		Op:         "POST /contacts/{contact_id}/archive",
		Permission: writePeople,
		Effect:     Archive,
		Inputs:     []Field{contactID},
		Output:     gone("archived"),
		Goal:       Gone,
		Current:    &Call{Action: "getContact", With: map[string]string{"contact_id": "{{ with.contact_id }}"}},
		Undo:       &Call{Action: "unarchiveContact", With: map[string]string{"contact_id": "{{ with.contact_id }}"}},
	},
	{
		Name:       "unarchiveContact",
		Resource:   "contacts",
		Doc:        "Brings an archived contact back with its id and its attributes.",
		Op:         "POST /contacts/{contact_id}/unarchive",
		Permission: writePeople,
		Effect:     Update,
		Inputs:     []Field{contactID},
		Output:     gone("archived"),
		Goal:       Present,
		Current:    &Call{Action: "getContact", With: map[string]string{"contact_id": "{{ with.contact_id }}"}},
		Undo:       &Call{Action: "archiveContact", With: map[string]string{"contact_id": "{{ with.contact_id }}"}},
	},
	{
		Name:       "deleteContact",
		Resource:   "contacts",
		Doc:        "Deletes a contact for good; archiveContact is the one that can be taken back.",
		Op:         "DELETE /contacts/{contact_id}",
		Permission: writePeople,
		Effect:     Delete,
		Inputs:     []Field{contactID},
		Output:     gone("deleted"),
		Goal:       Gone,
		Current:    &Call{Action: "getContact", With: map[string]string{"contact_id": "{{ with.contact_id }}"}},
		UndoNote:   "Intercom deletes the contact for good and keeps its external_id and email taken for about 7 days",
	},
	{
		Name:       "listContacts",
		Resource:   "contacts",
		Doc:        "Lists contacts, archived ones left out; the list may be a few minutes behind.",
		Op:         "GET /contacts",
		Permission: readPeople,
		Inputs: []Field{
			{Name: "per_page", Type: upTo(150), In: Query, Doc: "contacts in a page, at most 150; Intercom's own default is 10"},
			startingAfter, mergeHistory, all, limit,
		},
		Output: page(contact),
		Paging: intercom.CursorQuery,
		Rows:   "data",
	},
}

var (
	role = Field{Name: "role", Type: oneOf("user", "lead"),
		Doc: "a lead can become a user, never the other way round", UndoNote: "a user cannot become a lead again"}
	email      = Field{Name: "email", Type: text, Example: "ann@example.com", Doc: "address of the contact", Privacy: Personal, Same: sameEmail}
	maybeEmail = Field{Name: "email", Type: maybe(text), Doc: "address of the contact; null empties it", Privacy: Personal, Same: sameEmail}
	externalID = Field{Name: "external_id", Type: text, Form: ownContactForm, Example: `"{{ item.user_id }}"`,
		Doc: "your own id of the contact; Intercom ignores it for leads and cannot empty it again", UndoNote: "Intercom cannot empty an external_id"}
	onConflict = Field{Name: "on_conflict", Type: oneOf("fail", "update", "skip"), In: Own, Literal: true, Example: "update",
		Doc: "when the contact is there already: fail (the default), update it with these fields, or skip; an archived one always fails"}
)

// contactFields are the further fields of a contact that can be written.
var contactFields = []Field{
	{Name: "email_verified", Type: maybe(boolean), Needs: "email", At: "-",
		Doc: "whether you have verified that the email is the contact's own; goes with email"},
	{Name: "phone", Type: maybe(text), Privacy: Personal, Doc: "phone number, best in E.164 form such as +441234567890"},
	{Name: "name", Type: maybe(text), Privacy: Personal, Example: `"{{ item.name ?? omit }}"`, Doc: "name of the contact"},
	{Name: "avatar", Type: maybe(text), Privacy: Personal, At: "avatar.image_url", Doc: "address of an image"},
	{Name: "signed_up_at", Type: maybe(moment), Doc: "when the contact signed up, in Unix seconds"},
	{Name: "last_seen_at", Type: maybe(moment), Doc: "when the contact was last seen, in Unix seconds"},
	{Name: "owner_id", Type: maybe(text), Form: adminForm, Doc: "id of the teammate who owns the contact"},
	{Name: "unsubscribed_from_emails", Type: maybe(boolean), Doc: "true to send the contact no emails"},
	{Name: "custom_attributes", Type: maybe(anyObject), Privacy: FreeText, UndoNote: "an attribute that was not there before stays, as null",
		Doc: "values by name of attribute; each must exist in Intercom; those not named stay as they are"},
}

// retryOfCreateContact: Intercom refuses a second user with one external_id.
// It takes any number of leads, and has taken one email twice.
func retryOfCreateContact(in inputs) Retry {
	if in.has("external_id") && in["external_id"].Type != gjson.Null && in["role"].String() != "lead" {
		return Keyed
	}
	return Once
}
