// Package journal keeps a record of what a run has started and finished, so
// that a run that stops anywhere can go on without doing anything twice, and
// so that what it did can be taken back.
//
// An intent is written before a call that changes something, and an answer
// behind it. An intent without an answer is a call with an unknown outcome:
// the process may have stopped on either side of it. When a row of a loop is
// settled, one more record says so, and nothing else about the row is needed
// to go on.
//
// A journal is a folder with segments, which are text: a line is a checksum
// and a JSON object. Lines are only ever added. Every beginning of a journal
// is a journal, so that it may be copied at any moment. A segment that has
// grown large is sealed with its hash and a summary, by which it can be
// verified and used without reading every line, and the next one is begun,
// which holds the hash of the one before.
//
// The journal knows nothing of workflows or of Intercom: addresses, operations
// and classes are words to it. It holds personal data, since answers and the
// records before a change are in it.
package journal

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// Options says how to write a journal. The zero value is usable.
type Options struct {
	Version string // of the program, for the record that a run was resumed
	Command string // told to another process that wants the run; without secrets

	// SegmentSize is the size in bytes from which a segment is sealed; 16 MB
	// if zero. Whoever reads the journal has one segment in memory.
	SegmentSize int64

	// Where records go that the journal could not keep: to a new file in this
	// folder, os.TempDir() if empty, and as JSON lines to a writer, if any.
	RescueDir string
	Rescue    io.Writer

	FS FS // [OS] if nil
}

func (opt Options) orDefaults() Options {
	opt.SegmentSize = cmp.Or(opt.SegmentSize, 16<<20)
	opt.RescueDir = cmp.Or(opt.RescueDir, os.TempDir())
	if opt.FS == nil {
		opt.FS = OS{}
	}
	return opt
}

// Journal is a journal that is open for writing. Its methods may be called
// from several goroutines at once. What they are given must not be changed
// until they return.
//
// An error of writing is a [*FailedError]. It is final: every later call gives
// it too. Answers, rows and notes given behind it still go to the rescue file.
type Journal struct {
	w      writer
	unlock func() error
}

// Create begins the journal of a new run in dir, which is made if need be.
// When it returns, the header is durable.
//
// The error is a [*LockedError] if another process has the folder, and wraps
// [fs.ErrExist] if there is a journal in it.
func Create(dir string, h Header, opt Options) (*Journal, error) {
	opt = opt.orDefaults()
	if h.Run == "" {
		return nil, errors.New("a run without an id")
	}
	if err := opt.FS.MkdirAll(dir); err != nil {
		return nil, err
	}
	unlock, err := opt.FS.Lock(filepath.Join(dir, lockName), Self(opt.Command))
	if err != nil {
		return nil, err
	}
	stored := storedHeader(h)
	stored.StartedAt = stamp(h.StartedAt)
	open := storedOpen{Format: formatVersion, Run: h.Run, Segment: 1}
	s, err := createSegment(opt.FS, dir, open, &stored, min(opt.SegmentSize, firstReserve))
	if err != nil {
		return nil, errors.Join(err, unlock())
	}
	return start(dir, s, opt, unlock), nil
}

// Resume goes on with the journal in dir. It takes the lock, reads and
// verifies what is there, makes it durable, cuts off a torn tail and records
// that it did so.
//
// The error is a [*LockedError], [ErrNotBegun], a [*DamagedError] or a
// [*FormatError], or that of the file system.
func Resume(dir string, opt Options) (*Journal, *State, error) {
	opt = opt.orDefaults()
	if _, err := opt.FS.List(dir); err != nil {
		return nil, nil, err
	}
	by := Self(opt.Command)
	unlock, err := opt.FS.Lock(filepath.Join(dir, lockName), by)
	if err != nil {
		return nil, nil, err
	}
	r, err := read(opt.FS, dir)
	if err != nil {
		return nil, nil, errors.Join(err, unlock())
	}
	s, err := r.goOn(opt)
	if err != nil {
		return nil, nil, errors.Join(err, unlock())
	}
	j := start(dir, s, opt, unlock)
	err = j.put(kindResumed, storedResumed{Time: by.Since, Host: by.Host, PID: by.PID, Version: opt.Version, Cut: r.state.Cut})
	if err == nil {
		err = j.Sync(context.Background())
	}
	if err != nil {
		_ = j.Close(nil) // it would say the same
		return nil, nil, err
	}
	return j, r.state, nil
}

