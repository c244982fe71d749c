package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/flowrun-dev/flowrun/steps"
	"github.com/google/go-cmp/cmp"
)

// meddler keeps the calls of a run, and does something at its first update of a
// contact: before it is sent, or in place of its answer.
type meddler struct {
	to     intercom.Doer
	before func(do intercom.Doer) error // may be nil
	after  func() error                 // may be nil
	calls  []string
	met    bool
}

func (m *meddler) Do(ctx context.Context, req intercom.Request) (intercom.Response, error) {
	m.calls = append(m.calls, ids.Replace(req.Method+" "+req.Path))
	if m.met || req.Method != "PUT" {
		return m.to.Do(ctx, req)
	}
	m.met = true
	if m.before != nil {
		if err := m.before(m.to); err != nil {
			return intercom.Response{}, err
		}
	}
	resp, err := m.to.Do(ctx, req)
	if err == nil && m.after != nil {
		return intercom.Response{}, m.after()
	}
	return resp, err
}

// over puts the meddler between a run and Intercom.
func (m *meddler) over(to intercom.Doer) intercom.Doer { m.to = to; return m }

// elsewhere is what somebody else sends.
func elsewhere(requests ...intercom.Request) func(intercom.Doer) error {
	return func(do intercom.Doer) error {
		for _, req := range requests {
			if _, err := do.Do(context.Background(), req); err != nil {
				return err
			}
		}
		return nil
	}
}

func put(path, body string) intercom.Request {
	return intercom.Request{Method: "PUT", Path: path, Body: []byte(body)}
}

const u1 = "/contacts/000000000000000000000001"

// upsert is a workflow of one createContact.
func upsert(with string) string {
	return untab(`{version: 1, steps: [{id: c, action: createContact, with: {` + with + `, on_conflict: update}}]}`)
}

// TestAContactThatIsFoundIsUpdated: a create goes by its id to the contact that
// was found, and as before where that cannot be the one it would meet.
func TestAContactThatIsFoundIsUpdated(t *testing.T) {
	const find = "GET /contacts/find_by_external_id/u1"
	refused := &intercom.APIError{Status: 409, Code: "conflict", Message: "taken"}
	tests := []struct {
		name, with string
		between    func(intercom.Doer) error
		calls      []string
		want       Counts
		says       string // in a failure
	}{
		{name: "by its external id", with: `external_id: u1, name: New`,
			calls: []string{find, "PUT " + u1}, want: Counts{Done: 1, Total: 1}},
		{name: "with the email that it has", with: `external_id: u1, email: U1@x.example, name: New`,
			calls: []string{find, "PUT " + u1}, want: Counts{Done: 1, Total: 1}},
		{name: "that is so already", with: `external_id: u1, name: u1`, calls: []string{find}, want: Counts{Unchanged: 1, Total: 1}},
		{name: "with another email, which may be somebody else's", with: `external_id: u1, email: u2@x.example, name: New`,
			calls: []string{find, "POST /contacts", "GET " + u1, "PUT " + u1}, want: Counts{Done: 1, Total: 1}},
		{name: "that is archived meanwhile", with: `external_id: u1, name: New`,
			between: elsewhere(intercom.Request{Method: "POST", Path: u1 + "/archive"}),
			calls:   []string{find, "PUT " + u1, "POST /contacts"}, want: Counts{Failed: 1, Total: 1}, says: "an archived contact, 000000000000000000000001"},
		{name: "that is renamed and archived meanwhile is made anew", with: `external_id: u1, name: New`,
			between: elsewhere(put(u1, `{"external_id": "old"}`), intercom.Request{Method: "POST", Path: u1 + "/archive"}),
			calls:   []string{find, "PUT " + u1, "POST /contacts"}, want: Counts{Done: 1, Total: 1}},
		{name: "whose place another one has taken meanwhile", with: `external_id: u1, name: New`,
			between: elsewhere(put(u1, `{"external_id": "old"}`), intercom.Request{Method: "POST", Path: u1 + "/archive"},
				put("/contacts/"+u2, `{"external_id": "u1"}`)),
			calls: []string{find, "PUT " + u1, "POST /contacts", "GET /contacts/" + u2, "PUT /contacts/" + u2}, want: Counts{Done: 1, Total: 1}},
		{name: "that cannot be given what is sent", with: `external_id: u1, name: New`,
			between: func(intercom.Doer) error { return refused },
			calls:   []string{find, "PUT " + u1, "POST /contacts", "GET " + u1, "PUT " + u1}, want: Counts{Done: 1, Total: 1}},
		{name: "whose value is refused fails once", with: `external_id: u1, name: New`,
			between: func(intercom.Doer) error {
				return &intercom.APIError{Status: 400, Code: "parameter_invalid", Message: "bad name"}
			},
			calls: []string{find, "PUT " + u1}, want: Counts{Failed: 1, Total: 1}, says: "bad name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, threeUsers(), upsert(tt.with))
			m := &meddler{before: tt.between}
			r := b.through(filepath.Join(t.TempDir(), "run"), m.over)
			if diff := cmp.Diff(tt.calls, m.calls); diff != "" || r.Counts != tt.want {
				t.Errorf("counts are %+v, calls differ (-want +got):\n%s", r.Counts, diff)
			}
			if tt.says != "" && (len(r.Failures) == 0 || !strings.Contains(r.Failures[0].Message, tt.says)) {
				t.Errorf("failures are %v, want one that says %q", r.Failures, tt.says)
			}
		})
	}
}

