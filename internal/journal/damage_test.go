package journal

import (
	"bytes"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// sample is a closed journal of several segments.
func sample(t *testing.T, size int64) *disk {
	t.Helper()
	d := newDisk()
	w, err := begin(d, Options{SegmentSize: size, RescueDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if w.run(60); w.err != nil {
		t.Fatal(w.err)
	}
	return d
}

// with is a disk with one file changed.
func (d *disk) with(name string, data []byte) *disk {
	changed := newDisk()
	changed.files = maps.Clone(d.files)
	changed.files[name] = &blob{data: data}
	return changed
}

func TestATornTailIsCut(t *testing.T) {
	d := sample(t, 20000)
	numbers, err := segments(d, "run")
	if err != nil || len(numbers) < 2 {
		t.Fatalf("%v %v", numbers, err)
	}
	last := segmentName(len(numbers))
	data := d.files[last].data
	want, err := recorded(d)
	if err != nil {
		t.Fatal(err)
	}
	step := 1
	if testing.Short() {
		step = 17
	}
	for cut := max(0, len(data)-8192); cut < len(data); cut += step {
		torn := d.with(last, slices.Clone(data[:cut]))
		r, err := read(torn, "run")
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if whole := cut == 0 || data[cut-1] == '\n'; whole != (r.state.Cut == nil) {
			t.Fatalf("cut at %d, at the end of a line: %v, and noted: %+v", cut, whole, r.state.Cut)
		}
		if cut/step%(256/step) == 0 {
			checkGoesOn(t, torn, want)
		}
	}
}

// checkGoesOn resumes a journal with a torn tail and reads it again.
func checkGoesOn(t *testing.T, d *disk, want []string) {
	t.Helper()
	opt := Options{FS: d, RescueDir: t.TempDir()}
	j, state, err := Resume("run", opt)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(nil); err != nil {
		t.Fatal(err)
	}
	got, err := recorded(d)
	if err != nil {
		t.Fatalf("read again: %v", err)
	}
	if len(got) > len(want) || !slices.Equal(got, want[:len(got)]) {
		t.Fatalf("%d records are not the first of %d", len(got), len(want))
	}
	again, err := read(d, "run")
	if err != nil {
		t.Fatal(err)
	}
	if noted := again.state.Resumed[0].Cut; (noted == nil) != (state.Cut == nil) {
		t.Errorf("cut off: %+v, noted: %+v", state.Cut, noted)
	}
}

func TestAChangedBitIsNoticed(t *testing.T) {
	d := sample(t, 8000)
	names := slices.Sorted(maps.Keys(d.files))
	rnd := rand.New(rand.NewPCG(3, 3))
	bits := 2000
	if testing.Short() {
		bits = 100
	}
	for range bits {
		name := names[rnd.IntN(len(names))]
		data := slices.Clone(d.files[name].data)
		at, bit := rnd.IntN(len(data)), rnd.IntN(8)
		data[at] ^= 1 << bit
		r, err := read(d.with(name, data), "run")
		var damaged *DamagedError
		switch {
		case errors.As(err, &damaged):
			if damaged.Segment != name || damaged.Offset > int64(at) {
				t.Errorf("byte %d of %s: %v", at, name, err)
			}
		case err != nil:
			t.Errorf("byte %d of %s: %v", at, name, err)
		case r.state.Cut == nil:
			t.Errorf("bit %d of byte %d of %s is not noticed", bit, at, name)
		case name != names[len(names)-1]:
			t.Errorf("byte %d of %s is taken for a torn tail: %+v", at, name, r.state.Cut)
		}
	}
}

func TestDamageIsRefused(t *testing.T) {
	second := segmentName(2)
	tests := []struct {
		name   string
		change func(d *disk)
		err    string
	}{
		{"a segment is missing", func(d *disk) { delete(d.files, second) },
			"journal-000002.log: the segment is missing"},
		{"the first segment is missing", func(d *disk) { delete(d.files, segmentName(1)) },
			"journal-000001.log: the segment is missing"},
		{"two segments are swapped", func(d *disk) {
			d.files[second], d.files[segmentName(3)] = d.files[segmentName(3)], d.files[second]
		}, "journal-000002.log: it is segment 3"},
		{"a segment is that of another copy of the run", func(d *disk) {
			d.files[second] = sample(t, 7000).files[second]
		}, "journal-000002.log: the segment before it is not the one it was written behind"},
		{"a segment is of another run", func(d *disk) {
			d.files[second].data = bytes.ReplaceAll(d.files[second].data, []byte("k7q2"), []byte("k7q3"))
		}, "journal-000002.log: the line is broken"},
		{"a segment lost its end", func(d *disk) { d.files[second].data = d.files[second].data[:500] },
			"the segment has no end, and there is one behind it"},
		{"a line is gone and the rest is whole", func(d *disk) {
			lines := bytes.SplitAfter(d.files[second].data, []byte("\n"))
			d.files[second].data = bytes.Join(slices.Delete(lines, 2, 3), nil)
		}, "its lines are not those that were sealed"},
		{"a durable line is broken and later ones are whole", func(d *disk) {
			d.files[lastName(d)].data[300] ^= 1
		}, "the line is broken, and it was whole once"},
		{"something stands behind a seal", func(d *disk) {
			for name := range d.files {
				if name > second {
					delete(d.files, name)
				}
			}
			data := slices.Clone(d.files[second].data)
			d.files[second] = &blob{data: append(data, data[:bytes.IndexByte(data, '\n')+1]...)}
		}, "there is more behind the seal"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := sample(t, 8000)
			tt.change(d)
			_, err := read(d, "run")
			var damaged *DamagedError
			if !errors.As(err, &damaged) || !strings.Contains(err.Error(), tt.err) {
				t.Fatalf("error = %v, want %q", err, tt.err)
			}
			before := d.calls
			if _, _, err := Resume("run", Options{FS: d}); !errors.As(err, &damaged) || d.calls != before || d.held {
				t.Errorf("Resume gives %v after %d calls that write; the lock is held: %v", err, d.calls-before, d.held)
			}
		})
	}
}

func lastName(d *disk) string {
	names := slices.Sorted(maps.Keys(d.files))
	return names[len(names)-1]
}

// A seal with a right hash and a summary that takes all memory there is.
func TestASealThatSaysTooMuchIsRefused(t *testing.T) {
	tests := []struct {
		name string
		rows []storedRows
		keep []int64
	}{
		{"more rows than lines", []storedRows{{Loop: "mark", Ended: map[Status][][2]int64{Done: {{0, 1 << 60}}}}}, nil},
		{"more rows than lines in all", []storedRows{{Loop: "mark", Ended: map[Status][][2]int64{Done: {{0, 1}, {0, 1}}}}}, nil},
		{"rows in front of the first", []storedRows{{Loop: "mark", Ended: map[Status][][2]int64{Done: {{-1, 0}}}}}, nil},
		{"rows of no loop", []storedRows{{Ended: map[Status][][2]int64{Done: {{0, 0}}}}}, nil},
		{"a line in the middle of another", nil, []int64{3}},
		{"a line behind the end", nil, []int64{1 << 40}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDisk()
			s, err := createSegment(d, "run", storedOpen{Format: 1, Run: "R", Segment: 1}, &storedHeader{Run: "R"}, 0)
			if err != nil {
				t.Fatal(err)
			}
			line, err := appendLine(nil, kindSeal, storedSeal{Records: s.lines, Hash: digest(s.chain), Rows: tt.rows, Keep: tt.keep})
			if err != nil {
				t.Fatal(err)
			}
			_, err = read(d.with(segmentName(1), append(d.files[segmentName(1)].data, line...)), "run")
			if err == nil || !strings.Contains(err.Error(), "its seal is not that of this segment") {
				t.Errorf("error = %v", err)
			}
		})
	}
}

func TestASegmentThatWasBeingMadeIsMadeAgain(t *testing.T) {
	for _, content := range []string{"", "0000", "\x00\x00\x00\n\x00"} {
		d := sample(t, 8000)
		names := slices.Sorted(maps.Keys(d.files))
		next := segmentName(3)
		for _, name := range names[2:] {
			delete(d.files, name)
		}
		d.files[next] = &blob{data: []byte(content)}
		want, err := recorded(d)
		if err != nil {
			t.Fatalf("%q: %v", content, err)
		}
		j, _, err := Resume("run", Options{FS: d})
		if err != nil {
			t.Fatalf("%q: %v", content, err)
		}
		if err := j.Close(nil); err != nil {
			t.Fatal(err)
		}
		got, err := recorded(d)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %d records, want %d: %v", content, len(got), len(want), err)
		}
	}
}

func TestANewerFormatIsRefused(t *testing.T) {
	line, err := appendLine(nil, kindOpen, map[string]any{"format": 2, "run": map[string]any{"id": "R"}})
	if err != nil {
		t.Fatal(err)
	}
	line = append(line, "this is how format 2 looks\n"...)
	_, err = read(newDisk().with(segmentName(1), line), "run")
	want := "journal-000001.log has format 2, and this flowrun reads up to 1: use the flowrun that wrote it, or a newer one"
	if err == nil || err.Error() != want {
		t.Errorf("error = %v, want %q", err, want)
	}
}
