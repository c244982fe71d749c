package runner

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGuards plans workflows at and over their limits, and applies them all
// the same: the run stops before the write that would go beyond.
func TestGuards(t *testing.T) {
	const loop = `steps: [{for_each: {in: "{{ 1..12 }}"}, id: l, steps: [{id: t, if: item <= 6, action: createTag, with: {name: "t{{ item }}"}}]}]`
	tests := []struct {
		name   string
		text   string
		want   []string // the breaches of the plan
		writes int      // of the apply
		ends   string
	}{
		{"a plan at its limit is within it", `{version: 1, guards: {max_creates: 6, max_changes: 6, max_deletes: 0}, ` + loop + `}`, nil, 6, "done"},
		{"a plan over its limit is named with the line", `{version: 1, guards: {max_creates: 5}, ` + loop + `}`,
			[]string{"max_creates is 5, and this comes to 6 (creates=6)"}, 5, "guard"},
		{"all guards that are passed are named", `{version: 1, guards: {max_changes: 2, max_creates: 5}, ` + loop + `}`,
			[]string{"max_changes is 2, and this comes to 6 (changes=6)", "max_creates is 5, and this comes to 6 (creates=6)"}, 2, "guard"},
		{"a percentage is of the items that were read", `{version: 1, guards: {max_change_percent: 49}, ` + loop + `}`,
			[]string{"max_change_percent is 49, and this comes to 6 of 12 items of l (changes=6)"}, 6, "done"},
		{"half is not more than half", `{version: 1, guards: {max_change_percent: 50%}, ` + loop + `}`, nil, 6, "done"},
		{"what is possible counts", `{version: 1, guards: {max_creates: 1}, steps: [{id: a, action: createTag, with: {name: a}},
			{id: b, if: steps.a.data.id == "no", action: createTag, with: {name: b}}]}`,
			[]string{"max_creates is 1, and this comes to 1 to 2 (creates=2)"}, 1, "done"},
		{"a loop over items that are not known goes beyond every guard on what it does", `{version: 1, guards: {max_updates: 100, max_creates: 1, max_deletes: 0}, steps: [
			{id: a, action: createTag, with: {name: a}},
			{id: b, for_each: {action: searchContacts, with: {query: {field: tag_id, operator: "=", value: "{{ steps.a.data.id }}"}}}, action: attachTag, with: {contact_id: "{{ item.id }}", tag_id: "{{ steps.a.data.id }}"}}]}`,
			[]string{"max_updates is 100, and this comes to 0 or more ()"}, 1, "done"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, twoUsers(), untab(tt.text))
			var got []string
			for _, breach := range b.program.Breaches(b.plan()) {
				got = append(got, breach.Guard+" is "+breach.Limit+", and this comes to "+breach.Found+" ("+breach.Ack+")")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("breaches differ (-want +got):\n%s", diff)
			}
			r := b.apply()
			if len(b.writes()) != tt.writes || r.Ended() != tt.ends {
				t.Errorf("it ended as %s with %d writes, want %s with %d", r.Ended(), len(b.writes()), tt.ends, tt.writes)
			}
		})
	}
}
