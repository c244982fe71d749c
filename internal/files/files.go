// Package files opens files that may lead anywhere, and writes files whole.
//
// A workflow comes out of a repository that others can change. A path in it may
// go up the tree, through a symbolic link, or to a pipe that never answers. So
// what it names is opened below [Folders] only, and nothing but a regular file
// is opened at all. What is written here is never seen half done.
package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Folders are the places that files may be opened in: folders with all that is
// below them, and single files.
type Folders []string

// NewFolders gives the folders with these names, which are settled now: a later
// change of the working directory does not move them.
func NewFolders(names ...string) Folders {
	folders := make(Folders, len(names))
	for i, name := range names {
		folders[i] = name
		if path, err := filepath.Abs(name); err == nil { // else nothing can be opened below it either
			folders[i] = path
		}
	}
	return folders
}

// OutsideError says that a file is in none of the folders.
type OutsideError struct {
	Folder string // the one that would have to be allowed
	Target string // what a symbolic link leads to; "" where there is none
}

func (e *OutsideError) Error() string {
	if e.Target != "" {
		return "it is a link to " + e.Target + ", outside of the folders that may be read"
	}
	return "it is outside of the folders that may be read"
}

// Open opens a regular file for reading, without waiting for anything. A
// symbolic link is followed where it leads to a file in the folders. The error
// is an [*OutsideError] for a file anywhere else, whether it is there or not;
// no error repeats the path.
func (f Folders) Open(path string) (*os.File, error) {
	named, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	real, err := filepath.EvalSymlinks(named)
	if err != nil {
		if _, _, ok := f.find(named); !ok {
			return nil, &OutsideError{Folder: filepath.Dir(path)}
		}
		return nil, bare(err)
	}
	folder, name, ok := f.find(real)
	switch {
	case ok:
		return openIn(folder, name)
	case real != named && inAny(f, named):
		return nil, &OutsideError{Folder: filepath.Dir(real), Target: real}
	}
	return nil, &OutsideError{Folder: filepath.Dir(path)}
}

func inAny(f Folders, path string) bool {
	_, _, ok := f.find(path)
	return ok
}

// find gives the folder that a path is in, and the path from there.
func (f Folders) find(path string) (folder, name string, ok bool) {
	for _, each := range f {
		for _, folder := range []string{each, resolved(each)} {
			name, err := filepath.Rel(folder, path)
			switch {
			case err != nil:
			case name == ".": // a file that is allowed by itself
				return filepath.Dir(path), filepath.Base(path), true
			case filepath.IsLocal(name):
				return folder, name, true
			}
		}
	}
	return "", "", false
}

// resolved is where a folder is in truth; the folder itself if it is not there.
func resolved(folder string) string {
	if real, err := filepath.EvalSymlinks(folder); err == nil {
		return real
	}
	return folder
}

// openIn opens a file below a folder. The kernel sees to it that nothing on the
// way leads out, also if somebody puts a link there at this moment.
func openIn(folder, name string) (*os.File, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, bare(err)
	}
	defer root.Close()
	info, err := root.Stat(name)
	if err != nil {
		return nil, bare(err)
	}
	if err := regular(info); err != nil {
		return nil, err // some devices act when they are opened
	}
	file, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, bare(err)
	}
	return sameKind(file)
}

// sameKind closes a file that is no regular one after all.
func sameKind(file *os.File) (*os.File, error) {
	info, err := file.Stat()
	if err == nil {
		err = regular(info)
	}
	if err != nil {
		file.Close()
		return nil, bare(err)
	}
	return file, nil
}

// regular refuses what would block or never end.
func regular(info fs.FileInfo) error {
	switch {
	case info.Mode().IsRegular():
		return nil
	case info.IsDir():
		return errors.New("it is a folder; name a file in it")
	}
	return errors.New("it is a pipe or a device; write what it gives into a file, and name that file")
}

// bare is an error without the path, which the caller shows as it was written.
func bare(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}

// MaxRead is the largest file that [Read] takes, in bytes.
const MaxRead = 64 << 20

// Read reads a regular file of at most [MaxRead] bytes that a person has named,
// wherever it is. No error repeats the path.
func Read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err == nil {
		err = regular(info)
	}
	if err != nil {
		return nil, bare(err)
	}
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, bare(err)
	}
	if file, err = sameKind(file); err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, MaxRead+1))
	if err == nil && len(text) > MaxRead {
		err = fmt.Errorf("it is larger than %d MiB", MaxRead>>20)
	}
	return text, bare(err)
}
