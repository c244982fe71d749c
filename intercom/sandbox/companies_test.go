package sandbox_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

func TestCompanies(t *testing.T) {
	acme := "/companies/" + acmeID
	playAll(t, []scenario{
		{"a post creates, and leaves out what was not sent", likely, []step{{
			call: "POST /companies", body: `{"company_id":"new","name":" New ","plan":"Pro","monthly_spend":155.98}`,
			want: map[string]any{
				"type": "company", "id": "386d43801bb69f9f00000001", "company_id": "new", "name": "New", "plan.name": "Pro", "plan.type": "plan",
				"monthly_spend": 155, "user_count": 0, "session_count": 0, "size": gone, "website": gone, "remote_created_at": gone,
				"custom_attributes.creation_source": "api", "created_at": now, "tags.type": "tag.list",
			},
		}}},
		{"a post of a known company_id updates", likely, []step{
			{call: "POST /companies", body: `{"company_id":"acme","size":7}`, want: map[string]any{"id": acmeID, "size": 7, "updated_at": now, "name": "Acme", "plan": map[string]any{}}},
			{call: "POST /companies", body: `{"company_id":"acme","size":7}`, want: map[string]any{"updated_at": now}},
		}},
		{"the same values again leave updated_at alone", likely, []step{
			{call: "PUT " + acme, body: `{"name":"Acme"}`, want: map[string]any{"updated_at": 1677721600}},
		}},
		{"unknown members are refused", likely, []step{{
			call: "POST /companies", body: `{"company_id":"x","test":"invalid"}`, status: 400, want: refusal("bad_request", "bad 'test' parameter"),
		}}},
		{"without company_id nothing is made", likely, []step{{call: "POST /companies", body: `{"name":"x"}`, status: 400}}},
		{"an unknown custom attribute is refused", likely, []step{{
			call: "PUT " + acme, body: `{"custom_attributes":{"shoe":1}}`, status: 400,
			want: refusal("parameter_invalid", "Custom attribute 'shoe' does not exist"),
		}}},
		{"null clears", likely, []step{{call: "PUT " + acme, body: `{"name":null}`, want: map[string]any{"name": gone}}}},
		{"or is ignored", sandbox.Switches{CompanyNullIgnored: true}, []step{{call: "PUT " + acme, body: `{"name":null}`, want: map[string]any{"name": "Acme"}}}},
	})
}

func TestListAndDeleteCompanies(t *testing.T) {
	notFound := refusal("company_not_found", "Company Not Found")
	acme := "/companies/" + acmeID
	playAll(t, []scenario{
		{"a lookup gives the bare company", likely, []step{
			{call: "GET /companies?company_id=empty", want: map[string]any{"type": "company", "id": emptyID}},
			{call: "GET /companies?name=Acme", want: map[string]any{"id": acmeID, "user_count": 1}},
			{call: "GET /companies?company_id=nope", status: 404, want: notFound},
			{call: "GET /companies?name=nope", status: 404, want: notFound},
		}},
		{"or a list", sandbox.Switches{CompanyLookupList: true}, []step{
			{call: "GET /companies?company_id=empty", want: map[string]any{"type": "list", "data.0.id": emptyID, "total_count": 1, "pages.next": nil}},
		}},
		{"lists leave out companies without contacts", likely, []step{
			{call: "POST /companies/list", want: map[string]any{"total_count": 1, "data.0.id": acmeID, "pages.per_page": 15, "pages.next": nil}},
			{call: "GET /companies", want: map[string]any{"total_count": 1}},
			{call: "GET /companies?tag_id=1", want: map[string]any{"total_count": 1}},
			{call: "GET /companies?tag_id=2", want: map[string]any{"total_count": 0}},
		}},
		{"pages have limits", likely, []step{
			{call: "POST /companies/list?per_page=61", status: 400, want: refusal("parameter_invalid", "Per Page is too big")},
			{call: "POST /companies/list?per_page=50&page=201", status: 400, want: refusal("bad_request", "page limit reached, please use scroll API")},
			{call: "POST /companies/list?page=0", status: 400},
			{call: "POST /companies/list?order=up", status: 400},
		}},
		{"unknown ids are not found", likely, []step{
			{call: "GET /companies/nope", status: 404, want: notFound},
			{call: "PUT /companies/nope", body: `{}`, status: 404, want: notFound},
			{call: "DELETE /companies/nope", status: 404, want: notFound},
			{call: "GET /companies/nope/contacts", status: 404, want: notFound},
		}},
		{"a deleted company lets go of its contacts, and comes back with another id", likely, []step{
			{call: "DELETE " + acme, want: map[string]any{"id": acmeID, "object": "company", "deleted": true}},
			{call: "GET " + acme, status: 404, want: notFound},
			{call: "GET /contacts/" + annID, want: map[string]any{"companies.total_count": 0}},
			{call: "POST /companies", body: `{"company_id":"acme"}`, want: map[string]any{"id": "386d43801bb69f9f00000001"}},
		}},
		{"or with the same", sandbox.Switches{ReuseCompanyID: true}, []step{
			{call: "DELETE " + acme},
			{call: "POST /companies", body: `{"company_id":"acme"}`, want: map[string]any{"id": acmeID, "name": gone}},
			{call: "GET " + acme, want: map[string]any{"user_count": 0}},
		}},
	})
}

