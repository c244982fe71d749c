package journal

import (
	"errors"
	"os"
	"syscall"
)

// Sync makes the content durable, and of what the system knows about the file
// only what is needed to read it back.
func (f osFile) Sync() error {
	return f.call("fdatasync", syscall.Fdatasync)
}

// Reserve takes room behind the end of the file. A file system that cannot
// gives no error.
func (f osFile) Reserve(size int64) error {
	const keepSize = 1 // FALLOC_FL_KEEP_SIZE
	err := f.call("fallocate", func(fd int) error { return syscall.Fallocate(fd, keepSize, 0, size) })
	if errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}

// call makes a system call on the file, and again if a signal broke it off.
func (f osFile) call(name string, do func(fd int) error) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var result error
	err = raw.Control(func(fd uintptr) {
		for result = do(int(fd)); result == syscall.EINTR; result = do(int(fd)) {
		}
	})
	if err = errors.Join(err, result); err != nil {
		return &os.PathError{Op: name, Path: f.Name(), Err: err}
	}
	return nil
}
