package files

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
)

// ErrChanged says that a file was written to while it was read: what was read
// may be half of what it held before and half of what it holds now.
var ErrChanged = errors.New("the file changed while it was read")

// Watched is a regular file that is read once, from its beginning, by somebody
// who must know what was read: all of it one state of the file, and which.
type Watched struct {
	file   *os.File
	opened fs.FileInfo
	sum    hash.Hash
}

// Watch opens a file as [Folders.Open] does.
func (f Folders) Watch(path string) (*Watched, error) {
	file, err := f.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(bare(err), file.Close())
	}
	return &Watched{file: file, opened: info, sum: sha256.New()}, nil
}

// Read reads on.
func (w *Watched) Read(p []byte) (int, error) {
	n, err := w.file.Read(p)
	w.sum.Write(p[:n])
	return n, err
}

// Close closes the file.
func (w *Watched) Close() error { return w.file.Close() }

// Steady is [ErrChanged] if the file was written to since it was opened. A file
// that another one took the place of was not: the one that is read is whole.
func (w *Watched) Steady() error {
	now, err := w.file.Stat()
	if err == nil && (now.Size() != w.opened.Size() || !now.ModTime().Equal(w.opened.ModTime())) {
		err = ErrChanged
	}
	return bare(err)
}

// Digest reads what is left of the file, and gives the SHA-256 of all of it, in
// hex. It asks goOn now and then, and ends with its error. The error is
// [ErrChanged] as that of Steady.
func (w *Watched) Digest(goOn func() error) (string, error) {
	for {
		_, err := io.CopyN(io.Discard, w, 1<<20)
		if errors.Is(err, io.EOF) {
			return hex.EncodeToString(w.sum.Sum(nil)), w.Steady()
		}
		if err = cmp.Or(bare(err), goOn()); err != nil {
			return "", err
		}
	}
}
