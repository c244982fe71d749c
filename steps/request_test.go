package steps

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/google/go-cmp/cmp"
)

const (
	ann  = "6762f0dd1bb69f9f2193bb83"
	acme = "6762f07f1bb69f9f2193baf5"
)

type values = map[string]any

func TestRequest(t *testing.T) {
	tests := []struct {
		name   string
		action string
		in     values
		want   string
	}{
		{"a user by external_id", "createContact", values{"external_id": "42", "email": "ann@example.com", "on_conflict": "update"},
			`POST /contacts {"email":"ann@example.com","external_id":"42"}`},
		{"every field of a contact in the order of the catalogue", "createContact", values{
			"custom_attributes": values{"plan": "pro", "seats": 3, "gone": nil}, "unsubscribed_from_emails": true, "owner_id": 814860,
			"last_seen_at": 1734537437, "signed_up_at": 1734537436, "avatar": "https://example.com/a.png", "name": "Ann <O'Hara> & Co",
			"phone": "+441234567890", "email_verified": false, "external_id": "42", "email": "ann@example.com", "role": "user"},
			`POST /contacts {"role":"user","email":"ann@example.com","external_id":"42","email_verified":false,"phone":"+441234567890",` +
				`"name":"Ann <O'Hara> & Co","avatar":"https://example.com/a.png","signed_up_at":1734537436,"last_seen_at":1734537437,` +
				`"owner_id":"814860","unsubscribed_from_emails":true,"custom_attributes":{"gone":null,"plan":"pro","seats":3}}`},
		{"an id of digits is sent as text", "createContact", values{"external_id": int64(42)}, `POST /contacts {"external_id":"42"}`},
		{"a long id of digits keeps every digit", "createContact", values{"external_id": json.Number("90071992547409931234")},
			`POST /contacts {"external_id":"90071992547409931234"}`},
		{"raw JSON goes through", "updateContact", values{"contact_id": ann, "custom_attributes": json.RawMessage(`{"a": 1.50, "b": [1]}`)},
			`PUT /contacts/` + ann + ` {"custom_attributes":{"a":1.50,"b":[1]}} repeat`},
		{"null empties a field", "updateContact", values{"contact_id": ann, "name": nil, "email": nil},
			`PUT /contacts/` + ann + ` {"email":null,"name":null} repeat`},
		{"the history of merges is asked for in the query", "updateContact", values{"contact_id": ann, "include_merge_history": true},
			`PUT /contacts/` + ann + `?include_merge_history=true {} repeat`},
		{"a contact by Intercom's id", "getContact", values{"contact_id": ann}, `GET /contacts/` + ann + ` repeat`},
		{"a contact by one's own id", "getContact", values{"external_id": "a/b?c#d %2e"},
			`GET /contacts/find_by_external_id/a%2Fb%3Fc%23d%20%252e repeat`},
		{"archive", "archiveContact", values{"contact_id": ann}, `POST /contacts/` + ann + `/archive repeat`},
		{"unarchive", "unarchiveContact", values{"contact_id": ann}, `POST /contacts/` + ann + `/unarchive repeat`},
		{"delete", "deleteContact", values{"contact_id": ann}, `DELETE /contacts/` + ann + ` repeat`},
		{"a list with its cursor in the query, and nothing of flowrun's own", "listContacts", values{"per_page": 150, "starting_after": "a=b", "all": true, "limit": 7},
			`GET /contacts?per_page=150&starting_after=a%3Db repeat`},
		{"a search has its cursor in the body", "searchContacts", values{
			"query": values{"field": "role", "operator": "=", "value": "user"}, "per_page": 150, "starting_after": "c",
			"sort": json.RawMessage(`{"field":"created_at","order":"ascending"}`), "include_merge_history": false, "limit": 7},
			`POST /contacts/search?include_merge_history=false {"query":{"field":"role","operator":"=","value":"user"},` +
				`"sort":{"field":"created_at","order":"ascending"},"pagination":{"per_page":150,"starting_after":"c"}} repeat`},
		{"short forms are equalities", "searchContacts", values{"email": "ann@example.com", "role": "user", "external_id": 42},
			`POST /contacts/search {"query":{"operator":"AND","value":[{"field":"role","operator":"=","value":"user"},` +
				`{"field":"email","operator":"=","value":"ann@example.com"},{"field":"external_id","operator":"=","value":"42"}]}} repeat`},
		{"a company", "createCompany", values{"company_id": "acme", "plan": "pro", "remote_created_at": 1, "monthly_spend": 0, "update_last_request_at": true},
			`POST /companies {"company_id":"acme","plan":"pro","monthly_spend":0,"remote_created_at":1,"update_last_request_at":true} repeat`},
		{"a company to change", "updateCompany", values{"company_id": acme, "size": 12, "website": "x", "industry": "y", "name": "Acme", "custom_attributes": values{}},
			`PUT /companies/` + acme + ` {"name":"Acme","size":12,"website":"x","industry":"y","custom_attributes":{}} repeat`},
		{"a company by Intercom's id", "getCompany", values{"company_id": acme}, `GET /companies/` + acme + ` repeat`},
		{"a company to delete", "deleteCompany", values{"company_id": acme}, `DELETE /companies/` + acme + ` repeat`},
		{"companies", "listCompanies", values{"per_page": 60, "page": 2, "order": "asc"}, `POST /companies/list?order=asc&page=2&per_page=60 repeat`},
		{"companies by a filter", "listCompanies", values{"company_id": "a&b=c", "per_page": 1}, `GET /companies?company_id=a%26b%3Dc&per_page=1 repeat`},
		{"a contact joins a company", "attachCompany", values{"contact_id": ann, "company_id": acme}, `POST /contacts/` + ann + `/companies {"id":"` + acme + `"} repeat`},
		{"a contact leaves a company", "detachCompany", values{"contact_id": ann, "company_id": acme}, `DELETE /contacts/` + ann + `/companies/` + acme + ` repeat`},
		{"companies of a contact", "listContactCompanies", values{"contact_id": ann, "all": true}, `GET /contacts/` + ann + `/companies repeat`},
		{"contacts of a company", "listCompanyContacts", values{"company_id": acme, "all": true}, `GET /companies/` + acme + `/contacts repeat`},
		{"a tag", "createTag", values{"name": `"new" \ old`}, `POST /tags {"name":"\"new\" \\ old"} repeat`},
		{"a tag with another name", "updateTag", values{"tag_id": "7", "name": "b"}, `POST /tags {"id":"7","name":"b"} repeat`},
		{"a tag to read", "getTag", values{"tag_id": 7}, `GET /tags/7 repeat`},
		{"a tag to delete", "deleteTag", values{"tag_id": "7"}, `DELETE /tags/7 repeat`},
		{"tags", "listTags", values{}, `GET /tags repeat`},
		{"a tag is attached", "attachTag", values{"contact_id": ann, "tag_id": int64(7)}, `POST /contacts/` + ann + `/tags {"id":"7"} repeat`},
		{"a tag is detached", "detachTag", values{"contact_id": ann, "tag_id": "7"}, `DELETE /contacts/` + ann + `/tags/7 repeat`},
		{"tags of a contact", "listContactTags", values{"contact_id": ann}, `GET /contacts/` + ann + `/tags repeat`},
		{"a ticket by contact_id", "createTicket", values{"ticket_type_id": "1", "contact_id": ann, "skip_notifications": true},
			`POST /tickets {"ticket_type_id":"1","contacts":[{"id":"` + ann + `"}],"skip_notifications":true}`},
		{"a ticket by external_id", "createTicket", values{"ticket_type_id": 1, "external_id": 42},
			`POST /tickets {"ticket_type_id":"1","contacts":[{"external_id":"42"}]}`},
		{"a ticket by email, with all else", "createTicket", values{"ticket_type_id": "1", "email": "ann@example.com", "company_id": acme,
			"ticket_attributes": values{"_default_title_": "Help", "Big Number": 1}, "created_at": 1734537437,
			"conversation_to_link_id": "5", "assignment": values{"admin_assignee_id": 12}},
			`POST /tickets {"ticket_type_id":"1","contacts":[{"email":"ann@example.com"}],"ticket_attributes":{"Big Number":1,"_default_title_":"Help"},` +
				`"company_id":"` + acme + `","created_at":1734537437,"conversation_to_link_id":"5","assignment":{"admin_assignee_id":"12"}}`},
		{"a ticket by contacts", "createTicket", values{"ticket_type_id": "1", "contacts": []any{values{"external_id": 42}}},
			`POST /tickets {"ticket_type_id":"1","contacts":[{"external_id":"42"}]}`},
		{"a ticket to read", "getTicket", values{"ticket_id": "626"}, `GET /tickets/626 repeat`},
		{"a ticket to delete", "deleteTicket", values{"ticket_id": "626"}, `DELETE /tickets/626 repeat`},
		{"ticket types", "listTicketTypes", values{}, `GET /ticket_types repeat`},
		{"a raw GET", "rawRequest", values{"method": "GET", "path": "/data_attributes", "query": values{"model": "contact", "id": []any{1, "a b"}}},
			`GET /data_attributes?id=1&id=a+b&model=contact repeat`},
		{"a raw POST is not repeated", "rawRequest", values{"method": "POST", "path": "/contacts/" + ann + "/notes", "body": values{"body": "hi"}, "effect": "create"},
			`POST /contacts/` + ann + `/notes {"body":"hi"}`},
		{"a raw search is repeated", "rawRequest", values{"method": "POST", "path": "/tickets/search", "body": values{}, "effect": "read"},
			`POST /tickets/search {} repeat`},
		{"a raw path keeps its escapes", "rawRequest", values{"method": "DELETE", "path": "/tags/a%2Fb c", "effect": "delete", "headers": values{"X-Trace": 5}},
			`DELETE /tags/a%2Fb%20c repeat X-Trace=5`},
	}
	tested := map[string]bool{}
	for _, tt := range tests {
		tested[tt.action] = true
		t.Run(tt.name, func(t *testing.T) {
			req, err := Find(tt.action).Request(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, line(req)); diff != "" {
				t.Errorf("request differs (-want +got):\n%s", diff)
			}
			if req.Body != nil && !json.Valid(req.Body) {
				t.Errorf("the body is not JSON: %s", req.Body)
			}
		})
	}
	for _, name := range Names() {
		if !tested[name] {
			t.Errorf("no request of %s is tested", name)
		}
	}
}

