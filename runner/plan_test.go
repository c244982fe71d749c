package runner

import (
	"context"
	"errors"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
)

// TestPlans plans workflows and looks at what they would do, and that nothing
// was done.
func TestPlans(t *testing.T) {
	tests := []struct {
		name string
		text string
		want []string // "address sign certain|possible after ..." of each foreseen write
		rows []string // endings
		outs map[string]string
	}{
		{
			name: "what a write answers is known as far as it was sent",
			text: `{version: 1, steps: [{id: t, action: createTag, with: {name: new}}],
				outputs: {name: "{{ steps.t.data.name }}", id: "{{ steps.t.data.id }}", has: "{{ steps.t.data.id == nil }}"}}`,
			want: []string{"t + certain"},
			rows: []string{"t: 1 done"},
			outs: map[string]string{"name": `"new"`, "id": "after t", "has": "false"},
		},
		{
			name: "an unknown condition makes a change possible",
			text: `{version: 1, steps: [{id: t, action: createTag, with: {name: new}},
				{id: u, if: steps.t.data.id startsWith "7", action: createTag, with: {name: seven}},
				{id: v, if: false and steps.t.data.id == "1", action: createTag, with: {name: never}}]}`,
			want: []string{"t + certain", "u + possible after t"},
			rows: []string{"t: 1 done", "u: 1 done", "v: 1 skipped"},
		},
		{
			name: "a group behind an unknown condition is possible as a whole",
			text: `{version: 1, steps: [{id: t, action: createTag, with: {name: new}},
				{if: steps.t.data.id == "7", steps: [{id: u, action: createTag, with: {name: u}}]}]}`,
			want: []string{"t + certain", "u + possible after t"},
			rows: []string{"t: 1 done", "u: 1 done"},
		},
		{
			name: "a loop over rows foresees each",
			text: `{version: 1, steps: [{id: l, for_each: {action: listContacts, as: c, key: c.external_id}, steps: [
				{id: u, action: updateContact, with: {contact_id: "{{ c.id }}", name: X}},
				{id: a, action: archiveContact, with: {contact_id: "{{ c.id }}"}}]}]}`,
			want: []string{`l["u1"].u ~ certain`, `l["u1"].a - certain`, `l["u2"].u ~ certain`, `l["u2"].a - certain`},
			rows: []string{"l rows: 2 done", "u: 2 done", "a: 2 done"},
		},
		{
			name: "a loop over a list that is not known yet is deferred",
			text: `{version: 1, steps: [{id: t, action: createTag, with: {name: new}},
				{id: l, for_each: {action: searchContacts, with: {query: {field: tag_id, operator: "=", value: "{{ steps.t.data.id }}"}}}, steps: [
					{id: u, action: updateContact, with: {contact_id: "{{ item.id }}", name: X}}]}]}`,
			want: []string{"t + certain"},
			rows: []string{"t: 1 done", "l rows: none", "u: none"},
		},
		{
			name: "rows whose selection is not known are possible",
			text: `{version: 1, steps: [{id: t, action: createTag, with: {name: new}},
				{id: l, for_each: {in: [1, 2], where: string(item) == steps.t.data.id}, action: createTag, with: {name: "t{{ item }}"}}]}`,
			want: []string{"t + certain", `l["6b86b273ff34"] + possible after t`, `l["d4735e3a265e"] + possible after t`},
			rows: []string{"t: 1 done", "l rows: 2 done", "l: 2 done"},
		},
		{
			name: "a read that needs what is not known is not made",
			text: `{version: 1, steps: [{id: c, action: createContact, with: {role: user, external_id: n}},
				{id: g, action: getContact, with: {contact_id: "{{ steps.c.data.id }}"}}],
				outputs: {name: "{{ steps.g.data.name }}"}}`,
			want: []string{"c + certain"},
			rows: []string{"c: 1 done", "g: 1 done"},
			outs: map[string]string{"name": "after c"},
		},
		{
			name: "an until that a planned write may fulfil waits, and so does its assert",
			text: `{version: 1, steps: [{id: c, action: createContact, with: {role: user, email: new@example.com}},
				{id: f, action: searchContacts, with: {email: new@example.com}, until: {condition: steps.f.data.total_count > 0}, assert: steps.f.data.total_count == 1}],
				outputs: {n: "{{ steps.f.data.total_count }}"}}`,
			want: []string{"c + certain"},
			rows: []string{"c: 1 done", "f: 1 done"},
			outs: map[string]string{"n": "after c"},
		},
		{
			name: "an until that nothing can fulfil is foreseen to fail",
			text: `{version: 1, steps: [{id: f, action: searchContacts, with: {email: new@example.com}, until: {condition: steps.f.data.total_count > 0}}]}`,
			rows: []string{"f: 1 failed"},
		},
		{
			name: "what the rows of a loop will answer is known after the loop",
			text: `{version: 1, steps: [{id: l, for_each: {in: [1, 2]}, steps: [{id: t, action: createTag, with: {name: "t{{ item }}"}}]}],
				outputs: {ids: "{{ map(steps.l.items, .steps.t.data.id) }}", n: "{{ len(steps.l.items) }}"}}`,
			want: []string{`l["6b86b273ff34"].t + certain`, `l["d4735e3a265e"].t + certain`},
			rows: []string{"l rows: 2 done", "t: 2 done"},
			outs: map[string]string{"ids": "after l", "n": "2"},
		},
		{
			name: "a wrong input is found where it is known",
			text: `{version: 1, inputs: {id: {default: "12"}}, steps: [{id: u, action: updateContact, with: {contact_id: "{{ inputs.id }}", name: X}}]}`,
			rows: []string{"u: 1 failed"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, twoUsers(), untab(tt.text))
			before := b.server.Snapshot()
			r := b.plan()
			if diff := cmp.Diff(tt.want, b.foreseen()); diff != "" {
				t.Errorf("changes differ (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.rows, endings(r)); diff != "" {
				t.Errorf("endings differ (-want +got):\n%s", diff)
			}
			if got := outputs(r); len(got)+len(tt.outs) > 0 && !cmp.Equal(tt.outs, got) {
				t.Errorf("outputs differ (-want +got):\n%s", cmp.Diff(tt.outs, got))
			}
			if diff := cmp.Diff(before, b.server.Snapshot()); diff != "" {
				t.Errorf("the plan changed the workspace:\n%s", diff)
			}
		})
	}
}

