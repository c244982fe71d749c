package runner

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRowsThatWouldBeDoneTwiceAreNotFedBack makes rows fail in front of and
// behind a create. Those with a lead, of which Intercom takes any number, are
// not among the rows to be fed back: in this stretch of the run, and in the next.
func TestRowsThatWouldBeDoneTwiceAreNotFedBack(t *testing.T) {
	const rows = "n,first,lead,user,inner\n1,yes,no,no,no\n2,no,yes,no,no\n3,no,no,yes,no\n4,no,no,no,yes\n"
	b := newBench(t, nil, untab(`{version: 1, steps: [{for_each: {file: rows.csv, key: item.n, max_failures: 4}, steps: [
		{if: item.first == "yes", action: updateContact, with: {contact_id: aaaaaaaaaaaaaaaaaaaaaaaa, name: x}},
		{if: item.lead == "yes", action: createContact, with: {role: lead, name: "lead {{ item.n }}"}},
		{if: item.user == "yes", action: createContact, with: {role: user, external_id: "user {{ item.n }}"}},
		{if: item.inner == "yes", for_each: {in: [1], as: k}, action: createContact, with: {role: lead, name: "inner {{ item.n }}"}},
		{action: updateContact, with: {contact_id: aaaaaaaaaaaaaaaaaaaaaaaa, name: x}}]}]}`), "rows.csv", rows)
	dir := filepath.Join(t.TempDir(), "run")
	for i, want := range []string{
		"n,first,lead,user,inner\n1,yes,no,no,no\n3,no,no,yes,no\n",
		"n,first,lead,user,inner\n1,yes,no,no,no\n", // what the user was made with is not looked at again
	} {
		if r := b.stretch(dir, 1000); r.Counts.Failed != 4 {
			t.Fatalf("counts are %+v", r.Counts)
		}
		text, err := os.ReadFile(filepath.Join(dir, "failed.csv"))
		if diff := cmp.Diff(want, string(text)); err != nil || diff != "" {
			t.Errorf("stretch %d: rows to be fed back (-want +got): %v\n%s", i+1, err, diff)
		}
	}
	if n := len(b.writes()); n != 3 {
		t.Errorf("%d effects, want 3", n)
	}
}

// TestFailedRowsStayUntilTheRunGoesOn takes up a run and lets it go again, as
// where it is refused. Only once it goes on are the rows run again.
func TestFailedRowsStayUntilTheRunGoesOn(t *testing.T) {
	b := newBench(t, nil, untab(`{version: 1, steps: [{for_each: {file: rows.csv, key: item.n}, action: updateContact, with: {contact_id: "{{ item.n }}", name: x}}]}`), "rows.csv", "n\nnobody\n")
	dir := filepath.Join(t.TempDir(), "run")
	read := func() string {
		text, _ := os.ReadFile(filepath.Join(dir, "failed.csv"))
		return string(text)
	}
	b.stretch(dir, 1000)
	run, _, err := Reopen(dir, By{})
	if err == nil {
		err = run.Close(nil)
	}
	if want := "n\nnobody\n"; err != nil || read() != want {
		t.Errorf("of a run that did not go on, %q is left, want %q: %v", read(), want, err)
	}
	if b.stretch(dir, 1000); read() != "n\nnobody\n" { // not twice
		t.Errorf("of a run that went on, %q is left", read())
	}
}
