package report

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/runner"
	"github.com/flowrun-dev/flowrun/steps"
	"github.com/google/go-cmp/cmp"
)

func TestMaskText(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"an email", "jane.doe@acme.example", "j...@acme.example"},
		{"in an address", `mark["jane@acme.example"].attach`, `mark["j...@acme.example"].attach`},
		{"in JSON in JSON", `{"addr":"mark[\"jane@acme.example\"]"}`, `{"addr":"mark[\"j...@acme.example\"]"}`},
		{"in a URL", "GET /contacts?email=jane%40acme.example&x=1: 404", "GET /contacts?email=j...%40acme.example&x=1: 404"},
		{"with an escaped plus", "/jane%2Bx%40acme.example", "/j...%40acme.example"},
		{"without a dot", "root@localhost", "r...@localhost"},
		{"in another script", "пётр@почта.рф", "п...@почта.рф"},
		{"two", "a@b.c, d@e.f", "a...@b.c, d...@e.f"},
		{"a phone number", "call +44 1234 567890 now", "call +... now"},
		{"a time zone", "2026-11-22T18:54:01+00:00", "2026-11-22T18:54:01+00:00"},
		{"a handle", "@acme/admins and a @ b", "@acme/admins and a @ b"},
		{"a condition of the workflow", `email endsWith "@acme.com"`, `email endsWith "@acme.com"`},
		{"masked before", "j...@acme.example", "j...@acme.example"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := MaskText(tt.text); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// FuzzMaskText: whatever stands around an email, its beginning is gone.
func FuzzMaskText(f *testing.F) {
	f.Add("mark[\"", "\"].x")
	f.Add("a@", "@b")
	f.Add("\xff", "%")
	f.Fuzz(func(t *testing.T, before, after string) {
		if strings.Contains(before+after, "canary") {
			return
		}
		if got := MaskText(before + " canary.bird@acme.example " + after); strings.Contains(got, "canary") {
			t.Errorf("%q", got)
		}
	})
}

func TestMaskedChanges(t *testing.T) {
	raw := func(text string) json.RawMessage { return json.RawMessage(text) }
	for _, tt := range []struct {
		name, action string
		change       runner.Change
		before, want string
	}{
		{"a name", "updateContact", runner.Change{Path: "name", Before: raw(`"Jane"`), After: raw(`"Ann"`)}, `"J..."`, `"A..."`},
		{"an email", "updateContact", runner.Change{Path: "email", Before: raw("null"), After: raw(`"jane@acme.example"`)}, "null", `"j...@acme.example"`},
		{"a phone number that is a number", "updateContact", runner.Change{Path: "phone", After: raw("441234567890")}, "", `"4..."`},
		{"an attribute", "updateContact", runner.Change{Path: "custom_attributes.note", Before: raw(`""`), After: raw(`"met in Rome"`)}, `""`, `"m..."`},
		{"a number in an attribute", "updateContact", runner.Change{Path: "custom_attributes.spend", After: raw("12.5")}, "", "12.5"},
		{"texts inside an attribute", "createTicket", runner.Change{Path: "ticket_attributes.x", After: raw(`{"a":["Jane",1,true]}`)}, "", `{"a":["J...",1,true]}`},
		{"an id", "updateContact", runner.Change{Path: "external_id", After: raw(`"u-17"`)}, "", `"u-17"`},
		{"an id that is an email", "updateContact", runner.Change{Path: "external_id", After: raw(`"jane@acme.example"`)}, "", `"j...@acme.example"`},
		{"what the workflow has written out", "updateContact", runner.Change{Path: "custom_attributes.stage", Before: raw(`"x y"`), After: raw(`"winback"`), Told: true}, `"x..."`, `"winback"`},
		{"a field that nobody knows", "someday", runner.Change{Path: "x", After: raw(`"Jane"`)}, "", `"J..."`},
		{"the body of any call", "rawRequest", runner.Change{Path: "body", After: raw(`{"body":"Hello Jane"}`)}, "", `{"body":"H..."}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := maskChanges(tt.action, []runner.Change{tt.change}, nil)[0]
			if string(got.Before) != tt.before || string(got.After) != tt.want {
				t.Errorf("got %s -> %s, want %s -> %s", got.Before, got.After, tt.before, tt.want)
			}
		})
	}
}

func TestWordsThatSeveralRowsShareAreShown(t *testing.T) {
	c := Collect(0)
	add := func(n int, after string) {
		raw, _ := json.Marshal(after)
		c.Event(runner.Event{Ended: &runner.StepEnded{
			Addr: fmt.Sprintf("mark[%d]", n), Step: "mark", Action: "updateContact", Effect: steps.Update, Status: runner.Done,
			Changes: []runner.Change{{Path: "custom_attributes.stage", After: raw}, {Path: "name", After: raw}},
		}})
	}
	for n := range 10 {
		add(n, "trial")
		add(n+10, "jane@acme.example")
		add(n+20, strings.Repeat("long ", 20))
	}
	add(31, "alone")
	for n := range 12 {
		add(40+n, fmt.Sprint("t", n)) // alike once they are masked
	}
	got := map[string][]string{}
	for _, f := range c.Summary(&runner.Result{Plan: true}).Masked().Groups[0].Fields {
		for _, v := range f.Values {
			got[f.Path] = append(got[f.Path], fmt.Sprintf("%s %d", v.After, v.Count))
		}
	}
	want := map[string][]string{
		"custom_attributes.stage": {`"t..." 12`, `"j...@acme.example" 10`, `"l..." 10`, `"trial" 10`, `"a..." 1`},
		"name":                    {`"t..." 22`, `"j...@acme.example" 10`, `"l..." 10`, `"a..." 1`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("values differ (-want +got):\n%s", diff)
	}
}
