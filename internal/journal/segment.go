package journal

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// formatVersion is the newest format of segments that this package reads, and
// the one that it writes.
const formatVersion = 1

// Of the first segment little is reserved: most runs are small.
const firstReserve = 1 << 20

// segmentName is the name of the file of a segment; they count from 1.
func segmentName(number int) string { return fmt.Sprintf("journal-%06d.log", number) }

// segmentNumber is the inverse of segmentName.
func segmentNumber(name string) (int, bool) {
	digits, ok := strings.CutPrefix(name, "journal-")
	digits, log := strings.CutSuffix(digits, ".log")
	number, err := strconv.Atoi(digits)
	return number, ok && log && err == nil && number > 0 && segmentName(number) == name
}

// segments gives the numbers of the segments in a folder, in order.
func segments(fs FS, dir string) ([]int, error) {
	names, err := fs.List(dir)
	if err != nil {
		return nil, err
	}
	var numbers []int
	for _, name := range names {
		if number, ok := segmentNumber(name); ok {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

// segment is the last segment of a journal, to be written on.
type segment struct {
	run    string
	number int
	file   File
	size   int64     // of what is written; the file is no longer
	start  int64     // size when it was empty of records
	lines  int64     // so far
	chain  hash.Hash // of all so far
	sum    tree      // of all so far
	synced int64     // all before is durable
	told   int64     // the last kept line says that all before is durable
	head   head
}

// createSegment makes the file of a segment and writes its first line, and
// the header of the run if there is one. They are durable when it returns.
func createSegment(fs FS, dir string, open storedOpen, header *storedHeader, reserve int64) (*segment, error) {
	file, err := fs.Create(filepath.Join(dir, segmentName(open.Segment)))
	if err != nil {
		return nil, err
	}
	return startSegment(fs, dir, file, open, header, reserve)
}

// startSegment writes the beginning of a segment into an empty file.
func startSegment(fs FS, dir string, file File, open storedOpen, header *storedHeader, reserve int64) (*segment, error) {
	s := &segment{run: open.Run, number: open.Segment, file: file, chain: sha256.New()}
	if err := s.begin(open, header, reserve); err != nil {
		file.Close()
		return nil, err
	}
	if err := fs.SyncDir(dir); err != nil {
		file.Close()
		return nil, err
	}
	return s, nil
}

func (s *segment) begin(open storedOpen, header *storedHeader, reserve int64) error {
	if err := s.file.Reserve(reserve); err != nil {
		return err
	}
	lines, err := appendLine(nil, kindOpen, open)
	if err == nil && header != nil {
		lines, err = appendLine(lines, kindHeader, header)
	}
	if err != nil {
		return err
	}
	if err := s.write(lines); err != nil {
		return err
	}
	s.start = s.size
	return s.sync()
}

// write puts whole lines at the end.
func (s *segment) write(lines []byte) error {
	if n, err := s.file.Write(lines); err != nil {
		if n > 0 {
			// What comes behind half a line would be lost with it.
			_ = s.file.Truncate(s.size)
		}
		return err
	}
	for len(lines) > 0 {
		line, length := cutLine(lines)
		if err := s.head.parse(line[sumWidth:]); err != nil {
			return err
		}
		link(s.chain, line)
		s.sum.add(&s.head, kept{offset: s.size})
		s.size += int64(length)
		s.lines++
		lines = lines[length:]
	}
	return nil
}

// sync makes all that was written durable.
func (s *segment) sync() error {
	if s.synced == s.size {
		return nil
	}
	if err := s.file.Sync(); err != nil {
		return err
	}
	s.synced = s.size
	return nil
}

// tell adds a line that says what is durable, if that has not been said. A
// reader that finds a broken line knows by it whether a power failure can be
// the reason.
func (s *segment) tell(lines []byte) []byte {
	if s.told == s.synced {
		return lines
	}
	s.told = s.synced
	lines, _ = appendLine(lines, kindKept, storedKept{To: s.synced}) // numbers can always be encoded
	return lines
}

// seal ends the segment for good and gives the hash of its file.
func (s *segment) seal() (hash string, err error) {
	rows, keep := s.sum.summary()
	line, err := appendLine(nil, kindSeal, storedSeal{Records: s.lines, Hash: digest(s.chain), Rows: rows, Keep: keep})
	if err != nil {
		return "", err
	}
	if err := s.write(line); err != nil {
		return "", err
	}
	return digest(s.chain), s.close()
}

// close makes the segment durable and gives back the room it did not use.
func (s *segment) close() error {
	err := s.sync()
	_ = s.file.Truncate(s.size) // all is durable, and some room more or less is no reason to fail
	if closeErr := s.file.Close(); err == nil {
		err = closeErr
	}
	return err
}
