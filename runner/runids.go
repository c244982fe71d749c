package runner

import (
	"cmp"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// newestFirst puts runs in order. Their ids go by before their times: a clock may
// have been set back.
func newestFirst(a, b *Past) int {
	return cmp.Or(startOf(b.ID).Compare(startOf(a.ID)), b.StartedAt.Compare(a.StartedAt))
}

// NewRunID names a run that begins now: its time in UTC and four characters of
// chance. No run that is kept in the state directory is of a later time: where one
// is, the clock was set back, and the id is of the second behind it.
func NewRunID(stateDir string, now time.Time) string {
	ids, _ := runIDs(stateDir) // a folder that cannot be read says so when it is written to
	for _, id := range ids {
		if last := startOf(id); last.After(now) {
			now = last.Add(time.Second)
		}
	}
	return now.UTC().Format(idTime) + "-" + strings.ToLower(rand.Text()[:4])
}

// idTime is the form of the time that a run's id begins with.
const idTime = "20060102-150405"

// runIDs are the ids of the runs under a state directory, the newest first.
func runIDs(stateDir string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(stateDir, "runs"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var ids []string
	for _, entry := range entries {
		if entry.IsDir() && !strings.HasPrefix(entry.Name(), ".") {
			ids = append(ids, entry.Name())
		}
	}
	slices.Reverse(ids)
	return ids, nil
}

// startOf is the time in the id of a run.
func startOf(id string) time.Time {
	t, _ := time.Parse(idTime, id[:min(len(id), len(idTime))])
	return t
}
