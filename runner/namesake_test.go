package runner

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
)

// namesakeData has users with and without an external_id, a lead, an archived
// user and three tags.
func namesakeData() *sandbox.Data {
	return &sandbox.Data{
		Tags: []sandbox.Tag{{ID: "1", Name: "vip"}, {ID: "2", Name: "beta"}, {ID: "3", Name: "old"}},
		Contacts: []sandbox.Contact{
			{ID: "000000000000000000000001", ExternalID: "u1", Email: "one@example.com"},
			{ID: "000000000000000000000002", ExternalID: "u2", Email: "two@example.com"},
			{ID: "000000000000000000000003", Email: "three@example.com"},
			{ID: "000000000000000000000004", Email: "four@example.com"},
			{ID: "000000000000000000000005", Role: "lead", Email: "lead@example.com"},
			{ID: "000000000000000000000006", ExternalID: "gone", Email: "gone@example.com", State: "archived"},
		},
	}
}

// TestAPlanForeseesNamesThatAreTaken plans updates and creates that give a record
// what another one has, or had, and holds that an apply ends as the plan said.
func TestAPlanForeseesNamesThatAreTaken(t *testing.T) {
	update := func(id int, fields string) string {
		return fmt.Sprintf(`{action: updateContact, with: {contact_id: "%024d", %s}, on_error: continue}`, id, fields)
	}
	rename := func(id, name string) string {
		return fmt.Sprintf(`{action: updateTag, with: {tag_id: %q, name: %q}, on_error: continue}`, id, name)
	}
	create := func(fields string) string {
		return `{action: createContact, with: {` + fields + `}, on_error: continue}`
	}
	tests := []struct {
		name  string
		steps []string
		want  []string // what fails, by the number of its step
	}{
		{"a tag gets the name of another", []string{rename("1", "Beta")}, []string{"1 the tag 2 has this name already"}},
		{"a tag gets its own name in capitals", []string{rename("1", "VIP")}, nil},
		{"a tag gets a name that another gives up", []string{rename("2", "gamma"), rename("1", "beta")}, nil},
		{"two tags get one name", []string{rename("1", "new"), rename("2", "NEW")}, []string{"2 updateTag gives this name to another tag"}},
		{"a tag gets the name of a new one", []string{`{action: createTag, with: {name: new}}`, rename("1", "new")}, []string{"2 createTag gives this name to another tag"}},
		{"a tag gets the name of a deleted one", []string{`{action: deleteTag, with: {tag_id: "2"}}`, rename("1", "beta")}, nil},
		{"two tags change their names in a ring", []string{rename("1", "x"), rename("2", "vip"), rename("1", "beta")}, []string{"3 name of this record is set to something else by updateTag"}},
		{"the external_id of another user", []string{update(1, "external_id: u2")}, []string{"1 the contact 000000000000000000000002 has this external_id already"}},
		{"an external_id that another gives up", []string{update(2, "external_id: x"), update(1, "external_id: u2")}, nil},
		{"one external_id for two", []string{update(1, "external_id: x"), update(2, "external_id: x")}, []string{"2 updateContact gives this external_id to another contact"}},
		{"the external_id of an archived user", []string{update(1, "external_id: gone")}, nil},
		{"the external_id of one that the plan archives", []string{`{action: archiveContact, with: {contact_id: "000000000000000000000002"}}`, update(1, "external_id: u2")}, nil},
		{"the email of another user, both without external_id", []string{update(3, "email: Four@example.com")}, []string{"1 the contact 000000000000000000000004 has this email already"}},
		{"an email may be shared by users with an external_id", []string{update(3, "email: one@example.com"), update(1, "email: two@example.com")}, nil},
		{"an email that another gives up", []string{update(4, "email: x@example.com"), update(3, "email: four@example.com")}, nil},
		{"one email for two", []string{update(3, "email: x@example.com"), update(4, "email: x@example.com")}, []string{"2 updateContact gives this email to another contact"}},
		{"with an external_id at once", []string{update(3, "email: four@example.com, external_id: new")}, nil},
		{"an email that another has, of which the plan changes the name", []string{update(4, "name: Four"), update(3, "email: four@example.com")}, []string{"2 the contact 000000000000000000000004 has this email already"}},
		{"a lead has what it wants", []string{update(5, "email: three@example.com, external_id: u2")}, nil},
		{"the email of a new contact", []string{create("email: new@example.com"), update(3, "email: new@example.com")}, []string{"2 createContact gives this email to another contact"}},
		{"the email of a new lead", []string{create("role: lead, email: new@example.com"), update(3, "email: new@example.com")}, nil},
		{"a new contact with what an update gives up is another one", []string{update(1, "external_id: x"), create("external_id: u1"), update(2, "external_id: x")},
			[]string{"3 updateContact gives this external_id to another contact"}},
		{"a new tag with a name that was given up is another one", []string{rename("1", "new"), `{action: createTag, with: {name: vip}}`, rename("2", "new"), rename("3", "vip")},
			[]string{"3 updateTag gives this name to another tag", "4 createTag gives this name to another tag"}},
		{"a new contact with the external_id of one that the plan archives", []string{`{action: archiveContact, with: {contact_id: "000000000000000000000002"}}`, create("external_id: u2, on_conflict: update")},
			[]string{"2 archiveContact takes the contact away that has this external_id or email, which keeps them"}},
		{"a new contact with the email of one that the plan deletes", []string{`{action: deleteContact, with: {contact_id: "000000000000000000000003"}}`, create("email: three@example.com")},
			[]string{"2 deleteContact takes the contact away that has this external_id or email, which keeps them"}},
		{"a new contact with the email of one that the plan archives, and an external_id", []string{`{action: archiveContact, with: {contact_id: "000000000000000000000003"}}`, create("email: three@example.com, external_id: new")}, nil},
		{"a new contact with what an update takes", []string{update(1, "external_id: x"), create("external_id: x")}, []string{"2 this external_id or email is already that of the contact of updateContact"}},
		{"a new contact with what an update gives up", []string{update(1, "external_id: x"), create("external_id: u1"), update(3, "email: x@example.com"), create("email: three@example.com")}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := untab(`{version: 1, allow: [delete], steps: [` + strings.Join(tt.steps, ", ") + `]}`)
			fresh := func() *keeper { return &keeper{bench: newBench(t, namesakeData(), text), concurrency: 1} }
			once := fresh()
			once.plan()
			planned := failing(once.events)
			if diff := cmp.Diff(tt.want, planned); diff != "" {
				t.Errorf("what would fail differs (-want +got):\n%s", diff)
			}
			once.apply()
			applied, saved := failing(once.events), fresh()
			saved.applyPlan(saved.mustSave(), filepath.Join(t.TempDir(), "run"), "")
			if diff := cmp.Diff(planned, failing(saved.events)); diff != "" {
				t.Errorf("the saved plan fails otherwise (-plan +apply):\n%s", diff)
			}
			if !strings.HasPrefix(strings.Join(planned, ""), "3 name of this record") && len(applied) != len(planned) {
				t.Errorf("at once these fail: %q", applied)
			}
		})
	}
}

