package credentials

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zalando/go-keyring"
)

// pocket is a keyring in memory.
type pocket map[string]string

func (p pocket) Get(service, user string) (string, error) {
	secret, ok := p[service+"/"+user]
	if !ok {
		return "", ErrNotFound
	}
	return secret, nil
}

func (p pocket) Set(service, user, secret string) error {
	p[service+"/"+user] = secret
	return nil
}

func (p pocket) Delete(service, user string) error {
	if _, err := p.Get(service, user); err != nil {
		return err
	}
	delete(p, service+"/"+user)
	return nil
}

// locked is a keyring that waits for somebody to unlock it.
type locked chan struct{}

func (l locked) Get(string, string) (string, error) { <-l; return "", errors.New("unlocked") }
func (l locked) Set(string, string, string) error   { <-l; return errors.New("unlocked") }
func (l locked) Delete(string, string) error        { <-l; return errors.New("unlocked") }

func TestAKeyringThatHangsIsLeftAfterThreeSeconds(t *testing.T) {
	profile := Profile{Name: "prod", Workspace: "w1"}
	tests := []struct {
		name string
		do   func(Store) error
	}{
		{"to log in", func(s Store) error { return s.Ready(false) }},
		{"to save", func(s Store) error { return s.Save(profile, "t1") }},
		{"to find", func(s Store) error { _, err := s.Token(profile); return err }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				hangs := make(locked)
				defer close(hangs)
				began := time.Now()
				err := tt.do(Store{Dir: t.TempDir(), Keyring: hangs})
				if err == nil || err.Error() != "the keyring of this machine: no answer within 3s" {
					t.Errorf("error = %v", err)
				}
				if waited := time.Since(began); waited != 3*time.Second {
					t.Errorf("waited %s", waited)
				}
			})
		})
	}
}

func TestALoginThatCannotBeForgottenStays(t *testing.T) {
	store := Store{Dir: t.TempDir(), Keyring: pocket{}}
	if err := store.Save(Profile{Name: "prod", Workspace: "w1"}, "t1"); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		hangs := make(locked)
		defer close(hangs)
		if err := (Store{Dir: store.Dir, Keyring: hangs}).Remove("prod"); err == nil {
			t.Error("the profile was removed without its token")
		}
	})
	if err := store.Remove("prod"); err != nil {
		t.Errorf("the second time: %v", err)
	}
}

func TestAKeyringThatIsNotThereIsNotStarted(t *testing.T) {
	none := system{func(string) string { return "" }}
	if none.there() == nil {
		t.Skip("this machine has a keyring")
	}
	store := Store{Dir: t.TempDir(), Keyring: none}
	for _, err := range []error{store.Ready(false), store.Save(Profile{Name: "prod"}, "t1")} {
		if _, ok := errors.AsType[*KeyringError](err); !ok || !strings.Contains(err.Error(), "no D-Bus") {
			t.Errorf("error = %v", err)
		}
	}
	if names, err := store.Names(); len(names) != 0 || err != nil {
		t.Errorf("kept %q, %v", names, err)
	}
}

func TestTheSystemKeyringKeepsTokens(t *testing.T) {
	keyring.MockInit()
	store := Store{Dir: t.TempDir(), Keyring: System(func(string) string { return "unix:path=made-up" })}
	profile := Profile{Name: "prod", Workspace: "w1"}
	if err := store.Save(profile, "t1"); err != nil {
		t.Fatal(err)
	}
	if token, err := store.Token(profile); token != "t1" || err != nil {
		t.Errorf("token %q, %v", token, err)
	}
	if err := store.Remove("prod"); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Token(profile); err == nil || err.Error() != "the keyring no longer has the token of profile prod" {
		t.Errorf("error = %v", err)
	}
}
