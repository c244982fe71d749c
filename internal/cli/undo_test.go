package cli

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
)

const (
	undoneAnn = "000000000000000000000001"
	undoneBob = "000000000000000000000002"
)

// renamed is a terminal at which a run has just called Ann and Bob "New".
func renamed(t *testing.T) *terminal {
	term := newTerminal(t, `{version: 1, steps: [{for_each: {in: ["`+undoneAnn+`", "`+undoneBob+`"], key: item}, steps: [
  {id: rename, action: updateContact, with: {contact_id: "{{ item }}", name: New, phone: "+15005550100"}}]}]}`)
	term.serve(&sandbox.Data{Contacts: []sandbox.Contact{{ID: undoneAnn, Name: "Ann"}, {ID: undoneBob, Name: "Bob"}}})
	if code, shown := term.run("", "apply", filepath.Join(term.dir, "f.yaml"), "--yes", "--quiet"); code != exitDone {
		t.Fatal(shown)
	}
	return term
}

// names gives what the contacts are called, and their phone numbers.
func (term *terminal) names() map[string]string {
	names := map[string]string{}
	for _, c := range term.server.Snapshot().Contacts {
		names[c.ID] = strings.TrimSpace(c.Name + " " + c.Phone)
	}
	return names
}

// TestWhatIsTakenBackIsThePlanThatWasShown changes the workspace while the
// question stands: what was not shown is not done.
func TestWhatIsTakenBackIsThePlanThatWasShown(t *testing.T) {
	tests := []struct {
		name          string
		before, while string // the name of Ann, before the plan and while the question stands
		flags         []string
		want, told    string
	}{
		{"nothing happens", "New", "", nil, "", "2 done"},
		{"a record becomes again what the run made of it", "Edited", "New", nil, "New +15005550100", "1 done, 1 skipped"},
		{"a record is edited", "New", "Edited", nil, "Edited +15005550100", "name was changed since"},
		{"a field is put back by hand", "New", "Ann", nil, "", "2 done"},
		{"the fields that nobody edited are put back", "New", "Edited", []string{"--on-conflict", "field"}, "Edited", "2 done"},
		{"a field that is to be left alone is not put back", "Edited", "New", []string{"--on-conflict", "field"}, "New +15005550100", "it was changed since: name"},
		{"what is forced was looked at", "Edited", "Other", []string{"--on-conflict", "force"}, "Other +15005550100", "it was changed since: name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			term := renamed(t)
			term.put("/contacts/"+undoneAnn, `{"name":"`+tt.before+`"}`)
			if tt.while != "" {
				term.asked = func() { term.put("/contacts/"+undoneAnn, `{"name":"`+tt.while+`"}`) }
			}
			code, shown := term.run("y\n", append([]string{"undo", "last"}, tt.flags...)...)
			if code != exitDone || !strings.Contains(shown, "Take this back?") || !strings.Contains(shown, tt.told) {
				t.Errorf("exit %d, want %q:\n%s", code, tt.told, shown)
			}
			want := map[string]string{undoneAnn: tt.want, undoneBob: "Bob"}
			if tt.want == "" {
				want[undoneAnn] = "Ann"
			}
			if diff := cmp.Diff(want, term.names()); diff != "" {
				t.Errorf("names differ (-want +got):\n%s\n%s", diff, shown)
			}
		})
	}
}

