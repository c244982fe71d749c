package journal

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// rowsEqual compares rows by what they say.
var rowsEqual = cmp.Comparer(func(a, b *Rows) bool { return cmp.Equal(a.ranges(), b.ranges()) })

func TestRecordsComeBackAsTheyWereGiven(t *testing.T) {
	at := Path{{`outer["k"]`, 3}, {`outer["k"].inner`, math.MaxInt64}}
	later := testTime.Add(1234567 * time.Nanosecond)
	want := []Record{
		{List: &List{Loop: "mark", File: "list-1.ndjson", Count: 2, Read: 3, Digest: "d"}},
		{List: &List{Loop: `outer["k"].inner`, In: at[:1], File: "list-2.ndjson"}},
		{Intent: &Intent{
			Address: `mark["a\"\\b"].attach`, In: at, Op: "PUT /contacts/{contact_id}", Class: "A", Hash: "h", Attempt: 2,
			Frozen: json.RawMessage(`{"created_at":1700000000}`), Before: json.RawMessage(`{"name":"<Ann> & \u00e9 é","n":12345678901234567890,"e":1.0}`),
			Time: later, Durable: true,
		}},
		{Intent: &Intent{Address: "tag\u2028\tü\x00", Time: testTime}},
		{Answer: &Answer{
			Address: "tag", Status: InDoubt, Reason: "r", Effect: "create", RemoteID: "63", Version: "1700000000", RequestID: "q", HTTP: 502,
			Code: "server_error", Message: "line\nline", Data: json.RawMessage(`[null]`), Time: testTime,
		}},
		{Answer: &Answer{Address: `mark["<x>"].attach`, In: at[:1], Status: Unchanged, Time: testTime}},
		{Row: &Row{Path: at, Status: Skipped, Key: "k"}},
		{Note: &Note{Address: "tag", In: at, Kind: "decision", Who: "ann", Text: "it is there", Data: json.RawMessage(`{"id":1}`), Time: testTime}},
		{End: &End{Status: "failed", Totals: map[string]int64{"done": 1, "failed": 2}, Time: testTime}},
	}
	dir := filepath.Join(t.TempDir(), "a", "run")
	h := testHeader()
	j, err := Create(dir, h, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range want {
		if err := giveRecord(j, r); err != nil {
			t.Fatal(err)
		}
	}
	want = append([]Record{{Header: &h}}, want...)
	if diff := cmp.Diff(want, collect(t, dir)); diff != "" {
		t.Errorf("Records differ (-want +got):\n%s", diff)
	}
}

// giveRecord records whatever is set.
func giveRecord(j *Journal, r Record) error {
	switch {
	case r.List != nil:
		return j.List(*r.List)
	case r.Intent != nil:
		return j.Intent(context.Background(), *r.Intent)
	case r.Answer != nil:
		return j.Answer(*r.Answer)
	case r.Row != nil:
		return j.Row(*r.Row)
	case r.Note != nil:
		return j.Note(*r.Note)
	}
	return j.Close(r.End)
}

func collect(t *testing.T, dir string) (all []Record) {
	t.Helper()
	for r, err := range records(OS{}, dir) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// journalOf is a closed journal with these records.
func journalOf(t *testing.T, list ...Record) (dir string) {
	t.Helper()
	dir = t.TempDir()
	j, err := Create(dir, testHeader(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		if err := giveRecord(j, r); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTheStateIsWhatIsNotSettled(t *testing.T) {
	first, second := Path{{"mark", 0}}, Path{{"mark", 1}}
	tag := Answer{Address: "tag", Status: Done, Data: json.RawMessage(`{"id":"7"}`), Time: testTime}
	list := List{Loop: "mark", File: "list-1.ndjson", Count: 3, Read: 3}
	one := Intent{Address: `mark["b"].attach`, In: second, Attempt: 1, Time: testTime}
	doubt := Answer{Address: `mark["b"].attach`, In: second, Status: InDoubt, Time: testTime}
	s, err := Read(journalOf(t,
		Record{Answer: &tag},
		Record{List: &list},
		Record{Intent: &Intent{Address: `mark["a"].attach`, In: first}},
		Record{Intent: &one},
		Record{Answer: &Answer{Address: `mark["a"].attach`, In: first, Status: Done}},
		Record{Answer: &doubt},
		Record{Row: &Row{Path: first, Status: Done}},
		Record{Row: &Row{Path: second, Status: InDoubt}},
	))
	if err != nil {
		t.Fatal(err)
	}
	instances, err := s.Instances()
	want := []Instance{
		{Address: "tag", Answer: &tag},
		{Address: `mark["b"].attach`, In: second, Intents: []Intent{one}, Answer: &doubt},
	}
	if diff := cmp.Diff(want, instances); diff != "" || err != nil {
		t.Errorf("Instances differ (-want +got):\n%s\n%v", diff, err)
	}
	rows := new(Rows)
	rows.end(0, Done)
	rows.end(1, InDoubt)
	loops, err := s.Loops()
	if diff := cmp.Diff([]Loop{{Address: "mark", List: &list, Rows: rows}}, loops, rowsEqual); diff != "" || err != nil {
		t.Errorf("Loops differ (-want +got):\n%s\n%v", diff, err)
	}
	if diff := cmp.Diff(testHeader(), s.Header); diff != "" || s.End != nil || s.Resumed != nil {
		t.Errorf("header differs (-want +got):\n%s\nend %v, resumed %v", diff, s.End, s.Resumed)
	}
}

func TestOneInstanceAndOneLoopAreFoundByTheirPlace(t *testing.T) {
	first, second := Path{{"mark", 0}}, Path{{"mark", 1}}
	s, err := Read(journalOf(t,
		Record{Intent: &Intent{Address: "a", In: first}},
		Record{Answer: &Answer{Address: "b", In: second, Status: Failed}},
		Record{Row: &Row{Path: first, Status: Done}},
	))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Instance(first, "a"); got != nil || err != nil {
		t.Errorf("a settled row still has %+v, %v", got, err)
	}
	if got, err := s.Instance(second, "b"); err != nil || got == nil || got.Answer.Status != Failed {
		t.Errorf("a row that is not settled has %+v, %v", got, err)
	}
	if got, err := s.Loop(nil, "mark"); err != nil || got.Rows.Status(0) != Done || got.List != nil {
		t.Errorf("the loop is %+v, %v", got, err)
	}
	if got, err := s.Loop(first, "none"); err != nil || got.Rows.Status(0) != "" {
		t.Errorf("a loop that was never begun is %+v, %v", got, err)
	}
}

func TestWhatIsNoRecordIsRefusedAndTheJournalGoesOn(t *testing.T) {
	tests := []struct {
		name string
		give Record
	}{
		{"raw JSON that is none", Record{Answer: &Answer{Address: "a", Status: Done, Data: json.RawMessage("{")}}},
		{"an answer without an address", Record{Answer: &Answer{Status: Done}}},
		{"a status that is none", Record{Answer: &Answer{Address: "a", Status: "pending"}}},
		{"a row without a path", Record{Row: &Row{Status: Done}}},
		{"a row in front of the first", Record{Row: &Row{Path: Path{{"mark", -1}}, Status: Done}}},
		{"an intent without an address", Record{Intent: &Intent{Durable: true}}},
		{"a loop without an address", Record{List: &List{File: "f"}}},
	}
	dir := t.TempDir()
	j, err := Create(dir, testHeader(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := giveRecord(j, tt.give); err == nil {
				t.Errorf("%s is taken", text(tt.give))
			}
		})
	}
	if err := j.Close(&End{Status: "done"}); err != nil {
		t.Fatal(err)
	}
	if got := collect(t, dir); len(got) != 2 {
		t.Errorf("%d records, want the header and the end", len(got))
	}
}

// However slow a sync is, those who wait for one share it.
func TestManyWaitForOneSync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		j, err := Create("run", testHeader(), Options{FS: d})
		if err != nil {
			t.Fatal(err)
		}
		d.delay = 10 * time.Millisecond
		before, start := d.counts["sync"], time.Now()
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				if err := j.Intent(t.Context(), Intent{Address: "a" + strconv.Itoa(i), Durable: true}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if syncs := d.counts["sync"] - before; syncs > 2 {
			t.Errorf("%d syncs for 200 who wait", syncs)
		}
		if took := time.Since(start); took > 20*time.Millisecond {
			t.Errorf("took %s", took)
		}
		if err := j.Close(nil); err != nil {
			t.Fatal(err)
		}
	})
}

func TestWhatNobodyWaitsForIsDurableWithinAMegabyte(t *testing.T) {
	if testing.Short() {
		t.Skip("30 MB through one goroutine; -short leaves it out")
	}
	d := newDisk()
	j, err := Create("run", testHeader(), Options{FS: d})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(strings.Repeat("x", 100_000))
	if err != nil {
		t.Fatal(err)
	}
	for range 300 {
		if err := j.Answer(Answer{Address: "a", Status: Done, Data: data}); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(nil); err != nil {
		t.Fatal(err)
	}
	if syncs := d.counts["sync"]; syncs < 8 || syncs > 34 {
		t.Errorf("%d syncs for 30 MB", syncs)
	}
}

func TestTheEndOfTheContextEndsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		j, err := Create("run", testHeader(), Options{FS: d})
		if err != nil {
			t.Fatal(err)
		}
		d.delay = time.Hour
		cause := errors.New("interrupted")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, cause)
		defer cancel()
		if err := j.Intent(ctx, Intent{Address: "a", Durable: true}); err != cause {
			t.Errorf("error = %v", err)
		}
		if err := j.Intent(ctx, Intent{Address: "b"}); err != cause {
			t.Errorf("behind it, error = %v", err)
		}
		if err := j.Close(nil); err != nil {
			t.Fatal(err)
		}
		if got, err := recorded(d); err != nil || len(got) != 2 {
			t.Errorf("%d records, %v; want the header and the intent that was queued", len(got), err)
		}
	})
}

