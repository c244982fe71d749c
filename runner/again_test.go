package runner

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
)

// TestAWriteThatIsSentAgainIsTheRunsOwn applies a write in a row and loses its
// answer as often as it is sent, so that the row is put off. The second pass
// finds the record as desired, and it is the run that made it so: the row is
// done, and an undo takes it back.
func TestAWriteThatIsSentAgainIsTheRunsOwn(t *testing.T) {
	for _, tt := range []struct {
		name, step string
		left       int // changes that stay behind the undo
	}{
		{"a field", `action: updateContact, with: {contact_id: $ann, name: New}`, 0},
		{"a field without a look", `undo: false, action: updateContact, with: {contact_id: $ann, name: New}`, 1},
		{"a tag on a contact", `action: attachTag, with: {contact_id: $eve, tag_id: 71}`, 0},
		{"a tag off a contact", `action: detachTag, with: {contact_id: $ann, tag_id: 71}`, 0},
		{"a company of a contact", `action: attachCompany, with: {contact_id: $bob, company_id: $company}`, 0},
		{"a company less", `action: detachCompany, with: {contact_id: $ann, company_id: $company}`, 0},
		{"an archive", `action: archiveContact, with: {contact_id: $ann}`, 0},
		{"an unarchive", `action: unarchiveContact, with: {contact_id: $old}`, 0},
		{"the name of a tag", `action: updateTag, with: {tag_id: 71, name: renamed}`, 0},
		{"a field of a company", `action: updateCompany, with: {company_id: $company, name: renamed}`, 0},
		{"a company that is there", `action: createCompany, with: {company_id: acme, name: renamed}`, 0},
		{"a company that may be somebody else's", `action: createCompany, with: {company_id: new, name: New}`, 1},
		{"a tag that may be somebody else's", `action: createTag, with: {name: new}`, 1},
		{"a delete", `action: deleteContact, with: {contact_id: $ann}`, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fakeTime(t, func(t *testing.T) {
				b := newBench(t, undoData(), untab(undoNames.Replace(
					`{version: 1, allow: [delete], defaults: {retry: {max_attempts: 2}}, steps: [{for_each: {in: [1]}, `+tt.step+`}]}`)))
				before := b.server.Snapshot()
				for _, method := range []string{"POST", "PUT", "DELETE"} {
					b.server.Fail(sandbox.Fault{Kind: sandbox.FaultLost, Method: method, Count: 2})
				}
				dir := filepath.Join(t.TempDir(), "run")
				r := b.stretch(dir, 10)
				if want := (Counts{Done: 1, Total: 1}); r.Counts != want {
					t.Errorf("counts are %+v, want %+v", r.Counts, want)
				}
				b.takeBack(dir, UndoOptions{})
				if left := lasting(t, before, b.server.Snapshot()); len(left) != tt.left {
					t.Errorf("%d changes stay, want %d: %q", len(left), tt.left, left)
				}
			})
		})
	}
}

// What becomes of a call on its way.
const (
	answerLost  = "lost"    // it is applied, and the answer is lost
	lostAtStop  = "at stop" // the same, while the run is being stopped
	heldAtStop  = "held"    // it does not go out, since the run is being stopped
	neverLeaves = "unsent"  // it does not go out
)

// fated is a way on which the first calls of a method have a fate.
type fated struct {
	to     intercom.Doer
	method string
	fates  []string
	stop   chan struct{}
}

func (d *fated) Do(ctx context.Context, req intercom.Request) (intercom.Response, error) {
	if req.Method != d.method || len(d.fates) == 0 {
		return d.to.Do(ctx, req)
	}
	fate := d.fates[0]
	d.fates = d.fates[1:]
	switch fate {
	case heldAtStop:
		return intercom.Response{}, &intercom.NotSentError{Method: req.Method, Path: req.Path, Err: intercom.ErrStopped}
	case neverLeaves:
		return intercom.Response{}, &intercom.NotSentError{Method: req.Method, Path: req.Path, Err: errors.New("no route")}
	case lostAtStop:
		close(d.stop)
	}
	if _, err := d.to.Do(ctx, req); err != nil {
		return intercom.Response{}, err
	}
	return intercom.Response{}, &intercom.UnknownError{Method: req.Method, Path: req.Path, Err: errors.New("lost")}
}

// TestARowThatWasPutOffStaysInDoubt ends a stretch of a run before it is known
// what became of a write. It may have been applied: the row is in doubt, neither
// pending nor failed. The next stretch does it, and an undo takes it back.
func TestARowThatWasPutOffStaysInDoubt(t *testing.T) {
	for _, tt := range []struct {
		name    string
		stretch [][]string // fates of the writes, for each stretch of the run
	}{
		{"stopped in the first pass", [][]string{{lostAtStop}}},
		{"stopped in the second pass", [][]string{{answerLost, heldAtStop}}},
		{"the network is gone in the second pass", [][]string{{answerLost, neverLeaves}}},
		{"stopped in the next stretch", [][]string{{answerLost, answerLost}, {heldAtStop}}},
		{"the network is gone in the next stretch", [][]string{{answerLost, answerLost}, {neverLeaves, neverLeaves}}},
		{"lost, and held back in the next two stretches", [][]string{{lostAtStop}, {neverLeaves, heldAtStop}, {heldAtStop}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, undoData(), untab(undoNames.Replace(`{version: 1, steps: [{for_each: {in: ["$ann"]}, action: updateContact, with: {contact_id: "{{ item }}", name: New}}]}`)))
			before := b.server.Snapshot()
			dir := filepath.Join(t.TempDir(), "run")
			for i, fates := range tt.stretch {
				b.stop = make(chan struct{})
				r := b.through(dir, func(to intercom.Doer) intercom.Doer { return &fated{to, "PUT", fates, b.stop} })
				want := Counts{InDoubt: 1, Total: 1}
				if past := readPast(dir); r.Counts != want || past.Counts != want {
					t.Errorf("stretch %d: counts are %+v, and the journal has %+v", i+1, r.Counts, past.Counts)
				}
				if left, err := readPast(dir).Left(); err != nil || len(left) != 1 || left[0].Status != InDoubt {
					t.Errorf("stretch %d: left is %+v, %v", i+1, left, err)
				}
			}
			if r := b.stretch(dir, 10); r.Counts.Done != 1 {
				t.Errorf("it was resumed to %+v", r.Counts)
			}
			b.takeBack(dir, UndoOptions{})
			if diff := cmp.Diff([]string(nil), lasting(t, before, b.server.Snapshot())); diff != "" {
				t.Errorf("the workspace differs (-want +got):\n%s", diff)
			}
		})
	}
}
