package runner

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// dropping makes calls fail on their way: they are not applied, and nobody knows.
type dropping struct {
	to     intercom.Doer
	method string
}

func (d *dropping) Do(ctx context.Context, req intercom.Request) (intercom.Response, error) {
	if req.Method == d.method {
		return intercom.Response{}, &intercom.UnknownError{Method: req.Method, Path: req.Path, Err: errors.New("dropped")}
	}
	return d.to.Do(ctx, req)
}

// through runs the program in dir with a client that is made of the real one.
func (b *bench) through(dir string, made func(intercom.Doer) intercom.Doer) *Result {
	b.t.Helper()
	client, err := intercom.New(intercom.Config{Token: "test", HTTPClient: b.server.Client()})
	if err != nil {
		b.t.Fatal(err)
	}
	opt := Options{Do: made(client), Dir: dir, RunID: "run-1", IndexLag: 1, Concurrency: 1, Stop: b.stop}
	run, program, err := Reopen(dir, By{Version: "test"})
	if err != nil {
		program = b.program
		run, err = Begin(dir, program, opt, By{Version: "test"})
	}
	if err != nil {
		b.t.Fatal(err)
	}
	opt.Run = run
	r, err := program.Apply(b.t.Context(), opt)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := opt.Run.Close(r); err != nil {
		b.t.Fatal(err)
	}
	return r
}

