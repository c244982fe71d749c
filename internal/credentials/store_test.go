package credentials

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestProfilesAreKeptByName(t *testing.T) {
	store := Store{Dir: t.TempDir(), Keyring: pocket{}}
	saved := time.Date(2026, 11, 4, 15, 30, 0, 0, time.UTC)
	prod := Profile{Name: "prod", Workspace: "w1", WorkspaceName: "Acme", Region: "eu", Admin: "Ada", ClientID: "app", SavedAt: saved}
	test := Profile{Name: "test", Workspace: "w2", BaseURL: "http://127.0.0.1:8085", Insecure: true, SavedAt: saved}
	for _, p := range []Profile{test, prod} {
		if err := store.Save(p, "token-of-"+p.Name); err != nil {
			t.Fatal(err)
		}
	}
	names, err := store.Names()
	if diff := cmp.Diff([]string{"prod", "test"}, names); err != nil || diff != "" {
		t.Errorf("%v, names differ (-want +got):\n%s", err, diff)
	}
	for _, want := range []Profile{prod, test} {
		got, err := store.Profile(want.Name)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v, profile differs (-want +got):\n%s", err, diff)
		}
		if token, err := store.Token(got); token != "token-of-"+want.Name || err != nil {
			t.Errorf("%s: token %q, %v", want.Name, token, err)
		}
	}
}

func TestOnlyTheTokenFileHoldsTheToken(t *testing.T) {
	store := Store{Dir: t.TempDir(), Keyring: pocket{}}
	for _, p := range []Profile{{Name: "a", Workspace: "w1"}, {Name: "b", Workspace: "w1", Insecure: true}} {
		if err := store.Save(p, "canary"); err != nil {
			t.Fatal(err)
		}
	}
	var with []string
	err := filepath.WalkDir(store.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %s", d.Name(), info.Mode())
		}
		text, err := os.ReadFile(path)
		if strings.Contains(string(text), "canary") {
			with = append(with, d.Name())
		}
		return err
	})
	if diff := cmp.Diff([]string{"b.token"}, with); err != nil || diff != "" {
		t.Errorf("%v, the token is in (-want +got):\n%s", err, diff)
	}
}

func TestATokenLeavesThePlaceThatALaterLoginDoesNotUse(t *testing.T) {
	keys := pocket{}
	store := Store{Dir: t.TempDir(), Keyring: keys}
	for _, insecure := range []bool{false, true, false} {
		if err := store.Save(Profile{Name: "prod", Workspace: "w1", Insecure: insecure}, "t1"); err != nil {
			t.Fatal(err)
		}
		_, err := os.Stat(store.file("prod", ".token"))
		if inFile := err == nil; inFile != insecure || (len(keys) == 0) != insecure {
			t.Errorf("insecure %v: in the file %v, in the keyring %d", insecure, inFile, len(keys))
		}
	}
}

func TestATokenFileIsRefused(t *testing.T) {
	tests := []struct {
		name, text string
		mode       os.FileMode
		want       string
	}{
		{"that others can read", "t1\n", 0o640, "can be read by others than you"},
		{"that is empty", "\n", 0o600, "is empty; copy it again"},
		{"that holds something else", "t1\nt2\n", 0o600, "holds a line break; copy it again"},
		{"that is large", strings.Repeat("x", 5000), 0o600, "is not a file with a token"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			store := Store{Dir: t.TempDir()}
			profile := Profile{Name: "prod", Workspace: "w1", Insecure: true}
			if err := store.Save(profile, "t1"); err != nil {
				t.Fatal(err)
			}
			path := store.Place(profile)
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, tt.mode); err != nil {
				t.Fatal(err)
			}
			if token, err := store.Token(profile); token != "" && err == nil || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("token %q, error %v, want %q", token, err, tt.want)
			}
		})
	}
}

func TestAProfileThatCannotBeReadIsNamedAndCanBeRemoved(t *testing.T) {
	store := Store{Dir: t.TempDir(), Keyring: pocket{}}
	if err := store.Save(Profile{Name: "prod", Workspace: "w1"}, "t1"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(store.file("prod", ".json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Profile("prod"); err == nil || !strings.Contains(err.Error(), "prod.json cannot be read") {
		t.Errorf("error = %v", err)
	}
	if err := store.Remove("prod"); err != nil || len(store.Keyring.(pocket)) != 0 {
		t.Errorf("%v, keyring %v", err, store.Keyring)
	}
}

func TestAProfileWithoutAKeyringCanAlwaysBeRemoved(t *testing.T) {
	store := Store{Dir: t.TempDir(), Keyring: system{func(string) string { return "" }}}
	if err := store.Save(Profile{Name: "prod", Workspace: "w1", Insecure: true}, "t1"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(store.file("prod", ".json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := store.Remove("prod"); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(store.dir()); len(left) != 0 || err != nil {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestNamesOfProfilesAreNamesOfFiles(t *testing.T) {
	for _, name := range []string{"", "../x", "a/b", "Prod", "a.b", "a b", strings.Repeat("a", 61), "é"} {
		if CheckName(name) == nil {
			t.Errorf("%q is taken", name)
		}
		if _, err := (Store{Dir: t.TempDir()}).Profile(name); err == nil {
			t.Errorf("%q is read", name)
		}
	}
	if err := CheckName("prod-eu_2"); err != nil {
		t.Error(err)
	}
}

func TestAMachineWithoutAFolderHasNoLogin(t *testing.T) {
	store := Store{Keyring: pocket{}}
	if names, err := store.Names(); len(names) != 0 || err != nil {
		t.Errorf("names %q, %v", names, err)
	}
	if err := store.Ready(true); err == nil || !strings.Contains(err.Error(), "FLOWRUN_CONFIG_DIR") {
		t.Errorf("error = %v", err)
	}
}
