package runner

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestUnknownValues plans each way in which a value that is not known yet can
// be used: steps.t.data.id is known after the step t, and never null.
func TestUnknownValues(t *testing.T) {
	const u = `steps.t.data.id`
	tests := []struct {
		name string
		expr string // an output
		want string // as JSON, or what tells
	}{
		{"the id of what is created", u, "after t"},
		{"what is sent comes back", `steps.t.data.name`, `"new"`},
		{"a text with an unknown part", `"x-" + ` + u, "after t"},
		{"an id that will exist is not null", u + ` == nil`, "false"},
		{"nor is anything taken in its place", u + ` ?? "x"`, "after t"},
		{"a comparison with it", u + ` == "7"`, "after t"},
		{"false and what is unknown", `false and ` + u + ` == "7"`, "false"},
		{"what is unknown and false", u + ` == "7" and false`, "false"},
		{"true or what is unknown", `true or ` + u + ` == "7"`, "true"},
		{"what is unknown or true", u + ` == "7" or true`, "true"},
		{"true and what is unknown", `true and ` + u + ` == "7"`, "after t"},
		{"not what is unknown", `not (` + u + ` == "7")`, "after t"},
		{"both branches the same", u + ` == "7" ? "x" : "x"`, `"x"`},
		{"branches that differ", u + ` == "7" ? "x" : "y"`, "after t"},
		{"a branch that would fail, behind a condition that may exclude it", u + ` == "7" ? int("x") : 2`, "after t"},
		{"the known member of an object", `{"a": 1, "b": ` + u + `}.a`, "1"},
		{"the unknown one", `{"a": 1, "b": ` + u + `}.b`, "after t"},
		{"the known element of a list", `[1, ` + u + `][0]`, "1"},
		{"the length of a list with unknown elements", `len([1, ` + u + `])`, "2"},
		{"whether there is a member", `"a" in {"a": ` + u + `}`, "true"},
		{"the length of what an unknown test selects", `len(filter([1, 2], string(#) == ` + u + `))`, "after t"},
		{"what an unknown test selects is no more than there is", `len(filter([1, 2], string(#) == ` + u + `)) > 2`, "false"},
		{"what a known test selects", `len(filter([1, 2], # > 1 and ` + u + ` != nil))`, "1"},
		{"a list mapped to what is unknown", `len(map([1, 2, 3], ` + u + `))`, "3"},
		{"as JSON", `toJSON({"a": ` + u + `})`, "after t"},
		{"any function of it", `upper(` + u + `)`, "after t"},
		{"the time of the run is one for plan and apply", `run.started_at > 0`, "true"},
		{"an input", `inputs.n`, "5"},
		{"how the step will end", `steps.t.status`, "after t"},
		{"how a step will end that nobody knows whether it runs", `steps.p.status`, "after p"},
		{"what comes of two", `[` + u + `, steps.v.data.id]`, "after t, v"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, twoUsers(), untab(`{version: 1, inputs: {n: {type: integer, default: 5}}, steps: [
				{id: t, action: createTag, with: {name: new}}, {id: v, action: createTag, with: {name: other}},
				{id: p, if: `+u+` == "7", action: createTag, with: {name: perhaps}}],
				outputs: {it: '{{ `+tt.expr+` }}'}}`))
			if diff := cmp.Diff(map[string]string{"it": tt.want}, outputs(b.plan())); diff != "" {
				t.Errorf("%s differs (-want +got):\n%s", tt.expr, diff)
			}
		})
	}
}

// TestUnknownConditions plans steps that nobody can know whether they run, and
// loops that nobody can know how often: what is certain and what is possible
// are counted apart.
func TestUnknownConditions(t *testing.T) {
	const u = `steps.t.data.id == "7"`
	tests := []struct {
		name  string
		steps string
		want  []string // the writes behind t
		rows  []string // endings behind t
	}{
		{"a condition that is decided all the same", `{id: s, if: ` + u + ` or true, action: createTag, with: {name: s}}`,
			[]string{"s + certain"}, []string{"s: 1 done"}},
		{"a condition that excludes", `{id: s, if: ` + u + ` and false, action: createTag, with: {name: s}}`, nil, []string{"s: 1 skipped"}},
		{"an unknown condition", `{id: s, if: ` + u + `, action: createTag, with: {name: s}}`,
			[]string{"s + possible after t"}, []string{"s: 1 done"}},
		{"a step behind one that is only possible", `{id: s, if: ` + u + `, action: createTag, with: {name: s}}, {id: r, if: steps.s.status == "done", action: createTag, with: {name: r}}`,
			[]string{"s + possible after t", "r + possible after s"}, []string{"s: 1 done", "r: 1 done"}},
		{"a loop over a known list with an unknown where", `{id: l, for_each: {in: [1, 2], key: item, where: item == 1 or ` + u + `}, action: createTag, with: {name: "{{ item }}"}}`,
			[]string{`l["1"] + certain`, `l["2"] + possible after t`}, []string{"l rows: 2 done", "l: 2 done"}},
		{"a loop over a list with unknown elements", `{id: l, for_each: {in: ["{{ steps.t.data.id }}", b], key: index}, action: createTag, with: {name: "n{{ item }}"}}`,
			[]string{`l["0"] + certain`, `l["1"] + certain`}, []string{"l rows: 2 done", "l: 2 done"}},
		{"a loop over an unknown list", `{id: l, for_each: {in: "{{ filter([1, 2], string(#) == steps.t.data.id) }}"}, action: createTag, with: {name: x}}`,
			nil, []string{"l rows: none"}},
		{"a loop with an unknown limit", `{id: l, for_each: {in: [1, 2], limit: "{{ len(filter([1], string(#) == steps.t.data.id)) }}"}, action: createTag, with: {name: x}}`,
			nil, []string{"l rows: none"}},
		{"an assert that waits", `{id: s, action: createTag, with: {name: s}, assert: steps.s.data.id == "7"}`, []string{"s + certain"}, []string{"s: 1 done"}},
		{"a read that waits", `{id: s, action: getTag, with: {tag_id: "{{ steps.t.data.id }}"}}, {id: r, if: steps.s.data.name == "x", action: createTag, with: {name: r}}`,
			[]string{"r + possible after t"}, []string{"s: 1 done", "r: 1 done"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, twoUsers(), untab(`{version: 1, steps: [{id: t, action: createTag, with: {name: new}}, `+tt.steps+`]}`))
			r := b.plan()
			if diff := cmp.Diff(append([]string{"t + certain"}, tt.want...), b.foreseen()); diff != "" {
				t.Errorf("changes differ (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(append([]string{"t: 1 done"}, tt.rows...), endings(r)); diff != "" {
				t.Errorf("endings differ (-want +got):\n%s", diff)
			}
			if r.Changes.Certain.Total()+r.Changes.Possible.Total() != int64(1+len(tt.want)) {
				t.Errorf("the sums are %+v", r.Changes)
			}
		})
	}
}
