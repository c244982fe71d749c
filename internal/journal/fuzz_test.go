package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// Whatever the bytes, a journal opens or is refused with an error that says
// what is wrong; and if it opens, one can go on with it and read it again.
func FuzzRead(f *testing.F) {
	d := newDisk()
	w, err := begin(d, Options{SegmentSize: 900})
	if err != nil {
		f.Fatal(err)
	}
	w.run(4)
	first, second := d.files[segmentName(1)].data, d.files[segmentName(2)].data
	f.Add(first, second, false)
	f.Add(first[:400], []byte(nil), false)
	f.Add(withoutSums(first), withoutSums(second), true)
	f.Add([]byte(`{"t":"open","format":1,"run":"R","segment":1}
{"t":"header","run":"R"}
{"t":"row","in":[{"loop":"m","row":9}],"status":"done"}
{"t":"kept","to":40}
{"status":"in_doubt","in":null,"at":"s","t":"answer","data":{}}
{"t":"seal","records":5,"hash":"","rows":[{"loop":"m","ended":{"done":[[0,9000000000]]}}],"keep":[3,-1]}`), []byte("{}"), true)
	f.Fuzz(func(t *testing.T, first, second []byte, sums bool) {
		if sums {
			first, second = withSums(first), withSums(second)
		}
		start := time.Now()
		d := newDisk().with(segmentName(1), first)
		if len(second) > 0 {
			d = d.with(segmentName(2), second)
		}
		r, err := read(d, "run")
		if took := time.Since(start); took > time.Second {
			t.Errorf("takes %s", took)
		}
		if err != nil {
			checkRefusal(t, err)
			return
		}
		useState(t, r.state)
		j, _, err := Resume("run", Options{FS: d})
		if err != nil {
			t.Fatalf("opens, and Resume gives %v", err)
		}
		if err := j.Close(nil); err != nil {
			t.Fatal(err)
		}
		again, err := read(d, "run")
		if err != nil {
			t.Fatalf("read again: %v", err)
		}
		if diff := cmp.Diff(modelOf(r.state), modelOf(again.state), cmp.AllowUnexported(model{})); diff != "" {
			t.Errorf("read again, the state differs (-first +second):\n%s", diff)
		}
	})
}

// useState reads all that there is.
func useState(t *testing.T, s *State) {
	t.Helper()
	if _, err := s.Instances(); err != nil {
		checkRefusal(t, err)
	}
	if _, err := s.Loops(); err != nil {
		checkRefusal(t, err)
	}
}

func checkRefusal(t *testing.T, err error) {
	t.Helper()
	var damaged *DamagedError
	var format *FormatError
	if !errors.As(err, &damaged) && !errors.As(err, &format) && !errors.Is(err, ErrNotBegun) {
		t.Errorf("refused with %v", err)
	}
}

// withSums makes lines of a journal out of lines of JSON.
func withSums(text []byte) (data []byte) {
	for line := range bytes.Lines(text) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		sum := checksum(line)
		data = append(append(append(append(data, sum[:]...), ' '), line...), '\n')
	}
	return data
}

func withoutSums(data []byte) (text []byte) {
	for line := range bytes.Lines(data) {
		text = append(text, line[sumWidth:]...)
	}
	return text
}

// Whatever a record holds, it comes back as it was, and reading only the
// beginning of its line gives what reading all of it gives.
func FuzzRecord(f *testing.F) {
	f.Add(`mark["a@example.com"].attach`, "mark", int64(7), "done", "", []byte(`{"id":1}`))
	f.Add("a\"\n", "mark", int64(7), "failed", "", []byte("1"))
	f.Add("a\"\\\n\x00é<&>\u2028", `outer["\""].inner`, int64(-1), "in_doubt", "\xff", []byte("{\n}"))
	f.Add("", "", int64(1)<<62, "pending", "x", []byte("nul"))
	f.Fuzz(func(t *testing.T, address, loop string, index int64, status, word string, data []byte) {
		a := Answer{
			Address: address, In: Path{{loop, index}}, Status: Status(status), Reason: word,
			Message: word, Data: data, Time: testTime,
		}
		line, err := appendLine(nil, kindAnswer, storedAnswer(a))
		if err != nil {
			if len(data) == 0 || json.Valid(data) {
				t.Errorf("%s is refused: %v", data, err)
			}
			return
		}
		if bytes.IndexByte(line, '\n') != len(line)-1 {
			t.Fatalf("more than one line: %q", line)
		}
		checkHead(t, line)
		got, err := lineRecord(line[:len(line)-1])
		if err != nil {
			if address != "" && loop != "" && index >= 0 && codeOf(a.Status) != 0 {
				t.Errorf("cannot be read back: %v", err)
			}
			return
		}
		if utf8.ValidString(address + loop + status + word) {
			checkAnswer(t, a, got)
		}
	})
}

func checkAnswer(t *testing.T, want Answer, got Record) {
	t.Helper()
	var tight bytes.Buffer
	if len(want.Data) > 0 {
		if err := json.Compact(&tight, want.Data); err != nil {
			t.Fatal(err)
		}
	}
	want.Data = tight.Bytes()
	if diff := cmp.Diff(text(Record{Answer: &want}), text(got)); diff != "" {
		t.Errorf("comes back differently (-want +got):\n%s", diff)
	}
}

// checkHead compares the two ways to read the head of a line.
func checkHead(t *testing.T, line []byte) {
	t.Helper()
	content, ok := lineText(line[:len(line)-1])
	if !ok {
		t.Fatalf("not whole: %q", line)
	}
	var quick, slow head
	if !quick.quick(content) || !quick.complete() {
		return
	}
	if err := slow.decode(content); err != nil {
		t.Fatal(err)
	}
	if quick.kind != slow.kind || string(quick.at) != string(slow.at) || !cmp.Equal(quick.in, slow.in) ||
		quick.status != slow.status || quick.to != slow.to {
		t.Errorf("read by hand %+v, and in full %+v", quick, slow)
	}
}

// The way by hand is the common one: were it never taken, only the time that
// reading takes would tell.
func TestLinesAreReadByHand(t *testing.T) {
	d := sample(t, 64<<20)
	var h head
	for line := range strings.Lines(string(d.files[segmentName(1)].data)) {
		checkHead(t, []byte(line))
		content := []byte(strings.TrimSuffix(line, "\n"))[sumWidth:]
		allocs := testing.AllocsPerRun(1, func() {
			if err := h.parse(content); err != nil {
				t.Error(err)
			}
		})
		if allocs > 0 {
			t.Errorf("%.0f allocations to read the head of %s", allocs, line)
		}
	}
}
