package sandbox_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

func TestCreateConflicts(t *testing.T) {
	taken := func(id string) map[string]any {
		return refusal("conflict", "A contact matching those details already exists with id="+id)
	}
	archived := refusal("conflict", "An archived contact matching those details already exists with id="+oldID)
	tests := []struct {
		name string
		rule sandbox.EmailConflict
		body string
		want map[string]any // nil: created
	}{
		{"same external_id", "", `{"external_id":"a1"}`, taken(annID)},
		{"same external_id as an archived user", "", `{"external_id":"old1"}`, archived},
		{"email of a user without external_id", "", `{"email":"bob@example.com"}`, taken(bobID)},
		{"email in other case", "", `{"email":"BOB@example.com"}`, taken(bobID)},
		{"email of a user that has an external_id", "", `{"email":"ann@example.com"}`, taken(annID)},
		{"email of an archived user", "", `{"email":"old@example.com"}`, archived},
		{"same email with another external_id", "", `{"email":"ann@example.com","external_id":"a2"}`, nil},
		{"the same, when emails always conflict", sandbox.EmailConflictAlways, `{"email":"ann@example.com","external_id":"a2"}`, taken(annID)},
		{"same email, when emails never conflict", sandbox.EmailConflictNever, `{"email":"bob@example.com"}`, nil},
		{"email of a lead", "", `{"email":"lea@example.com"}`, nil},
		{"a lead with the email of a user", "", `{"role":"lead","email":"bob@example.com"}`, nil},
		{"a lead with the email of a lead", "", `{"role":"lead","email":"lea@example.com"}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sandbox.New(sandbox.Options{Data: small(), Switches: sandbox.Switches{EmailConflict: tt.rule}})
			st := step{call: "POST /contacts", body: tt.body}
			if tt.want != nil {
				st.status, st.want = 409, tt.want
			}
			play(t, s, st)
		})
	}
}

func TestDeletedContactHoldsItsIdentityForAWeek(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(sandbox.Options{Data: small()})
		path := "/contacts/" + annID
		play(t, s,
			step{call: "DELETE " + path, want: map[string]any{"type": "contact", "id": annID, "external_id": "a1", "deleted": true}},
			step{call: "DELETE " + path, status: 404, want: refusal("not_found", "User Not Found")},
			step{call: "GET " + path, status: 404},
			step{call: "POST " + path + "/archive", status: 404},
			step{call: "POST " + path + "/unarchive", status: 400, want: refusal("bad_request", "User has been marked for permanent deletion and is not restorable.")},
		)
		time.Sleep(7*24*time.Hour - time.Second)
		play(t, s, step{
			call: "POST /contacts", body: `{"external_id":"a1"}`, status: 409,
			want: refusal("conflict", "An archived contact matching those details already exists with id="+annID),
		})
		time.Sleep(time.Second)
		play(t, s,
			step{call: "POST /contacts", body: `{"external_id":"a1"}`},
			step{call: "POST " + path + "/unarchive", status: 404, want: refusal("not_found", "User Not Found")},
		)
		if n := len(s.Snapshot().Contacts); n != 4 {
			t.Errorf("%d contacts are left, want 4: the deleted one is gone", n)
		}
	})
}

func TestLifeCycle(t *testing.T) {
	ann, old := "/contacts/"+annID, "/contacts/"+oldID
	playAll(t, []scenario{
		{"archived contacts are nowhere, and come back as they were", likely, []step{
			{call: "POST " + ann + "/archive", want: map[string]any{"archived": true, "id": annID, "external_id": "a1", "type": "contact"}},
			{call: "GET " + ann, status: 404, want: refusal("not_found", "User Not Found")},
			{call: "GET /contacts/find_by_external_id/a1", status: 404},
			{call: "GET /contacts", want: map[string]any{"total_count": 2}},
			{call: "POST " + ann + "/tags", body: `{"id":"2"}`, status: 404, want: refusal("not_found", "User Not Found")},
			{call: "POST " + ann + "/unarchive", want: map[string]any{"archived": false}},
			{call: "GET " + ann, want: map[string]any{"name": "Ann", "updated_at": 1694498816, "tags.total_count": 1}},
		}},
		{"archiving again is fine", likely, []step{
			{call: "POST " + old + "/archive", body: "{}", want: map[string]any{"archived": true}},
		}},
		{"an active contact can be unarchived", likely, []step{
			{call: "POST " + ann + "/unarchive", want: map[string]any{"archived": false}},
		}},
		{"or not", sandbox.Switches{UnarchiveActiveRefused: true}, []step{
			{call: "POST " + ann + "/unarchive", status: 400},
		}},
	})
}

func TestLifeCycleEnds(t *testing.T) {
	ann, old := "/contacts/"+annID, "/contacts/"+oldID
	playAll(t, []scenario{
		{"blocking cannot be undone", likely, []step{
			{call: "POST " + ann + "/block", want: map[string]any{"blocked": true}},
			{call: "POST " + ann + "/unarchive", status: 400, want: map[string]any{"errors.0.code": "not_restorable"}},
			{call: "GET " + ann, status: 404},
		}},
		{"an archived contact can be deleted", likely, []step{
			{call: "DELETE " + old, want: map[string]any{"deleted": true}},
		}},
		{"unknown ids are not found", likely, []step{
			{call: "POST /contacts/nobody/archive", status: 404, want: refusal("not_found", "User Not Found")},
			{call: "POST /contacts/nobody/unarchive", status: 404},
			{call: "DELETE /contacts/nobody", status: 404},
		}},
		{"a merged lead points at the user", likely, []step{
			{call: "POST /contacts/" + leaID + "/tags", body: `{"id":"2"}`},
			{
				call: "POST /contacts/merge", body: `{"from":"` + leaID + `","into":"` + annID + `"}`, status: 400,
				want: map[string]any{"errors.0.code": "invalid_merge"},
			},
			{
				call: "POST /contacts/merge", body: `{"from":"` + leaID + `","into":"` + annID + `","skip_duplicate_validation":true}`,
				want: map[string]any{"id": annID, "email": "ann@example.com", "tags.total_count": 2},
			},
			{call: "GET /contacts/" + leaID, status: 410, want: map[string]any{"errors.0.code": "contact_merged"}},
			{call: "POST /contacts/" + leaID + "/unarchive", status: 400, want: refusal("bad_request", "User has been merged and is not restorable.")},
			{call: "GET " + ann + "?include_merge_history=true", want: map[string]any{"merge_history.0.source_contact_id": leaID}},
		}},
	})
}
