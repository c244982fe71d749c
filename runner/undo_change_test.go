package runner

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// byHand applies steps as somebody else would, outside of any run.
func (b *bench) byHand(list string) {
	b.t.Helper()
	other := newBench(b.t, nil, untab(undoNames.Replace(`{version: 1, undo: false, allow: [delete], steps: [`+list+`]}`)))
	other.server = b.server
	if r := other.apply(); len(r.Failures) > 0 {
		b.t.Fatal(r.Failures[0])
	}
}

// TestUndoKeepsWhatOthersDid changes a workspace between a run and its undo:
// what somebody did since is not overwritten, and is told.
func TestUndoKeepsWhatOthersDid(t *testing.T) {
	const both = `{action: updateContact, with: {contact_id: $ann, name: New, phone: "+15005550100"}}`
	tests := []struct {
		name, run, between string
		opt                UndoOptions
		changes, notes     []string
	}{
		{
			name: "a record that was edited is left alone", run: both, between: `{action: updateContact, with: {contact_id: $ann, name: Edited}}`,
			changes: []string{`contacts $ann name: "Ann" -> "Edited"`, `contacts $ann phone: none -> "+15005550100"`},
			notes:   []string{`updateContact_1["updateContact"]: name was changed since`},
		},
		{
			name: "the fields that were not edited are put back", run: both, between: `{action: updateContact, with: {contact_id: $ann, name: Edited}}`,
			opt: UndoOptions{OnConflict: FieldConflict}, changes: []string{`contacts $ann name: "Ann" -> "Edited"`},
		},
		{
			name: "by force all are put back", run: both, between: `{action: updateContact, with: {contact_id: $ann, name: Edited}}`,
			opt: UndoOptions{OnConflict: ForceConflict},
		},
		{
			name: "what was put back by hand is no conflict", run: both, between: `{action: updateContact, with: {contact_id: $ann, name: Ann}}`,
		},
		{
			name: "other fields of the record do not matter", run: both, between: `{action: updateContact, with: {contact_id: $ann, custom_attributes: {plan: pro}}}`,
			changes: []string{`contacts $ann custom_attributes: {"plan":"free"} -> {"plan":"pro"}`},
		},
		{
			name: "one attribute of several", run: `{action: updateContact, with: {contact_id: $ann, custom_attributes: {plan: pro, "job_title": CEO}}}`,
			between: `{action: updateContact, with: {contact_id: $ann, custom_attributes: {plan: other}}}`, opt: UndoOptions{OnConflict: FieldConflict},
			changes: []string{`contacts $ann custom_attributes: {"plan":"free"} -> {"job_title":null,"plan":"other"}`},
		},
		{
			name: "a tag that somebody uses is not deleted", run: `{action: createTag, with: {name: new}}`, between: `{action: attachTag, with: {contact_id: $bob, tag_id: 73}}`,
			opt:     UndoOptions{OnConflict: ForceConflict},
			changes: []string{`contacts $bob tags: ["vip"] -> ["vip","new"]`, `+ tags 73 {"id":"73","name":"new"}`},
			notes:   []string{`createTag_1["createTag"]: the contact $bob has it`},
		},
		{
			name: "a tag on a company is not deleted", run: `{action: createTag, with: {name: new}}`,
			between: `{action: rawRequest, with: {method: POST, path: /tags, effect: update, body: {name: new, companies: [{id: $company}]}}}`,
			changes: []string{`companies $company tags: none -> ["new"]`, `+ tags 73 {"id":"73","name":"new"}`},
			notes:   []string{`createTag_1["createTag"]: the company $company has it`},
		},
		{
			name: "a tag that got another name is not deleted", run: `{action: createTag, with: {name: new}}`, between: `{action: updateTag, with: {tag_id: 73, name: better}}`,
			changes: []string{`+ tags 73 {"id":"73","name":"better"}`}, notes: []string{`createTag_1["createTag"]: name was changed since`},
		},
		{
			name: "a company that somebody joined is not deleted", run: `{action: createCompany, with: {company_id: new, name: New}}`,
			between: `{id: c, action: createCompany, with: {company_id: new}}, {action: attachCompany, with: {contact_id: $bob, company_id: "{{ steps.c.data.id }}"}}`,
			changes: []string{
				`+ companies $new {"company_id":"new","created_at":946684800,"custom_attributes":{"creation_source":"api"},"id":"$new","name":"New","updated_at":946684800}`,
				`contacts $bob companies: none -> ["new"]`,
			},
			notes: []string{`createCompany_1["createCompany"]: the contact $bob has it`},
		},
		{
			name: "a contact that was created and edited is not archived", run: `{action: createContact, with: {role: user, external_id: new, name: New}}`,
			between: `{action: createContact, with: {role: user, external_id: new, name: Newer, on_conflict: update}}`,
			changes: []string{`+ contacts $new {"created_at":946684800,"external_id":"new","id":"$new","name":"Newer","role":"user","updated_at":946684800}`},
			notes:   []string{`createContact_1["createContact"]: name was changed since`},
		},
		{
			name: "a link that was there before the run stays", run: `{action: attachTag, with: {contact_id: $ann, tag_id: 71}}, ` + both,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fakeTime(t, func(t *testing.T) {
				b := newBench(t, undoData(), untab(undoNames.Replace(`{version: 1, steps: [`+tt.run+`]}`)))
				before := b.server.Snapshot()
				dir := filepath.Join(t.TempDir(), "run")
				b.stretch(dir, 10)
				if tt.between != "" {
					b.byHand(tt.between)
				}
				u := b.takeBack(dir, tt.opt)
				if diff := cmp.Diff(tt.changes, lasting(t, before, b.server.Snapshot())); diff != "" {
					t.Errorf("the workspace differs (-want +got):\n%s", diff)
				}
				notes := u.notes()
				for i := range notes {
					notes[i] = ids.Replace(undoIDs.Replace(notes[i]))
				}
				if diff := cmp.Diff(tt.notes, notes, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("notes differ (-want +got):\n%s", diff)
				}
				if u.result.Counts != u.plan.Counts {
					t.Errorf("the plan was %+v, and it ended with %+v", u.plan.Counts, u.result.Counts)
				}
			})
		})
	}
}

