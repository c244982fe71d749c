package runner

import (
	"bytes"
	"errors"
	"io"
	"os"
)

// lineFile is a file of whole lines, also when its process is killed or its
// disk is full: half a row that is fed back would be another row.
type lineFile struct {
	file *os.File
	size int64        // of the lines in it
	text bytes.Buffer // lines to be written next
}

// openLines opens a file to add lines, which is made if need be. Half a line at
// its end is cut off: its process was killed while it wrote it.
func openLines(name string) (*lineFile, error) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	f := &lineFile{file: file}
	if f.size, err = endOfLines(file); err == nil {
		err = f.cut()
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return f, nil
}

// endOfLines is where the last whole line of a file ends.
func endOfLines(file *os.File) (int64, error) {
	end, err := file.Seek(0, io.SeekEnd)
	block := make([]byte, 4<<10)
	for err == nil && end > 0 {
		begin := max(0, end-int64(len(block)))
		n, readErr := file.ReadAt(block[:end-begin], begin)
		if readErr != nil && readErr != io.EOF {
			return 0, readErr
		}
		if last := bytes.LastIndexByte(block[:n], '\n'); last >= 0 {
			return begin + int64(last) + 1, nil
		}
		end = begin
	}
	return 0, err
}

// flush writes the lines, all or none of them.
func (f *lineFile) flush() error {
	n, err := f.file.Write(f.text.Bytes())
	f.text.Reset()
	if err != nil {
		_ = f.cut() // what it says is worth less than the error that is there
		return err
	}
	f.size += int64(n)
	return nil
}

// cut takes away what stands behind the lines.
func (f *lineFile) cut() error {
	if _, err := f.file.Seek(f.size, io.SeekStart); err != nil {
		return err
	}
	return f.file.Truncate(f.size)
}

func (f *lineFile) close() error {
	return errors.Join(f.flush(), f.file.Close())
}
