package journal

import (
	"iter"
	"path/filepath"
)

// Records gives every record of the journal in a folder, in the order in
// which they were written. It verifies the whole journal first; the error is
// that of [Read], or a [*DamagedError], and the last thing given.
func Records(dir string) iter.Seq2[Record, error] { return records(OS{}, dir) }

func records(fsys FS, dir string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		r, err := read(fsys, dir)
		if err != nil {
			yield(Record{}, err)
			return
		}
		last, good, data := r.last.number, len(r.last.data), r.last.data
		for i := range last {
			data, err = fsys.Read(filepath.Join(dir, segmentName(i+1)), data[:0])
			if err != nil {
				yield(Record{}, err)
				return
			}
			if i+1 == last {
				data = data[:min(len(data), good)]
			}
			if !segmentRecords(segmentName(i+1), data, yield) {
				return
			}
		}
	}
}

// segmentRecords gives the records of a segment. It is false when the caller
// has had enough, or an error was given.
func segmentRecords(name string, data []byte, yield func(Record, error) bool) bool {
	for at := 0; at < len(data); {
		line, length := cutLine(data[at:])
		record, err := lineRecord(line)
		if err != nil {
			yield(Record{}, &DamagedError{Segment: name, Offset: int64(at), Reason: err.Error()})
			return false
		}
		if record != (Record{}) && !yield(record, nil) {
			return false
		}
		at += max(length, 1)
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