// TestUndoOfManyWrites takes back runs in which one record is written more than
// once, or is deleted after it was changed.
func TestUndoOfManyWrites(t *testing.T) {
	tests := []struct {
		name, steps string
		changes     []string
	}{
		{name: "a record in several rows", steps: `{for_each: {in: [A, B, C]}, action: updateContact, with: {contact_id: $ann, name: "{{ item }}"}}`},
		{name: "a record that two steps change in turns", steps: `{for_each: {in: [A, B, C]}, steps: [
			{action: updateContact, with: {contact_id: $ann, name: "{{ item }}"}}, {action: updateContact, with: {contact_id: $ann, name: "{{ item }}2", phone: "{{ item }}"}}]}`},
		{name: "a step that stands first and came last", steps: `{for_each: {in: [1, 2]}, steps: [
			{if: item == 2, action: attachTag, with: {contact_id: $old, tag_id: 71}}, {if: item == 1, action: unarchiveContact, with: {contact_id: $old}}]}`},
		{name: "a tag that is made, attached and renamed", steps: `{id: t, action: createTag, with: {name: new}},
			{for_each: {in: ["$ann", "$bob"]}, action: attachTag, with: {contact_id: "{{ item }}", tag_id: "{{ steps.t.data.id }}"}},
			{action: updateTag, with: {tag_id: "{{ steps.t.data.id }}", name: newer}}`},
		{name: "a tag that is taken off one, renamed and then deleted", steps: `{action: detachTag, with: {contact_id: $ann, tag_id: 71}},
			{action: attachTag, with: {contact_id: $eve, tag_id: 71}}, {action: updateTag, with: {tag_id: 71, name: other name}}, {action: deleteTag, with: {tag_id: 71}}`,
			changes: []string{"- tags 71", `+ tags 73 {"id":"73","name":"vip"}`}},
		{name: "a tag that is made and deleted", steps: `{id: t, action: createTag, with: {name: new}}, {action: attachTag, with: {contact_id: $ann, tag_id: "{{ steps.t.data.id }}"}},
			{action: deleteTag, with: {tag_id: "{{ steps.t.data.id }}"}}`},
		{name: "a contact that is changed, archived and brought back", steps: `{action: updateContact, with: {contact_id: $ann, name: A}}, {action: archiveContact, with: {contact_id: $ann}},
			{action: unarchiveContact, with: {contact_id: $ann}}, {action: updateContact, with: {contact_id: $ann, name: B}}, {action: archiveContact, with: {contact_id: $ann}}`},
		{name: "a contact that is made, changed and linked", steps: `{id: c, action: createContact, with: {role: user, external_id: new, name: New}},
			{action: updateContact, with: {contact_id: "{{ steps.c.data.id }}", name: Newer}}, {action: attachTag, with: {contact_id: "{{ steps.c.data.id }}", tag_id: 71}}`,
			changes: []string{`+ contacts $new {"created_at":946684800,"external_id":"new","id":"$new","name":"New","role":"user","state":"archived","updated_at":946684800}`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fakeTime(t, func(t *testing.T) {
				b := newBench(t, undoData(), untab(undoNames.Replace(`{version: 1, allow: [delete], steps: [`+tt.steps+`]}`)))
				before := b.server.Snapshot()
				dir := filepath.Join(t.TempDir(), "run")
				if r := b.stretch(dir, 100); len(r.Failures) > 0 {
					t.Fatal(r.Failures[0])
				}
				u := b.takeBack(dir, UndoOptions{})
				if diff := cmp.Diff(tt.changes, lasting(t, before, b.server.Snapshot())); diff != "" {
					t.Errorf("the workspace differs (-want +got):\n%s\n%s", diff, u.undo.text)
				}
				if u.result != nil && u.result.Counts.Failed+u.result.Counts.Skipped > 0 {
					t.Errorf("it ended with %+v; notes: %v", u.result.Counts, notesOf(u.done))
				}
			})
		})
	}
}

