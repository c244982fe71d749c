package runner

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/flowrun-dev/flowrun/internal/journal"
)

// A plan that is to be applied is made in a folder beside those of the runs,
// which becomes that of its run. Where its process is killed, or the machine is
// turned off, before anybody has answered, that folder stays, with the records
// that the plan has read.

// PlanFolder begins the name of such a folder.
const PlanFolder = ".plan-"

// planLock is the file in it that its process locks.
const planLock = "plan.lock"

// HoldPlan says in the folder of a plan that this process makes it, until release
// is called, which leaves nothing of that in the folder.
func HoldPlan(dir, command string) (release func(), err error) {
	name := filepath.Join(dir, planLock)
	unlock, err := journal.OS{}.Lock(name, journal.Self(command))
	if err != nil {
		return nil, err
	}
	return func() { _ = errors.Join(unlock(), os.Remove(name)) }, nil
}

// LeftPlans gives the folders under a state directory of plans that no process
// has, and to which nothing was written since a time.
func LeftPlans(stateDir string, since time.Time) ([]string, error) {
	runs := filepath.Join(stateDir, "runs")
	entries, err := os.ReadDir(runs)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var left []string
	for _, entry := range entries {
		info, gone := entry.Info()
		if gone != nil || !entry.IsDir() || !strings.HasPrefix(entry.Name(), PlanFolder) || info.ModTime().After(since) {
			continue
		}
		if dir := filepath.Join(runs, entry.Name()); !isHeld(dir) {
			left = append(left, dir)
		}
	}
	return left, err
}

// isHeld reports whether a process has the folder of a plan. It writes nothing
// there: the time of the folder is its age.
func isHeld(dir string) bool {
	name := filepath.Join(dir, planLock)
	if _, err := os.Stat(name); err != nil {
		return false
	}
	unlock, err := journal.OS{}.Lock(name, journal.Self("flowrun runs"))
	if err == nil {
		_ = unlock()
	}
	return IsLocked(err)
}

// RemovePlan removes the folder of a plan. The error is one of [IsLocked] if a
// process has it.
func RemovePlan(dir string) error {
	release, err := HoldPlan(dir, "flowrun runs")
	if err != nil {
		return err
	}
	defer release()
	return os.RemoveAll(dir)
}
