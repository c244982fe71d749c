package files

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Write puts text into the file with a name, as [Save] does.
func Write(name string, text []byte) error {
	return Save(name, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// Save puts what is written to w into the file with a name, which its owner
// alone can read (0600). Whoever opens the file sees what was there before or
// all of what is new, also after an error of write, a full disk or a power
// failure. A symbolic link of that name is replaced, not followed; a folder, a
// pipe or a device is refused.
func Save(name string, write func(w io.Writer) error) error {
	if info, err := os.Stat(name); err == nil {
		if err := regular(info); err != nil {
			return err
		}
	}
	file, err := os.CreateTemp(filepath.Dir(name), ".flowrun-*") // a name that nobody can guess, 0600
	if err != nil {
		return bare(err)
	}
	buffered := bufio.NewWriterSize(file, 64<<10)
	err = write(buffered)
	if err == nil {
		err = errors.Join(buffered.Flush(), file.Sync())
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		return errors.Join(unnamed(err, file.Name()), os.Remove(file.Name()))
	}
	return syncFolder(filepath.Dir(name))
}

// unnamed is err without the name of a file that nobody knows of.
func unnamed(err error, name string) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok && at.Path == name {
		return at.Err
	}
	return err
}

// syncFolder makes the name of a new file durable, where the system can.
func syncFolder(name string) error {
	folder, err := os.Open(name)
	if err != nil {
		return nil // it was written to; not every folder can be read
	}
	_ = folder.Sync() // not every file system has it
	return folder.Close()
}
