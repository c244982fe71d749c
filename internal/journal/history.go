package journal

import (
	"iter"
	"path/filepath"
)

// Records gives every record of the journal in a folder, in the order in
// which they were written. It verifies the whole journal first; the error is
// that of [Read], or a [*DamagedError], and the last thing given.
func Records(dir string) iter.Seq2[Record, error] { return records(OS{}, dir, forwards) }

// Backward is [Records] from the last record to the first: the order in which
// what a run did is taken back.
func Backward(dir string) iter.Seq2[Record, error] { return records(OS{}, dir, backwards) }

// An order says in which order to go through things that have one.
type order func(count int) iter.Seq[int]

func forwards(count int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; i < count && yield(i); i++ {
		}
	}
}

func backwards(count int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := count - 1; i >= 0 && yield(i); i-- {
		}
	}
}

func records(fsys FS, dir string, in order) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		r, err := read(fsys, dir)
		if err != nil {
			yield(Record{}, err)
			return
		}
		last, good, data := r.last.number, len(r.last.data), r.last.data
		for i := range in(last) {
			data, err = fsys.Read(filepath.Join(dir, segmentName(i+1)), data[:0])
			if err != nil {
				yield(Record{}, err)
				return
			}
			if i+1 == last {
				data = data[:min(len(data), good)]
			}
			if !segmentRecords(segmentName(i+1), data, in, yield) {
				return
			}
		}
	}
}

// segmentRecords gives the records of a segment. It is false when the caller
// has had enough, or an error was given.
func segmentRecords(name string, data []byte, in order, yield func(Record, error) bool) bool {
	var begins []int
	for at := 0; at < len(data); {
		begins = append(begins, at)
		_, length := cutLine(data[at:])
		at += max(length, 1)
	}
	for i := range in(len(begins)) {
		line, _ := cutLine(data[begins[i]:])
		record, err := lineRecord(line)
		if err != nil {
			yield(Record{}, &DamagedError{Segment: name, Offset: int64(begins[i]), Reason: err.Error()})
			return false
		}
		if record != (Record{}) && !yield(record, nil) {
			return false
		}
	}
	return true
}

func lineRecord(line []byte) (Record, error) {
	text, ok := lineText(line)
	if !ok {
		return Record{}, errNoRecord
	}
	return recordOf(text)
}