// TestUndoOfAnUndo takes an undo back: the run is in force again.
func TestUndoOfAnUndo(t *testing.T) {
	fakeTime(t, func(t *testing.T) {
		b := newBench(t, undoData(), untab(undoNames.Replace(`{version: 1, steps: [{id: t, action: createTag, with: {name: new}},
			{for_each: {in: ["$ann", "$bob"]}, steps: [{action: attachTag, with: {contact_id: "{{ item }}", tag_id: "{{ steps.t.data.id }}"}},
			{action: updateContact, with: {contact_id: "{{ item }}", name: New, custom_attributes: {plan: pro}}}]}]}`)))
		dir := filepath.Join(t.TempDir(), "run")
		before := b.server.Snapshot()
		b.stretch(dir, 100)
		after := b.server.Snapshot()
		undo := b.takeBack(dir, UndoOptions{})
		left := lasting(t, before, b.server.Snapshot())
		if diff := cmp.Diff([]string{`contacts $bob custom_attributes: none -> {"plan":null}`}, left); diff != "" {
			t.Errorf("the undo left (-want +got):\n%s", diff)
		}
		b.takeBack(undo.dir, UndoOptions{})
		want := []string{"- tags 73", `+ tags 74 {"id":"74","name":"new"}`}
		if diff := cmp.Diff(want, lasting(t, after, b.server.Snapshot())); diff != "" {
			t.Errorf("the redo differs from the run (-want +got):\n%s", diff)
		}
	})
}

// TestUndoOfAPart takes back one step, and some of the rows.
func TestUndoOfAPart(t *testing.T) {
	const text = `{version: 1, steps: [{id: all, for_each: {in: ["$ann", "$bob"], key: item}, steps: [
		{id: name, action: updateContact, with: {contact_id: "{{ item }}", name: New}}, {id: tag, action: attachTag, with: {contact_id: "{{ item }}", tag_id: 72}}]}]}`
	tests := []struct {
		name string
		opt  UndoOptions
		left []string
	}{
		{"one step", UndoOptions{Step: "name"}, []string{`contacts $ann tags: ["vip"] -> ["vip","other"]`, `contacts $bob tags: ["vip"] -> ["vip","other"]`}},
		{"the steps in a loop", UndoOptions{Step: "all"}, nil},
		{"one row", UndoOptions{Keys: map[string]bool{undoAnn: true}}, []string{`contacts $bob name: "Bob" -> "New"`, `contacts $bob tags: ["vip"] -> ["vip","other"]`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, undoData(), untab(undoNames.Replace(text)))
			before := b.server.Snapshot()
			dir := filepath.Join(t.TempDir(), "run")
			b.stretch(dir, 100)
			b.takeBack(dir, tt.opt)
			if diff := cmp.Diff(tt.left, lasting(t, before, b.server.Snapshot())); diff != "" {
				t.Errorf("what is left differs (-want +got):\n%s", diff)
			}
		})
	}
	var unknown *NoStepError
	b := newBench(t, undoData(), untab(undoNames.Replace(text)))
	dir := filepath.Join(t.TempDir(), "run")
	b.stretch(dir, 100)
	if _, err := readPast(dir).Undo(t.TempDir(), UndoOptions{Step: "nmae"}); !errors.As(err, &unknown) || unknown.Steps != "all, name, tag" {
		t.Errorf("a step that is not there gives %v", err)
	}
}

