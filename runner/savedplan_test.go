package runner

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// winback changes contacts that a search finds and a file names, with values
// that only a step before tells.
const winback = `{version: 1, inputs: {note: {secret: true, env: NOTE}}, vars: {mark: "m-{{ inputs.note }}"}, steps: [
	{id: t, action: createTag, with: {name: winback}},
	{id: found, action: searchContacts, with: {role: user}},
	{id: m, for_each: {action: searchContacts, with: {role: user}, as: one, key: one.id, where: one.name != "nobody"}, steps: [
		{id: s, action: updateContact, with: {contact_id: "{{ one.id }}", custom_attributes: {note: "{{ vars.mark }}", seen: "{{ len(steps.found.data.data) }}"}}}]},
	{id: l, for_each: {file: rows.csv, key: person.n, as: person, max_failures: 100%}, steps: [
		{id: c, action: getContact, with: {external_id: "{{ person.n }}"}},
		{id: u, action: updateContact, with: {contact_id: "{{ steps.c.data.id }}", name: "{{ person.name }}"}},
		{id: a, action: attachTag, with: {contact_id: "{{ steps.c.data.id }}", tag_id: "{{ steps.t.data.id }}"}}]}],
	outputs: {marked: "{{ vars.mark }}", tag: "{{ steps.t.data.id }}"}}`

const winbackRows = "n,name\nu1,Ann\nu2,Bea\nu3,Cid\nnone,Dan\n"

