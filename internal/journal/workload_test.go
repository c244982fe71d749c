package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

// workload records what a run would, and remembers what it gave and what it
// was told is durable.
type workload struct {
	j       *Journal
	given   []string        // all records, in order
	durable int             // how many of them are durable for sure
	refused map[string]bool // intents that were not taken
	err     error           // the first one
}

var testTime = time.Date(2026, 11, 4, 15, 30, 12, 0, time.UTC)

func testHeader() Header {
	return Header{
		Run: "20261104-153012-k7q2", Version: "1.0.0", Kind: "apply", File: "winback.yaml", Digest: "sha256:aa",
		StartedAt: testTime, Inputs: "sha256:bb", Files: map[string]string{"people.csv": "sha256:cc"}, Facts: map[string]string{"rate": "10000"},
	}
}

// text is a record in a form that can be compared.
func text(r Record) string {
	out, err := json.Marshal(r)
	if err != nil {
		return err.Error()
	}
	return string(out)
}

// give notes a record before it is given to the journal.
func (w *workload) give(r Record) { w.given = append(w.given, text(r)) }

// went notes how that went.
func (w *workload) went(durable bool, err error) {
	switch {
	case err != nil && w.err == nil:
		w.err = err
	case err == nil && durable && w.err == nil:
		w.durable = len(w.given)
	}
}

func (w *workload) intent(i Intent) {
	i.Time = testTime
	w.give(Record{Intent: &i})
	err := w.j.Intent(context.Background(), i)
	if w.went(i.Durable, err); err != nil {
		w.refused[text(Record{Intent: &i})] = true
	}
}

func (w *workload) answer(a Answer) {
	a.Time = testTime
	w.give(Record{Answer: &a})
	w.went(false, w.j.Answer(a))
}

func (w *workload) row(r Row) {
	w.give(Record{Row: &r})
	w.went(false, w.j.Row(r))
}

func (w *workload) list(l List) {
	w.give(Record{List: &l})
	w.went(false, w.j.List(l))
}

func (w *workload) note(n Note) {
	n.Time = testTime
	w.give(Record{Note: &n})
	w.went(false, w.j.Note(n))
	w.went(true, w.j.Sync(context.Background()))
}

func (w *workload) close() {
	end := &End{Status: "done", Totals: map[string]int64{"done": 3}, Time: testTime}
	w.give(Record{End: end})
	w.went(true, w.j.Close(end))
}

// run records a step, a loop with some rows, in some of which there is a loop,
// and the end. It stops at the first error, as a runner does, but journals the
// answers of calls in flight.
func (w *workload) run(rows int) {
	w.answer(Answer{Address: "tag", Status: Done, Data: json.RawMessage(`{"id":"7","big":12345678901234567890}`)})
	w.list(List{Loop: "mark", File: "list-1.ndjson", Count: int64(rows), Read: 90, Digest: "sha256:dd"})
	for i := range rows {
		if w.err != nil {
			break
		}
		w.one(i)
	}
	w.close()
}

// one records a row.
func (w *workload) one(i int) {
	key := fmt.Sprintf("mark[%q]", fmt.Sprintf("p%d@example.com", i))
	at := Path{{"mark", int64(i)}}
	w.intent(Intent{
		Address: key + ".attach", In: at, Op: "POST /contacts/{contact_id}/tags", Class: "A", Hash: "5f3c", Attempt: 1,
		Before: json.RawMessage(`{"name":"Ann"}`), Durable: i%3 == 0,
	})
	if i%7 == 6 {
		w.inner(key, at)
	}
	status := []Status{Done, Done, Unchanged, Failed, Done, InDoubt}[i%6]
	w.answer(Answer{Address: key + ".attach", In: at, Status: status, RemoteID: "63", HTTP: 200})
	if i%5 == 4 {
		w.note(Note{Address: key + ".attach", In: at, Kind: "lookup", Text: "found it", Data: json.RawMessage(`["63"]`)})
	}
	if i%11 != 10 {
		w.row(Row{Path: at, Status: status, Key: "p@example.com"})
	}
}

// inner records a loop inside a row.
func (w *workload) inner(key string, at Path) {
	loop := key + ".notes"
	w.list(List{Loop: loop, In: at, File: "list-2.ndjson", Count: 2, Read: 2})
	for i := range 2 {
		in := append(at[:1:1], RowID{loop, int64(i)})
		address := fmt.Sprintf("%s[\"%d\"].add", loop, i)
		w.intent(Intent{Address: address, In: in, Op: "POST /contacts/{id}/notes", Class: "C1", Attempt: 1, Frozen: json.RawMessage(`{"created_at":1}`), Durable: true})
		w.answer(Answer{Address: address, In: in, Status: Done})
		w.row(Row{Path: in, Status: Done})
	}
}

// begin starts a workload on a new journal.
func begin(d FS, opt Options) (*workload, error) {
	opt.FS = d
	w := &workload{refused: map[string]bool{}}
	h := testHeader()
	w.give(Record{Header: &h})
	j, err := Create("run", h, opt)
	w.j = j
	w.went(true, err)
	return w, err
}

// recorded gives all records of a journal but those of being resumed.
func recorded(d FS) (list []string, err error) {
	for r, err := range records(d, "run") {
		if err != nil {
			return nil, err
		}
		if r.Resumed == nil {
			list = append(list, text(r))
		}
	}
	return list, nil
}

// checkKept compares a journal with what was given to it: a beginning of that,
// with at least what was durable.
func checkKept(t *testing.T, w *workload, got []string) {
	t.Helper()
	for i, r := range got {
		if i >= len(w.given) || r != w.given[i] {
			t.Fatalf("record %d was never written so: %s", i, r)
		}
	}
	if len(got) < w.durable {
		t.Fatalf("%d records were durable and %d are there; the first lost one is %s", w.durable, len(got), w.given[len(got)])
	}
}
