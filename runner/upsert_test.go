package runner

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
)

// TestAPlanWithContactsByEmailIsApplied: a contact without an id of the user's
// own is looked for by a search, which lags behind writes. A plan finds it so,
// and what it shows is what becomes of it.
func TestAPlanWithContactsByEmailIsApplied(t *testing.T) {
	const one = `[{email: u1@x.example, name: New}]`
	tests := []struct {
		name, rows string
		move       [3]string // what somebody else sends after the plan
		want       []string  // besides what moved
		stale      int64
	}{
		{name: "one that is there", rows: one, want: []string{`PUT /contacts/$1 {"email":"u1@x.example","name":"New"}`}},
		{name: "one that is so already", rows: `[{email: u1@x.example, name: u1}]`},
		{
			name: "one that was changed since", rows: one,
			move: [3]string{"PUT", "/contacts/$1", `{"name": "Else"}`}, stale: 1,
		},
		{
			name: "one whose other fields were changed since", rows: one,
			move: [3]string{"PUT", "/contacts/$1", `{"phone": "+15005550100"}`},
			want: []string{`PUT /contacts/$1 {"email":"u1@x.example","name":"New"}`},
		},
		{name: "one that was deleted since", rows: one, move: [3]string{"DELETE", "/contacts/$1"}, stale: 1},
		{name: "a new one", rows: `[{email: new@x.example, name: New}]`, want: []string{`POST /contacts {"email":"new@x.example","name":"New"}`}},
		{
			name: "one that somebody made since", rows: `[{email: new@x.example, name: New}]`,
			move: [3]string{"POST", "/contacts", `{"email": "new@x.example", "name": "Else"}`}, stale: 1,
		},
		{
			name: "a new one in two rows", rows: `[{email: new@x.example, name: New}, {email: new@x.example, name: New}]`,
			want: []string{`POST /contacts {"email":"new@x.example","name":"New"}`},
		},
		{
			name: "a new one, and in another row another field of it", rows: `[{email: new@x.example, name: New}, {email: new@x.example, phone: "+15005550100"}]`,
			want: []string{`POST /contacts {"email":"new@x.example","name":"New"}`, `PUT /contacts/$4 {"email":"new@x.example","phone":"+15005550100"}`},
		},
	}
	names := strings.NewReplacer("$1", u2[:23]+"1")
	made := regexp.MustCompile(`38[0-9a-f]{22}`) // ids that the sandbox gives
	for _, lag := range []time.Duration{0, time.Minute} {
		for _, tt := range tests {
			t.Run(tt.name+" with a lag of "+lag.String(), func(t *testing.T) {
				fakeTime(t, func(t *testing.T) {
					k := newKeeper(t, `{version: 1, steps: [{id: l, for_each: {in: `+tt.rows+`, key: index}, action: createContact,
						with: {email: "{{ item.email }}", name: "{{ item.name ?? omit }}", phone: "{{ item.phone ?? omit }}", on_conflict: update}}]}`)
					k.server = sandbox.New(sandbox.Options{Data: threeUsers(), IndexLag: lag})
					plan := k.mustSave()
					if tt.move[0] != "" {
						k.send(tt.move[0], names.Replace(tt.move[1]), tt.move[2])
					}
					before := len(k.writes())
					if lag > 0 {
						time.Sleep(2 * lag)
					}
					r := k.applyPlan(plan, filepath.Join(t.TempDir(), "run"), "")
					var want []string
					for _, each := range tt.want {
						want = append(want, names.Replace(each))
					}
					got := k.writes()[before:]
					for i := range got {
						got[i] = made.ReplaceAllString(got[i], "$$4")
					}
					if diff := cmp.Diff(want, append([]string(nil), got...)); diff != "" || r.Stale != tt.stale {
						t.Errorf("stale %d, writes differ (-want +got):\n%s\n%v", r.Stale, diff, r.Failures)
					}
				})
			})
		}
	}
}

// TestAContactByEmailThatIsSoAlreadyIsLeftAlone: without a plan Intercom says
// which contact it is, by refusing to make another one.
func TestAContactByEmailThatIsSoAlreadyIsLeftAlone(t *testing.T) {
	b := newBench(t, threeUsers(), untab(`{version: 1, guards: {max_creates: 2}, steps: [{for_each: {in: [New, New, u1], key: index}, action: createContact,
		with: {email: "{{ item == 'u1' ? 'u2' : 'u1' }}@x.example", name: "{{ item == 'u1' ? 'u2' : item }}", on_conflict: update}}]}`))
	r := b.stretch(filepath.Join(t.TempDir(), "run"), 1000)
	if want := (Counts{Done: 1, Unchanged: 2, Total: 3}); r.Counts != want || len(b.writes()) != 1 {
		t.Errorf("counts are %+v, writes %v, guard %v, failures %v", r.Counts, b.writes(), r.Guard, r.Failures)
	}
}
