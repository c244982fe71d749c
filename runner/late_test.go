package runner

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/google/go-cmp/cmp"
)

// refusingLate sends a call twice: the first answer is lost, and the second one is
// a refusal, as it is of each later call.
type refusingLate struct {
	to      intercom.Doer
	applies bool // the first one
	method  string
	calls   int
}

func (d *refusingLate) Do(ctx context.Context, req intercom.Request) (intercom.Response, error) {
	if req.Method != d.method {
		return d.to.Do(ctx, req)
	}
	refused := &intercom.APIError{Method: req.Method, Path: req.Path, Status: 400, Code: "contact_company_limit_exceeded"}
	if d.calls++; d.calls > 1 {
		return intercom.Response{}, refused
	}
	refused.Earlier = &intercom.UnknownError{Method: req.Method, Path: req.Path, Err: errors.New("lost")}
	if d.applies {
		if _, err := d.to.Do(ctx, req); err != nil {
			return intercom.Response{}, err
		}
	}
	return intercom.Response{}, refused
}

// TestALinkThatIsRefusedWhenItIsSentAgain sends a call again whose answer was
// lost, and that Intercom refuses then. What it refuses may be the very thing
// that the first one has done: the last company that a contact can have, or the
// contact that is not archived any more. The record tells.
func TestALinkThatIsRefusedWhenItIsSentAgain(t *testing.T) {
	for _, tt := range []struct {
		name, method, step string
		applies            bool
		want               Counts
	}{
		{"a company that was attached", "POST", `action: attachCompany, with: {contact_id: $bob, company_id: $company}`, true, Counts{Done: 1, Total: 1}},
		{"a company that was not", "POST", `action: attachCompany, with: {contact_id: $bob, company_id: $company}`, false, Counts{Failed: 1, Total: 1}},
		{"a contact that was brought back", "POST", `action: unarchiveContact, with: {contact_id: $old}`, true, Counts{Done: 1, Total: 1}},
		{"a contact that was not", "POST", `action: unarchiveContact, with: {contact_id: $old}`, false, Counts{Failed: 1, Total: 1}},
		{"a tag that was taken off", "DELETE", `action: detachTag, with: {contact_id: $ann, tag_id: 71}`, true, Counts{Done: 1, Total: 1}},
		{"a field that was not set", "PUT", `action: updateContact, with: {contact_id: $ann, name: New}`, false, Counts{Failed: 1, Total: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, undoData(), untab(undoNames.Replace(`{version: 1, steps: [{for_each: {in: [1]}, `+tt.step+`}]}`)))
			before := b.server.Snapshot()
			dir := filepath.Join(t.TempDir(), "run")
			r := b.through(dir, func(to intercom.Doer) intercom.Doer {
				return &refusingLate{to: to, applies: tt.applies, method: tt.method}
			})
			if r.Counts != tt.want {
				t.Errorf("counts are %+v, want %+v", r.Counts, tt.want)
			}
			b.takeBack(dir, UndoOptions{})
			if diff := cmp.Diff([]string(nil), lasting(t, before, b.server.Snapshot())); diff != "" {
				t.Errorf("the workspace differs (-want +got):\n%s", diff)
			}
		})
	}
}

// TestALinkThatIsRefusedWithoutALookBefore does the same with undo: false, which
// saves the reads before writes, but for one that is sent again: in a later pass
// over its row, and outside of loops in the next stretch of the run.
func TestALinkThatIsRefusedWithoutALookBefore(t *testing.T) {
	for _, tt := range []struct {
		name, method, step string
		applies            bool
		want               Counts
	}{
		{"a company that was attached", "POST", `action: attachCompany, with: {contact_id: $bob, company_id: $company}`, true, Counts{Done: 1, Total: 1}},
		{"a company that was not", "POST", `action: attachCompany, with: {contact_id: $bob, company_id: $company}`, false, Counts{Failed: 1, Total: 1}},
		{"a company that was taken off", "DELETE", `action: detachCompany, with: {contact_id: $ann, company_id: $company}`, true, Counts{Done: 1, Total: 1}},
		{"a tag that was attached", "POST", `action: attachTag, with: {contact_id: $eve, tag_id: 71}`, true, Counts{Done: 1, Total: 1}},
		{"a tag that was taken off", "DELETE", `action: detachTag, with: {contact_id: $ann, tag_id: 71}`, true, Counts{Done: 1, Total: 1}},
		{"a contact that was brought back", "POST", `action: unarchiveContact, with: {contact_id: $old}`, true, Counts{Done: 1, Total: 1}},
	} {
		for _, around := range []string{"", "for_each: {in: [1]}, "} {
			t.Run(around+tt.name, func(t *testing.T) {
				b := newBench(t, undoData(), untab(undoNames.Replace(`{version: 1, undo: false, steps: [{`+around+tt.step+`}]}`)))
				dir := filepath.Join(t.TempDir(), "run")
				way := &refusingLate{applies: tt.applies, method: tt.method}
				var r *Result
				for range 2 {
					r = b.through(dir, func(to intercom.Doer) intercom.Doer { way.to = to; return way })
				}
				if r.Counts != tt.want {
					t.Errorf("counts are %+v, want %+v", r.Counts, tt.want)
				}
			})
		}
	}
}
