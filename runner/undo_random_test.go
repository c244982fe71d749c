package runner

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
)

// TestUndoOfAnyOrder lets runs change the same few records in any order, and
// takes them back: the workspace is as before, and then, taken back again, as
// the run left it.
func TestUndoOfAnyOrder(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			fakeTime(t, func(t *testing.T) { undoAnyOrder(t, rand.New(rand.NewPCG(seed, 1))) })
		})
	}
}

func undoAnyOrder(t *testing.T, chance *rand.Rand) {
	const text = `{version: 1, steps: [{for_each: {in: [ROWS], key: index, max_failures: 100%}, on_error: continue, steps: [
		{if: item.do == "name", action: updateContact, with: {contact_id: "{{ item.who }}", name: "{{ item.value }}"}},
		{if: item.do == "both", action: updateContact, with: {contact_id: "{{ item.who }}", name: "{{ item.value }}", phone: "{{ item.value }}"}},
		{if: item.do == "attach", action: attachTag, with: {contact_id: "{{ item.who }}", tag_id: "{{ item.tag }}"}},
		{if: item.do == "detach", action: detachTag, with: {contact_id: "{{ item.who }}", tag_id: "{{ item.tag }}"}},
		{if: item.do == "rename", action: updateTag, with: {tag_id: "{{ item.tag }}", name: "{{ item.value }}"}},
		{if: item.do == "archive", action: archiveContact, with: {contact_id: "{{ item.who }}"}},
		{if: item.do == "unarchive", action: unarchiveContact, with: {contact_id: "{{ item.who }}"}}]}]}`
	does := []string{"name", "both", "attach", "detach", "rename", "archive", "unarchive"}
	var rows []string
	for i := range 12 {
		rows = append(rows, fmt.Sprintf(`{do: %s, who: "%s", tag: "%d", value: v%d}`,
			does[chance.IntN(len(does))], []string{undoAnn, undoBob}[chance.IntN(2)], 71+chance.IntN(2), i))
	}
	b := newBench(t, undoData(), untab(strings.Replace(text, "ROWS", strings.Join(rows, ", "), 1)))
	before := b.snapshot()
	dir := filepath.Join(t.TempDir(), "run")
	b.stretch(dir, 1000)
	after := b.snapshot()
	undo := b.takeBack(dir, UndoOptions{})
	if undo.result == nil {
		return // the run changed nothing
	}
	if diff := cmp.Diff([]string(nil), lasting(t, before, b.snapshot())); diff != "" {
		t.Errorf("taken back, it differs (-want +got):\n%s\n%s\n%v\n%+v", diff, strings.Join(rows, "\n"), notesOf(undo.done), undo.result.Counts)
	}
	b.takeBack(undo.dir, UndoOptions{})
	if diff := cmp.Diff([]string(nil), lasting(t, after, b.snapshot())); diff != "" {
		t.Errorf("done again, it differs (-want +got):\n%s\n%s", diff, strings.Join(rows, "\n"))
	}
}

// snapshot is the workspace with the tags of each contact in order: which was
// attached first is lost by taking them off.
func (b *bench) snapshot() sandbox.Data {
	data := b.server.Snapshot()
	for _, c := range data.Contacts {
		slices.Sort(c.Tags)
	}
	return data
}
