package runner

import (
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
)

// TestAssertsOfWhatIsNotSent holds that an assert is looked at whether or not
// the step had to send anything.
func TestAssertsOfWhatIsNotSent(t *testing.T) {
	b := newBench(t, twoUsers(), untab(`{version: 1, steps: [
		{id: u, action: updateContact, with: {contact_id: "000000000000000000000001", name: A}, assert: steps.u.data.role == "lead"}]}`))
	for _, r := range []*Result{b.plan(), b.apply()} {
		if len(r.Failures) != 1 || r.Failures[0].Code != "assert" || r.Counts.Unchanged != 1 {
			t.Errorf("it ended with %+v and %v", r.Counts, r.Failures)
		}
	}
}

// TestPlannedAsserts holds that what is known of a planned write is held
// against its assert.
func TestPlannedAsserts(t *testing.T) {
	b := newBench(t, twoUsers(), untab(`{version: 1, steps: [
		{id: t, action: createTag, with: {name: a}, assert: [steps.t.data.id != "7", steps.t.data.name == "b"]}]}`))
	if r := b.plan(); len(r.Failures) != 1 || r.Failures[0].Message != `this does not hold: steps.t.data.name == "b"` {
		t.Errorf("failures are %v", r.Failures)
	}
}

// TestRecordsChangedAnotherWay changes a record by another route than the one
// it was read by: what was read before does not stand for it any more.
func TestRecordsChangedAnotherWay(t *testing.T) {
	const back = `{id: back, action: updateContact, with: {contact_id: "000000000000000000000001", name: A}}]}`
	tests := []struct {
		name, between string
		faults        []sandbox.Fault
	}{
		{name: "by its external_id", between: `{action: createContact, with: {role: user, external_id: u1, name: B, on_conflict: update}}`},
		{name: "by a raw request", between: `{action: rawRequest, with: {method: PUT, path: /contacts/000000000000000000000001, effect: update, body: {name: B}}}`},
		{name: "by a call whose answers were lost", between: `{on_error: continue, retry: {max_attempts: 1}, action: updateContact, with: {contact_id: "000000000000000000000001", name: B}}`,
			faults: []sandbox.Fault{{Kind: sandbox.FaultLost, Method: "PUT", Count: 1}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, twoUsers(), untab(`{version: 1, steps: [
				{id: first, action: updateContact, with: {contact_id: "000000000000000000000001", name: A}},`+tt.between+", "+back))
			for _, f := range tt.faults {
				b.server.Fail(f)
			}
			b.apply()
			if diff := cmp.Diff("A", b.server.Snapshot().Contacts[0].Name); diff != "" {
				t.Errorf("the name differs (-want +got):\n%s\nwrites: %v", diff, b.writes())
			}
		})
	}
}

// TestGuardsCountOnce holds that a write that is put off and sent again counts
// once.
func TestGuardsCountOnce(t *testing.T) {
	fakeTime(t, func(t *testing.T) {
		b := newBench(t, twoUsers(), untab(`{version: 1, guards: {max_updates: 1}, defaults: {retry: {max_attempts: 1}}, steps: [
			{for_each: {in: ["000000000000000000000001"]}, action: updateContact, with: {contact_id: "{{ item }}", name: N}}]}`))
		b.server.Fail(sandbox.Fault{Kind: sandbox.FaultStatus, Status: 503, Method: "PUT", Count: 1})
		if r := b.apply(); r.Ended() != "done" {
			t.Errorf("it ended as %s: %+v", r.Ended(), r.Guard)
		}
	})
}
