package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/flowrun-dev/flowrun/internal/files"
	"github.com/flowrun-dev/flowrun/internal/report"
)

// stateDir looks at the folder that runs are kept in, or at where it would be
// made.
func (e *examination) stateDir(name string) {
	path, err := filepath.Abs(name)
	if err != nil {
		e.fails("state", err)
		return
	}
	folder, note := nearest(path), ""
	if folder != path {
		note = " (it will be made)"
	}
	if err := writable(folder); err != nil {
		e.add(report.CheckProblem, "state", fmt.Sprintf("%s cannot be written: %v", folder, err), "make it writable, or name another folder with --state-dir")
		return
	}
	kind := fileSystem(folder)
	message := name + note + ", writable"
	if kind != "" {
		message += ", on " + kind
	}
	hint := ""
	switch info, err := os.Stat(path); {
	case memoryFileSystem[kind]:
		hint = "runs are lost when the machine stops; name a folder on a disk with --state-dir"
	case networkFileSystem[kind]:
		hint = "locks may not hold between machines: run one flowrun at a time, or name a folder on a disk with --state-dir"
	case err == nil && info.Mode().Perm()&0o077 != 0:
		message += fmt.Sprintf(", open to others (mode %o)", info.Mode().Perm())
		hint = "runs hold personal data: chmod 700 " + name
	case e.Getenv("CI") != "" && !e.flags.IsSet("state-dir"):
		hint = "runs are lost with this CI job; name a folder that you save with --state-dir"
	}
	if hint != "" {
		e.add(report.CheckWarning, "state", message, hint)
		return
	}
	e.add(report.CheckOK, "state", message, "")
}

// nearest is the folder itself, or the one around it that is there.
func nearest(path string) string {
	for {
		if _, err := os.Stat(path); err == nil || filepath.Dir(path) == path {
			return path
		}
		path = filepath.Dir(path)
	}
}

// writable writes a file and takes it away again.
func writable(folder string) error {
	temp, err := os.MkdirTemp(folder, ".flowrun-doctor-")
	if err == nil {
		err = errors.Join(files.Write(filepath.Join(temp, "file"), []byte("works\n")), os.RemoveAll(temp))
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}

// Names of file systems that do not keep runs well.
var (
	memoryFileSystem  = map[string]bool{"tmpfs": true, "ramfs": true}
	networkFileSystem = map[string]bool{"nfs": true, "smb": true, "fuse": true, "9p": true}
)