// failing gives the steps that fail, by their number, with the message.
func failing(events []Event) (all []string) {
	number := 0
	for _, e := range events {
		if e.Ended == nil {
			continue
		}
		if number++; e.Ended.Failure != nil {
			all = append(all, fmt.Sprint(number, " ", e.Ended.Failure.Message))
		}
	}
	return all
}

// TestRowsOfOneFileThatTakeOneName: the second row fails, and is counted against
// what may fail.
func TestRowsOfOneFileThatTakeOneName(t *testing.T) {
	const text = `{version: 1, steps: [{id: l, for_each: {file: p.csv, key: item.id, max_failures: %d}, steps: [
		{action: updateContact, with: {contact_id: "{{ item.id }}", external_id: "{{ item.to }}"}}]}]}`
	const rows = "id,to\n000000000000000000000001,new\n000000000000000000000002,u1\n000000000000000000000003,new\n"
	for most, blocks := range []int64{1, 0} {
		b := newBench(t, namesakeData(), untab(fmt.Sprintf(text, most)), "p.csv", rows)
		plan := b.plan()
		if plan.Blocking != blocks || plan.Changes.Certain.Update != 2 {
			t.Errorf("with max_failures %d, %d block, and %d are to update", most, plan.Blocking, plan.Changes.Certain.Update)
		}
		if f := plan.Findings[blocks]; f.Code != "conflict" || f.Data != "p.csv:4" {
			t.Errorf("the finding is %+v", f)
		}
	}
}