// TestUndoLosesNothing lets somebody do something between a run and its undo, or
// within the run: none of it is overwritten or deleted.
func TestUndoLosesNothing(t *testing.T) {
	tests := []struct {
		name, run, between string
		opt                UndoOptions
		changes, notes     []string
	}{
		{
			name: "a company that the run created and somebody filled in is not deleted",
			run:  `{action: createCompany, with: {company_id: new, name: New}}`, between: `{action: createCompany, with: {company_id: new, industry: Tools}}`,
			changes: []string{`+ companies $new {"company_id":"new","created_at":946684800,"custom_attributes":{"creation_source":"api"},"id":"$new",` +
				`"industry":"Tools","name":"New","updated_at":946684802}`},
			notes: []string{`createCompany_1["createCompany"]: industry was changed since`},
		},
		{
			name: "an attribute that somebody gave a company keeps it",
			run:  `{action: createCompany, with: {company_id: new, name: New}}`, between: `{action: createCompany, with: {company_id: new, custom_attributes: {tier: gold}}}`,
			changes: []string{`+ companies $new {"company_id":"new","created_at":946684800,"custom_attributes":{"creation_source":"api","tier":"gold"},"id":"$new",` +
				`"name":"New","updated_at":946684802}`},
			notes: []string{`createCompany_1["createCompany"]: custom_attributes.tier was changed since`},
		},
		{
			name: "a contact that somebody filled in is not deleted for good", opt: UndoOptions{Hard: true},
			run:     `{action: createContact, with: {role: user, external_id: new}}`,
			between: `{action: createContact, with: {role: user, external_id: new, name: Named, on_conflict: update}}`,
			changes: []string{`+ contacts $new {"created_at":946684800,"external_id":"new","id":"$new","name":"Named","role":"user","updated_at":946684802}`},
			notes:   []string{`createContact_1["createContact"]: name was changed since`},
		},
		{
			name: "what the run itself filled in and cannot empty does not keep a company",
			run: `{id: c, action: createCompany, with: {company_id: new, name: New}},
				{action: updateCompany, with: {company_id: "{{ steps.c.data.id }}", industry: Tools, custom_attributes: {tier: gold}}}`,
			changes: []string{`+ companies $new {"company_id":"new","created_at":946684800,"custom_attributes":{"creation_source":"api","tier":"gold"},"id":"$new",` +
				`"industry":"Tools","name":"New","state":"archived","updated_at":946684800}`},
		},
		{
			name: "a company that somebody made again is not overwritten",
			run:  `{action: deleteCompany, with: {company_id: $company}}`, between: `{action: createCompany, with: {company_id: acme, name: Acme again, size: 99}}`,
			changes: []string{
				`companies $company state: none -> "archived"`,
				`+ companies 386d43821bb69f9f00000001 {"company_id":"acme","created_at":946684802,"custom_attributes":{"creation_source":"api"},"id":"386d43821bb69f9f00000001",` +
					`"name":"Acme again","size":99,"updated_at":946684802}`,
			},
			notes: []string{`deleteCompany_1["deleteCompany"].deleteCompany_1_made: it is there again, and not as it was`},
		},
		{
			name: "a company that somebody deleted is not made again", run: `{action: createCompany, with: {company_id: acme, size: 13}}`,
			between: `{action: deleteCompany, with: {company_id: $company}}`,
			changes: []string{
				`companies $company size: 12 -> 13`, `companies $company state: none -> "archived"`, `contacts $ann companies: ["acme"] -> none`,
			},
			notes: []string{`createCompany_1["createCompany"]: it is not there any more`},
		},
		{
			name: "a tag that somebody took off is not attached to another one", run: `{action: attachTag, with: {contact_id: $bob, tag_id: 72}}`,
			between: `{action: detachTag, with: {contact_id: $bob, tag_id: 72}}`,
		},
		{
			name: "a ticket that somebody worked on is not deleted", run: `{action: createTicket, with: {ticket_type_id: 1, contact_id: $ann, skip_notifications: true, ticket_attributes: {_default_title_: Hi}}}`,
			between: `{action: rawRequest, with: {method: PUT, path: /tickets/8, effect: update, body: {open: false}}}`,
			changes: []string{`+ tickets 8 {"attributes":{"_default_description_":null,"_default_title_":"Hi"},"closed":true,"contact":"$ann","created_at":946684800,` +
				`"id":"8","is_shared":true,"state":"1","ticket_id":"2","type":"1","updated_at":946684802}`},
			notes: []string{`createTicket_1["createTicket"]: it was changed since`},
		},
		{name: "what is emptied is filled again", run: `{action: updateContact, with: {contact_id: $ann, name: null, email: null, custom_attributes: {plan: null}}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fakeTime(t, func(t *testing.T) {
				b := newBench(t, undoData(), untab(undoNames.Replace(`{version: 1, allow: [delete, send], steps: [`+tt.run+`]}`)))
				before := b.server.Snapshot()
				dir := filepath.Join(t.TempDir(), "run")
				if r := b.stretch(dir, 10); len(r.Failures) > 0 {
					t.Fatal(r.Failures[0])
				}
				time.Sleep(2 * time.Second)
				if tt.between != "" {
					b.byHand(tt.between)
				}
				u := b.takeBack(dir, tt.opt)
				if diff := cmp.Diff(tt.changes, lasting(t, before, b.server.Snapshot()), cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("the workspace differs (-want +got):\n%s", diff)
				}
				notes := u.notes()
				for i := range notes {
					notes[i] = undoIDs.Replace(notes[i])
				}
				if diff := cmp.Diff(tt.notes, notes, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("notes differ (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestUndoPutsBackWhatTheLastCallFound takes back an update that was sent twice:
// the first call was lost on its way, and somebody changed the record before the
// second.
func TestUndoPutsBackWhatTheLastCallFound(t *testing.T) {
	b := newBench(t, undoData(), untab(undoNames.Replace(`{version: 1, steps: [{id: s, action: updateContact, with: {contact_id: $ann, name: New, phone: "+15005550100"}}]}`)))
	before := b.server.Snapshot()
	dir := filepath.Join(t.TempDir(), "run")
	if r := b.through(dir, func(to intercom.Doer) intercom.Doer { return &dropping{to, "PUT"} }); r.Counts.InDoubt != 1 {
		t.Fatalf("%+v", r.Counts)
	}
	b.byHand(`{action: updateContact, with: {contact_id: $ann, name: Edited}}`)
	if r := b.stretch(dir, 10); r.Counts.Done != 1 {
		t.Fatalf("%+v", r.Counts)
	}
	b.takeBack(dir, UndoOptions{})
	if diff := cmp.Diff([]string{`contacts $ann name: "Ann" -> "Edited"`}, lasting(t, before, b.server.Snapshot())); diff != "" {
		t.Errorf("the workspace differs (-want +got):\n%s", diff)
	}
}

// TestUndoOfALostAnswer takes back writes of which the first answer was lost, and
// that were resumed. What may be somebody else's is not deleted, and told.
func TestUndoOfALostAnswer(t *testing.T) {
	const perhaps = "none: an answer was lost, and it is not known whether the run created this or met it"
	for _, tt := range []struct {
		name, step, limit string
		changes           int
	}{
		{"a tag", `{id: s, action: createTag, with: {name: new}}`, perhaps, 1},
		{"a company", `{id: s, action: createCompany, with: {company_id: new, name: New}}`, perhaps, 1},
		{"a company that was there", `{id: s, action: createCompany, with: {company_id: acme, name: New}}`, "", 0},
		{"a contact is found by its external_id", `{id: s, action: createContact, with: {role: user, external_id: new, name: New}}`, "", 1}, // archived
		{"a link", `{id: s, action: attachTag, with: {contact_id: $bob, tag_id: 72}}`, "", 0},
		{"a ticket is found", `{id: s, action: createTicket, with: {ticket_type_id: 1, contact_id: $ann, ticket_attributes: {_default_title_: Hi}}}`,
			"partly: a notice that went out stays, and so does a contact that an unknown email created", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, undoData(), untab(undoNames.Replace(`{version: 1, allow: [send], steps: [`+tt.step+`]}`)))
			before := b.server.Snapshot()
			dir := filepath.Join(t.TempDir(), "run")
			b.through(dir, func(to intercom.Doer) intercom.Doer { return &losing{to, "POST", 1} })
			if r := b.stretch(dir, 10); r.Counts.Done != 1 {
				t.Fatalf("%+v", r.Counts)
			}
			limit := ""
			for _, l := range b.takeBack(dir, UndoOptions{}).undo.Limits {
				limit += string(l.How) + ": " + l.Reason
			}
			if changes := lasting(t, before, b.server.Snapshot()); limit != tt.limit || len(changes) != tt.changes {
				t.Errorf("limit %q, and this is left: %q", limit, changes)
			}
		})
	}
}

// TestUndoOfATagThatLagsBehind deletes a tag that was just taken off somebody
// whom the search still names.
func TestUndoOfATagThatLagsBehind(t *testing.T) {
	b := newBench(t, undoData(), untab(undoNames.Replace(`{version: 1, allow: [delete], steps: [{action: detachTag, with: {contact_id: $ann, tag_id: 71}}, {action: deleteTag, with: {tag_id: "71"}}]}`)))
	b.server = newLagging(undoData())
	before := b.server.Snapshot()
	dir := filepath.Join(t.TempDir(), "run")
	b.stretch(dir, 10)
	u := b.takeBack(dir, UndoOptions{})
	if diff := cmp.Diff([]string{"- tags 71", `+ tags 73 {"id":"73","name":"vip"}`}, lasting(t, before, b.server.Snapshot())); diff != "" {
		t.Errorf("the workspace differs (-want +got):\n%s%v", diff, u.result.Failures)
	}
}

func newLagging(data *sandbox.Data) *sandbox.Server {
	return sandbox.New(sandbox.Options{Data: data, IndexLag: 1 << 40})
}

// TestUndoOfARefusalBehindALostAnswer takes back an update whose answer was lost,
// and that Intercom refused when it was sent again: it may have been applied.
func TestUndoOfARefusalBehindALostAnswer(t *testing.T) {
	b := newBench(t, undoData(), untab(undoNames.Replace(`{version: 1, steps: [{id: s, action: updateContact, with: {contact_id: $ann, name: New}}]}`)))
	before := b.server.Snapshot()
	dir := filepath.Join(t.TempDir(), "run")
	b.through(dir, func(to intercom.Doer) intercom.Doer { return &losing{to, "PUT", 100} })
	if r := b.through(dir, func(to intercom.Doer) intercom.Doer { return &refusing{to, "PUT"} }); r.Counts.Failed != 1 {
		t.Fatalf("%+v", r.Counts)
	}
	b.takeBack(dir, UndoOptions{})
	if diff := cmp.Diff([]string(nil), lasting(t, before, b.server.Snapshot())); diff != "" {
		t.Errorf("the workspace differs (-want +got):\n%s", diff)
	}
}

// refusing refuses calls of a method.
type refusing struct {
	to     intercom.Doer
	method string
}

func (d *refusing) Do(ctx context.Context, req intercom.Request) (intercom.Response, error) {
	if req.Method == d.method {
		return intercom.Response{}, &intercom.APIError{Method: req.Method, Path: req.Path, Status: 422}
	}
	return d.to.Do(ctx, req)
}

// TestAnUndoThatIsStoppedIsTakenUp stops an undo behind each of its writes.
func TestAnUndoThatIsStoppedIsTakenUp(t *testing.T) {
	const text = `{version: 1, steps: [{for_each: {in: ["$ann", "$bob"]}, steps: [
		{action: updateContact, with: {contact_id: "{{ item }}", name: A}}, {action: attachTag, with: {contact_id: "{{ item }}", tag_id: 72}},
		{action: updateContact, with: {contact_id: "{{ item }}", name: B}}, {action: archiveContact, with: {contact_id: "{{ item }}"}}]}]}`
	for effects := 1; effects < 8; effects++ {
		b := newBench(t, undoData(), untab(undoNames.Replace(text)))
		before := b.server.Snapshot()
		dir := filepath.Join(t.TempDir(), "run")
		if r := b.stretch(dir, 100); len(r.Failures) > 0 {
			t.Fatal(r.Failures[0])
		}
		u, program, options := b.planBack(dir, UndoOptions{})
		var err error
		if options.Run, err = Begin(u.dir, program, options, By{Version: "test"}); err == nil {
			err = options.Run.Close(nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		if r := b.stretch(u.dir, effects); !r.Interrupted {
			t.Fatalf("not stopped after %d effects", effects)
		}
		if r := b.stretch(u.dir, 100); r.Counts.Done != r.Counts.Total {
			t.Errorf("stopped after %d it ended with %+v", effects, r.Counts)
		}
		if diff := cmp.Diff([]string(nil), lasting(t, before, b.server.Snapshot())); diff != "" {
			t.Errorf("stopped after %d the workspace differs (-want +got):\n%s", effects, diff)
		}
	}
}

// TestUndoOfAStoppedRun takes back what a run had done when it was stopped, and
// what it does when it is resumed all the same.
func TestUndoOfAStoppedRun(t *testing.T) {
	b := newBench(t, undoData(), untab(undoNames.Replace(`{version: 1, steps: [{for_each: {in: ["$ann", "$bob", "$eve"]}, action: updateContact, with: {contact_id: "{{ item }}", name: New}}]}`)))
	before := b.server.Snapshot()
	dir := filepath.Join(t.TempDir(), "run")
	if r := b.stretch(dir, 2); !r.Interrupted {
		t.Fatalf("%+v", r.Counts)
	}
	for range 2 {
		b.takeBack(dir, UndoOptions{})
		if diff := cmp.Diff([]string(nil), lasting(t, before, b.server.Snapshot())); diff != "" {
			t.Errorf("the workspace differs (-want +got):\n%s", diff)
		}
		b.stretch(dir, 100)
	}
}

// TestUndoKeepsNoSecretThatWasThereBefore changes a field in which a secret
// stands: the folder of the run does not have it.
func TestUndoKeepsNoSecretThatWasThereBefore(t *testing.T) {
	data := undoData()
	data.Contacts[0].Name = "has the secret in it"
	b := newBench(t, data, untab(undoNames.Replace(`{version: 1, inputs: {key: {secret: true, env: KEY}}, steps: [
		{id: s, action: updateContact, with: {contact_id: $ann, name: New, phone: "+15005550100"}}]}`)))
	before := b.server.Snapshot()
	dir := filepath.Join(t.TempDir(), "run")
	b.stretch(dir, 10)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if text, _ := os.ReadFile(file); strings.Contains(string(text), "the secret") {
			t.Errorf("%s holds the secret:\n%s", filepath.Base(file), text)
		}
	}
	u := b.takeBack(dir, UndoOptions{})
	want := []Limit{{"s", Partly, "name: a secret stood in it, which is not kept", 1, []string{"s"}}}
	if diff := cmp.Diff(want, u.undo.Limits); diff != "" {
		t.Errorf("limits differ (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{`contacts $ann name: "has the secret in it" -> "New"`}, lasting(t, before, b.server.Snapshot())); diff != "" {
		t.Errorf("the workspace differs (-want +got):\n%s", diff)
	}
}