// line gives a request in one line.
func line(req intercom.Request) string {
	text := req.Method + " " + req.Path
	if len(req.Query) > 0 {
		text += "?" + req.Query.Encode()
	}
	if req.Body != nil {
		text += " " + string(req.Body)
	}
	if req.Repeat {
		text += " repeat"
	}
	for _, name := range slices.Sorted(maps.Keys(req.Header)) {
		text += " " + name + "=" + req.Header.Get(name)
	}
	return text
}

func TestWhatIsNotJSONIsRefused(t *testing.T) {
	_, err := Find("createTag").Request(values{"name": math.Inf(1)})
	if err == nil || !strings.HasPrefix(err.Error(), "createTag: name is not JSON") {
		t.Errorf("error = %v", err)
	}
}

func TestARequestNeedsValuesThatAreKnown(t *testing.T) {
	for _, in := range []values{
		{"contact_id": Later{}},
		{"contact_id": ann, "custom_attributes": values{"plan": []any{Later{}}}},
	} {
		if _, err := Find("updateContact").Request(in); err == nil || !strings.HasSuffix(err.Error(), "is not known yet") {
			t.Errorf("Request(%v) error = %v", in, err)
		}
	}
}

func TestSegmentNeverLeadsElsewhere(t *testing.T) {
	for _, text := range []string{"", ".", "..", "a/../b", `a\.`, "../"} {
		if got, err := Segment(text); err == nil {
			t.Errorf("Segment(%q) = %q, want an error", text, got)
		}
	}
	if got, _ := Segment("a/.b"); got != "a%2F.b" {
		t.Errorf("a slash is not escaped: %s", got)
	}
}

