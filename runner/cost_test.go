package runner

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
)

// TestCosts holds what a plan says that it takes to apply the file in one pass,
// and to apply exactly the plan, against the calls of both.
func TestCosts(t *testing.T) {
	const each = `{id: l, for_each: {action: listContacts, as: c, key: c.id}, steps: `
	tests := []struct {
		name, steps string
		once, saved Cost
	}{
		{
			"a look before each write",
			each + `[{action: attachTag, with: {contact_id: "{{ c.id }}", tag_id: "1"}}]}`,
			Cost{Least: 5, Most: 5}, Cost{Least: 4, Most: 4},
		},
		{
			"also of what is not known yet",
			`{id: tag, action: createTag, with: {name: new}}, ` + each + `[{action: attachTag, with: {contact_id: "{{ c.id }}", tag_id: "{{ steps.tag.data.id }}"}}]}`,
			Cost{Least: 7, Most: 7}, Cost{Least: 6, Most: 6},
		},
		{
			"one look for several writes to a record, and another one behind a write by another path",
			each + `[{action: updateContact, with: {contact_id: "{{ c.id }}", name: A}}, {action: updateContact, with: {contact_id: "{{ c.id }}", phone: "+4412"}},
				{action: attachTag, with: {contact_id: "{{ c.id }}", tag_id: "1"}}, {action: updateContact, with: {contact_id: "{{ c.id }}", email: "{{ c.id }}@example.com"}}]}`,
			Cost{Least: 14, Most: 14}, Cost{Least: 13, Most: 13},
		},
		{
			"a saved plan looks again at what its rows show",
			each + `[{action: updateContact, with: {contact_id: "{{ c.id }}", name: "{{ c.external_id }}"}}]}`,
			Cost{Least: 5, Most: 5}, Cost{Least: 4, Most: 4},
		},
		{
			"a contact that is made",
			`{id: new, action: createContact, with: {external_id: new}}, {action: attachTag, with: {contact_id: "{{ steps.new.data.id }}", tag_id: "1"}},
				{action: attachTag, with: {contact_id: "{{ steps.new.data.id }}", tag_id: "2"}}`,
			Cost{Least: 5, Most: 5}, Cost{Least: 5, Most: 5},
		},
		{
			"a contact that is met",
			`{action: createContact, with: {email: a@example.com, name: New, on_conflict: update}}`,
			Cost{Least: 3, Most: 3}, Cost{Least: 3, Most: 3},
		},
		{
			"a contact that is found, and one that gets another email",
			`{action: createContact, with: {external_id: u1, email: A@example.com, name: New, on_conflict: update}},
				{action: createContact, with: {external_id: u2, email: new@example.com, on_conflict: update}}`,
			Cost{Least: 6, Most: 6}, Cost{Least: 6, Most: 6},
		},
		{
			"a contact that is found, of which nothing is kept",
			`{undo: false, action: createContact, with: {external_id: u1, name: New, on_conflict: update}}`,
			Cost{Least: 2, Most: 2}, Cost{Least: 3, Most: 3},
		},
		{
			"a contact that an earlier step makes",
			`{action: createContact, with: {external_id: new, name: A}}, {action: createContact, with: {external_id: new, phone: "+15005550100", on_conflict: update}}`,
			Cost{Least: 3, Most: 5}, Cost{Least: 3, Most: 5},
		},
		{
			"rows that share a record",
			each + `[{action: createCompany, with: {company_id: acme, name: New}}]}`,
			Cost{Least: 3, Most: 4}, Cost{Least: 2, Most: 3},
		},
		{
			"holders of a tag that is deleted",
			`{action: deleteTag, with: {tag_id: "1"}}`,
			Cost{Least: 3, Most: 3}, Cost{Least: 3, Most: 3},
		},
		{
			"a write that depends on what is not known yet",
			`{id: new, action: createContact, with: {external_id: new}}, {if: steps.new.data.created_at > 5, action: attachTag, with: {contact_id: "000000000000000000000001", tag_id: "1"}}`,
			Cost{Least: 2, Most: 4}, Cost{Least: 2, Most: 4},
		},
		{
			"a list that the plan itself changes",
			each + `[{action: updateContact, with: {contact_id: "{{ c.id }}", name: A}}]}, {id: m, for_each: {action: listContacts, as: d, key: d.id}, steps: [{action: attachTag, with: {contact_id: "{{ d.id }}", tag_id: "1"}}]}`,
			Cost{Least: 4, Most: 9, Open: true}, Cost{Least: 3, Most: 8, Open: true},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fakeTime(t, func(t *testing.T) {
				text := untab(`{version: 1, allow: [delete], steps: [` + tt.steps + `]}`)
				fresh := func() *keeper {
					data := tagged()
					data.Companies = []sandbox.Company{{ID: "000000000000000000000011", CompanyID: "acme", Name: "Acme"}}
					return &keeper{bench: newBench(t, data, text), concurrency: 10}
				}
				once, saved := fresh().heldOnce(), fresh().heldSaved()
				if diff := cmp.Diff([]Cost{tt.once, tt.saved}, []Cost{once, saved}); diff != "" {
					t.Errorf("costs at once and saved (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestCostsOfExamples holds the cost of the examples against what they take.
func TestCostsOfExamples(t *testing.T) {
	files, err := filepath.Glob("../workflows/examples/*.yaml")
	if err != nil || len(files) < 10 {
		t.Fatalf("found %d examples: %v", len(files), err)
	}
	inexact := map[string]bool{
		"wait-for-search.yaml":       true,
		"upsert-by-external-id.yaml": true, // two rows have the same company
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			fakeTime(t, func(t *testing.T) {
				text, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				fresh := func() *keeper {
					prog, problems := Load(name, text)
					if problems.Err() != nil {
						t.Fatal(problems)
					}
					server := sandbox.New(sandbox.Options{Data: sandbox.Sample()})
					return &keeper{bench: &bench{t: t, server: server, program: prog}, concurrency: 10, note: "secret"}
				}
				for how, cost := range map[string]Cost{"at once": fresh().heldOnce(), "saved": fresh().heldSaved()} {
					if cost.exact() == inexact[filepath.Base(name)] {
						t.Errorf("%s: %+v", how, cost)
					}
				}
			})
		})
	}
}

// TestCostsByChance holds the cost of workflows made by chance against what they
// take.
func TestCostsByChance(t *testing.T) {
	seeds, held, exact := uint64(40), 0, 0
	if testing.Short() {
		seeds = 12
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			fakeTime(t, func(t *testing.T) {
				text := names.Replace((&chance{Rand: rand.New(rand.NewPCG(seed, 0)), tame: true}).workflow())
				if _, problems := Load("workflow.json", []byte(text)); problems.Err() != nil {
					return
				}
				fresh := func() *keeper {
					return &keeper{bench: newBench(t, shop(), text), concurrency: 1 + 3*int(seed%2)}
				}
				for _, cost := range []Cost{fresh().heldOnce(), fresh().heldSaved()} {
					if held++; cost.exact() {
						exact++
					}
				}
				if t.Failed() {
					t.Log(text)
				}
			})
		})
	}
	if held < int(seeds) || exact < held/8 {
		t.Errorf("%d plans were held against their runs, and %d of them were exact", held, exact)
	}
}

// heldOnce plans, applies the file in one pass, and holds the calls against the
// cost.
func (k *keeper) heldOnce() Cost {
	k.t.Helper()
	opt := k.options(k.t.TempDir())
	var err error
	if opt.Inputs, err = k.program.Inputs(k.given()); err != nil {
		k.t.Fatal(err)
	}
	plan, err := k.program.Plan(context.Background(), opt)
	if err != nil {
		k.t.Fatal(err)
	}
	opt.Dir = filepath.Join(k.t.TempDir(), "run")
	if opt.Run, err = Begin(opt.Dir, k.program, opt, By{Version: "test"}); err != nil {
		k.t.Fatal(err)
	}
	result, err := k.program.Apply(context.Background(), opt)
	if err != nil {
		k.t.Fatal(err)
	}
	if err := opt.Run.Close(result); err != nil {
		k.t.Fatal(err)
	}
	return k.held("at once", plan, result)
}

// heldSaved is heldOnce for a plan that is saved and applied.
func (k *keeper) heldSaved() Cost {
	k.t.Helper()
	name, plan, err := k.save()
	if err != nil {
		k.t.Fatal(err)
	}
	return k.held("saved", plan, k.applyPlan(name, filepath.Join(k.t.TempDir(), "run"), ""))
}

func (k *keeper) held(how string, plan, run *Result) Cost {
	k.t.Helper()
	c := plan.Cost
	if plan.Blocking == 0 && (run.Calls < c.Least || run.Calls > c.Most && !c.Open) {
		k.t.Errorf("%s: the plan says %+v, and it takes %d calls: %q", how, c, run.Calls, k.calls)
	}
	return c
}

func (c Cost) exact() bool { return c.Least == c.Most && !c.Open }
