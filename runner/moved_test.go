package runner

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom"
)

// TestARowIsHeldAgainstItsPlanOnceMore loses the read that shows whether the
// record of a row has moved since the plan that is applied. As for any other
// read, the row has another turn, and while the run is being stopped it is not
// reached.
func TestARowIsHeldAgainstItsPlanOnceMore(t *testing.T) {
	const text = `{version: 1, defaults: {retry: {max_attempts: 1}}, steps: [
		{for_each: {action: searchContacts, with: {role: user}, as: one, key: one.id, where: one.name == "u2", max_failures: 1},
			action: updateContact, with: {contact_id: "{{ one.id }}", phone: "+15550001111"}}]}`
	for _, tt := range []struct {
		name  string
		fates []string
		want  Counts
	}{
		{"lost once", []string{answerLost}, Counts{Done: 1, Total: 1}},
		{"not sent once", []string{neverLeaves}, Counts{Done: 1, Total: 1}},
		{"lost twice", []string{answerLost, answerLost}, Counts{Failed: 1, Total: 1}},
		{"not sent, since the run is being stopped", []string{heldAtStop}, Counts{Pending: 1, Total: 1}},
		{"lost while the run is being stopped", []string{lostAtStop}, Counts{Pending: 1, Total: 1}},
		{"lost while the run is being stopped, in the second pass", []string{answerLost, lostAtStop}, Counts{Pending: 1, Total: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := newKeeper(t, text)
			plan, dir := k.mustSave(), filepath.Join(t.TempDir(), "run")
			k.over = func(to intercom.Doer, stop chan struct{}) intercom.Doer { return &fated{to, "GET", tt.fates, stop} }
			result := k.applyPlan(plan, dir, "")
			if result.Counts != tt.want {
				t.Errorf("counts are %+v, want %+v", result.Counts, tt.want)
			}
			if told := strings.Join(toldBy(k.events), "\n"); strings.Contains(told, "GET /contacts/"+u2) != (tt.want.Failed > 0) {
				t.Errorf("the run tells %q", told)
			}
			k.over = nil
			if last := k.applyPlan(plan, dir, ""); last.Counts != (Counts{Done: 1, Total: 1}) {
				t.Errorf("it was resumed to %+v", last.Counts)
			}
		})
	}
}