// foreseen are the writes a plan told of.
func (b *bench) foreseen() []string {
	var all []string
	for _, e := range b.events {
		if e.Ended == nil || e.Ended.With == nil {
			continue
		}
		text := e.Ended.Addr + " " + e.Ended.Effect.Sign() + " certain"
		if e.Ended.Possible {
			text = e.Ended.Addr + " " + e.Ended.Effect.Sign() + " possible after"
			for _, origin := range e.Ended.After {
				text += " " + origin
			}
		}
		all = append(all, text)
	}
	return all
}

// TestDoor sends a write through the door of a plan, which must not let it
// out whoever calls.
func TestDoor(t *testing.T) {
	server := sandbox.New(sandbox.Options{Data: twoUsers()})
	client, err := intercom.New(intercom.Config{Token: "test", HTTPClient: server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	for _, req := range []intercom.Request{
		{Method: "POST", Path: "/tags", Body: []byte(`{"name":"x"}`)},
		{Method: "PUT", Path: "/contacts/000000000000000000000001", Body: []byte(`{"name":"x"}`)},
		{Method: "DELETE", Path: "/contacts/000000000000000000000001"},
		{Method: "POST", Path: "/contacts/search/../000000000000000000000001/archive"},
	} {
		_, err := readOnly{client}.Do(context.Background(), req)
		if _, ok := errors.AsType[*intercom.WriteRefusedError](err); !ok {
			t.Errorf("%s %s went through: %v", req.Method, req.Path, err)
		}
	}
	if n := len(server.Ledger()); n > 0 {
		t.Errorf("%d writes were applied", n)
	}
	if _, err := (readOnly{client}).Do(context.Background(), intercom.Request{Method: "GET", Path: "/tags"}); err != nil {
		t.Errorf("a read did not go through: %v", err)
	}
}
