package runner

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom"
)

// answerless is a way on which the answers to the first calls are lost whose bodies
// or paths have a text in them.
type answerless struct {
	to      intercom.Doer
	text    string
	count   int
	applies bool
}

func (d *answerless) Do(ctx context.Context, req intercom.Request) (intercom.Response, error) {
	if intercom.IsRead(req.Method, req.Path) || d.count == 0 || !strings.Contains(req.Method+" "+req.Path+" "+string(req.Body), d.text) {
		return d.to.Do(ctx, req)
	}
	d.count--
	if d.applies {
		if _, err := d.to.Do(ctx, req); err != nil {
			return intercom.Response{}, err
		}
	}
	return intercom.Response{}, &intercom.UnknownError{Method: req.Method, Path: req.Path, Err: errors.New("lost")}
}

// TestALaterWriteOfTheRunIsNotOverwritten loses the answer of the first write, and
// lets the run go on behind it to one that makes something else of the same record.
// When the run is taken up, the first one is not made again over the second one;
// where both can stand, it is.
func TestALaterWriteOfTheRunIsNotOverwritten(t *testing.T) {
	const (
		name  = `{on_error: continue, action: updateContact, with: {contact_id: $ann, name: A}}, `
		other = `{action: updateContact, with: {contact_id: $ann, name: B}}`
		attr  = `{on_error: continue, action: updateContact, with: {contact_id: $ann, custom_attributes: {plan: A}}}, `
	)
	row := func(steps string) string { return `{for_each: {in: [1]}, steps: [` + steps + `]}` }
	for _, tt := range []struct {
		name, steps, lost string
		count             int // of calls whose answer is lost
		open              bool
	}{
		{"the same field", name + other, `"A"`, 1, true},
		{"the same field, as it was before", name + `{action: updateContact, with: {contact_id: $ann, name: Ann}}`, `"A"`, 1, true},
		{"in a row, which has two passes", row(name + other), `"A"`, 2, true},
		{"in a loop inside the row", row(name + row(other)), `"A"`, 2, true},
		{"in a loop behind it", name + row(other), `"A"`, 1, true},
		{"by another way to the record", name + `{action: createContact, with: {external_id: ann, name: B, on_conflict: update}}`, `"A"`, 1, true},
		{"another field", name + `{action: updateContact, with: {contact_id: $ann, phone: "+15005550100"}}`, `"A"`, 1, false},
		{"another record", name + `{action: updateContact, with: {contact_id: $bob, name: B}}`, `"A"`, 1, false},
		{"the same attribute", attr + `{action: updateContact, with: {contact_id: $ann, custom_attributes: {plan: B}}}`, `"A"`, 1, true},
		{"another attribute", attr + `{action: updateContact, with: {contact_id: $ann, custom_attributes: {job_title: B}}}`, `"A"`, 1, false},
		{"a tag", name + `{action: attachTag, with: {contact_id: $ann, tag_id: 72}}`, `"A"`, 1, false},
		{"a tag that is put on", `{on_error: continue, action: detachTag, with: {contact_id: $ann, tag_id: 71}}, {action: attachTag, with: {contact_id: $ann, tag_id: 71}}`, "DELETE", 1, true},
		{"an archive that is taken back", `{on_error: continue, action: archiveContact, with: {contact_id: $ann}}, {action: unarchiveContact, with: {contact_id: $ann}}`, "/archive", 1, true},
		{"the name of a tag", `{on_error: continue, action: updateTag, with: {tag_id: 71, name: A}}, {action: updateTag, with: {tag_id: 71, name: B}}`, `"A"`, 1, true},
	} {
		for _, applies := range []bool{true, false} {
			for _, settings := range []string{"", "undo: false, "} {
				t.Run(fmt.Sprintf("%s%s, applied %v", settings, tt.name, applies), func(t *testing.T) {
					b := newBench(t, undoData(), untab(undoNames.Replace(`{version: 1, `+settings+`steps: [`+tt.steps+`]}`)))
					dir := filepath.Join(t.TempDir(), "run")
					first := b.through(dir, func(to intercom.Doer) intercom.Doer {
						return &answerless{to: to, text: tt.lost, count: tt.count, applies: applies}
					})
					if first.Counts.InDoubt != 1 {
						t.Fatalf("counts are %+v, failures %v", first.Counts, first.Failures)
					}
					before := b.server.Snapshot()
					r := b.through(dir, func(to intercom.Doer) intercom.Doer { return to })
					if open := r.Counts.InDoubt == 1; open != tt.open {
						t.Errorf("counts are %+v, failures %v", r.Counts, r.Failures)
					}
					if left := lasting(t, before, b.server.Snapshot()); tt.open && len(left) > 0 {
						t.Errorf("it overwrote %q", left)
					}
				})
			}
		}
	}
}
