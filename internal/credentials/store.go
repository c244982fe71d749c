package credentials

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/files"
)

// Store keeps profiles, each in a file of its own, and their tokens.
type Store struct {
	Dir     string  // of the files; "" where the machine has no place for them
	Keyring Keyring // required
}

// Names are those of all profiles that are kept, in order.
func (s Store) Names() ([]string, error) {
	if s.Dir == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(s.dir())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if name, ok := strings.CutSuffix(entry.Name(), ".json"); ok && CheckName(name) == nil {
			names = append(names, name)
		}
	}
	return names, nil
}

// Profile gives the one with a name. The error is an [*UnknownProfileError]
// where there is none.
func (s Store) Profile(name string) (Profile, error) {
	if err := CheckName(name); err != nil {
		return Profile{}, err
	}
	var text []byte
	err := fs.ErrNotExist
	if s.Dir != "" {
		text, err = os.ReadFile(s.file(name, ".json"))
	}
	if errors.Is(err, fs.ErrNotExist) {
		known, err := s.Names()
		if err == nil {
			err = &UnknownProfileError{name, known}
		}
		return Profile{}, err
	}
	if err != nil {
		return Profile{}, err
	}
	profile := Profile{Name: name}
	if err := json.Unmarshal(text, &profile); err != nil {
		return Profile{}, fmt.Errorf("%s cannot be read: %w", s.file(name, ".json"), err)
	}
	return profile, nil
}

// Token gives the token of a profile.
func (s Store) Token(p Profile) (string, error) {
	if p.Insecure {
		return s.tokenFile(p.Name)
	}
	token, err := s.ask(func(k Keyring) (string, error) { return k.Get(service, p.Name) })
	if errors.Is(err, ErrNotFound) {
		return "", fmt.Errorf("the keyring no longer has the token of profile %s", p.Name)
	}
	if err != nil {
		return "", err
	}
	return token, Check("the token of profile "+p.Name, token)
}

// Ready says whether a token can be kept, so that nobody logs in for nothing.
func (s Store) Ready(insecure bool) error {
	if s.Dir == "" {
		return errors.New("this machine has no folder for settings: set FLOWRUN_CONFIG_DIR to one")
	}
	if insecure {
		return nil
	}
	_, err := s.ask(func(k Keyring) (string, error) { return k.Get(service, Default) })
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// Save keeps a profile and its token, in place of those that had the name. The
// token comes first: a profile that is there has one.
func (s Store) Save(p Profile, token string) error {
	if err := errors.Join(CheckName(p.Name), os.MkdirAll(s.dir(), 0o700)); err != nil {
		return err
	}
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	before, _ := s.Profile(p.Name) // none, or one that is of no use
	if p.Insecure {
		err = files.Write(s.file(p.Name, ".token"), []byte(token+"\n"))
	} else {
		_, err = s.ask(func(k Keyring) (string, error) { return "", k.Set(service, p.Name, token) })
	}
	if err != nil {
		return err
	}
	if err := files.Write(s.file(p.Name, ".json"), append(text, '\n')); err != nil {
		return err
	}
	return s.forget(before, p)
}

// forget takes the token of an earlier login away, where it was in another
// place. A keyring that cannot be used is no reason to refuse the new one.
func (s Store) forget(before, now Profile) error {
	switch {
	case now.Insecure && before.Name != "" && !before.Insecure:
		_, _ = s.ask(func(k Keyring) (string, error) { return "", k.Delete(service, now.Name) })
	case !now.Insecure && before.Insecure:
		return remove(s.file(now.Name, ".token"))
	}
	return nil
}

// Remove forgets a profile and its token. The profile is gone only when the
// token is.
func (s Store) Remove(name string) error {
	profile, err := s.Profile(name)
	if _, unknown := errors.AsType[*UnknownProfileError](err); unknown {
		return err
	}
	_, noFile := os.Lstat(s.file(name, ".token")) // which also serves a profile that cannot be read
	if !profile.Insecure && noFile != nil {
		_, err := s.ask(func(k Keyring) (string, error) { return "", k.Delete(service, name) })
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return errors.Join(remove(s.file(name, ".token")), remove(s.file(name, ".json")))
}

// Place says where the token of a profile is.
func (s Store) Place(p Profile) string {
	if p.Insecure {
		return s.file(p.Name, ".token")
	}
	return "the keyring of this machine"
}

func (s Store) dir() string { return filepath.Join(s.Dir, "profiles") }

func (s Store) file(name, kind string) string { return filepath.Join(s.dir(), name+kind) }
