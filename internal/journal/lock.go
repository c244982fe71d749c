package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

// lockName is the file in the folder of a run that its process locks. The
// system lets go of the lock when the process ends, however it ends: what
// stands in the file is for the message only.
const lockName = "lock"

// Holder is the process that has a run.
type Holder struct {
	Host    string    `json:"host"`
	PID     int       `json:"pid"`
	Since   time.Time `json:"since"`
	Command string    `json:"command,omitempty"`
}

// String describes the process, such as
// "flowrun apply tag.yaml, process 4711 on build-7, since 2026-11-04 15:30:12 UTC".
func (h Holder) String() string {
	text := fmt.Sprintf("process %d on %s, since %s UTC", h.PID, h.Host, h.Since.UTC().Format(time.DateTime))
	if h.Command != "" {
		text = h.Command + ", " + text
	}
	return text
}

// Self is this process, which does what command says.
func Self(command string) Holder {
	host, err := os.Hostname()
	if err != nil {
		host = "an unknown host"
	}
	return Holder{Host: host, PID: os.Getpid(), Since: time.Now().UTC().Round(0), Command: command}
}

// Lock implements [FS].
func (OS) Lock(name string, by Holder) (unlock func() error, err error) {
	lock := flock.New(name, flock.SetPermissions(0o600))
	switch held, err := lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("lock the run: %w", err)
	case !held:
		return nil, &LockedError{Dir: filepath.Dir(name), Holder: holder(name)}
	}
	if text, err := json.Marshal(by); err == nil {
		_ = os.WriteFile(name, append(text, '\n'), 0o600) // without it the message is poorer, the lock is as good
	}
	unlock = func() error {
		_ = os.Truncate(name, 0) // the next one to take the lock is not to be taken for this one
		return lock.Unlock()
	}
	return unlock, nil
}

// holder reads who has the lock. The process that has just taken it may be about
// to write its name, in place of one that is gone: it is waited for a little.
func holder(name string) (h Holder) {
	const tries, pause = 50, 10 * time.Millisecond
	for range tries {
		text, err := os.ReadFile(name)
		if err == nil && json.Unmarshal(text, &h) == nil && h.isThere() {
			return h
		}
		h = Holder{}
		time.Sleep(pause) //nolint:forbidigo // half a second at most, and there is no context to end it
	}
	return h
}

// isThere reports whether the process is there, as far as that can be known: one
// on another computer may be.
func (h Holder) isThere() bool {
	if h.PID == 0 {
		return false
	}
	if host, err := os.Hostname(); err != nil || host != h.Host {
		return true
	}
	process, err := os.FindProcess(h.PID)
	if err != nil {
		return false
	}
	defer process.Release() //nolint:errcheck // nothing is held
	err = process.Signal(syscall.Signal(0))
	return err == nil || !errors.Is(err, os.ErrProcessDone)
}
