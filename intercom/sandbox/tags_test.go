package sandbox_test

import (
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

func TestTags(t *testing.T) {
	missing := refusal("not_found", "Resource Not Found")
	invalid := refusal("parameter_invalid", "invalid tag parameters")
	playAll(t, []scenario{
		{"are listed by name in any case", likely, []step{
			{call: "GET /tags?per_page=1", want: map[string]any{"type": "list", "data.#": 3, "data.0.name": "Alpha", "data.1.name": "beta", "data.2.name": "vip"}},
			{call: "GET /tags/1", want: map[string]any{"type": "tag", "id": "1", "name": "vip"}},
			{call: "GET /tags/99", status: 404, want: missing},
		}},
		{"a new name makes a tag, a known one finds it", likely, []step{
			{call: "POST /tags", body: `{"name":"fresh"}`, want: map[string]any{"id": "4", "name": "fresh", "type": "tag"}},
			{call: "POST /tags", body: `{"name":"FRESH"}`, want: map[string]any{"id": "4", "name": "fresh"}},
		}},
		{"need a name", likely, []step{
			{call: "POST /tags", body: `{"test":"invalid"}`, status: 400, want: invalid},
			{call: "POST /tags", body: `{"name":"  "}`, status: 400, want: invalid},
		}},
		{"can be renamed", likely, []step{
			{call: "POST /tags", body: `{"id":"2","name":" gamma "}`, want: map[string]any{"id": "2", "name": "gamma"}},
			{call: "POST /tags", body: `{"name":"beta"}`, want: map[string]any{"id": "4"}},
			{call: "POST /tags", body: `{"id":"99","name":"x"}`, status: 404, want: missing},
		}},
		{"cannot take another's name", likely, []step{
			{call: "POST /tags", body: `{"id":"2","name":"VIP"}`, status: 400, want: map[string]any{"errors.0.code": "parameter_invalid"}},
		}},
		{"or give the other tag", sandbox.Switches{TagRenameCollision: sandbox.TagRenameGivesOther}, []step{
			{call: "POST /tags", body: `{"id":"2","name":"VIP"}`, want: map[string]any{"id": "1", "name": "vip"}},
		}},
	})
}

func TestTagMany(t *testing.T) {
	missing := refusal("not_found", "Resource Not Found")
	invalid := refusal("parameter_invalid", "invalid tag parameters")
	playAll(t, []scenario{
		{"tag many contacts, and skip unknown ones", likely, []step{
			{
				call: "POST /tags", body: `{"name":"beta","users":[{"id":"` + annID + `"},{"id":"nobody"},{"id":"` + oldID + `"}]}`,
				want: map[string]any{"id": "2", "users.#": 1, "users.0.id": annID, "users.0.tagged": true},
			},
			{call: "GET /contacts/" + annID, want: map[string]any{"tags.total_count": 2, "updated_at": now}},
			{
				call: "POST /tags", body: `{"name":"beta","users":[{"id":"` + annID + `","untag":true}]}`,
				want: map[string]any{"users.0.tagged": false},
			},
			{call: "GET /contacts/" + annID, want: map[string]any{"tags.total_count": 1}},
		}},
		{"untag of contacts may be ignored", sandbox.Switches{UserUntagIgnored: true}, []step{
			{call: "POST /tags", body: `{"name":"vip","users":[{"id":"` + annID + `","untag":true}]}`, want: map[string]any{"users.0.tagged": true}},
			{call: "GET /contacts/" + annID, want: map[string]any{"tags.total_count": 1}},
		}},
		{"tag and untag companies", likely, []step{
			{
				call: "POST /tags", body: `{"name":"beta","companies":[{"company_id":"acme"},{"id":"` + emptyID + `"}]}`,
				want: map[string]any{"companies.#": 2, "companies.0.id": acmeID},
			},
			{call: "GET /companies/" + acmeID, want: map[string]any{"tags.tags.#": 2, "tags.tags.1.name": "beta"}},
			{call: "POST /tags", body: `{"name":"vip","companies":[{"id":"` + acmeID + `","untag":true}]}`},
			{call: "GET /companies/" + acmeID, want: map[string]any{"tags.tags.#": 1, "tags.tags.0.name": "beta"}},
		}},
		{"users and companies do not mix", likely, []step{
			{call: "POST /tags", body: `{"name":"x","users":[],"companies":[]}`, status: 400, want: invalid},
			{call: "GET /tags", want: map[string]any{"data.#": 3}},
		}},
		{"that a segment needs cannot be deleted", likely, []step{{
			call: "DELETE /tags/1", status: 400,
			want: refusal("tag_has_dependent_objects", "Unable to delete Tag with dependent objects. Segments: Seg 1."),
		}}},
		{"are taken off everything when deleted", likely, []step{
			{call: "POST /contacts/" + annID + "/tags", body: `{"id":"2"}`},
			{call: "DELETE /tags/2"},
			{call: "GET /contacts/" + annID, want: map[string]any{"tags.total_count": 1}},
			{call: "DELETE /tags/2", status: 404, want: missing},
			{call: "POST /tags", body: `{"name":"beta"}`, want: map[string]any{"id": "4"}},
		}},
	})
}

func TestTagsOfContacts(t *testing.T) {
	missing := refusal("not_found", "Resource Not Found")
	playAll(t, []scenario{
		{"attached to a contact say when and by whom", likely, []step{
			{
				call: "POST /contacts/" + bobID + "/tags", body: `{"id":2}`,
				want: map[string]any{"type": "tag", "id": "2", "name": "beta", "applied_at": now, "applied_by.type": "admin", "applied_by.id": "1295"},
			},
			{call: "GET /contacts/" + bobID, want: map[string]any{"updated_at": now}},
		}},
		{"come in the order of attaching, but not within lists", likely, []step{
			{call: "POST /contacts/" + annID + "/tags", body: `{"id":"3"}`},
			{call: "POST /contacts/" + annID + "/tags", body: `{"id":"2"}`},
			{call: "GET /contacts/" + annID, want: map[string]any{"tags.data.1.id": "3", "tags.data.2.id": "2"}},
			{call: "GET /contacts", want: map[string]any{"data.0.tags.data.1.id": "2", "data.0.tags.data.2.id": "3"}},
		}},
		{"attached again change nothing", likely, []step{
			{call: "POST /contacts/" + annID + "/tags", body: `{"id":"1"}`, want: map[string]any{"applied_at": 1694498816}},
			{call: "GET /contacts/" + annID, want: map[string]any{"updated_at": 1694498816}},
		}},
		{"or are refused", sandbox.Switches{ReattachRefused: true}, []step{
			{call: "POST /contacts/" + annID + "/tags", body: `{"id":"1"}`, status: 400},
			{call: "POST /contacts/" + annID + "/tags", body: `{"id":"2"}`},
		}},
		{"name what is missing", likely, []step{
			{call: "POST /contacts/" + annID + "/tags", body: `{"id":"99"}`, status: 404, want: missing},
			{call: "POST /contacts/nobody/tags", body: `{"id":"1"}`, status: 404, want: refusal("not_found", "User Not Found")},
			{call: "DELETE /contacts/" + annID + "/tags/99", status: 404, want: missing},
			{call: "DELETE /contacts/" + annID + "/tags/2", status: 404, want: missing},
		}},
		{"detached from a contact move updated_at", likely, []step{
			{call: "DELETE /contacts/" + annID + "/tags/1", want: map[string]any{"id": "1", "applied_at": 1694498816}},
			{call: "GET /contacts/" + annID, want: map[string]any{"updated_at": now, "tags.total_count": 0}},
		}},
		{"detached where they are not may be fine", sandbox.Switches{DetachAbsentOK: true}, []step{
			{call: "DELETE /contacts/" + annID + "/tags/2", want: map[string]any{"id": "2", "applied_at": gone}},
		}},
		{"come escaped for HTML if so chosen", sandbox.Switches{EscapeNames: true}, []step{
			{call: "POST /tags", body: `{"name":"Phone & SMS"}`, want: map[string]any{"name": "Phone &amp; SMS"}},
		}},
	})
}

func TestDeletedTagHasAnEmptyAnswer(t *testing.T) {
	res, body := send(t, sandbox.New(sandbox.Options{Data: small()}), "DELETE /tags/2", "")
	if res.StatusCode != 200 || len(body) != 0 {
		t.Errorf("answer is %d with %q, want 200 and nothing", res.StatusCode, body)
	}
}
