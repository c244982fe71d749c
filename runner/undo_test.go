package runner

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/flowrun-dev/flowrun/steps"
	"github.com/google/go-cmp/cmp"
)

// undoing is a run that is taken back.
type undoing struct {
	*bench
	undo   *Undo
	plan   *Result // nil where nothing can be taken back
	result *Result
	events []Event // of the plan
	done   []Event // of the run
	dir    string  // of the undo's run
}

// planBack plans what takes the run in dir back. Its program is nil where nothing
// can be.
func (b *bench) planBack(dir string, opt UndoOptions) (undoing, *Program, Options) {
	b.t.Helper()
	past := readPast(dir)
	if past.err != nil {
		b.t.Fatal(past.err)
	}
	undo, err := past.Undo(b.t.TempDir(), opt)
	if err != nil {
		b.t.Fatal(err)
	}
	u := undoing{bench: b, undo: undo}
	program, err := undo.Program()
	if err != nil {
		b.t.Fatalf("%v\n%s", err, undo.text)
	}
	if program == nil {
		return u, nil, Options{}
	}
	client, err := intercom.New(intercom.Config{Token: "test", HTTPClient: b.server.Client()})
	if err != nil {
		b.t.Fatal(err)
	}
	u.dir = b.t.TempDir()
	options := Options{Do: client, Dir: u.dir, RunID: "undo-1", On: func(e Event) { u.events = append(u.events, e) }}
	if options.Draft, err = NewDraft(u.dir); err != nil {
		b.t.Fatal(err)
	}
	if u.plan, err = program.Plan(context.Background(), options); err != nil {
		b.t.Fatal(err)
	}
	b.addsUp(u.plan)
	if err := options.Draft.Close(); err != nil {
		b.t.Fatal(err)
	}
	options.Draft, options.On, options.Acknowledged = nil, nil, map[string]int64{"max_deletes": 1000}
	return u, program, options
}

// takeBack plans what takes the run in dir back, and applies that plan.
func (b *bench) takeBack(dir string, opt UndoOptions) undoing {
	b.t.Helper()
	u, program, options := b.planBack(dir, opt)
	if program == nil {
		return u
	}
	var err error
	options.On = func(e Event) { u.done = append(u.done, e) }
	if options.Run, err = Begin(u.dir, program, options, By{Version: "test"}); err != nil {
		b.t.Fatal(err)
	}
	if u.result, err = program.Apply(context.Background(), options); err != nil {
		b.t.Fatal(err)
	}
	b.addsUp(u.result)
	if err := options.Run.Close(u.result); err != nil {
		b.t.Fatal(err)
	}
	return u
}

// foretold is how far the plan said that its write could be taken back.
func (b *bench) foretold() Reversal {
	for _, e := range b.events {
		if e.Ended != nil {
			return e.Ended.Undo
		}
	}
	return ""
}

// notes are what the plan says of the records that somebody has changed.
func (u undoing) notes() []string { return notesOf(u.events) }

func notesOf(events []Event) (notes []string) {
	for _, e := range events {
		if e.Ended != nil && e.Ended.Note != "" {
			notes = append(notes, e.Ended.Addr+": "+e.Ended.Note)
		}
	}
	return notes
}

// lasting is what differs between two states of a workspace, apart from the
// times of the last change.
func lasting(t *testing.T, before, after sandbox.Data) []string {
	changes := workspaceChanges(t, before, after)
	var left []string
	for _, change := range changes {
		if !strings.Contains(change, " updated_at: ") {
			left = append(left, undoIDs.Replace(change))
		}
	}
	return left
}

const (
	undoAnn     = "000000000000000000000001"
	undoBob     = "000000000000000000000002"
	undoOld     = "000000000000000000000003"
	undoEve     = "000000000000000000000004"
	undoLead    = "000000000000000000000005"
	undoCompany = "00000000000000000000000c"
)

// undoNames stand for ids in inputs.
var (
	undoNames = strings.NewReplacer("$ann", undoAnn, "$bob", undoBob, "$old", undoOld, "$eve", undoEve, "$lead", undoLead, "$company", undoCompany)
	undoIDs   = strings.NewReplacer(undoAnn, "$ann", undoBob, "$bob", undoOld, "$old", undoEve, "$eve", undoLead, "$lead", undoCompany, "$company")
)

