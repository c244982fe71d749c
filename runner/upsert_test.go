package runner

import (
	"path/filepath"
	"regexp"
	"slices"
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

// TestAPlanMeetsTheContactThatItMakes applies a plan whose second write is to the
// contact that the first one makes, before the search shows that contact.
func TestAPlanMeetsTheContactThatItMakes(t *testing.T) {
	const (
		first  = `{action: createContact, with: {email: new@x.example, name: New}}, `
		second = `{action: createContact, with: {email: new@x.example, phone: "+15005550100", on_conflict: update}}`
	)
	for _, tt := range []struct {
		name, steps string
		stopAfter   int
	}{
		{"in the next step", first + second, 0},
		{"in the next stretch of the run", first + second, 1},
		{"by another name", `{action: createContact, with: {external_id: e9, email: new@x.example, name: New}}, ` + second, 0},
		{"in a row", first + `{for_each: {in: [1]}, action: createContact, with: {email: New@x.example, phone: "+15005550100", on_conflict: update}}`, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fakeTime(t, func(t *testing.T) {
				k := newKeeper(t, `{version: 1, steps: [`+tt.steps+`]}`)
				k.server = sandbox.New(sandbox.Options{Data: threeUsers(), IndexLag: 20 * time.Second})
				plan, dir := k.mustSave(), filepath.Join(t.TempDir(), "run")
				k.stopAfter = tt.stopAfter
				r := k.applyPlan(plan, dir, "")
				if k.stopAfter > 0 {
					k.stopAfter = 0
					r = k.applyPlan(plan, dir, "")
				}
				if want := (Counts{Done: 2, Total: 2}); r.Counts != want || len(k.writes()) != 2 {
					t.Errorf("counts are %+v, writes %v, failures %v, notes %v", r.Counts, k.writes(), r.Failures, notesOf(k.events))
				}
			})
		})
	}
}

// TestAPlanLeavesTheContactThatItMadeToOthers lets somebody take away the name of
// the contact that the plan has made, before its second write: what the plan meant
// is not there any more.
func TestAPlanLeavesTheContactThatItMadeToOthers(t *testing.T) {
	for _, move := range [][3]string{
		{"PUT", "/contacts/$made", `{"email": "else@x.example"}`},
		{"POST", "/contacts/$made/archive", ""},
		{"DELETE", "/contacts/$made", ""},
	} {
		t.Run(move[0]+" "+move[1], func(t *testing.T) {
			fakeTime(t, func(t *testing.T) {
				k := newKeeper(t, `{version: 1, steps: [{action: createContact, with: {email: new@x.example, name: New}},
					{action: createContact, with: {email: new@x.example, phone: "+15005550100", on_conflict: update}}]}`)
				k.server = sandbox.New(sandbox.Options{Data: threeUsers(), IndexLag: 20 * time.Second})
				plan, dir := k.mustSave(), filepath.Join(t.TempDir(), "run")
				k.stopAfter = 1
				k.applyPlan(plan, dir, "")
				all := k.server.Snapshot().Contacts
				made := slices.IndexFunc(all, func(c sandbox.Contact) bool { return c.Email == "new@x.example" })
				k.send(move[0], strings.ReplaceAll(move[1], "$made", all[made].ID), move[2])
				k.stopAfter = 0
				before := len(k.writes())
				r := k.applyPlan(plan, dir, "")
				if after := k.writes()[before:]; r.Stale != 1 || len(after) > 0 {
					t.Errorf("stale %d, counts %+v, writes %v", r.Stale, r.Counts, after)
				}
			})
		})
	}
}