func TestAnUndoIsAskedFor(t *testing.T) {
	tests := []struct {
		name, answer string
		flags        []string
		alone        bool // without a terminal
		code         int
		shown        string
		back         bool
	}{
		{"yes", "y\n", nil, false, exitDone, "~ rename_1", true},
		{"no", "n\n", nil, false, exitFailed, "declined; nothing was done", false},
		{"answered beforehand", "", []string{"--yes"}, false, exitDone, "~ rename_1", true},
		{"nobody to ask", "", nil, true, exitUsage, "there is nobody to ask", false},
		{"nobody to ask, answered beforehand", "", []string{"--yes"}, true, exitDone, "~ rename_1", true},
		{"a form for programs has no question", "y\n", []string{"--output", "json"}, false, exitUsage, "there is nobody to ask", false},
		{"a look needs no answer", "", []string{"--dry-run"}, true, exitDone, "~ rename_1", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			term := renamed(t)
			term.alone = tt.alone
			code, shown := term.run(tt.answer, append([]string{"undo", "last"}, tt.flags...)...)
			if code != tt.code || !strings.Contains(shown, tt.shown) {
				t.Errorf("exit %d, want %d with %q:\n%s", code, tt.code, tt.shown, shown)
			}
			if back := term.names()[undoneAnn] == "Ann"; back != tt.back {
				t.Errorf("taken back is %v", back)
			}
			runs := 1
			if tt.back {
				runs++
			}
			if got := term.left(); got != runs {
				t.Errorf("%d folders of runs are left, want %d", got, runs)
			}
		})
	}
}

func TestAnUndoTellsOnceWhatItLeavesAlone(t *testing.T) {
	for _, flags := range [][]string{{"--dry-run"}, {"--dry-run", "--quiet"}} {
		term := renamed(t)
		term.put("/contacts/"+undoneAnn, `{"name":"Edited"}`)
		_, shown := term.run("", append([]string{"undo", "last"}, flags...)...)
		if n := strings.Count(shown, "name was changed since"); n != 1 {
			t.Errorf("with %v it is told %d times:\n%s", flags, n, shown)
		}
	}
}

func TestAnUndoOfNothingBeginsNoRun(t *testing.T) {
	term := renamed(t)
	for _, id := range []string{undoneAnn, undoneBob} {
		term.put("/contacts/"+id, `{"name":"Edited"}`)
	}
	code, shown := term.run("", "undo", "last")
	if code != exitDone || !strings.Contains(shown, "nothing is left to take back of run ") || term.left() != 1 {
		t.Errorf("exit %d, and %d runs:\n%s", code, term.left(), shown)
	}
}

// TestAPlanToTakeBackSaysWhatItCannot looks at the plan of somebody else.
func TestAPlanToTakeBackSaysWhatItCannot(t *testing.T) {
	term := newTerminal(t, `{version: 1, allow: [delete], steps: [
  {id: gone, action: deleteContact, with: {contact_id: "`+undoneAnn+`"}},
  {id: tag, action: createTag, with: {name: new}}]}`)
	term.serve(&sandbox.Data{Contacts: []sandbox.Contact{{ID: undoneAnn, Name: "Ann"}}})
	plan := filepath.Join(term.dir, "back.plan")
	for _, args := range [][]string{{"apply", filepath.Join(term.dir, "f.yaml"), "--yes"}, {"undo", "last", "--out", plan}} {
		if code, shown := term.run("", args...); code != exitDone {
			t.Fatal(shown)
		}
	}
	code, shown := term.run("", "show", plan)
	if code != exitDone || !strings.Contains(shown, "Cannot be taken back\n  gone, 1 write: Intercom deletes") {
		t.Errorf("exit %d:\n%s", code, shown)
	}
	code, shown = term.run("y\n", "apply", plan)
	if code != exitGuard || !strings.Contains(shown, "this deletes 1 for good") || !strings.Contains(shown, "add --ack deletes=1") {
		t.Errorf("exit %d:\n%s", code, shown)
	}
	if code, shown = term.run("y\n", "apply", plan, "--ack", "deletes=1"); code != exitDone || !strings.Contains(shown, "Take this back?") {
		t.Errorf("exit %d:\n%s", code, shown)
	}
}