func TestCompanyDeletionIsAsynchronous(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(sandbox.Options{Data: small(), Switches: sandbox.Switches{CompanyDeleteLag: 30 * time.Second}})
		play(t, s, step{call: "DELETE /companies/" + acmeID}, step{call: "GET /companies/" + acmeID})
		time.Sleep(30 * time.Second)
		play(t, s, step{call: "GET /companies/" + acmeID, status: 404})
	})
}

func TestMembership(t *testing.T) {
	ann, bob := "/contacts/"+annID+"/companies", "/contacts/"+bobID+"/companies"
	acme, empty := `{"id":"`+acmeID+`"}`, `{"id":"`+emptyID+`"}`
	playAll(t, []scenario{
		{"attaching gives the company", likely, []step{
			{call: "POST " + bob, body: acme, want: map[string]any{"type": "company", "id": acmeID, "user_count": 2, "notes.type": "note.list"}},
			{call: "GET " + bob, want: map[string]any{"data.0.id": acmeID, "total_count": 1, "pages.next": nil, "pages.per_page": 50}},
			{call: "GET /contacts/" + bobID, want: map[string]any{"updated_at": 1694498817, "companies.data.0.id": acmeID}},
		}},
		{"and moves updated_at if so chosen", sandbox.Switches{CompanyTouchesContact: true}, []step{
			{call: "POST " + bob, body: acme},
			{call: "GET /contacts/" + bobID, want: map[string]any{"updated_at": now}},
		}},
		{"attaching again is fine", likely, []step{
			{call: "POST " + ann, body: acme}, {call: "GET " + ann, want: map[string]any{"total_count": 1}},
		}},
		{"or refused", sandbox.Switches{ReattachRefused: true}, []step{{call: "POST " + ann, body: acme, status: 400}}},
		{"what is missing is named", likely, []step{
			{call: "POST " + ann, status: 400, want: refusal("parameter_not_found", "company not specified")},
			{call: "POST " + ann, body: `{"id":"123"}`, status: 404, want: refusal("company_not_found", "Company Not Found")},
			{call: "POST /contacts/nobody/companies", body: acme, status: 404, want: refusal("not_found", "User Not Found")},
			{call: "DELETE /contacts/nobody/companies/" + acmeID, status: 404, want: refusal("not_found", "User Not Found")},
		}},
		{"detaching gives the company", likely, []step{
			{call: "DELETE " + ann + "/" + acmeID, want: map[string]any{"id": acmeID, "user_count": 0}},
			{call: "DELETE " + ann + "/" + acmeID, status: 404, want: refusal("company_not_found", "Company Not Found")},
		}},
		{"detaching what is not attached may be fine", sandbox.Switches{DetachAbsentOK: true}, []step{
			{call: "DELETE " + ann + "/" + emptyID, want: map[string]any{"id": emptyID}},
		}},
		{"companies list their contacts", likely, []step{
			{call: "POST " + bob, body: empty},
			{call: "GET /companies/" + emptyID + "/contacts", want: map[string]any{"total_count": 1, "data.0.id": bobID, "pages.per_page": 50}},
		}},
	})
}

func TestContactHasThousandCompaniesAtMost(t *testing.T) {
	d := small()
	for i := range 999 {
		d.Companies = append(d.Companies, sandbox.Company{CompanyID: fmt.Sprint(i)})
		d.Contacts[0].Companies = append(d.Contacts[0].Companies, fmt.Sprint(i))
	}
	play(t, sandbox.New(sandbox.Options{Data: d}), step{
		call: "POST /contacts/" + annID + "/companies", body: `{"id":"` + emptyID + `"}`, status: 400,
		want: refusal("contact_company_limit_exceeded", "Contact has reached the maximum of 1000 company associations"),
	})
}
