package runner

import (
	"net/http"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// direct are calls of the sandbox that no action makes, and refusals that no
// action can cause, "METHOD PATH BODY". They go to one workspace, in order.
var direct = []string{
	"GET /me",
	"GET /admins",
	"GET /admins/1295",
	"GET /admins/99",

	"GET /contacts?per_page=151",
	"GET /contacts?per_page=1",
	`POST /contacts {}`,
	`POST /contacts {"email": {}}`,
	`POST /contacts not JSON`,
	`POST /contacts/search {"query":{"field":"created_at","operator":">","value":1700000000},"sort":{"field":"email","order":"desc"}}`,
	`POST /contacts/search {"query":{"field":"email","operator":"IN","value":["ann@example.com"]},"pagination":{"per_page":151}}`,
	`POST /contacts/search {}`,
	"GET /contacts/find_by_external_id/a1?include_merge_history=true",
	"GET /contacts/$merged",
	`PUT /contacts/$lea {"email":"ann@example.com"}`,
	`POST /contacts/merge {"from":"$lea","into":"$ann"}`,
	`POST /contacts/merge {"from":"$lea","into":"$lea"}`,
	"GET /contacts/$lea",
	"GET /contacts/$ann?include_merge_history=true",
	"GET /contacts/$ann/merge_history",
	"GET /contacts/$nobody/merge_history",
	"POST /contacts/$blocked/block",
	"POST /contacts/$nobody/block",

	"GET /contacts/$ann/companies?page=1&per_page=1",
	`POST /contacts/$ann/companies {}`,
	"GET /contacts/$ann/segments",
	"GET /contacts/$ann/subscriptions",
	`POST /contacts/$ann/notes {"body":"Called back","admin_id":"1295"}`,
	`POST /contacts/$ann/notes {"body":"Called back","admin_id":"99"}`,
	`POST /contacts/$nobody/notes {"body":"Called back"}`,
	"GET /contacts/$ann/notes",
	"GET /notes/1",
	"GET /notes/99",

	"GET /companies?page=1&per_page=5",
	"GET /companies?tag_id=1",
	"GET /companies/scroll",
	"GET /companies/scroll",
	"GET /companies/scroll?scroll_param=abc",
	"POST /companies/list?per_page=61",
	`POST /companies {"name":"without an id"}`,
	`POST /companies {"company_id":"x","test":1}`,
	"GET /companies/$acme/contacts?per_page=1",
	"GET /companies/$nobody/contacts",
	"GET /companies/$acme/segments",
	"GET /companies/$nobody/segments",
	`POST /companies/$acme/notes {"body":"Renewed"}`,
	"GET /companies/$acme/notes",
	"GET /companies/$nobody/notes",

	`POST /tags {"name":"new","companies":[{"id":"$acme"},{"company_id":"nobody"}]}`,
	`POST /tags {"name":"new","companies":[{"id":"$acme","untag":true}]}`,
	`POST /tags {"name":"new","users":[{"id":"$ann"}]}`,
	`POST /tags {}`,
	"GET /segments?include_count=true",
	"GET /segments/$seg",
	"GET /segments/$nobody",

	"GET /data_attributes?model=contact",
	"GET /data_attributes?model=company&include_archived=true",
	"GET /data_attributes?model=shoe",
	`POST /data_attributes {"name":"shoe size","model":"contact","data_type":"integer","description":"EU"}`,
	`POST /data_attributes {"name":"colour","model":"company","data_type":"options","options":[{"value":"red"},{"value":"blue"}]}`,
	`POST /data_attributes {"name":"plan","model":"company","data_type":"string"}`,
	`PUT /data_attributes/13 {"archived":true}`,
	`PUT /data_attributes/99 {"archived":true}`,

	`POST /tickets/search {"query":{"field":"created_at","operator":">","value":1},"pagination":{"per_page":1}}`,
	`POST /tickets/search {"query":{"field":"shoe","operator":"=","value":"1"}}`,
	`PUT /tickets/7 {"ticket_attributes":{"_default_title_":"It broke again"},"ticket_state_id":"2","open":true,"is_shared":true}`,
	`PUT /tickets/7 {"admin_id":1295,"assignee_id":"1295"}`,
	`PUT /tickets/7 {"admin_id":1295,"assignee_id":"99"}`,
	`PUT /tickets/7 {"ticket_state_id":"99"}`,
	`PUT /tickets/99 {"open":false}`,
	"GET /tickets/7",
	"DELETE /tickets/7",
	"DELETE /tickets/7",
	"GET /ticket_types/1",
	"GET /ticket_types/99",
	"GET /ticket_states",
}

// directCalls makes the calls, and one with a token that is not valid.
func directCalls(t *testing.T) []exchange {
	t.Helper()
	server := sandbox.New(sandbox.Options{Data: shop(), Token: "test"})
	wire := &recorder{to: server.Client().Transport}
	for _, call := range direct {
		sendDirect(t, wire, call, "test")
	}
	sendDirect(t, wire, "GET /contacts", "another")
	for _, x := range wire.all {
		if x.answer.StatusCode >= 500 {
			t.Errorf("%s %s: %s", x.request.Method, x.request.URL, x.body)
		}
	}
	return wire.all
}

func sendDirect(t *testing.T, wire *recorder, call, token string) {
	t.Helper()
	part := strings.SplitN(names.Replace(call), " ", 3)
	body := ""
	if len(part) == 3 {
		body = part[2]
	}
	req, err := http.NewRequestWithContext(t.Context(), part[0], "https://api.intercom.io"+part[1], strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Intercom-Version", "2.16")
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if _, err := wire.RoundTrip(req); err != nil {
		t.Fatal(err)
	}
}