func TestASavedPlanDoesWhatApplyWouldHaveDone(t *testing.T) {
	direct := newKeeper(t, winback, "rows.csv", winbackRows)
	direct.flags = []string{"note=canary-note"}
	want := direct.apply()
	k := newKeeper(t, winback, "rows.csv", winbackRows)
	name := k.mustSave()
	if err := os.Remove(filepath.Join(k.dir, "rows.csv")); err != nil { // the plan needs nothing else
		t.Fatal(err)
	}
	got := k.applyPlan(name, filepath.Join(t.TempDir(), "run"), "")
	if diff := cmp.Diff(endings(want), endings(got)); diff != "" {
		t.Errorf("endings differ from those of a direct apply (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(sortedTexts(direct.writes()), sortedTexts(k.writes())); diff != "" {
		t.Errorf("effects differ from those of a direct apply (-want +got):\n%s", diff)
	}
	for _, call := range k.calls {
		if strings.HasPrefix(call, "POST /contacts/search") {
			t.Errorf("a list was read again: %s", call)
		}
	}
}

func TestAPlanAppliedTwiceWritesNothingTwice(t *testing.T) {
	k := newKeeper(t, winback, "rows.csv", winbackRows)
	name := k.mustSave()
	k.applyPlan(name, filepath.Join(t.TempDir(), "run"), "")
	before := len(k.writes())
	again := k.applyPlan(name, filepath.Join(t.TempDir(), "elsewhere"), "")
	if diff := cmp.Diff([]string{}, k.writes()[before:]); diff != "" {
		t.Errorf("effects of the second time (-want +got):\n%s", diff)
	}
	if want := (Counts{Unchanged: 4, Done: 4, Failed: 1, Total: 9}); again.Counts != want { // of those done only reads
		t.Errorf("counts are %+v, want %+v", again.Counts, want)
	}
}

func TestARecordThatMovedSinceThePlanIsLeftAlone(t *testing.T) {
	moves := []struct {
		name, body string
		stale      map[string]string // by address: what is said
	}{
		{"a field that is written", `{"name":"Somebody"}`, map[string]string{
			`m["$u2"].s`: "it was changed since: name", `l["u2"].u`: "it was changed since: name"}},
		{"another field", `{"phone":"+15550001111"}`, nil},
		{"to what is wanted, where another step reads it", `{"name":"Bea"}`, map[string]string{
			`m["$u2"].s`: "it was changed since: name", `l["u2"].a`: "an earlier step found that it was changed since"}},
		{"a field that a condition reads", `{"name":"nobody"}`, map[string]string{
			`m["$u2"].s`: "it was changed since: name", `l["u2"].u`: "it was changed since: name"}},
		{"a field with a secret", `{"custom_attributes":{"note":"new"}}`, map[string]string{
			`m["$u2"].s`: "it was changed since: custom_attributes.note", `l["u2"].u`: "an earlier step found that it was changed since"}},
	}
	for _, tt := range moves {
		t.Run(tt.name, func(t *testing.T) {
			k := newKeeper(t, winback, "rows.csv", winbackRows)
			name := k.mustSave()
			k.send("PUT", "/contacts/"+u2, tt.body)
			before := len(k.writes())
			k.applyPlan(name, filepath.Join(t.TempDir(), "run"), "")
			got := map[string]string{}
			for _, e := range k.events {
				if e.Ended != nil && e.Ended.Reason == "stale" {
					got[strings.ReplaceAll(e.Ended.Addr, u2, "$u2")] = e.Ended.Note
				}
			}
			if len(tt.stale)+len(got) > 0 && !cmp.Equal(tt.stale, got) {
				t.Errorf("stale differs (-want +got):\n%s", cmp.Diff(tt.stale, got))
			}
			for _, effect := range k.writes()[before:] {
				if tt.stale[`l["u2"].u`] != "" && strings.Contains(effect, u2) && strings.Contains(effect, "tags") {
					t.Errorf("the rest of a row was written whose record has moved: %s", effect)
				}
			}
		})
	}
}

func TestWhatAPlanLeavesOpenIsDone(t *testing.T) {
	tests := []struct{ name, steps string }{
		{"a loop over a list that the plan itself makes longer", `
			{id: c, action: createContact, with: {external_id: n}},
			{id: l, for_each: {action: listContacts, key: item.id, where: item.external_id == "n"}, steps: [
				{action: updateContact, with: {contact_id: "{{ item.id }}", name: New}}]}`},
		{"a step that reads what the plan makes", `
			{id: c, action: createContact, with: {external_id: n}},
			{id: f, action: searchContacts, with: {external_id: n}},
			{action: updateContact, if: steps.f.data.total_count > 0, with: {contact_id: "{{ steps.f.data.data.0.id }}", name: New}}`},
		{"a loop over what only a step can tell", `
			{id: c, action: createContact, with: {external_id: n}},
			{id: l, for_each: {in: "{{ [steps.c.data.id] }}"}, steps: [{action: updateContact, with: {contact_id: "{{ item }}", name: New}}]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := newKeeper(t, "{version: 1, steps: ["+tt.steps+"]}")
			r := k.applyPlan(k.mustSave(), filepath.Join(t.TempDir(), "run"), "")
			if writes := k.writes(); len(writes) != 2 || r.Stale != 0 {
				t.Errorf("stale %d, effects:\n%s", r.Stale, strings.Join(writes, "\n"))
			}
		})
	}
}

// TestAWriteToARecordThatThePlanItselfBringsBackIsDone plans to write a record
// that is archived: nobody has seen what it shows.
func TestAWriteToARecordThatThePlanItselfBringsBackIsDone(t *testing.T) {
	k := newKeeper(t, `{version: 1, steps: [{action: unarchiveContact, with: {contact_id: "`+u2+`"}},
		{action: updateContact, with: {contact_id: "`+u2+`", name: New}},
		{action: detachTag, with: {contact_id: "`+u2+`", tag_id: 1}}]}`)
	k.byHand(`{id: t, action: createTag, with: {name: vip}}, {action: attachTag, with: {contact_id: "` + u2 + `", tag_id: "{{ steps.t.data.id }}"}}`)
	k.byHand(`{action: archiveContact, with: {contact_id: "` + u2 + `"}}`)
	before := len(k.writes())
	r := k.applyPlan(k.mustSave(), filepath.Join(t.TempDir(), "run"), "")
	if writes := k.writes()[before:]; len(writes) != 3 || r.Stale != 0 {
		t.Errorf("stale %d, effects:\n%s", r.Stale, strings.Join(writes, "\n"))
	}
}

func TestOnStaleFailFailsTheRow(t *testing.T) {
	k := newKeeper(t, winback, "rows.csv", winbackRows)
	name := k.mustSave()
	k.send("PUT", "/contacts/"+u2, `{"name":"Somebody"}`)
	r := k.applyPlan(name, filepath.Join(t.TempDir(), "run"), "fail")
	for _, e := range k.events {
		if e.Ended != nil && e.Ended.Addr == `m["`+u2+`"].s` && (e.Ended.Failure == nil || e.Ended.Failure.Code != "stale") {
			t.Errorf("the step ended as %+v", e.Ended)
		}
	}
	if r.Stale != 1 || r.Counts.Failed != 1 || r.Counts.Pending != 5 { // the loop has no max_failures, and the plan lists the rows of the next one
		t.Errorf("stale %d, counts %+v", r.Stale, r.Counts)
	}
}

func TestAPlanThatIsStoppedIsTakenUp(t *testing.T) {
	for effects := 1; effects <= 9; effects++ {
		k := newKeeper(t, winback, "rows.csv", winbackRows)
		name, dir := k.mustSave(), filepath.Join(t.TempDir(), "run")
		k.stopAfter = effects
		if r := k.applyPlan(name, dir, ""); !r.Interrupted {
			t.Fatalf("not stopped after %d effects", effects)
		}
		k.stopAfter = 0
		k.applyPlan(name, dir, "")
		writes := sortedTexts(k.writes())
		if len(writes) != 1+3+3+3 || len(slices.Compact(writes)) != len(k.writes()) {
			t.Errorf("stopped after %d: effects are\n%s", effects, strings.Join(k.writes(), "\n"))
		}
	}
}

// TestAPlanThatIsStoppedFailsNoRow: a row whose record is read once more before
// anything else of it is done is not reached where that read is not sent.
func TestAPlanThatIsStoppedFailsNoRow(t *testing.T) {
	k := newKeeper(t, `{version: 1, steps: [{id: m, for_each: {action: searchContacts, with: {role: user}, as: one, where: one.name != "nobody"},
		action: updateContact, with: {contact_id: "{{ one.id }}", name: new}}]}`)
	name, dir := k.mustSave(), filepath.Join(t.TempDir(), "run")
	k.stopAfter = 1
	if r := k.applyPlan(name, dir, ""); r.Counts != (Counts{Done: 1, Pending: 2, Total: 3}) || len(r.Failures) > 0 {
		t.Errorf("counts are %+v, failures %v", r.Counts, r.Failures)
	}
	k.stopAfter = 0
	if r := k.applyPlan(name, dir, ""); r.Counts != (Counts{Done: 3, Total: 3}) {
		t.Errorf("when it is taken up, counts are %+v", r.Counts)
	}
}

// TestAPlanThatIsStoppedAtOnceKeepsItsLists kills the process that begins to
// apply a plan before the lists of the plan are in the journal. The run that is
// taken up works on those, and not on what the files hold by then.
func TestAPlanThatIsStoppedAtOnceKeepsItsLists(t *testing.T) {
	k := newKeeper(t, winback, "rows.csv", winbackRows)
	name, dir := k.mustSave(), filepath.Join(t.TempDir(), "run")
	k.stopAfter = 1
	k.applyPlan(name, dir, "")
	segment := filepath.Join(dir, "journal-000001.log")
	text, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	begin := bytes.Join(bytes.SplitAfterN(text, []byte("\n"), 3)[:2], nil) // the lines that open the segment and the run
	header, _, _ := strings.Cut(winbackRows, "\n")
	if err := errors.Join(os.WriteFile(segment, begin, 0o600), os.WriteFile(filepath.Join(k.dir, "rows.csv"), []byte(header+"\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	k.stopAfter = 0
	k.applyPlan(name, dir, "")
	if n := len(k.writes()); n != 1+3+3+3 {
		t.Errorf("%d effects, want those of the plan:\n%s", n, strings.Join(k.writes(), "\n"))
	}
}

func TestTwoPlansOfOneWorldAreEqual(t *testing.T) {
	k := newKeeper(t, winback, "rows.csv", winbackRows)
	var texts [2][]byte
	for i := range texts {
		k.concurrency = 1 + 9*i
		_, texts[i], _ = bytes.Cut(unzipped(t, k.mustSave()), []byte("\n"))
	}
	if diff := cmp.Diff(string(texts[0]), string(texts[1])); diff != "" {
		t.Errorf("behind the header the plans differ:\n%s", diff)
	}
}

func TestReplayTellsWhatThePlanTold(t *testing.T) {
	k := newKeeper(t, winback, "rows.csv", winbackRows)
	name, planned, err := k.save()
	if err != nil {
		t.Fatal(err)
	}
	want := plannedEvents(k.events)
	saved, err := OpenPlan(name)
	if err != nil {
		t.Fatal(err)
	}
	defer saved.Close()
	var events []Event
	result, err := saved.Replay(func(e Event) { events = append(events, e) })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, plannedEvents(events)); diff != "" {
		t.Errorf("events differ (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(endings(planned), endings(result)); diff != "" {
		t.Errorf("endings differ (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(planned.Changes, result.Changes); diff != "" {
		t.Errorf("changes differ (-want +got):\n%s", diff)
	}
}

// plannedEvents are the events that a plan shows, as text.
func plannedEvents(events []Event) []string {
	var all []string
	for _, e := range events {
		if e.Ended != nil && (e.Ended.With != nil || e.Ended.Failure != nil) {
			line := fmt.Sprintf("%s %s %s %v", e.Ended.Addr, e.Ended.Effect, e.Ended.Status, e.Ended.Possible)
			for _, c := range e.Ended.Changes {
				line += fmt.Sprintf(" %s:%s>%s%v", c.Path, c.Before, c.After, c.Known)
			}
			all = append(all, line)
		}
	}
	return sortedTexts(all)
}

func TestAPlanThatIsDamagedIsRefused(t *testing.T) {
	k := newKeeper(t, winback, "rows.csv", winbackRows)
	text, err := os.ReadFile(k.mustSave())
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "cut.plan")
	for size := 0; size < len(text); size += 1 + len(text)/100 {
		if err := os.WriteFile(name, text[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		if err := readAll(name, t.TempDir()); err == nil {
			t.Fatalf("a plan that ends at byte %d of %d was taken", size, len(text))
		}
	}
}

// readAll opens and unpacks a plan.
func readAll(name, dir string) error {
	saved, err := OpenPlan(name)
	if err != nil {
		return err
	}
	defer saved.Close()
	_, err = saved.Unpack(dir)
	return err
}

// FuzzOpenPlan holds that no file makes a reader of plans panic, or puts
// anything outside the folder of the run.
func FuzzOpenPlan(f *testing.F) {
	k := newKeeper(f, winback, "rows.csv", winbackRows)
	f.Add(unzipped(f, k.mustSave()))
	f.Add([]byte(`{"flowrun_plan":1,"digest":""}` + "\n" + `{"list":{"loop":"../x","file":"../../y","count":1}}` + "\nnull\n{\"result\":{}}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		name := filepath.Join(dir, "a.plan")
		var packed bytes.Buffer
		to := gzip.NewWriter(&packed)
		if _, err := to.Write(text); err != nil {
			t.Fatal(err)
		}
		if err := to.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, packed.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		run := filepath.Join(dir, "run")
		if err := os.Mkdir(run, 0o700); err != nil {
			t.Fatal(err)
		}
		_ = readAll(name, run)
		if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 2 {
			t.Errorf("files outside the folder: %v", left)
		}
		if saved, err := OpenPlan(name); err == nil {
			_, _ = saved.Replay(func(Event) {})
			saved.Close()
		}
	})
}

func unzipped(t testing.TB, name string) []byte {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	packed, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(packed)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func sortedTexts(texts []string) []string {
	sorted := slices.Clone(texts)
	slices.Sort(sorted)
	return sorted
}
