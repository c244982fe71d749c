package runner

import (
	"path/filepath"
	"strconv"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/google/go-cmp/cmp"
)

// TestWhatMovedHoldsUpItsOwnRecordOnly: a record is one record however it was
// found, and no other one is taken for it.
func TestWhatMovedHoldsUpItsOwnRecordOnly(t *testing.T) {
	tests := []struct {
		name, steps string
		move        [3]string // method, path and body of what somebody else sends
		want        map[string]string
	}{
		{
			name: "one tag of the list of all tags",
			steps: `{id: a, action: createTag, with: {name: vip}, on_error: continue},
				{id: b, action: createTag, with: {name: new}}`,
			move: [3]string{"DELETE", "/tags/1"},
			want: map[string]string{"a": "the plan foresaw that this would be unchanged"},
		},
		{
			name: "a company by its own id and by Intercom's",
			steps: `{id: a, action: createCompany, with: {company_id: acme, name: New}},
				{id: b, action: updateCompany, with: {company_id: "000000000000000000000011", plan: pro}},
				{id: c, action: createCompany, with: {company_id: globex, name: New}}`,
			move: [3]string{"PUT", "/companies/000000000000000000000011", `{"name": "Else"}`},
			want: map[string]string{"a": "it was changed since: name", "b": "an earlier step found that it was changed since"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data := tagged()
			data.Companies = []sandbox.Company{{ID: "000000000000000000000011", CompanyID: "acme", Name: "Acme"}}
			k := &keeper{bench: newBench(t, data, "{version: 1, steps: ["+untab(tt.steps)+"]}"), concurrency: 1}
			name := k.mustSave()
			k.send(tt.move[0], tt.move[1], tt.move[2])
			k.applyPlan(name, filepath.Join(t.TempDir(), "run"), "")
			got := map[string]string{}
			for _, e := range k.events {
				if e.Ended != nil && e.Ended.Reason == reasonStale {
					got[e.Ended.Addr] = e.Ended.Note
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("stale differs (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWhatThePlanSawFailFailsAgain: a write that the plan foresaw to fail is not
// sent and fails in the same words, and what goes on after it is done.
func TestWhatThePlanSawFailFailsAgain(t *testing.T) {
	const text = `{version: 1, steps: [{id: l, for_each: {in: [u1, u2], key: item, max_failures: 2}, steps: [
		{id: c, action: createContact, with: {external_id: "{{ item }}"}, on_error: continue},
		{id: u, action: updateContact, with: {contact_id: "00000000000000000000000{{ index + 1 }}", name: New}}]}]}`
	k := newKeeper(t, text)
	name := k.mustSave()
	planned := endedOf(k.events)
	k.send("DELETE", "/contacts/"+u2[:23]+"1", "")
	r := k.applyPlan(name, filepath.Join(t.TempDir(), "run"), "")
	for _, addr := range []string{`l["u1"].c`, `l["u2"].c`} {
		was, is := planned[addr].Failure, endedOf(k.events)[addr].Failure
		if was == nil || is == nil || was.Message != is.Message || was.Code != is.Code {
			t.Errorf("%s was planned as %v, and ended as %v", addr, was, is)
		}
	}
	if writes := k.writes(); len(writes) != 2 || writes[1] != `PUT /contacts/`+u2+` {"name":"New"}` {
		t.Errorf("writes: %v", writes)
	}
	if r.Stale != 0 {
		t.Errorf("%d are stale", r.Stale)
	}
}

// TestWhatASearchShowsOtherwiseHasNotMoved: no email is null in a search and ""
// in a read of the contact, and its tags come in another order.
func TestWhatASearchShowsOtherwiseHasNotMoved(t *testing.T) {
	data := &sandbox.Data{
		Tags:     []sandbox.Tag{{ID: "1", Name: "a"}, {ID: "2", Name: "b"}},
		Contacts: []sandbox.Contact{{ID: u2, ExternalID: "a1", Name: "Ann", Tags: []string{"a", "b"}}},
	}
	for _, name := range []string{`c.email ?? "none"`, `toJSON(c.tags)`, `toJSON(c.tags.data)`} {
		k := &keeper{bench: newBench(t, data, `{"version": 1, "steps": [{"id": "l", "for_each": {"action": "searchContacts", "with": {"role": "user"}, "as": "c", "key": "c.id"},
			"steps": [{"id": "u", "action": "updateContact", "with": {"contact_id": "{{ c.id }}", "name": `+strconv.Quote("{{ "+name+" }}")+`}}]}]}`), concurrency: 1}
		plan := k.mustSave()
		r := k.applyPlan(plan, filepath.Join(t.TempDir(), "run"), "")
		if r.Stale != 0 || r.Changes.Certain.Update != 1 {
			t.Errorf("%s: %d are stale, and %+v was written", name, r.Stale, r.Changes.Certain)
		}
	}
}

// TestTagsInAnotherOrderAreTheSame, and fewer of them are not.
func TestTagsInAnotherOrderAreTheSame(t *testing.T) {
	show := func(record string) string { return shownAs(eval.RawTrusted([]byte(record)), "tags") }
	one := show(`{"tags": {"type": "list", "data": [{"id": "1"}, {"id": "2"}]}}`)
	if other := show(`{"tags": {"type": "list", "data": [{"id": "2"}, {"id": "1"}]}}`); one != other {
		t.Errorf("%s and %s", one, other)
	}
	if other := show(`{"tags": {"type": "list", "data": [{"id": "2"}]}}`); one == other {
		t.Errorf("%s is taken for the same", other)
	}
}

// TestARowThatWasPutOffHasNotMoved applies a plan to records that it listed by
// what it writes to them. A write whose answer is lost changes what the row is
// held against when it is run again: it was the run itself, and the rest is done.
func TestARowThatWasPutOffHasNotMoved(t *testing.T) {
	k := &keeper{bench: newBench(t, undoData(), untab(undoNames.Replace(`{version: 1, defaults: {retry: {max_attempts: 1}}, steps: [
		{for_each: {action: listContacts, as: c, where: 'c.name == "Ann"'}, steps: [
			{id: u, action: updateContact, with: {contact_id: "{{ c.id }}", name: "{{ c.name }}!"}},
			{id: a, action: attachTag, with: {contact_id: "{{ c.id }}", tag_id: 72}}]}]}`))), concurrency: 1}
	plan := k.mustSave()
	k.server.Fail(sandbox.Fault{Kind: sandbox.FaultLost, Method: "PUT", Count: 1})
	r := k.applyPlan(plan, filepath.Join(t.TempDir(), "run"), "")
	if diff := cmp.Diff([]string{"for_each rows: 1 done", "u: 1 done", "a: 1 done"}, endings(r)); diff != "" {
		t.Errorf("endings differ (-want +got):\n%s", diff)
	}
}
