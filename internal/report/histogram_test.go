package report

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
)

// counted counts values, given by number, in the order that seed decides.
func counted(values []int, room int, seed uint64) *histogram {
	h := &histogram{room: &room, counters: map[key]*counter{}}
	for _, at := range rand.New(rand.NewPCG(seed, 1)).Perm(len(values)) {
		text := fmt.Sprintf(`"v%d"`, values[at])
		h.add(keyOf([]byte(text)), fmt.Sprint("row ", at), func() Value { return Value{After: json.RawMessage(text)} })
	}
	return h
}

func TestFewValuesAreCountedExactly(t *testing.T) {
	var values []int
	for v := range maxCounters {
		for range v%7 + 1 {
			values = append(values, v)
		}
	}
	h := counted(values, 1000, 1)
	got, different, about := h.values()
	if about || different != maxCounters || len(got) != maxCounters || got[0].Count != 7 || got[maxCounters-1].Count != 1 {
		t.Errorf("%d of %d, %v: %+v", len(got), different, about, got[0])
	}
}

func TestOfManyValuesTheFrequentOnesAreFound(t *testing.T) {
	var values []int
	for v := range 20_000 {
		values = append(values, v+10) // each of its own
		if v%4 == 0 {
			values = append(values, v/4%2) // v0 and v1, 2,500 times each
		}
	}
	for seed := range uint64(3) {
		got, different, about := counted(values, 1000, seed).values()
		if !about || len(got) != 2 || got[0].Count < 2_300 || got[0].Count > 2_700 {
			t.Errorf("%d values, %v: %+v", len(got), about, got)
		}
		if different < 18_000 || different > 22_000 {
			t.Errorf("about %d different values, want about 20,002", different)
		}
	}
}

func TestCountersComeBack(t *testing.T) {
	room := 5
	h := &histogram{room: &room, counters: map[key]*counter{}}
	for v := range 1000 {
		h.add(keyOf(fmt.Append(nil, v)), "row", func() Value { return Value{} })
	}
	if room+len(h.counters) != 5 {
		t.Errorf("%d counters are free and %d in use, want 5 in all", room, len(h.counters))
	}
	if h.total != 1000 {
		t.Errorf("counted %d values", h.total)
	}
}
