package sandbox_test

import (
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// now is the second at which synctest's clock starts.
const now = 946684800

func TestCreateContact(t *testing.T) {
	playAll(t, []scenario{
		{"a user gets what was sent and null for the rest", likely, []step{{
			call: "POST /contacts", body: `{"email":"new@example.com","external_id":"n1","name":"New","signed_up_at":1700000000}`,
			want: map[string]any{
				"type": "contact", "id": "386d43801bb69f9f00000001", "role": "user", "external_id": "n1", "name": "New",
				"phone": nil, "avatar": nil, "signed_up_at": 1700000000, "created_at": now, "updated_at": now,
				"tags.total_count": 0, "location.type": "location", "location.country": nil, "custom_attributes": map[string]any{},
			},
		}}},
		{"a lead gets a made up external_id, not the one sent", likely, []step{{
			call: "POST /contacts", body: `{"role":"lead","external_id":"mine"}`,
			want: map[string]any{"role": "lead", "external_id": "00f6ebe6-c3d6-48b4-b9a6-acb9eb58039d"},
		}}},
		{"the role contact makes a user", likely, []step{{call: "POST /contacts", body: `{"role":"contact"}`, want: map[string]any{"role": "user"}}}},
		{"without email, external_id and role nothing is made", likely, []step{{
			call: "POST /contacts", body: `{"name":"x"}`, status: 400,
			want: refusal("parameter_invalid", "one of email, external_id and role is required"),
		}}},
		{"an unknown owner is refused", likely, []step{{
			call: "POST /contacts", body: `{"email":"new@example.com","owner_id":"99"}`, status: 400,
			want: refusal("parameter_invalid", "The owner specified is not a member of the workspace"),
		}}},
		{"an owner may be given as a number", likely, []step{{
			call: "POST /contacts", body: `{"email":"new@example.com","owner_id":1295}`, want: map[string]any{"owner_id": "1295"},
		}}},
		{"an unknown custom attribute is refused", likely, []step{{
			call: "POST /contacts", body: `{"email":"new@example.com","custom_attributes":{"colour":"red"}}`, status: 400,
			want: refusal("parameter_invalid", "Custom attribute 'colour' does not exist"),
		}}},
		{"a custom attribute of the wrong type is refused", likely, []step{{
			call: "POST /contacts", body: `{"email":"new@example.com","custom_attributes":{"churn_risk":"high"}}`, status: 400,
			want: refusal("type_mismatch", "custom_attributes.churn_risk must be of type integer"),
		}}},
		{"email_verified needs the email", likely, []step{{
			call: "POST /contacts", body: `{"role":"user","email_verified":true}`, status: 400,
			want: refusal("parameter_invalid", "email_verified must be sent together with an email"),
		}}},
		{"unknown members are ignored", likely, []step{{call: "POST /contacts", body: `{"email":"new@example.com","shoe":43}`}}},
		{"malformed JSON is refused", likely, []step{{
			call: "POST /contacts", body: `{"email":`, status: 400,
			want: refusal("parameter_invalid", "malformed JSON in the request body"),
		}}},
		{"an avatar comes back as an object", likely, []step{{
			call: "POST /contacts", body: `{"email":"new@example.com","avatar":"https://example.com/a.png"}`,
			want: map[string]any{"avatar.type": "avatar", "avatar.image_url": "https://example.com/a.png"},
		}}},
	})
}

func TestUpdateContact(t *testing.T) {
	ann := "PUT /contacts/" + annID
	playAll(t, []scenario{
		{"absent members stay, and updated_at moves", likely, []step{
			{call: ann, body: `{"phone":"+1"}`, want: map[string]any{"name": "Ann", "phone": "+1", "updated_at": now}},
		}},
		{"what changes nothing leaves updated_at alone", likely, []step{
			{call: ann, body: `{"name":"Ann","custom_attributes":{"churn_risk":70.0}}`, want: map[string]any{"updated_at": 1694498816}},
		}},
		{"null clears a name", likely, []step{
			{call: ann, body: `{"name":null}`, want: map[string]any{"name": nil}},
		}},
		{"a cleared email is empty on its own and null in a search", likely, []step{
			{call: ann, body: `{"email":null}`, want: map[string]any{"email": ""}},
			{call: "GET /contacts/" + annID, want: map[string]any{"email": ""}},
			{
				call: "POST /contacts/search", body: `{"query":{"field":"external_id","operator":"=","value":"a1"}}`,
				want: map[string]any{"data.0.email": nil},
			},
		}},
		{"a null external_id is ignored", likely, []step{
			{call: ann, body: `{"external_id":null}`, want: map[string]any{"external_id": "a1", "updated_at": 1694498816}},
		}},
		{"a cleared custom attribute stays as null", likely, []step{
			{call: ann, body: `{"custom_attributes":{"plan":null}}`, want: map[string]any{"custom_attributes.plan": nil, "custom_attributes.churn_risk": 70}},
		}},
		{"null for a custom attribute that was never set changes nothing", likely, []step{
			{call: ann, body: `{"custom_attributes":{"job_title":null}}`, want: map[string]any{"custom_attributes.job_title": gone, "updated_at": 1694498816}},
		}},
	})
}

func TestUpdateContactIdentity(t *testing.T) {
	ann, bob, lea := "PUT /contacts/"+annID, "PUT /contacts/"+bobID, "PUT /contacts/"+leaID
	playAll(t, []scenario{
		{"a user cannot become a lead", likely, []step{{
			call: ann, body: `{"role":"lead"}`, status: 400,
			want: refusal("client_error", "Contact with user role can't be converted to a lead"),
		}}},
		{"a lead ignores external_id", likely, []step{
			{call: lea, body: `{"external_id":"mine"}`, want: map[string]any{"external_id": "5f8d5a0e-0000-4000-8000-000000000001"}},
		}},
		{"a lead that becomes a user takes external_id", likely, []step{
			{call: lea, body: `{"role":"user","external_id":"mine"}`, want: map[string]any{"external_id": "mine", "role": "user"}},
			{call: "GET /contacts/find_by_external_id/mine", want: map[string]any{"id": leaID}},
		}},
		{"two users with different external ids may share an email", likely, []step{
			{call: ann, body: `{"email":"bob@example.com"}`, want: map[string]any{"email": "bob@example.com"}},
		}},
		{"a user without external_id cannot take the email of another such", likely, []step{
			{call: "POST /contacts", body: `{"email":"new@example.com"}`},
			{
				call: bob, body: `{"email":"New@example.com"}`, status: 409,
				want: refusal("conflict", "A contact matching those details already exists with id=386d43801bb69f9f00000001"),
			},
		}},
		{"an active user's external_id is taken", likely, []step{{
			call: bob, body: `{"external_id":"a1"}`, status: 409,
			want: refusal("conflict", "A contact matching those details already exists with id="+annID),
		}}},
		{"an archived user's external_id can be taken over", likely, []step{
			{call: bob, body: `{"external_id":"old1"}`, want: map[string]any{"external_id": "old1"}},
		}},
		{"an archived contact is not found", likely, []step{
			{call: "PUT /contacts/" + oldID, body: `{"name":"x"}`, status: 404, want: refusal("not_found", "User Not Found")},
		}},
	})
}

func TestSubListsShowTenAtMost(t *testing.T) {
	d := small()
	for i := range 9 {
		name := string(rune('a' + i))
		d.Tags = append(d.Tags, sandbox.Tag{Name: name})
		d.Contacts[0].Tags = append(d.Contacts[0].Tags, name)
	}
	d.Contacts[0].Tags = append(d.Contacts[0].Tags, "beta")
	s := sandbox.New(sandbox.Options{Data: d})
	play(t, s,
		step{call: "GET /contacts/" + annID, want: map[string]any{
			"tags.data.#": 10, "tags.total_count": 11, "tags.has_more": true, "tags.url": "/contacts/" + annID + "/tags",
			"tags.data.0.id": "1", "tags.data.0.url": "/tags/1", "tags.data.0.type": "tag",
			"companies.data.0.id": acmeID, "companies.has_more": false,
		}},
		step{call: "GET /contacts/" + annID + "/tags", want: map[string]any{"data.#": 11, "data.10.name": "beta", "data.0.applied_by.id": "1295"}},
	)
}