// TestWhatAnUndoDidIsPutOnRecord looks at the run that took another one back.
func TestWhatAnUndoDidIsPutOnRecord(t *testing.T) {
	term := renamed(t)
	if code, shown := term.run("", "undo", "last", "--yes"); code != exitDone {
		t.Fatal(shown)
	}
	_, shown := term.run("", "runs", "list", "--output", "json")
	var runs []struct{ Undoes string }
	if err := json.Unmarshal([]byte(shown), &runs); err != nil {
		t.Fatal(err, shown)
	}
	if len(runs) != 2 || runs[0].Undoes == "" {
		t.Errorf("the runs are %+v", runs)
	}
	if code, shown := term.run("", "undo", "last", "--yes"); code != exitDone {
		t.Error(shown)
	}
	if diff := cmp.Diff(map[string]string{undoneAnn: "New +15005550100", undoneBob: "New +15005550100"}, term.names()); diff != "" {
		t.Errorf("undone twice, names differ (-want +got):\n%s", diff)
	}
}

// runs are the ids of the runs, the newest first.
func (term *terminal) runs() (ids []string) {
	_, shown := term.run("", "runs", "list", "--output", "json")
	var runs []struct {
		ID string `json:"run_id"`
	}
	if err := json.Unmarshal([]byte(shown), &runs); err != nil {
		term.t.Fatal(err, shown)
	}
	for _, r := range runs {
		ids = append(ids, r.ID)
	}
	return ids
}

// TestARunThatWasTakenBackIsNotResumed leaves a row of a run, and takes the run
// back: the rest of it alone is hardly what is wanted.
func TestARunThatWasTakenBackIsNotResumed(t *testing.T) {
	term := newTerminal(t, `{version: 1, steps: [{for_each: {in: ["`+undoneAnn+`", "`+undoneBob+`"], key: item, max_failures: 100%}, steps: [
  {action: updateContact, with: {contact_id: "{{ item }}", name: New}}]}]}`)
	term.serve(&sandbox.Data{Contacts: []sandbox.Contact{{ID: undoneAnn, Name: "Ann"}}})
	if code, shown := term.run("", "apply", filepath.Join(term.dir, "f.yaml"), "--yes"); code != exitRows {
		t.Fatal(shown)
	}
	run := term.runs()[0]
	if code, shown := term.run("", "undo", run, "--yes"); code != exitDone {
		t.Fatal(shown)
	}
	undo := term.runs()[0]
	code, shown := term.run("", "resume", run)
	if code != exitUsage || !strings.Contains(shown, "was taken back by run "+undo) {
		t.Errorf("exit %d:\n%s", code, shown)
	}
	if code, shown := term.run("", "resume", run, "--accept-changes"); code != exitRows {
		t.Errorf("exit %d:\n%s", code, shown)
	}
	if code, shown := term.run("", "undo", undo, "--yes"); code != exitDone {
		t.Fatal(shown)
	}
	if code, shown := term.run("", "resume", run); code != exitRows {
		t.Errorf("in force again, exit %d:\n%s", code, shown)
	}
}

// TestAPlanThatWasTakenBackIsNotDone applies a plan, takes that back, and applies
// it again.
func TestAPlanThatWasTakenBackIsNotDone(t *testing.T) {
	term := newTerminal(t, `{version: 1, steps: [{action: updateContact, with: {contact_id: "`+undoneAnn+`", name: New}}]}`)
	term.serve(&sandbox.Data{Contacts: []sandbox.Contact{{ID: undoneAnn, Name: "Ann"}}})
	plan := filepath.Join(term.dir, "f.plan")
	for _, args := range [][]string{{"plan", filepath.Join(term.dir, "f.yaml"), "--out", plan}, {"apply", plan, "--yes"}, {"undo", "last", "--yes"}} {
		if code, shown := term.run("", args...); code != exitDone {
			t.Fatal(shown)
		}
	}
	code, shown := term.run("", "apply", plan, "--yes")
	if code != exitPlan || !strings.Contains(shown, "took it back") {
		t.Errorf("exit %d:\n%s", code, shown)
	}
}
