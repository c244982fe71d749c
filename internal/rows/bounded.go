package rows

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

var errTooLong = errors.New("too long")

// boundedReader stops a reader that looks for the end of a record too far.
type boundedReader struct {
	r           io.Reader
	read, until int64
}

// allow lets the reader read as far as offset, and what its buffer holds.
func (b *boundedReader) allow(offset int64) { b.until = offset + 64<<10 }

func (b *boundedReader) Read(p []byte) (int, error) {
	if b.read >= b.until {
		return 0, errTooLong
	}
	n, err := b.r.Read(p)
	if i := bytes.IndexByte(p[:n], 0); i >= 0 && b.read == 0 {
		return 0, &Error{What: "the file holds NUL bytes: it is not text, or not in UTF-8", Mend: saveAsUTF8}
	}
	b.read += int64(n)
	return n, err
}

// withoutMark passes over the byte order mark that some programs write at the
// beginning of a file.
func withoutMark(r io.Reader) io.Reader {
	buffered := bufio.NewReaderSize(r, 64<<10)
	mark := []byte("\ufeff")
	if head, _ := buffered.Peek(len(mark)); bytes.Equal(head, mark) {
		_, _ = buffered.Discard(len(mark))
	}
	return buffered
}
