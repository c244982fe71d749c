package runner

import (
	"encoding/json"
	"testing"

	"github.com/flowrun-dev/flowrun/steps"
)

func TestReversalOf(t *testing.T) {
	from := func(path, before string) []Change {
		c := Change{Path: path, After: json.RawMessage(`"new"`)}
		if before != "" {
			c.Before = json.RawMessage(before)
		}
		return []Change{c}
	}
	const stays = "an attribute that was not there before stays, as null"
	for _, tt := range []struct {
		name    string
		action  string
		effect  steps.Effect
		changes []Change
		want    Reversal
		note    string
	}{
		{"an old value is put back", "updateContact", steps.Update, from("name", `"Ann"`), Fully, ""},
		{"so is that of an attribute", "updateContact", steps.Update, from("custom_attributes.plan", `"pro"`), Fully, ""},
		{"an attribute that was not there stays", "updateContact", steps.Update, from("custom_attributes.plan", ""), Partly, stays},
		{"a field without a value cannot be emptied again", "updateContact", steps.Update, from("external_id", "null"), Never, "Intercom cannot empty an external_id"},
		{"a user stays a user", "updateContact", steps.Update, from("role", `"lead"`), Never, "a user cannot become a lead again"},
		{"a field at another place of the record", "updateCompany", steps.Update, from("plan.name", "null"), Never, "Intercom is not known to empty this field of a company again"},
		{"a new contact is archived", "createContact", steps.Create, from("name", ""), Fully, ""},
		{"a contact that was there gets its values back", "createContact", steps.Update, from("custom_attributes.plan", ""), Partly, stays},
		{"an archive", "archiveContact", steps.Archive, nil, Fully, ""},
		{"a tag comes back with another id", "deleteTag", steps.Delete, nil, Partly, steps.Find("deleteTag").UndoNote},
		{"a delete of a contact", "deleteContact", steps.Delete, nil, Never, steps.Find("deleteContact").UndoNote},
		{"a call that nobody knows", "rawRequest", steps.Update, nil, Never, "flowrun does not know what the call does"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, note := ReversalOf(steps.Find(tt.action), tt.effect, tt.changes)
			if got != tt.want || note != tt.note {
				t.Errorf("got %s, %q; want %s, %q", got, note, tt.want, tt.note)
			}
		})
	}
}

func TestAPlanSaysWhatUndoCouldTakeBack(t *testing.T) {
	plan := func(settings string) *StepEnded {
		b := newBench(t, twoUsers(), untab(`{version: 1, `+settings+` steps: [{action: updateContact, with:
			{contact_id: "000000000000000000000001", name: New}}]}`))
		b.plan()
		return b.events[1].Ended
	}
	if got := plan(""); got.Undo != Fully || got.UndoNote != "" {
		t.Errorf("with before-images: %s, %s", got.Undo, got.UndoNote)
	}
	if got := plan("undo: false,"); got.Undo != Never || got.UndoNote == "" {
		t.Errorf("without before-images: %s, %s", got.Undo, got.UndoNote)
	}
}

func TestAChangeOfWhatNoRecordShowsHasTheNameOfItsInput(t *testing.T) {
	b := newBench(t, twoUsers(), untab(`{version: 1, allow: [send], steps: [{action: rawRequest, with:
		{method: POST, path: /contacts/1/notes, body: {body: hello}, effect: send}}]}`))
	b.plan()
	changes := b.events[1].Ended.Changes
	if len(changes) != 1 || changes[0].Path != "body" || string(changes[0].After) != `{"body":"hello"}` {
		t.Errorf("changes %+v", changes)
	}
}