func TestAClosedJournalSaysSo(t *testing.T) {
	dir := t.TempDir()
	j, err := Create(dir, testHeader(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(&End{Status: "done"}); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"Answer": j.Answer(Answer{Address: "a", Status: Done}),
		"Sync":   j.Sync(t.Context()),
		"Close":  j.Close(&End{Status: "done"}),
	} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s gives %v", name, err)
		}
	}
	if _, err := Create(dir, testHeader(), Options{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second Create gives %v", err)
	}
	s, err := Read(dir)
	if err != nil || s.End == nil || s.End.Status != "done" || s.End.Time.IsZero() {
		t.Fatalf("the end is %+v, %v", s.End, err)
	}
}

func TestAResumedRunHasNotEnded(t *testing.T) {
	dir := t.TempDir()
	j, err := Create(dir, testHeader(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(&End{Status: "failed"}); err != nil {
		t.Fatal(err)
	}
	j, s, err := Resume(dir, Options{Version: "1.1.0"})
	if err != nil || s.End == nil || len(s.Resumed) != 0 {
		t.Fatalf("%+v, %v", s, err)
	}
	s, err = Read(dir)
	if err != nil || s.End != nil || len(s.Resumed) != 1 || s.Resumed[0].Version != "1.1.0" {
		t.Errorf("while it goes on: %+v, %v", s, err)
	}
	if err := j.Close(nil); err != nil {
		t.Fatal(err)
	}
}

func TestARunThatNeverBegan(t *testing.T) {
	if _, err := Read(t.TempDir()); !errors.Is(err, ErrNotBegun) {
		t.Errorf("Read of an empty folder gives %v", err)
	}
	if _, err := Read(filepath.Join(t.TempDir(), "none")); !errors.Is(err, ErrNotBegun) {
		t.Errorf("Read of no folder gives %v", err)
	}
	if _, _, err := Resume(t.TempDir(), Options{}); !errors.Is(err, ErrNotBegun) {
		t.Errorf("Resume of an empty folder gives %v", err)
	}
}
