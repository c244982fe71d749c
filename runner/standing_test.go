package runner

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom"
)

// TestWhatAStretchDoesNotReachStandsAsItDid takes up a run with rows in doubt, one
// that failed and rows that are done, and stops that stretch behind each number
// of effects. However far it comes, the run has as many rows and steps as before,
// nothing that is done is pending, and nothing that is in doubt.
func TestWhatAStretchDoesNotReachStandsAsItDid(t *testing.T) {
	const text = `{version: 1, defaults: {retry: {max_attempts: 1}}, steps: [
		{id: l, on_error: continue, for_each: {in: ["$ann", "$bob", "nobody", "$eve"], as: who, max_failures: 4}, steps: [
			{action: createTag, with: {name: "tag of {{ who }}"}},
			{action: updateContact, with: {contact_id: "{{ who }}", name: New}}]},
		{id: m, for_each: {in: "{{ 1..4 }}"}, action: createTag, with: {name: "tag {{ item }}"}},
		{id: n, for_each: {in: [1, 2]}, steps: [{for_each: {in: [1, 2], as: k}, action: createTag, with: {name: "tag {{ item }} {{ k }}"}}]},
		{id: z, action: createTag, with: {name: last}}]}`
	for effects := range 4 {
		b := newBench(t, undoData(), untab(undoNames.Replace(text)))
		dir := filepath.Join(t.TempDir(), "run")
		lost := []string{answerLost, answerLost, answerLost, answerLost, answerLost, answerLost} // of three rows, twice
		first := b.through(dir, func(to intercom.Doer) intercom.Doer { return &fated{to, "PUT", lost, nil} })
		if want := (Counts{Done: 7, InDoubt: 3, Failed: 1, Total: 11}); first.Counts != want {
			t.Fatalf("counts are %+v, want %+v", first.Counts, want)
		}
		b.stop = make(chan struct{})
		if effects == 0 {
			close(b.stop)
		}
		next := b.through(dir, func(to intercom.Doer) intercom.Doer { return &stopping{to, effects, b.stop} })
		want := Counts{Done: 7 + int64(effects), InDoubt: 3 - int64(effects), Pending: 1, Total: 11}
		if effects == 3 {
			want.Pending, want.Failed = 0, 1
		}
		if past := readPast(dir); next.Counts != want || past.Counts != want {
			t.Errorf("behind %d effects: counts are %+v, and the journal has %+v, want %+v", effects, next.Counts, past.Counts, want)
		}
		b.stop = nil
		if last := b.through(dir, func(to intercom.Doer) intercom.Doer { return to }); last.Counts.Done != 10 || last.Counts.Failed != 1 {
			t.Errorf("behind %d effects it was resumed to %+v", effects, last.Counts)
		}
	}
}

// stopping closes a channel behind so many updates.
type stopping struct {
	to      intercom.Doer
	updates int
	stop    chan struct{}
}

func (d *stopping) Do(ctx context.Context, req intercom.Request) (intercom.Response, error) {
	resp, err := d.to.Do(ctx, req)
	if req.Method == "PUT" && err == nil {
		if d.updates--; d.updates == 0 {
			close(d.stop)
		}
	}
	return resp, err
}

// TestAKilledRunIsCountedAlikeEverywhere looks at a run as if its process had
// been killed while one of its calls was on its way: for each of them, in two
// stretches of the run. What the list of the runs counts, what its steps add up
// to, and what is listed as in doubt are the same.
func TestAKilledRunIsCountedAlikeEverywhere(t *testing.T) {
	const text = `{version: 1, defaults: {retry: {max_attempts: 1}}, steps: [
		{id: l, on_error: continue, for_each: {in: ["$ann", "$bob", "nobody", "$eve"], as: who, max_failures: 4}, steps: [
			{action: createTag, with: {name: "tag of {{ who }}"}},
			{action: updateContact, with: {contact_id: "{{ who }}", name: New}},
			{action: searchContacts, with: {name: "{{ who }}"}},
			{action: updateContact, with: {contact_id: "{{ who }}", name: Newer}}]},
		{id: n, for_each: {in: [1, 2]}, steps: [{for_each: {in: [1, 2], as: k}, action: createTag, with: {name: "tag {{ item }} {{ k }}"}}]}]}`
	b := newBench(t, undoData(), untab(undoNames.Replace(text)))
	dir, killed := filepath.Join(t.TempDir(), "run"), t.TempDir()
	count := 0
	spy := func(fates ...string) func(intercom.Doer) intercom.Doer {
		return func(to intercom.Doer) intercom.Doer {
			return &fated{&spying{to, func() {
				count++
				if err := os.CopyFS(filepath.Join(killed, strconv.Itoa(count)), os.DirFS(dir)); err != nil {
					t.Error(err)
				}
			}}, "PUT", fates, nil}
		}
	}
	lost := []string{answerLost, answerLost, answerLost, answerLost, answerLost, answerLost} // of three rows, twice
	b.through(dir, spy(lost...))
	b.through(dir, spy())
	doubtful := 0
	for i := range count {
		past := readPast(filepath.Join(killed, strconv.Itoa(i+1)))
		result, err := past.Result()
		if err != nil {
			t.Fatal(err)
		}
		left, err := past.Left()
		if err != nil {
			t.Fatal(err)
		}
		inDoubt := map[string]bool{}
		for _, l := range left {
			if rows := rowsAround(l.Addr); l.Status == InDoubt && len(rows) > 0 {
				inDoubt[rows[0]] = true
			}
		}
		doubtful += len(inDoubt)
		steps, rows := result.StepsAndRows()
		if rows.InDoubt != int64(len(inDoubt)) {
			t.Errorf("at call %d: in doubt are %v, and the rows are %+v", i+1, inDoubt, rows)
		}
		if steps != (Counts{}) {
			t.Errorf("at call %d: without the rows, %+v is left of the counts of the run, which are %+v", i+1, steps, past.Counts)
		}
	}
	if count < 20 || doubtful < 15 {
		t.Errorf("of %d calls that were looked at, %d were in doubt", count, doubtful)
	}
}

// spying does something while a call is on its way.
type spying struct {
	to    intercom.Doer
	peeks func()
}

func (d *spying) Do(ctx context.Context, req intercom.Request) (intercom.Response, error) {
	d.peeks()
	return d.to.Do(ctx, req)
}
