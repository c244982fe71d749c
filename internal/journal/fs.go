package journal

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
)

// FS is what a journal needs of a file system. Names are whole paths.
type FS interface {
	// MkdirAll makes a folder that only its owner may look into, and those
	// above it. It is durable when MkdirAll returns. One that is there is fine.
	MkdirAll(dir string) error

	// Lock takes the lock with that name or gives a [*LockedError] at once.
	Lock(name string, by Holder) (unlock func() error, err error)

	// List gives the names in a folder, without the folder.
	List(dir string) ([]string, error)

	// Read gives the whole content of a file, in room if it fits there.
	Read(name string, room []byte) ([]byte, error)

	// Create makes a file that was not there, for its owner only. Its name
	// is durable after SyncDir.
	Create(name string) (File, error)

	// Append opens a file to write at its end.
	Append(name string) (File, error)

	// SyncDir makes the names in a folder durable.
	SyncDir(dir string) error
}

// File is an open file; what is written goes to its end.
type File interface {
	io.WriteCloser

	// Sync makes the content durable.
	Sync() error

	// Truncate cuts the file to a length.
	Truncate(size int64) error

	// Reserve takes the room that the file will need up to a length, where
	// the platform can, and does not change its length.
	Reserve(size int64) error
}

// OS is the file system of the machine.
type OS struct{}

// MkdirAll implements [FS].
func (o OS) MkdirAll(dir string) error {
	parent := filepath.Dir(dir)
	err := os.Mkdir(dir, 0o700)
	if errors.Is(err, os.ErrNotExist) && parent != dir {
		if err := o.MkdirAll(parent); err != nil {
			return err
		}
		err = os.Mkdir(dir, 0o700)
	}
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return o.SyncDir(parent)
}

// List implements [FS].
func (OS) List(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = entry.Name()
	}
	return names, nil
}

// Read implements [FS].
func (OS) Read(name string, room []byte) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	// A file that another process adds to is read as far as it was then.
	data := slices.Grow(room[:0], int(info.Size()))[:info.Size()]
	n, err := io.ReadFull(file, data)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = nil
	}
	return data[:n], err
}

// Create implements [FS].
func (OS) Create(name string) (File, error) {
	return openFile(name, os.O_CREATE|os.O_EXCL)
}

// Append implements [FS].
func (OS) Append(name string) (File, error) { return openFile(name, 0) }

func openFile(name string, flag int) (File, error) {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|flag, 0o600)
	if err != nil {
		return nil, err
	}
	return osFile{file}, nil
}

// SyncDir implements [FS]. Where a folder cannot be synced, as on Windows, its
// names are as durable as the system makes them.
func (OS) SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	err = d.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) {
		return nil
	}
	return err
}

// osFile is a file of the machine. Sync and Reserve are by platform.
type osFile struct{ *os.File }
