package runner

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/google/go-cmp/cmp"
)

// TestOutputs runs small workflows that change nothing but show what
// expressions see.
func TestOutputs(t *testing.T) {
	tests := []struct {
		name  string
		text  string
		flags []string
		want  map[string]string
	}{
		{
			name: "an input keeps its type",
			text: `{version: 1, inputs: {n: {type: integer, default: 9007199254740993}}, steps: [{action: listTags}],
outputs: {n: "{{ inputs.n }}", text: "n is {{ inputs.n }}", half: "{{ inputs.n - 1 }}"}}`,
			want: map[string]string{"n": "9007199254740993", "text": `"n is 9007199254740993"`, "half": "9007199254740992"},
		},
		{
			name:  "a flag beats a default and is read by its type",
			text:  `{version: 1, inputs: {on: {type: boolean, default: false}, l: {type: list, default: []}}, steps: [{action: listTags}], outputs: {on: "{{ inputs.on }}", l: "{{ inputs.l.1 }}"}}`,
			flags: []string{"on=true", "l=[1,2]"},
			want:  map[string]string{"on": "true", "l": "2"},
		},
		{
			name: "a var sees inputs and earlier vars",
			text: `{version: 1, inputs: {a: {default: x}}, vars: {b: "{{ inputs.a }}y", c: "{{ vars.b }}z"}, steps: [{action: listTags}], outputs: {c: "{{ vars.c }}"}}`,
			want: map[string]string{"c": `"xyz"`},
		},
		{
			name: "an output that is omitted is not there",
			text: `{version: 1, inputs: {a: {type: string}}, steps: [{action: listTags}], outputs: {a: "{{ inputs.a ?? omit }}", b: 1}}`,
			want: map[string]string{"b": "1"},
		},
		{
			name: "a skipped step has a status and no data",
			text: `{version: 1, steps: [{id: a, if: "1 > 2", action: listTags}], outputs: {s: "{{ steps.a.status }}", d: "{{ steps.a.data ?? 7 }}"}}`,
			want: map[string]string{"s": `"skipped"`, "d": "7"},
		},
		{
			name: "a loop gives its counts",
			text: `{version: 1, steps: [{id: l, for_each: {in: [1, 2, 3, 4], where: item > 1}, steps: [{if: item > 2, action: listTags}]}], outputs: {c: "{{ steps.l.counts }}"}}`,
			want: map[string]string{"c": `{"done":2,"failed":0,"in_doubt":0,"pending":0,"skipped":1,"total":3,"unchanged":0}`},
		},
		{
			name: "a loop gives its items",
			text: `{version: 1, steps: [{id: l, for_each: {in: [{k: a}, {k: b}], key: item.k}, steps: [{id: me, action: rawRequest, with: {method: GET, path: /me}}]}], outputs: {c: "{{ map(steps.l.items, .key) }}", n: "{{ steps.l.items[1].steps.me.data.type }}"}}`,
			want: map[string]string{"c": `["a","b"]`, "n": `"admin"`},
		},
		{
			name: "items of one element and of none are lists too",
			text: `{version: 1, steps: [{id: one, for_each: {in: [5]}, action: listTags}, {id: zero, for_each: {in: []}, action: listTags}], outputs: {one: "{{ len(steps.one.items) }}", zero: "{{ len(steps.zero.items) }}"}}`,
			want: map[string]string{"one": "1", "zero": "0"},
		},
		{
			name: "equal items without a key are told apart by their number",
			text: `{version: 1, steps: [{id: l, for_each: {in: [7, 8, 7, 7]}, action: listTags}], outputs: {keys: "{{ map(steps.l.items, .key) }}"}}`,
			want: map[string]string{"keys": `["7902699be42c","2c624232cdd2","7902699be42c-2","7902699be42c-3"]`},
		},
		{
			name: "loops stand inside loops and see the items around them",
			text: `{version: 1, steps: [{id: outer, for_each: {in: [1, 2], as: a}, steps: [{id: inner, for_each: {in: [10, 20], as: b}, action: rawRequest, with: {method: GET, path: /tags, query: {x: "{{ a + b }}"}}}]}], outputs: {n: "{{ map(steps.outer.items, .steps.inner.counts.total) }}"}}`,
			want: map[string]string{"n": "[2,2]"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, nil, tt.text)
			b.flags = tt.flags
			r := b.apply()
			for _, f := range r.Failures {
				t.Errorf("failure: %v (%s)", f, f.Hint)
			}
			if diff := cmp.Diff(tt.want, outputs(r)); diff != "" {
				t.Errorf("outputs differ (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPagesThatBreak holds that a connection that ends is not the end of a
// list: net/http says io.EOF of both.
func TestPagesThatBreak(t *testing.T) {
	lost := &intercom.UnknownError{Method: "GET", Path: "/contacts", Err: io.EOF}
	var got error
	for _, err := range pageItems(context.Background(), func(context.Context) (intercom.Page, error) { return intercom.Page{}, lost }) {
		got = err
	}
	if !errors.Is(got, lost) {
		t.Errorf("the list ended with %v, want %v", got, lost)
	}
}
