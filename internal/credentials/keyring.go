package credentials

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/zalando/go-keyring"
)

// Keyring keeps secrets by service and user. Where there is none, the error is
// [ErrNotFound].
type Keyring interface {
	Get(service, user string) (string, error)
	Set(service, user, secret string) error
	Delete(service, user string) error
}

// ErrNotFound is the answer of a [Keyring] that does not hold the secret.
var ErrNotFound = keyring.ErrNotFound

// System is the keyring of the operating system: the Keychain, the Credential
// Manager, or the Secret Service of a desktop.
func System(getenv func(string) string) Keyring { return system{getenv} }

type system struct{ getenv func(string) string }

func (s system) Get(service, user string) (string, error) {
	if err := s.there(); err != nil {
		return "", err
	}
	return keyring.Get(service, user)
}

func (s system) Set(service, user, secret string) error {
	if err := s.there(); err != nil {
		return err
	}
	return keyring.Set(service, user, secret)
}

func (s system) Delete(service, user string) error {
	if err := s.there(); err != nil {
		return err
	}
	return keyring.Delete(service, user)
}

// there reports whether there can be a keyring. On a server there is no session
// bus, and the library would start one, with a keyring that nobody can unlock.
func (s system) there() error {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" || s.getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return nil
	}
	dir := filepath.Join("/run/user", strconv.Itoa(os.Getuid()))
	for _, name := range []string{"bus", "dbus-session"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return nil
		}
	}
	return errors.New("there is none: this session has no D-Bus")
}

// KeyringError says that the keyring cannot be used.
type KeyringError struct{ Err error }

func (e *KeyringError) Error() string { return fmt.Sprintf("the keyring of this machine: %v", e.Err) }
func (e *KeyringError) Unwrap() error { return e.Err }

// service is what flowrun's secrets are filed under, each with the name of its
// profile.
const service = "flowrun"

// patience is how long a keyring may take: one that waits for somebody to
// unlock it, where there is nobody, would hold flowrun for ever.
const patience = 3 * time.Second

// ask lets do have the keyring for at most [patience]. The error is
// [ErrNotFound] or a [*KeyringError].
func (s Store) ask(do func(Keyring) (string, error)) (string, error) {
	type answer struct {
		secret string
		err    error
	}
	answers := make(chan answer, 1) // so that a late one is not waited for
	go func() {
		secret, err := do(s.Keyring)
		answers <- answer{secret, err}
	}()
	select {
	case got := <-answers:
		if got.err != nil && !errors.Is(got.err, ErrNotFound) {
			return "", &KeyringError{got.err}
		}
		return got.secret, got.err
	case <-time.After(patience):
		return "", &KeyringError{fmt.Errorf("no answer within %s", patience)}
	}
}