// goOn opens the last segment behind its last good line, or the next one.
func (r *reader) goOn(opt Options) (*segment, error) {
	file, err := r.fs.Append(filepath.Join(r.dir, segmentName(r.last.number)))
	if err != nil {
		return nil, err
	}
	if err := r.settle(file); err != nil {
		file.Close()
		return nil, err
	}
	open := storedOpen{Format: formatVersion, Run: r.run, Segment: r.last.number, Previous: r.previous}
	size := int64(len(r.last.data))
	switch {
	case r.last.sealed:
		file.Close()
		open.Segment++
		return createSegment(r.fs, r.dir, open, nil, opt.SegmentSize)
	case size == 0:
		return startSegment(r.fs, r.dir, file, open, nil, opt.SegmentSize)
	}
	return &segment{
		run: r.run, number: r.last.number, file: file, chain: r.last.chain,
		size: size, lines: r.last.lines, sum: r.last.sum, synced: size,
	}, nil
}

// settle makes what was read durable: the process that wrote it may have been
// stopped before it did so.
func (r *reader) settle(file File) error {
	if r.state.Cut != nil {
		if err := file.Truncate(int64(len(r.last.data))); err != nil {
			return err
		}
	}
	if err := file.Sync(); err != nil {
		return err
	}
	return r.fs.SyncDir(r.dir)
}

func start(dir string, s *segment, opt Options, unlock func() error) *Journal {
	j := &Journal{unlock: unlock}
	j.w.fs, j.w.dir, j.w.limit = opt.FS, dir, opt.SegmentSize
	j.w.rescue = rescue{dir: opt.RescueDir, to: opt.Rescue, run: s.run}
	j.w.start(s)
	return j
}

// Read reads the journal in dir without taking its lock: another process may
// be writing it, and then its last record may be found torn. The errors are
// those of [Resume], without [*LockedError].
func Read(dir string) (*State, error) {
	r, err := read(OS{}, dir)
	if err != nil {
		return nil, err
	}
	return r.state, nil
}

// Intent records that a call is about to be made. It returns when the record
// is in the queue to be written or, if the intent is Durable, when it would
// outlive a power failure. After any error the call must not be made. The end
// of ctx ends the wait; the record may be written all the same.
func (j *Journal) Intent(ctx context.Context, i Intent) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	i.Time = stamp(i.Time)
	b, err := j.w.put(kindIntent, storedIntent(i), i.Durable)
	if err != nil || !i.Durable {
		return err
	}
	return b.wait(ctx)
}

// Answer records what became of an instance. It returns when the record is in
// the queue; whatever is recorded later is not durable before it is.
func (j *Journal) Answer(a Answer) error {
	a.Time = stamp(a.Time)
	return j.put(kindAnswer, storedAnswer(a))
}

// Row records that a row has ended. What was recorded inside a settled row is
// no longer in the [State]. The record of a row that is settled is ignored.
func (j *Journal) Row(r Row) error { return j.put(kindRow, storedRow(r)) }

// List records that the list of a loop is complete and durable.
func (j *Journal) List(l List) error { return j.put(kindList, storedList(l)) }

// Note records evidence or a decision. Before acting on it, call Sync.
func (j *Journal) Note(n Note) error {
	n.Time = stamp(n.Time)
	return j.put(kindNote, storedNote(n))
}

func (j *Journal) put(kind string, stored any) error {
	_, err := j.w.put(kind, stored, false)
	return err
}

// Sync returns when all that was recorded so far is durable. The end of ctx
// ends the wait.
func (j *Journal) Sync(ctx context.Context) error {
	b, err := j.w.sync()
	if err != nil {
		return err
	}
	return b.wait(ctx)
}

// Close records the end, unless it is nil, makes everything durable and lets
// go of the lock. The journal cannot be used behind it.
func (j *Journal) Close(end *End) error {
	var err error
	if end != nil {
		stored := storedEnd(*end)
		stored.Time = stamp(end.Time)
		err = j.put(kindEnd, stored)
	}
	if closeErr := j.w.close(); closeErr != nil {
		err = closeErr
	}
	if errors.Is(err, ErrClosed) {
		return err
	}
	return errors.Join(err, j.unlock())
}