// undoData is a workspace in which every action can do something.
func undoData() *sandbox.Data {
	return &sandbox.Data{
		Tags:      []sandbox.Tag{{ID: "71", Name: "vip"}, {ID: "72", Name: "other"}},
		Companies: []sandbox.Company{{ID: undoCompany, CompanyID: "acme", Name: "Acme", Plan: "pro", Size: 12, Industry: "Food", CustomAttributes: map[string]any{"tier": "gold"}}},
		Contacts: []sandbox.Contact{
			{ID: undoAnn, Role: "user", ExternalID: "ann", Email: "ann@example.com", Name: "Ann", Tags: []string{"vip"}, Companies: []string{"acme"},
				CustomAttributes: map[string]any{"plan": "free"}},
			{ID: undoBob, Role: "user", ExternalID: "bob", Email: "bob@example.com", Name: "Bob", Tags: []string{"vip"}},
			{ID: undoEve, Role: "user", Email: "eve@example.com", Name: "Eve"},
			{ID: undoLead, Role: "lead", Email: "lead@example.com"},
			{ID: undoOld, Role: "user", ExternalID: "old", Email: "old@example.com", Name: "Old", State: "archived"},
		},
		DataAttributes: []sandbox.DataAttribute{
			{Model: "contact", Name: "plan"}, {Model: "contact", Name: "monthly_spend", DataType: "integer"},
			{Model: "contact", Name: "job_title"}, {Model: "company", Name: "tier"},
		},
		Admins:  []sandbox.Admin{{ID: "814860", Name: "Ada"}},
		Tickets: []sandbox.Ticket{{ID: "7", Type: "1", Contact: undoBob, State: "1", Attributes: map[string]any{"_default_title_": "Help"}}},
	}
}