func FuzzRequest(f *testing.F) {
	for _, text := range []string{"..", "", ann, "a/b", "a?b", "a#b", "%2e%2e", "a\\b", "\x00", "\r\nHost: x", "é", "\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, tt := range []struct {
			action, op string
			in         values
		}{
			{"getContact", "GET /contacts/find_by_external_id/", values{"external_id": text}},
			{"updateContact", "PUT /contacts/", values{"contact_id": text}},
			{"deleteTag", "DELETE /tags/", values{"tag_id": text}},
			{"detachCompany", "DELETE /contacts/" + ann + "/companies/", values{"contact_id": ann, "company_id": text}},
		} {
			req, err := Find(tt.action).Request(tt.in)
			if err != nil {
				continue
			}
			last, ok := strings.CutPrefix(req.Method+" "+req.Path, tt.op)
			if !ok || last == "" || last == "." || last == ".." || strings.ContainsAny(last, "/?#\\ \r\n\x00") {
				t.Errorf("%s with %q goes to %s", tt.action, text, req.Path)
			}
		}
	})
}

func FuzzRawPath(f *testing.F) {
	for _, text := range []string{"/tags", "/tags/%2e%2e", "/a//b", "//host", "/a/..", "/a?b", "/a%2Fb", "/\x00", "/é/%", "tags"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		req, err := Find("rawRequest").Request(values{"method": "GET", "path": text})
		if err != nil {
			return
		}
		if strings.Count(req.Path, "/") != strings.Count(text, "/") || !strings.HasPrefix(req.Path, "/") ||
			strings.ContainsAny(req.Path+"/", "?#\\ \r\n\x00") || strings.Contains(req.Path+"/", "/../") || strings.Contains(req.Path, "//") {
			t.Errorf("%q goes to %s", text, req.Path)
		}
	})
}
