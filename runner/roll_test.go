package runner

import (
	"fmt"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/steps"
	"github.com/google/go-cmp/cmp"
)

var (
	byName = steps.Find("createTag").Current
	byID   = steps.Find("attachTag").Current
)

func tagNamed(id, name string) eval.Value { return eval.Object{"id": id, "name": name} }

// idsOf gives the ids of the rows that a call finds.
func idsOf(r *roll, call *steps.Call, value eval.Value) (ids []string) {
	for path := range call.Match {
		for _, row := range r.find(call, eval.Object{path: value}) {
			ids = append(ids, idOf(row))
		}
	}
	return ids
}

func TestARowOfAListIsFound(t *testing.T) {
	tests := []struct {
		name  string
		rows  string
		call  *steps.Call
		value eval.Value
		want  []string
	}{
		{"by its id", `[{"id":"7"},{"id":"8"}]`, byID, "8", []string{"8"}},
		{"by an id that is a number", `[{"id":7}]`, byID, int64(7), []string{"7"}},
		{"not by the beginning of its id", `[{"id":"70"}]`, byID, "7", nil},
		{"not where it has no such field", `[{"name":"a"}]`, byID, "", nil},
		{"by a name in other letters", `[{"id":"1","name":"VIP"}]`, byName, "vip", []string{"1"}},
		{"not by an id in other letters", `[{"id":"A"}]`, byID, "a", nil},
		{"behind another one, and both in their order", `[{"id":"2","name":"a"},{"id":"1","name":"A"}]`, byName, "a", []string{"2", "1"}},
		{"in an envelope", `{"data":[{"id":"7"}]}`, byID, "7", []string{"7"}},
		{"in no list", `null`, byID, "7", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := idsOf(&roll{list: eval.RawTrusted(tt.rows)}, tt.call, tt.value)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAListFollowsWhatIsWritten(t *testing.T) {
	r := &roll{list: eval.RawTrusted(`[{"id":"1","name":"a"},{"id":"2","name":"b"}]`)}
	is := func(when string, call *steps.Call, value eval.Value, want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, idsOf(r, call, value)); diff != "" {
			t.Errorf("%s, %v finds (-want +got):\n%s", when, value, diff)
		}
	}
	is("at first", byName, "c")
	r.put(nil, tagNamed("3", "C"))
	is("when it is added", byName, "c", "3")
	is("when it is added", byID, "3", "3")
	r.put(tagNamed("1", "a"), tagNamed("1", "b"))
	is("when another has its name", byName, "b", "1", "2")
	is("when it has another name", byName, "a")
	r.drop(tagNamed("1", "b"))
	is("when the first is taken out", byName, "b", "2")
	r.drop(nil)
	r.put(tagNamed("1", "b"), tagNamed("1", "b"))
	is("when it is put back where it was", byName, "b", "1", "2")
	r.put(nil, eval.Object{"id": &eval.Unknown{}, "name": "d"})
	if got := r.find(byName, eval.Object{"name": "d"}); len(got) != 1 {
		t.Errorf("a tag whose id is not known yet is found %d times", len(got))
	}
}

// A list is gone through once, not for each record that is looked for.
func TestALongListIsReadOnce(t *testing.T) {
	const many = 20_000
	var text strings.Builder
	for i := range many {
		fmt.Fprintf(&text, `,{"id":"%d","name":"tag %d"}`, i, i)
	}
	r := &roll{list: eval.RawTrusted("[" + text.String()[1:] + "]")}
	for i := range many {
		name := fmt.Sprintf("new %d", i)
		if got := idsOf(r, byName, name); got != nil {
			t.Fatalf("%s is there: %v", name, got)
		}
		r.put(nil, tagNamed(fmt.Sprint(many+i), name))
	}
	if allocs := testing.AllocsPerRun(10, func() { r.find(byName, eval.Object{"name": "tag 7"}) }); allocs > 10 {
		t.Errorf("%.0f allocations to find one of %d", allocs, 2*many)
	}
}
