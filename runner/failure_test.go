package runner

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
)

// TestEndings runs workflows against a workspace with two users, a and b, and
// a tag, and looks at what became of steps and rows.
func TestEndings(t *testing.T) {
	tests := []struct {
		name     string
		text     string
		faults   []sandbox.Fault
		lag      time.Duration // of searches
		want     []string      // "label: counts" or "label rows: counts" of each step
		failures []string      // "code message" of steps outside loops
		writes   []string
	}{
		{
			name: "a failing step stops the run, and the rest is pending",
			text: `{version: 1, steps: [
				{id: a, action: updateContact, with: {contact_id: "aaaaaaaaaaaaaaaaaaaaaaaa", name: A}},
				{id: b, action: createTag, with: {name: new}}]}`,
			want:     []string{"a: 1 failed", "b: 1 pending"},
			failures: []string{"not_found"},
		},
		{
			name: "on_error continue runs what follows, and the failure still counts",
			text: `{version: 1, steps: [
				{id: a, on_error: continue, action: updateContact, with: {contact_id: "aaaaaaaaaaaaaaaaaaaaaaaa", name: A}},
				{id: b, if: steps.a.status == "failed" and steps.a.error.code == "not_found", action: createTag, with: {name: new}}]}`,
			want:     []string{"a: 1 failed", "b: 1 done"},
			failures: []string{"not_found"},
			writes:   []string{`POST /tags {"name":"new"}`},
		},
		{
			name: "the first failing row stops a loop that allows none",
			text: `{version: 1, steps: [
				{id: l, for_each: {in: ["aaaaaaaaaaaaaaaaaaaaaaaa", "000000000000000000000001", "000000000000000000000002"]}, steps: [
					{id: u, action: updateContact, with: {contact_id: "{{ item }}", name: N}},
					{id: t, action: createTag, with: {name: "for {{ item }}"}}]},
				{id: after, action: createTag, with: {name: after}}]}`,
			want: []string{"l rows: 1 failed, 2 pending", "u: 1 failed", "t: 1 pending", "after: 1 pending"},
		},
		{
			name: "max_failures is passed by the row after it",
			text: `{version: 1, steps: [
				{id: l, for_each: {in: ["aaaaaaaaaaaaaaaaaaaaaaaa", "000000000000000000000001", "bbbbbbbbbbbbbbbbbbbbbbbb", "000000000000000000000002"], max_failures: 1},
					action: updateContact, with: {contact_id: "{{ item }}", name: N}},
				{id: after, action: createTag, with: {name: after}}]}`,
			want:   []string{"l rows: 1 done, 2 failed, 1 pending", "l: 1 done, 2 failed", "after: 1 pending"},
			writes: []string{`PUT /contacts/000000000000000000000001 {"name":"N"}`},
		},
		{
			name: "failures within the limit let the run go on",
			text: `{version: 1, steps: [
				{id: l, for_each: {in: ["aaaaaaaaaaaaaaaaaaaaaaaa", "000000000000000000000001"], max_failures: 50%},
					action: updateContact, with: {contact_id: "{{ item }}", name: N}},
				{id: after, if: steps.l.counts.failed == 1, action: createTag, with: {name: after}}]}`,
			want:   []string{"l rows: 1 done, 1 failed", "l: 1 done, 1 failed", "after: 1 done"},
			writes: []string{`PUT /contacts/000000000000000000000001 {"name":"N"}`, `POST /tags {"name":"after"}`},
		},
		{
			name: "a false assert fails the row and keeps the step's status",
			text: `{version: 1, steps: [{id: l, for_each: {in: [1, 2], max_failures: 1}, steps: [
				{id: t, action: createTag, with: {name: "t{{ item }}"}, assert: item == 2},
				{id: u, action: createTag, with: {name: "u{{ item }}"}}]}]}`,
			want:   []string{"l rows: 1 done, 1 failed", "t: 2 done", "u: 1 done, 1 pending"},
			writes: []string{`POST /tags {"name":"t1"}`, `POST /tags {"name":"t2"}`, `POST /tags {"name":"u2"}`},
		},
		{
			name: "a row whose where fails is a failed row",
			text: `{version: 1, steps: [{id: l, for_each: {in: [{n: 1}, {m: 2}], where: item.n > 0, max_failures: 1}, steps: [
				{id: t, action: createTag, with: {name: "t{{ item.n }}"}}]}]}`,
			want:   []string{"l rows: 1 done, 1 failed", "t: 1 done, 1 pending"},
			writes: []string{`POST /tags {"name":"t1"}`},
		},
		{
			name: "two items with one key stop the loop before anything is sent",
			text: `{version: 1, steps: [{id: l, for_each: {in: [{n: 1}, {n: 1}], key: item.n}, steps: [
				{id: t, action: createTag, with: {name: "t{{ item.n }}"}}]}]}`,
			want:     []string{"l rows: none", "l: 1 failed", "t: none"},
			failures: []string{"duplicate_key"},
		},
		{
			name: "a repeatable write whose answer is lost is sent again",
			text: `{version: 1, defaults: {retry: {min_interval: 1ms, max_interval: 1ms}}, steps: [
				{id: u, action: updateContact, with: {contact_id: "000000000000000000000001", name: N}}]}`,
			faults: []sandbox.Fault{{Kind: sandbox.FaultLost, Method: "PUT", Count: 1}},
			want:   []string{"u: 1 done"},
			writes: []string{`PUT /contacts/000000000000000000000001 {"name":"N"}`},
		},
		{
			name: "a create whose answer is lost is looked for, and found",
			text: `{version: 1, steps: [
				{id: c, action: createContact, with: {role: lead, email: new@example.com}},
				{id: after, action: createTag, with: {name: "{{ steps.c.data.email }}"}}]}`,
			faults: []sandbox.Fault{{Kind: sandbox.FaultLost, Method: "POST", Path: "/contacts"}},
			want:   []string{"c: 1 done", "after: 1 done"},
			writes: []string{`POST /contacts {"role":"lead","email":"new@example.com"}`, `POST /tags {"name":"new@example.com"}`},
		},
		{
			name: "a create whose answer is lost, and that cannot be looked for, is in doubt and not sent again",
			text: `{version: 1, steps: [
				{id: c, action: createContact, with: {role: lead, email: new@example.com}},
				{id: after, action: createTag, with: {name: after}}]}`,
			faults:   []sandbox.Fault{{Kind: sandbox.FaultLost, Method: "POST"}},
			want:     []string{"c: 1 in_doubt", "after: 1 pending"},
			failures: []string{"in_doubt"},
			writes:   []string{`POST /contacts {"role":"lead","email":"new@example.com"}`},
		},
		{
			name: "a search that lags behind does not keep an apply from writing",
			text: `{version: 1, steps: [
				{id: a, action: updateContact, with: {contact_id: "000000000000000000000001", name: New}},
				{id: b, action: createContact, with: {role: user, email: a@example.com, name: A, on_conflict: update}}]}`,
			lag:  time.Minute,
			want: []string{"a: 1 done", "b: 1 done"},
			writes: []string{`PUT /contacts/000000000000000000000001 {"name":"New"}`,
				`PUT /contacts/000000000000000000000001 {"role":"user","email":"a@example.com","name":"A"}`},
		},
		{
			name: "a list whose connection breaks is not a list that ends",
			text: `{version: 1, defaults: {retry: {max_attempts: 1}}, steps: [
				{id: l, for_each: {action: listContacts, with: {per_page: 1}}, action: updateContact, with: {contact_id: "{{ item.id }}", name: N}}]}`,
			faults:   []sandbox.Fault{{Kind: sandbox.FaultLost, Method: "GET", Path: "/contacts", Nth: 2}},
			want:     []string{"l rows: none", "l: 1 failed"},
			failures: []string{"unknown"},
		},
		{
			name:     "a step that takes all pages fails with the first page that is lost",
			text:     `{version: 1, defaults: {retry: {max_attempts: 1}}, steps: [{id: l, action: listContacts, with: {per_page: 1, all: true}}]}`,
			faults:   []sandbox.Fault{{Kind: sandbox.FaultLost, Method: "GET", Path: "/contacts", Nth: 2}},
			want:     []string{"l: 1 failed"},
			failures: []string{"unknown"},
		},
		{
			name:   "no request is lost to a 429",
			text:   `{version: 1, steps: [{id: l, for_each: {in: [1, 2, 3]}, action: createTag, with: {name: "t{{ item }}"}}]}`,
			faults: []sandbox.Fault{{Kind: sandbox.FaultRateLimit, Method: "POST", Nth: 2, Count: 1}},
			want:   []string{"l rows: 3 done", "l: 3 done"},
			writes: []string{`POST /tags {"name":"t1"}`, `POST /tags {"name":"t2"}`, `POST /tags {"name":"t3"}`},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fakeTime(t, func(t *testing.T) {
				b := newBench(t, twoUsers(), untab(tt.text))
				b.server = sandbox.New(sandbox.Options{Data: twoUsers(), IndexLag: tt.lag})
				for _, f := range tt.faults {
					b.server.Fail(f)
				}
				r := b.apply()
				if diff := cmp.Diff(tt.want, endings(r)); diff != "" {
					t.Errorf("endings differ (-want +got):\n%s", diff)
				}
				var codes []string
				for _, f := range r.Failures {
					codes = append(codes, f.Code)
				}
				if diff := cmp.Diff(tt.failures, codes); diff != "" {
					t.Errorf("failures differ (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(tt.writes, b.writes()); diff != "" {
					t.Errorf("writes differ (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// endings describes what became of each step and of the rows of each loop.
func endings(r *Result) []string {
	var lines []string
	for _, s := range r.Steps {
		if s.Rows != nil {
			lines = append(lines, s.Label+" rows: "+counted(*s.Rows))
		}
		if s.Rows == nil && s.Action != "" || s.Counts.Total > 0 {
			lines = append(lines, s.Label+": "+counted(s.Counts))
		}
	}
	return lines
}

func counted(c Counts) string {
	var parts []string
	for _, s := range []Status{Done, Unchanged, Skipped, Failed, InDoubt, Pending} {
		if n := c.Of(s); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, ", ")
}

func twoUsers() *sandbox.Data {
	return &sandbox.Data{Contacts: []sandbox.Contact{
		{ID: "000000000000000000000001", ExternalID: "u1", Email: "a@example.com", Name: "A"},
		{ID: "000000000000000000000002", ExternalID: "u2", Email: "b@example.com", Name: "B"},
	}}
}

// fakeTime runs a test in which waiting takes no time.
func fakeTime(t *testing.T, test func(*testing.T)) { synctest.Test(t, test) }
