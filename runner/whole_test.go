package runner

import (
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// emptying is a gateway that puts a body of its own into the first answers to
// some calls, which are carried out.
type emptying struct {
	to           http.RoundTripper
	method, path string
	body         string
	times        int
}

func (e *emptying) RoundTrip(req *http.Request) (*http.Response, error) {
	answer, err := e.to.RoundTrip(req)
	if err == nil && answer.StatusCode == http.StatusOK && req.Method == e.method && req.URL.Path == e.path && e.times > 0 {
		e.times--
		answer.Body, answer.ContentLength = io.NopCloser(strings.NewReader(e.body)), int64(len(e.body))
	}
	return answer, err
}

// TestAnswersThatLackWhatTheyShouldHave lets a gateway empty the answer to a
// call. It is not taken for a record without fields, nor for a list without
// rows: the row is done, the effects are those that were wanted, and an undo
// leaves the workspace as it was.
func TestAnswersThatLackWhatTheyShouldHave(t *testing.T) {
	const noteID = `{action: updateContact, with: {contact_id: "{{ steps.c.data.id }}", name: Made}}`
	for _, tt := range []struct {
		name, method, path, steps string
		effects, left             int
	}{
		{"of a user", "POST", "/contacts", `{id: c, action: createContact, with: {role: user, external_id: new}}, ` + noteID, 2, 1},
		{"of a lead", "POST", "/contacts", `{id: c, action: createContact, with: {role: lead, email: new@example.com}}, ` + noteID, 2, 1},
		{"of a ticket", "POST", "/tickets", `{id: c, action: createTicket, with: {ticket_type_id: 1, contact_id: $ann, skip_notifications: true, ticket_attributes: {_default_title_: Hi}}},
			{action: getTicket, with: {ticket_id: "{{ steps.c.data.id }}"}}`, 1, 0},
		{"of a company", "POST", "/companies", `{id: c, action: createCompany, with: {company_id: acme, name: New}}, {action: updateCompany, with: {company_id: "{{ steps.c.data.id }}", size: 3}}`, 2, 0},
		{"of the contact before it is written", "GET", "/contacts/$ann", `{action: updateContact, with: {contact_id: $ann, name: New}}`, 1, 0},
		{"of an update, and the contact is updated again", "PUT", "/contacts/$ann", `{action: updateContact, with: {contact_id: $ann, name: New}},
			{action: updateContact, with: {contact_id: $ann, name: Newer, custom_attributes: {plan: pro}}}`, 2, 0},
		{"of the tags that a contact has", "GET", "/contacts/$ann/tags", `{action: detachTag, with: {contact_id: $ann, tag_id: 71}}`, 1, 0},
		{"of the tags, and one is there already", "GET", "/contacts/$ann/tags", `{action: attachTag, with: {contact_id: $ann, tag_id: 71}}, {action: attachTag, with: {contact_id: $ann, tag_id: 72}}`, 1, 0},
		{"of a tag that is put on", "POST", "/contacts/$bob/tags", `{action: attachTag, with: {contact_id: $bob, tag_id: 72}}, {action: attachTag, with: {contact_id: $bob, tag_id: 72}}`, 1, 0},
	} {
		for _, body := range []string{"", "null", "{}", `{"type":"error.list","errors":[]}`} {
			t.Run(tt.name+" "+body, func(t *testing.T) {
				fakeTime(t, func(t *testing.T) {
					b := newBench(t, undoData(), untab(undoNames.Replace(`{version: 1, allow: [send], steps: [{for_each: {in: [1]}, steps: [`+tt.steps+`]}]}`)))
					b.server = sandbox.New(sandbox.Options{Data: undoData()})
					before := b.server.Snapshot()
					gateway := &emptying{b.server.Client().Transport, tt.method, undoNames.Replace(tt.path), body, 1}
					client, err := intercom.New(intercom.Config{Token: "test", HTTPClient: &http.Client{Transport: gateway}})
					if err != nil {
						t.Fatal(err)
					}
					dir := filepath.Join(t.TempDir(), "run")
					r := b.through(dir, func(intercom.Doer) intercom.Doer { return client })
					if r.Counts.Done != 1 || len(b.server.Ledger()) != tt.effects || gateway.times > 0 {
						t.Errorf("counts are %+v, with %d effects, want %d", r.Counts, len(b.server.Ledger()), tt.effects)
					}
					b.takeBack(dir, UndoOptions{})
					if left := lasting(t, before, b.server.Snapshot()); len(left) != tt.left {
						t.Errorf("%d changes stay, want %d: %q", len(left), tt.left, left)
					}
				})
			})
		}
	}
}