// TestUndoOfEachAction applies each action and takes it back: the workspace is
// as before, but for what the case says. There is a case for every action that
// writes, or the reason why it cannot be taken back.
func TestUndoOfEachAction(t *testing.T) {
	tests := []struct {
		action, name, with string
		changes            []string // that stay, as workspaceChanges gives them
		limits             []string // that are told
	}{
		{
			action: "createContact", name: "is archived", with: `role: user, external_id: new, email: new@example.com, name: New`,
			changes: []string{`+ contacts $new {"created_at":946684800,"email":"new@example.com","external_id":"new","id":"$new","name":"New","role":"user",` +
				`"state":"archived","updated_at":946684800}`},
		},
		{action: "createContact", name: "met a contact by its external_id", with: `role: user, external_id: ann, name: New, phone: "+15005550100", custom_attributes: {plan: pro}, on_conflict: update`},
		{action: "createContact", name: "met a contact by its email", with: `role: user, email: ann@example.com, name: New, on_conflict: update`},
		{action: "updateContact", name: "gets all its values back", with: `contact_id: $ann, name: New, email: new@example.com, phone: "+15005550100", avatar: "https://example.com/a.png",
			signed_up_at: 1700000000, owner_id: "814860", unsubscribed_from_emails: true, last_seen_at: 1700000001, external_id: new, custom_attributes: {plan: pro}`},
		{
			action: "updateContact", name: "an attribute that was not there", with: `contact_id: $ann, custom_attributes: {monthly_spend: 3}`,
			changes: []string{`contacts $ann custom_attributes: {"plan":"free"} -> {"monthly_spend":null,"plan":"free"}`},
			limits:  []string{"partly: custom_attributes: an attribute that was not there before stays, as null"},
		},
		{
			action: "updateContact", name: "an external_id that was not there", with: `contact_id: $eve, external_id: eve, name: New`,
			changes: []string{`contacts $eve external_id: none -> "eve"`},
			limits:  []string{"partly: external_id: Intercom cannot empty an external_id"},
		},
		{
			action: "updateContact", name: "a lead that became a user", with: `contact_id: $lead, role: user`,
			changes: []string{`contacts $lead role: "lead" -> "user"`},
			limits:  []string{"none: role: a user cannot become a lead again"},
		},
		{action: "archiveContact", with: `contact_id: $ann`},
		{action: "unarchiveContact", with: `contact_id: $old`},
		{
			action: "deleteContact", with: `contact_id: $ann`,
			changes: []string{"contacts $ann deleted_at: none -> 946684800", `contacts $ann state: none -> "deleted"`},
			limits:  []string{"none: Intercom deletes the contact for good and keeps its external_id and email taken for about 7 days"},
		},
		{
			action: "createCompany", name: "is deleted", with: `company_id: new, name: " New ", plan: pro, size: 12, custom_attributes: {tier: gold}`,
			changes: []string{`+ companies $new {"company_id":"new","created_at":946684800,"custom_attributes":{"creation_source":"api","tier":"gold"},"id":"$new",` +
				`"name":"New","plan":"pro","size":12,"state":"archived","updated_at":946684800}`},
		},
		{action: "createCompany", name: "met the company", with: `company_id: acme, name: New, size: 13, custom_attributes: {tier: silver}`},
		{action: "updateCompany", name: "gets all its values back", with: `company_id: $company, name: New, plan: free, size: 13, industry: Tools, custom_attributes: {tier: silver}`},
		{
			action: "updateCompany", name: "a field that was empty", with: `company_id: $company, website: "https://example.com", name: New`,
			changes: []string{`companies $company website: none -> "https://example.com"`},
			limits:  []string{"partly: website: Intercom is not known to empty this field of a company again"},
		},
		{
			action: "deleteCompany", with: `company_id: $company`,
			changes: []string{
				`companies $company state: none -> "archived"`,
				`+ companies $new {"company_id":"acme","created_at":946684800,"custom_attributes":{"creation_source":"api","tier":"gold"},"id":"$new",` +
					`"industry":"Food","name":"Acme","plan":"pro","size":12,"updated_at":946684800}`,
			},
			limits: []string{"partly: the company comes back with its contacts, perhaps with another id, and without its tags and notes"},
		},
		{action: "attachCompany", with: `contact_id: $bob, company_id: $company`},
		{action: "detachCompany", with: `contact_id: $ann, company_id: $company`},
		{action: "createTag", with: `name: new`},
		{action: "updateTag", with: `tag_id: 71, name: new`},
		{
			action: "deleteTag", with: `tag_id: 71`,
			changes: []string{"- tags 71", `+ tags 73 {"id":"73","name":"vip"}`},
			limits:  []string{"partly: the tag comes back with another id, on contacts only, and when and by whom it was attached is lost"},
		},
		{action: "attachTag", with: `contact_id: $bob, tag_id: 72`},
		{action: "detachTag", with: `contact_id: $bob, tag_id: 71`, limits: []string{"partly: when and by whom the tag was attached is lost"}},
		{
			action: "createTicket", with: `ticket_type_id: 1, contact_id: $ann, ticket_attributes: {_default_title_: Hi}`,
			limits: []string{"partly: a notice that went out stays, and so does a contact that an unknown email created"},
		},
		{action: "deleteTicket", with: `ticket_id: 7`, changes: []string{"- tickets 7"}, limits: []string{"none: Intercom deletes the ticket for good"}},
		{
			action: "rawRequest", with: `method: POST, path: /tags, effect: create, body: {name: raw}`,
			changes: []string{`+ tags 73 {"id":"73","name":"raw"}`}, limits: []string{"none: flowrun does not know what the call does"},
		},
	}
	tried := map[string]bool{}
	for _, tt := range tests {
		tried[tt.action] = true
		t.Run(tt.action+" "+tt.name, func(t *testing.T) {
			fakeTime(t, func(t *testing.T) {
				b := newBench(t, undoData(), fmt.Sprintf(`{version: 1, allow: [delete, send], steps: [{id: s, action: %s, with: {%s}}]}`, tt.action, untab(undoNames.Replace(tt.with))))
				b.plan()
				foretold := b.foretold()
				before := b.server.Snapshot()
				dir := filepath.Join(t.TempDir(), "run")
				if r := b.stretch(dir, 10); len(r.Failures) > 0 || !r.Changes.Any() {
					t.Fatalf("the apply changed nothing: %v", r.Failures)
				}
				u := b.takeBack(dir, UndoOptions{})
				var limits []string
				for _, l := range u.undo.Limits {
					limits = append(limits, string(l.How)+": "+l.Reason)
				}
				if diff := cmp.Diff(tt.limits, limits); diff != "" {
					t.Errorf("limits differ (-want +got):\n%s", diff)
				}
				if len(limits) == 0 && foretold != Fully || len(limits) > 0 && !strings.HasPrefix(limits[0], string(foretold)+":") {
					t.Errorf("the plan said %s, and these are the limits: %q", foretold, limits)
				}
				if u.plan != nil && (u.result.Counts != u.plan.Counts || u.result.Counts.Done != u.result.Counts.Total) {
					t.Errorf("the plan was %+v, and it ended with %+v\n%s", u.plan.Counts, u.result.Counts, u.undo.text)
				}
				if diff := cmp.Diff(tt.changes, lasting(t, before, b.server.Snapshot())); diff != "" {
					t.Errorf("the workspace differs (-want +got):\n%s", diff)
				}
				if again := b.takeBack(dir, UndoOptions{}); again.plan != nil && (again.plan.Changes.Any() || again.result.Counts.Failed > 0) {
					t.Errorf("undone twice, there is still something to do: %+v, %+v", again.plan.Changes, again.result.Counts)
				}
			})
		})
	}
	for _, a := range steps.All() {
		if a.Effect != steps.Read && !tried[a.Name] {
			t.Errorf("%s: no case takes it back", a.Name)
		}
	}
}
