package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// benchRow records a row of one step as a run does.
func benchRow(b *testing.B, j *Journal, i int64, durable bool) {
	in := Path{{"mark", i}}
	address := fmt.Sprintf("mark[\"person-%d@example.com\"].attach", i)
	err := j.Intent(context.Background(), Intent{
		Address: address, In: in, Op: "POST /contacts/{contact_id}/tags", Class: "repeatable", Attempt: 1,
		Hash: "3f9a0c5d7e11aa42", Before: json.RawMessage(`{"tagged":false}`), Time: testTime, Durable: durable,
	})
	if err == nil {
		err = j.Answer(Answer{Address: address, In: in, Status: Done, RemoteID: "63a07ddf05a32042dffac965", RequestID: "000fjoeq2a5u42o", HTTP: 200, Time: testTime})
	}
	if err == nil {
		err = j.Row(Row{Path: in, Status: Done})
	}
	if err != nil {
		b.Fatal(err)
	}
}

func benchJournal(b *testing.B) *Journal {
	b.Helper()
	j, err := Create(filepath.Join(b.TempDir(), "run"), testHeader(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	return j
}

// One row is three records.
func BenchmarkRow(b *testing.B) {
	b.ReportAllocs()
	j := benchJournal(b)
	for i := range b.N {
		benchRow(b, j, int64(i), false)
	}
	if err := j.Close(nil); err != nil {
		b.Fatal(err)
	}
}

// 64 rows at a time, each of which waits for its intent to be durable.
func BenchmarkRowDurable(b *testing.B) {
	b.ReportAllocs()
	j := benchJournal(b)
	var next atomic.Int64
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				benchRow(b, j, i, true)
			}
		})
	}
	all.Wait()
	if err := j.Close(nil); err != nil {
		b.Fatal(err)
	}
}

// A million finished rows of three records each, in sealed segments.
func BenchmarkReadMillion(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "run")
	j, err := Create(dir, testHeader(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	for i := range int64(1_000_000) {
		benchRow(b, j, i, false)
	}
	if err := j.Close(&End{Status: "done"}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	var s *State
	for b.Loop() {
		if s, err = Read(dir); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	l, err := s.Loop(nil, "mark")
	if err != nil || l.Rows.Count(Done) != 1_000_000 {
		b.Fatalf("%d rows, %v", l.Rows.Ended(), err)
	}
	s, l = nil, Loop{}
	b.ReportMetric(float64(held(b, dir))/1e6, "MB-held")
	b.ReportMetric(float64(size(b, dir))/1e6, "MB-journal")
}

// held is how much memory the state of a journal keeps.
func held(b *testing.B, dir string) uint64 {
	b.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	s, err := Read(dir)
	if err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(s)
	return after.HeapAlloc - before.HeapAlloc
}

func size(b *testing.B, dir string) (sum int) {
	b.Helper()
	names, err := segments(OS{}, dir)
	if err != nil {
		b.Fatal(err)
	}
	for _, number := range names {
		data, err := OS{}.Read(filepath.Join(dir, segmentName(number)), nil)
		if err != nil {
			b.Fatal(err)
		}
		sum += len(data)
	}
	return sum
}
