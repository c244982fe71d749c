package steps

import (
	"slices"
	"testing"
)

// TestWhatIsPersonalIsMarked looks for fields by their names, so that one that
// is added later is not forgotten.
func TestWhatIsPersonalIsMarked(t *testing.T) {
	for _, a := range All() {
		for _, f := range a.Inputs {
			want := Plain
			switch {
			case f.In != Body || a.Effect == Read || a.Resource == "tags":
			case slices.Contains([]string{"email", "phone", "name", "avatar", "contacts"}, f.Name):
				want = Personal
			case f.Type.Open || f.Type.Kind == Any || slices.Contains([]string{"website", "industry", "plan"}, f.Name):
				want = FreeText
			}
			if f.Privacy != want {
				t.Errorf("%s: %s has privacy %d, want %d", a.Name, f.Name, f.Privacy, want)
			}
		}
	}
}

func TestInputsAreFoundWhereARecordShowsThem(t *testing.T) {
	for _, tt := range []struct{ action, path, want string }{
		{"updateContact", "email", "email"},
		{"updateContact", "avatar.image_url", "avatar"},
		{"updateContact", "custom_attributes.plan.tier", "custom_attributes"},
		{"updateCompany", "plan.name", "plan"},
		{"updateContact", "email_verified", "email_verified"},
		{"updateContact", "emails", ""},
		{"updateContact", "email.x", ""},
		{"rawRequest", "body", "body"},
	} {
		if f, ok := Find(tt.action).At(tt.path); f.Name != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: at %s stands %q, want %q", tt.action, tt.path, f.Name, tt.want)
		}
	}
}
