package steps

import "slices"

// The records of Intercom, as its API description for version 2.16 and its
// recorded answers show them. They are closed, so that a misspelt field is
// found when a file is loaded; only custom attributes take any name.

var contact = record(
	"type", oneOf("contact"), "id", text, "workspace_id", text, "external_id", maybe(text),
	"role", oneOf("user", "lead"), "email", maybe(text), "email_domain", maybe(text), "phone", maybe(text), "name", maybe(text),
	"avatar", maybe(record("type", text, "image_url", maybe(text))), "owner_id", maybe(text),
	"social_profiles", record("type", text, "data", listOf(record("type", text, "name", text, "url", text))),
	"has_hard_bounced", boolean, "marked_email_as_spam", boolean, "unsubscribed_from_emails", boolean,
	"unsubscribed_from_sms", maybe(boolean), "sms_consent", maybe(boolean),
	"created_at", moment, "updated_at", moment, "signed_up_at", maybe(moment), "last_seen_at", maybe(moment),
	"last_replied_at", maybe(moment), "last_contacted_at", maybe(moment),
	"last_email_opened_at", maybe(moment), "last_email_clicked_at", maybe(moment),
	"language_override", maybe(text), "browser", maybe(text), "browser_version", maybe(text),
	"browser_language", maybe(text), "os", maybe(text), "referrer", maybe(text),
	"location", record("type", maybe(text), "country", maybe(text), "region", maybe(text), "city", maybe(text),
		"country_code", maybe(text), "continent_code", maybe(text)),
	"utm_campaign", maybe(text), "utm_content", maybe(text), "utm_medium", maybe(text), "utm_source", maybe(text), "utm_term", maybe(text),
	"android_app_name", maybe(text), "android_app_version", maybe(text), "android_device", maybe(text),
	"android_os_version", maybe(text), "android_sdk_version", maybe(text), "android_last_seen_at", maybe(moment),
	"ios_app_name", maybe(text), "ios_app_version", maybe(text), "ios_device", maybe(text),
	"ios_os_version", maybe(text), "ios_sdk_version", maybe(text), "ios_last_seen_at", maybe(moment),
	"custom_attributes", anyObject,
	"tags", maybe(sublist), "notes", sublist, "companies", sublist,
	"opted_out_subscription_types", sublist, "opted_in_subscription_types", sublist,
	"enabled_push_messaging", maybe(boolean),
	"merge_history", maybe(listOf(record("type", text, "source_contact_id", text,
		"source_contact_role", oneOf("lead", "user"), "merged_at", maybe(moment)))),
)

// sublist is the first ten of something that a contact has.
var sublist = record("type", text, "data", listOf(record("type", text, "id", text, "url", text)),
	"url", text, "total_count", integer, "has_more", boolean)

var company = record(
	"type", oneOf("company"), "id", text, "company_id", text, "app_id", text, "name", maybe(text),
	"plan", record("type", text, "id", text, "name", text),
	"remote_created_at", maybe(moment), "created_at", moment, "updated_at", moment, "last_request_at", maybe(moment),
	"size", maybe(integer), "website", maybe(text), "industry", maybe(text),
	"monthly_spend", integer, "session_count", integer, "user_count", integer,
	"custom_attributes", anyObject,
	"tags", record("type", text, "tags", listOf(tag)),
	"segments", record("type", text, "segments", listOf(segment)),
	"notes", record("type", text, "notes", listOf(companyNote)),
)

var segment = record("type", text, "id", text, "name", text, "created_at", moment, "updated_at", moment,
	"person_type", text, "count", maybe(integer))

var companyNote = record("type", text, "id", text, "created_at", moment,
	"company", maybe(record("type", text, "id", text)), "author", maybe(anyObject), "body", text)

var tag = record("type", oneOf("tag"), "id", text, "name", text,
	"applied_at", maybe(moment), "applied_by", maybe(reference),
	"users", maybe(listOf(tagged)), "companies", maybe(listOf(tagged)))

