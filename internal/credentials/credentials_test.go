package credentials

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// stored is a machine with two logins.
func stored(t *testing.T) Store {
	t.Helper()
	store := Store{Dir: t.TempDir(), Keyring: pocket{}}
	for _, p := range []Profile{usual, prod} {
		if err := store.Save(p, "stored-"+p.Name); err != nil {
			t.Fatal(err)
		}
	}
	return store
}

var (
	usual = Profile{Name: "default", Workspace: "w0", Region: "us"}
	prod  = Profile{Name: "prod", Workspace: "w1", Region: "eu"}
)

func TestFind(t *testing.T) {
	tests := []struct {
		name    string
		env     map[string]string
		profile string
		want    Found
	}{
		{"a token alone", map[string]string{"INTERCOM_TOKEN": "t1"}, "", Found{Token: "t1", Source: "INTERCOM_TOKEN"}},
		{"the shorter name goes first", map[string]string{"INTERCOM_TOKEN": "t1", "INTERCOM_ACCESS_TOKEN": "t2"}, "",
			Found{Token: "t1", Source: "INTERCOM_TOKEN"}},
		{"the longer name serves", map[string]string{"INTERCOM_ACCESS_TOKEN": "t2"}, "", Found{Token: "t2", Source: "INTERCOM_ACCESS_TOKEN"}},
		{"set to nothing is not set", map[string]string{"INTERCOM_TOKEN": "", "INTERCOM_ACCESS_TOKEN": "t2"}, "",
			Found{Token: "t2", Source: "INTERCOM_ACCESS_TOKEN"}},
		{"a mangled token that is not needed does no harm", map[string]string{"INTERCOM_TOKEN": "t1", "INTERCOM_ACCESS_TOKEN": "t 2"}, "",
			Found{Token: "t1", Source: "INTERCOM_TOKEN"}},
		{"region and address", map[string]string{"INTERCOM_TOKEN": "t1", "INTERCOM_REGION": "eu", "INTERCOM_API_BASE_URL": "http://127.0.0.1:1"}, "",
			Found{Token: "t1", Source: "INTERCOM_TOKEN", Region: "eu", BaseURL: "http://127.0.0.1:1"}},
		{"without a variable, the default login", nil, "", Found{Token: "stored-default", Source: "profile default", Region: "us", Profile: usual}},
		{"the login that is named", nil, "prod", Found{Token: "stored-prod", Source: "profile prod", Region: "eu", Profile: prod}},
		{"a variable goes before a login, which says the workspace", map[string]string{"INTERCOM_TOKEN": "t1", "INTERCOM_REGION": "au"}, "prod",
			Found{Token: "t1", Source: "INTERCOM_TOKEN", Region: "au", Profile: prod}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := stored(t).Find(func(name string) string { return tt.env[name] }, tt.profile)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("found differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoTokenSaysWhatToSet(t *testing.T) {
	_, err := Store{Dir: t.TempDir(), Keyring: pocket{}}.Find(func(name string) string {
		if name == "INTERCOM_REGION" {
			return "eu"
		}
		return ""
	}, "")
	if _, ok := errors.AsType[*NoTokenError](err); !ok || !strings.Contains(err.Error(), "set INTERCOM_TOKEN") {
		t.Errorf("error = %v", err)
	}
}

func TestAProfileThatIsNamedMustBeThere(t *testing.T) {
	for _, token := range []string{"", "t1"} {
		found, err := stored(t).Find(func(name string) string {
			if name == "INTERCOM_TOKEN" {
				return token
			}
			return ""
		}, "porod")
		if err == nil || err.Error() != `there is no profile "porod"; there are default, prod` || found != (Found{}) {
			t.Errorf("found %+v, error %v", found, err)
		}
	}
}

func TestMangledTokensAreNamedAndNotRepeated(t *testing.T) {
	tests := []struct{ name, token, want string }{
		{"a line break at the end", "dG9rOm\n", "INTERCOM_TOKEN holds a line break; copy it again"},
		{"the header's word", "Bearer dG9rOm", `INTERCOM_TOKEN begins with the word "Bearer"; copy it again`},
		{"a space", " dG9rOm", "INTERCOM_TOKEN holds a space; copy it again"},
		{"quotation marks", `"dG9rOm"`, "INTERCOM_TOKEN holds a quotation mark; copy it again"},
		{"a space that does not break", "dG9rOm\u00a0", "INTERCOM_TOKEN holds a character that is not ASCII; copy it again"},
		{"a control character", "dG9rOm\x00", "INTERCOM_TOKEN holds a character that is not ASCII; copy it again"},
		{"nothing but a space", " ", "INTERCOM_TOKEN holds a space; copy it again"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found, err := Store{}.Find(func(name string) string {
				return map[string]string{"INTERCOM_TOKEN": tt.token, "INTERCOM_ACCESS_TOKEN": "t2"}[name]
			}, "")
			if err == nil || err.Error() != tt.want {
				t.Errorf("error = %v, want %q", err, tt.want)
			}
			if found != (Found{}) {
				t.Error("a mangled token was given")
			}
		})
	}
}