// TestWithoutALookIntercomFindsTheContact: undo: false saves the look.
func TestWithoutALookIntercomFindsTheContact(t *testing.T) {
	b := newBench(t, threeUsers(), strings.Replace(upsert(`external_id: u1, name: New`), "action:", "undo: false, action:", 1))
	m := &meddler{}
	b.through(filepath.Join(t.TempDir(), "run"), m.over)
	if diff := cmp.Diff([]string{"POST /contacts", "PUT " + u1}, m.calls); diff != "" {
		t.Errorf("calls differ (-want +got):\n%s", diff)
	}
}

// TestRowsOfOneContactTakeTurns: the second one sees what the first one has made
// of the contact, and what was there before both is put back.
func TestRowsOfOneContactTakeTurns(t *testing.T) {
	b := newBench(t, threeUsers(), untab(`{version: 1, steps: [{for_each: {in: [A, B, A, B], key: index}, action: createContact,
		with: {external_id: u1, name: "{{ item }}", on_conflict: update}}]}`))
	before := b.snapshot()
	dir := filepath.Join(t.TempDir(), "run")
	if r := b.stretch(dir, 1000); r.Counts.Done != 4 || len(b.writes()) != 4 {
		t.Errorf("counts are %+v, writes %v", r.Counts, b.writes())
	}
	b.takeBack(dir, UndoOptions{})
	if diff := cmp.Diff(namesOf(before, u1), namesOf(b.snapshot(), u1)); diff != "" {
		t.Errorf("the undo leaves (-want +got):\n%s", diff)
	}
}

// namesOf are the name and the email of the contact at a path.
func namesOf(data sandbox.Data, path string) []string {
	for _, c := range data.Contacts {
		if "/contacts/"+c.ID == path {
			return []string{c.Name, c.Email}
		}
	}
	return nil
}

// TestAnUpdateOfAFoundContactIsSentAgain ends a run behind the intent of such an
// update, or loses its answer: the run that is taken up sends it again, says that
// it was done, and can take it back. So it is, too, where a create has met the
// contact, of which the journal says that it is a create.
func TestAnUpdateOfAFoundContactIsSentAgain(t *testing.T) {
	tests := []struct {
		name, with string
		killed     bool
		ops        []string
		want       Counts
		calls      []string // of the second stretch
	}{
		{"killed", `external_id: u1, name: New`, true, []string{"PUT /contacts/{contact_id} " + steps.Repeatable.String()},
			Counts{Done: 1, Total: 1}, []string{"GET /contacts/find_by_external_id/u1", "PUT " + u1}},
		{"killed, and the contact is gone by then", `external_id: u1, name: New`, true, []string{"PUT /contacts/{contact_id} " + steps.Repeatable.String()},
			Counts{Done: 1, Total: 1}, []string{"GET /contacts/find_by_external_id/u1", "POST /contacts"}},
		{"killed as earlier versions were", `external_id: u1, email: new@x.example`, true,
			[]string{"POST /contacts " + steps.Keyed.String(), "POST /contacts " + steps.Keyed.String()},
			Counts{Done: 1, Total: 1}, []string{"GET /contacts/find_by_external_id/u1", "POST /contacts", "GET " + u1}},
		{"that a create has met, with a lost answer", `external_id: u1, email: new@x.example`, false,
			[]string{"POST /contacts " + steps.Keyed.String(), "POST /contacts " + steps.Keyed.String()}, Counts{Done: 1, Total: 1}, nil},
		{"with a lost answer", `external_id: u1, name: New`, false, []string{"PUT /contacts/{contact_id} " + steps.Repeatable.String()},
			Counts{Done: 1, Total: 1}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, threeUsers(), strings.Replace(upsert(tt.with), "action:", "for_each: {in: [1], key: item}, action:", 1))
			before := b.snapshot()
			dir, copied := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "run")
			first := &meddler{after: func() error {
				if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
					t.Error(err)
				}
				return &intercom.UnknownError{Method: "PUT", Path: u1, Err: errors.New("lost")}
			}}
			r := b.through(dir, first.over)
			if diff := cmp.Diff(tt.ops, opsOf(t, copied)); diff != "" {
				t.Errorf("intents differ (-want +got):\n%s", diff)
			}
			if tt.killed {
				gone := strings.Contains(tt.name, "gone")
				if gone {
					away := elsewhere(put(u1, `{"external_id": "old", "name": "u1"}`), intercom.Request{Method: "POST", Path: u1 + "/archive"})
					if err := away(first.to); err != nil {
						t.Fatal(err)
					}
				}
				second := &meddler{}
				dir, r = copied, b.through(copied, second.over)
				if diff := cmp.Diff(tt.calls, second.calls); diff != "" {
					t.Errorf("calls differ (-want +got):\n%s", diff)
				}
			}
			if r.Counts != tt.want {
				t.Errorf("counts are %+v, failures %v, writes %v", r.Counts, r.Failures, b.writes())
			}
			b.takeBack(dir, UndoOptions{})
			if diff := cmp.Diff(namesOf(before, u1), namesOf(b.snapshot(), u1)); diff != "" {
				t.Errorf("the undo leaves (-want +got):\n%s", diff)
			}
		})
	}
}

// opsOf are the operations and classes of the intents of a run.
func opsOf(t *testing.T, dir string) (ops []string) {
	t.Helper()
	for record, err := range journal.Records(dir) {
		if err != nil {
			t.Fatal(err)
		}
		if record.Intent != nil {
			ops = append(ops, fmt.Sprint(record.Intent.Op, " ", record.Intent.Class))
		}
	}
	return ops
}
