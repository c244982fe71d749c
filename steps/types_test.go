package steps

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEffectsAreNamedAndSigned(t *testing.T) {
	got := ""
	for _, e := range []Effect{Read, Create, Update, Archive, Delete, Send} {
		got += e.String() + e.Sign() + " "
		if back, ok := ParseEffect(e.String()); back != e || !ok {
			t.Errorf("ParseEffect(%q) = %s, %t", e, back, ok)
		}
	}
	if want := "read  create+ update~ archive- delete! send» "; got != want {
		t.Errorf("effects = %q, want %q", got, want)
	}
	if _, ok := ParseEffect("upsert"); ok {
		t.Error("ParseEffect takes a word that is none")
	}
}

func TestTypesAreNamedForReaders(t *testing.T) {
	for want, typ := range map[string]Type{
		"any value":             {},
		"string":                text,
		"user or lead":          oneOf("user", "lead"),
		"fail, update or skip":  oneOf("fail", "update", "skip"),
		"integer from 1 to 150": upTo(150),
		"time":                  moment,
		"list of objects":       listOf(tag),
		"list":                  {Kind: List},
		"object":                anyObject,
	} {
		if got := typ.String(); got != want {
			t.Errorf("the type is called %q, want %q", got, want)
		}
	}
}

func TestOutputsKnowTheirFields(t *testing.T) {
	tests := []struct {
		name   string
		action string
		path   []string
		want   bool
	}{
		{"a field of a contact", "getContact", []string{"email"}, true},
		{"a misspelt one", "getContact", []string{"emial"}, false},
		{"any custom attribute", "getContact", []string{"custom_attributes", "Plan Name"}, true},
		{"a part of the place", "getContact", []string{"location", "country_code"}, true},
		{"the plan of a company", "createCompany", []string{"plan", "name"}, true},
		{"the state of a ticket", "createTicket", []string{"ticket_state", "category"}, true},
		{"any attribute of a ticket", "getTicket", []string{"ticket_attributes", "_default_title_"}, true},
		{"the number of rows", "searchContacts", []string{"total_count"}, true},
		{"the cursor of the next page", "listContacts", []string{"pages", "next"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			typ, ok := Find(tt.action).Output, true
			for _, name := range tt.path {
				var f Field
				f, ok = typ.Field(name)
				typ = f.Type
			}
			if ok != tt.want {
				t.Errorf("%v is there: %t, want %t", tt.path, ok, tt.want)
			}
		})
	}
}

func TestRecordsShowWhatWasWritten(t *testing.T) {
	shown := map[string]string{}
	for _, name := range []string{"name", "avatar", "email_verified"} {
		f, _ := Find("updateContact").Input(name)
		if path, ok := f.Shown(); ok {
			shown[name] = path
		}
	}
	want := map[string]string{"name": "name", "avatar": "avatar.image_url"}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Errorf("what records show differs (-want +got):\n%s", diff)
	}
}