// TestUndoInDoubt refuses a run of which it is not known what it made. What it
// set is put back all the same.
func TestUndoInDoubt(t *testing.T) {
	tests := []struct {
		name, step, method string
		doubt, resumed     bool
	}{
		{name: "a contact that was perhaps made", step: `{id: s, action: createContact, with: {role: lead, name: New}}`, method: "POST", doubt: true},
		{name: "a tag that was perhaps made", step: `{id: s, action: createTag, with: {name: new}}`, method: "POST", doubt: true},
		{name: "fields that were perhaps set", step: `{id: s, action: updateContact, with: {contact_id: $ann, name: New}}`, method: "PUT"},
		{name: "fields that were perhaps set, and set again", step: `{id: s, action: updateContact, with: {contact_id: $ann, name: New}}`, method: "PUT", resumed: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, undoData(), untab(undoNames.Replace(`{version: 1, steps: [`+tt.step+`]}`)))
			before := b.server.Snapshot()
			dir := filepath.Join(t.TempDir(), "run")
			client, err := intercom.New(intercom.Config{Token: "test", HTTPClient: b.server.Client()})
			if err != nil {
				t.Fatal(err)
			}
			opt := Options{Do: &losing{client, tt.method, 100}, Dir: dir, RunID: "run-1", IndexLag: 1}
			if opt.Run, err = Begin(dir, b.program, opt, By{Version: "test"}); err != nil {
				t.Fatal(err)
			}
			r, err := b.program.Apply(t.Context(), opt)
			if err != nil || r.Counts.InDoubt != 1 {
				t.Fatalf("%+v, %v", r.Counts, err)
			}
			if err := opt.Run.Close(r); err != nil {
				t.Fatal(err)
			}
			if tt.doubt {
				var doubt *OpenDoubtError
				if _, err := readPast(dir).Undo(t.TempDir(), UndoOptions{}); !errors.As(err, &doubt) || strings.Join(doubt.Addrs, " ") != "s" {
					t.Errorf("the error is %v", err)
				}
				return
			}
			if tt.resumed {
				b.stretch(dir, 10)
			}
			b.takeBack(dir, UndoOptions{})
			if diff := cmp.Diff([]string(nil), lasting(t, before, b.server.Snapshot())); diff != "" {
				t.Errorf("the workspace differs (-want +got):\n%s", diff)
			}
		})
	}
}

// TestUndoOfSecrets takes back a value that has a secret in it: whether it is
// still there can be told without keeping it.
func TestUndoOfSecrets(t *testing.T) {
	for between, want := range map[string][]string{
		"": nil,
		`{action: updateContact, with: {contact_id: $ann, name: Edited}}`: {`contacts $ann name: "Ann" -> "Edited"`},
	} {
		b := newBench(t, undoData(), untab(undoNames.Replace(`{version: 1, inputs: {key: {secret: true, env: KEY}}, steps: [
			{action: updateContact, with: {contact_id: $ann, name: "key {{ inputs.key }}"}}]}`)))
		before := b.server.Snapshot()
		dir := filepath.Join(t.TempDir(), "run")
		b.stretch(dir, 10)
		if name := b.server.Snapshot().Contacts[0].Name; name != "key secret" {
			t.Fatalf("the run wrote %q", name)
		}
		if between != "" {
			b.byHand(between)
		}
		b.takeBack(dir, UndoOptions{})
		if diff := cmp.Diff(want, lasting(t, before, b.server.Snapshot())); diff != "" {
			t.Errorf("the workspace differs (-want +got):\n%s", diff)
		}
	}
}

// TestUndoWithoutImages says of a run that kept nothing that there is no way
// back.
func TestUndoWithoutImages(t *testing.T) {
	b := newBench(t, undoData(), untab(undoNames.Replace(`{version: 1, undo: false, steps: [{id: s, action: updateContact, with: {contact_id: $ann, name: New}}]}`)))
	dir := filepath.Join(t.TempDir(), "run")
	b.stretch(dir, 100)
	u := b.takeBack(dir, UndoOptions{})
	want := []Limit{{"s", Never, "what was there before is not on record: undo: false, or a run of an older flowrun", 1, []string{"s"}}}
	if diff := cmp.Diff(want, u.undo.Limits); diff != "" || u.plan != nil {
		t.Errorf("limits differ (-want +got):\n%s", diff)
	}
}

// TestUndoRowsLag deletes a tag although the search still shows those who had
// it: each of them is asked.
func TestUndoRowsLag(t *testing.T) {
	fakeTime(t, func(t *testing.T) {
		b := newBench(t, nil, untab(undoNames.Replace(`{version: 1, steps: [{id: t, action: createTag, with: {name: new}},
			{for_each: {in: ["$ann", "$bob"]}, action: attachTag, with: {contact_id: "{{ item }}", tag_id: "{{ steps.t.data.id }}"}}]}`)))
		b.server = sandbox.New(sandbox.Options{Data: undoData(), IndexLag: 1 << 36})
		before := b.server.Snapshot()
		dir := filepath.Join(t.TempDir(), "run")
		b.stretch(dir, 100)
		b.byHand(`{until: {condition: len(steps.f.data.data) == 2, timeout: 10m, interval: 10s}, id: f, action: searchContacts, with: {query: {field: tag_id, operator: "=", value: "73"}}}`)
		b.takeBack(dir, UndoOptions{})
		if diff := cmp.Diff([]string(nil), lasting(t, before, b.server.Snapshot())); diff != "" {
			t.Errorf("the workspace differs (-want +got):\n%s", diff)
		}
	})
}
