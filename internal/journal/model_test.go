package journal

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// model is what the state should be, worked out without any cleverness: by
// text, over all records.
type model struct {
	rows  map[string]Status   // by path
	lines map[string][]string // of instances and lists, by path and address
	notes []string
}

func (m *model) add(r Record) {
	switch {
	case r.List != nil:
		m.lines[place(r.List.In)+"list "+r.List.Loop] = []string{text(r)}
	case r.Intent != nil:
		key := place(r.Intent.In) + r.Intent.Address
		m.lines[key] = append(m.lines[key], text(r))
	case r.Answer != nil:
		key := place(r.Answer.In) + r.Answer.Address
		if r.Answer.Status != InDoubt {
			m.lines[key] = nil
		}
		m.lines[key] = append(m.lines[key], text(r))
	case r.Note != nil:
		m.notes = append(m.notes, text(r))
	case r.Row != nil:
		m.end(place(r.Row.Path), r.Row.Status)
	}
}

// end records how a row ended, and forgets what was inside it.
func (m *model) end(path string, s Status) {
	if !m.rows[path].Settled() {
		m.rows[path] = s
	}
	if s.Settled() {
		inside := func(key string) bool { return key != path && strings.HasPrefix(key, path) }
		maps.DeleteFunc(m.rows, func(key string, _ Status) bool { return inside(key) })
		maps.DeleteFunc(m.lines, func(key string, _ []string) bool { return inside(key) })
	}
}

func place(in Path) (s string) {
	for _, row := range in {
		s += fmt.Sprintf("%s#%d/", row.Loop, row.Index)
	}
	return s
}

// modelOf gives a state in the form of a model.
func modelOf(s *State) *model {
	m := &model{rows: map[string]Status{}, lines: map[string][]string{}}
	s.tree.root.walk(nil, func(in Path, n *node) {
		for address, i := range n.steps {
			m.lines[place(in)+address] = texts(i.lines)
		}
		for address, l := range n.loops {
			if l.list != nil {
				m.lines[place(in)+"list "+address] = texts(l.list)
			}
			for status, ranges := range l.rows.ranges() {
				for _, each := range ranges {
					for index := each[0]; index <= each[1]; index++ {
						m.rows[place(append(slices.Clip(in), RowID{address, index}))] = status
					}
				}
			}
		}
	})
	for _, n := range s.Notes {
		m.notes = append(m.notes, text(Record{Note: &n}))
	}
	return m
}

func texts(lines []kept) (all []string) {
	for _, line := range lines {
		r, err := recordOf(line.text)
		if err != nil {
			return []string{err.Error()}
		}
		all = append(all, text(r))
	}
	return all
}

// randomRecord is any record, also one that no run would write there.
func randomRecord(rnd *rand.Rand, serial int) Record {
	var in Path
	for loop := "a"; len(in) < 3 && rnd.IntN(4) > 0; loop += ".a" {
		in = append(in, RowID{loop + string(rune('x'+rnd.IntN(2))), int64(rnd.IntN(4) * 700)})
	}
	status := statusOf[1+rnd.IntN(5)]
	address := "s" + string(rune('0'+rnd.IntN(3)))
	switch kind := rnd.IntN(9); {
	case kind < 3:
		return Record{Intent: &Intent{Address: address, In: in, Attempt: serial, Time: testTime}}
	case kind < 5:
		return Record{Answer: &Answer{Address: address, In: in, Status: status, HTTP: serial, Time: testTime}}
	case kind < 6:
		return Record{List: &List{Loop: "a" + strings.Repeat(".a", len(in)) + "x", In: in, Count: int64(serial)}}
	case kind < 7 || in == nil:
		return Record{Note: &Note{Kind: "lookup", In: in, Text: fmt.Sprint(serial), Time: testTime}}
	}
	return Record{Row: &Row{Path: in, Status: status}}
}

// Whatever is recorded, and wherever segments end and processes stop, the
// state is what one gets by going through all records.
func TestTheStateIsThatOfAllRecords(t *testing.T) {
	seeds := uint64(150)
	if testing.Short() {
		seeds = 20
	}
	for seed := range seeds {
		rnd := rand.New(rand.NewPCG(seed, 5))
		d := newDisk()
		opt := Options{FS: d, SegmentSize: 500 + rnd.Int64N(4000)}
		j, err := Create("run", testHeader(), opt)
		if err != nil {
			t.Fatal(err)
		}
		want := &model{rows: map[string]Status{}, lines: map[string][]string{}}
		for serial := range 150 {
			r := randomRecord(rnd, serial+1)
			want.add(r)
			if err := giveRecord(j, r); err != nil {
				t.Fatal(err)
			}
			if rnd.IntN(40) == 0 {
				j = reopen(t, j, opt)
			}
		}
		if err := j.Close(nil); err != nil {
			t.Fatal(err)
		}
		r, err := read(d, "run")
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if diff := cmp.Diff(want, modelOf(r.state), cmp.AllowUnexported(model{})); diff != "" {
			t.Fatalf("seed %d: the state differs (-want +got):\n%s", seed, diff)
		}
	}
}

func reopen(t *testing.T, j *Journal, opt Options) *Journal {
	t.Helper()
	if err := j.Close(nil); err != nil {
		t.Fatal(err)
	}
	j, _, err := Resume("run", opt)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestRowsCountAndTakeLittleRoom(t *testing.T) {
	var rows Rows
	rnd := rand.New(rand.NewPCG(1, 1))
	want := map[int64]Status{}
	for range 5000 {
		index, status := rnd.Int64N(6000), statusOf[1+rnd.IntN(5)]
		if !want[index].Settled() {
			want[index] = status
		}
		rows.end(index, status)
	}
	counts := map[Status]int64{}
	for index := range int64(6000) {
		if got := rows.Status(index); got != want[index] {
			t.Fatalf("row %d is %q, want %q", index, got, want[index])
		}
		counts[want[index]]++
	}
	for _, status := range statusOf[1:] {
		if rows.Count(status) != counts[status] {
			t.Errorf("%d rows are %s, want %d", rows.Count(status), status, counts[status])
		}
	}
	if rows.Ended() != int64(len(want)) || rows.Count("") != 0 || rows.Status(-1) != "" || rows.Status(1<<60) != "" {
		t.Errorf("%d ended, want %d", rows.Ended(), len(want))
	}
	size := testing.AllocsPerRun(1, func() {
		var million Rows
		for index := range int64(1_000_000) {
			million.end(index, Done)
		}
	})
	if size > 1100 {
		t.Errorf("a million rows take %.0f allocations", size)
	}
	if got := slices.Collect(maps.Keys(rows.ranges())); len(got) != 5 {
		t.Errorf("ranges of %v", got)
	}
}