var (
	tagged    = record("id", text, "tagged", boolean)
	reference = record("type", text, "id", maybe(text))
	category  = oneOf("Customer", "Back-office", "Tracker")
)

var ticketState = record("type", text, "id", text,
	"category", oneOf("submitted", "in_progress", "waiting_on_customer", "resolved"),
	"internal_label", text, "external_label", text)

var ticketType = record(
	"type", text, "id", text, "category", category, "name", text, "description", maybe(text), "icon", maybe(text),
	"workspace_id", text, "archived", boolean, "is_internal", boolean, "created_at", moment, "updated_at", moment,
	"ticket_type_attributes", record("type", text, "data", listOf(ticketTypeAttribute), "ticket_type_attributes", listOf(ticketTypeAttribute)),
	"ticket_states", record("type", text, "data", listOf(ticketState)),
)

var ticketTypeAttribute = record(
	"type", text, "id", text, "workspace_id", text, "name", text, "description", maybe(text), "data_type", text,
	"input_options", maybe(anyObject), "order", integer,
	"required_to_create", boolean, "required_to_create_for_contacts", boolean,
	"visible_on_create", boolean, "visible_to_contacts", boolean, "default", boolean,
	"ticket_type_id", integer, "archived", boolean, "created_at", moment, "updated_at", moment,
)

var ticket = record(
	"type", oneOf("ticket"), "id", text, "ticket_id", text, "category", category,
	"ticket_attributes", anyObject, "ticket_state", maybe(ticketState), "ticket_type", maybe(ticketType),
	"contacts", record("type", text, "contacts", listOf(record("type", text, "id", text, "external_id", maybe(text)))),
	"admin_assignee_id", maybe(integer), "team_assignee_id", maybe(integer),
	"created_at", moment, "updated_at", moment, "open", boolean, "snoozed_until", maybe(moment),
	"linked_objects", record("type", text, "total_count", integer, "has_more", boolean,
		"data", listOf(record("type", text, "id", text, "category", maybe(category)))),
	"ticket_parts", record("type", text, "total_count", integer, "ticket_parts", listOf(ticketPart)),
	"is_shared", boolean, "previous_ticket_state_id", maybe(text),
)

var ticketPart = record(
	"type", text, "id", text, "part_type", text, "body", maybe(text),
	"previous_ticket_state", maybe(text), "ticket_state", maybe(text), "created_at", moment, "updated_at", moment,
	"assigned_to", maybe(reference), "author", record("type", text, "id", text, "name", maybe(text), "email", maybe(text)),
	"attachments", listOf(anyObject), "external_id", maybe(text), "redacted", boolean,
	"app_package_code", maybe(text), "updated_attribute_data", maybe(anyObject),
)

// page is the answer of a list that has pages. Next is a cursor, the address
// of the next page, or nothing.
func page(row Type) Type {
	return record("type", text, "data", listOf(row), "total_count", integer,
		"pages", maybe(record("type", text, "page", integer, "per_page", integer, "total_pages", integer, "next", Type{Nullable: true})))
}

// gone is the answer to a call that took a record away or brought it back.
func gone(flag string) Type {
	return record("type", text, "object", maybe(text), "id", text, "external_id", maybe(text), flag, boolean)
}

var (
	text      = Type{Kind: String}
	integer   = Type{Kind: Integer}
	boolean   = Type{Kind: Boolean}
	moment    = Type{Kind: Time}
	anyObject = Type{Kind: Object, Open: true}
	nothing   = Type{Nullable: true}
)

func oneOf(values ...string) Type { return Type{Kind: String, Enum: values} }

func listOf(elem Type) Type { return Type{Kind: List, Elem: &elem} }

func maybe(t Type) Type {
	t.Nullable = true
	return t
}

func upTo(most int64) Type { return Type{Kind: Integer, Min: 1, Max: most} }

// record makes an object of names and types, in turn.
func record(members ...any) Type {
	t := Type{Kind: Object}
	for pair := range slices.Chunk(members, 2) {
		t.Fields = append(t.Fields, Field{Name: pair[0].(string), Type: pair[1].(Type)})
	}
	return t
}
