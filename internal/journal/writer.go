package journal

import (
	"context"
	"sync"
)

// looseSize is how much may be written without being durable. It is also held
// in memory until then, for the rescue.
const looseSize = 1 << 20

// queueSize is how much may wait to be written before those who bring more
// have to wait too.
const queueSize = 4 << 20

// usualLine is the room that the line of a row's record seldom outgrows.
const usualLine = 384

// writer writes lines in the order in which they are given. One goroutine
// takes all that waits, writes it at once, makes it durable once if anybody
// asked for that, and then tells those who did. While it is at work the next
// batch gathers, so that the slower the disk is, the larger the batches are.
type writer struct {
	fs    FS
	dir   string
	limit int64 // of the size of a segment

	// Of the goroutine alone.
	segment *segment
	loose   []byte // lines since the last sync

	mu      sync.Mutex
	head    head      // of a line that is put
	work    sync.Cond // something waits to be written, or the end
	room    sync.Cond // the queue was taken
	next    *batch
	spare   []byte // room for the lines of a later batch
	closing bool
	failed  *FailedError
	rescue  rescue
	ended   chan struct{} // closed when the goroutine has ended
}

// batch is what is written at once.
type batch struct {
	lines   []byte
	durable bool          // somebody waits until it is
	done    chan struct{} // closed behind write and sync
	err     error         // to be read when done is closed
}

func newBatch(room []byte) *batch { return &batch{lines: room, done: make(chan struct{})} }

// start begins to write behind what a segment holds.
func (w *writer) start(s *segment) {
	w.segment = s
	w.work.L, w.room.L = &w.mu, &w.mu
	w.next, w.ended = newBatch(nil), make(chan struct{})
	go w.run()
}

// put queues the line of a record and gives the batch that it will be in. The
// error is a record that the reader would not accept, or the final one.
func (w *writer) put(kind string, stored any, durable bool) (*batch, error) {
	line, err := appendLine(make([]byte, 0, usualLine), kind, stored)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.head.parse(line[sumWidth : len(line)-1]); err != nil {
		return nil, err
	}
	for w.failed == nil && !w.closing && len(w.next.lines) > queueSize {
		w.room.Wait()
	}
	if w.failed != nil {
		if kind != kindIntent && !w.closing { // nothing is sent for an intent that is refused
			w.rescue.add(line)
		}
		return nil, w.failed
	}
	return w.queue(line, durable)
}

// sync asks for a batch behind which all that was given is durable.
func (w *writer) sync() (*batch, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed != nil {
		return nil, w.failed
	}
	return w.queue(nil, true)
}

func (w *writer) queue(line []byte, durable bool) (*batch, error) {
	if w.closing {
		return nil, ErrClosed
	}
	w.next.lines = append(w.next.lines, line...)
	w.next.durable = w.next.durable || durable
	w.work.Signal()
	return w.next, nil
}

// wait returns when the batch is durable.
func (b *batch) wait(ctx context.Context) error {
	select {
	case <-b.done:
		return b.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// close writes what waits, ends the goroutine and gives back the room on disk.
func (w *writer) close() error {
	w.mu.Lock()
	if w.closing {
		w.mu.Unlock()
		return ErrClosed
	}
	w.closing = true
	w.work.Signal()
	w.room.Broadcast()
	w.mu.Unlock()
	<-w.ended
	w.rescue.end()
	if w.failed != nil {
		return w.failed
	}
	return nil
}

// run is the goroutine. It ends with close.
func (w *writer) run() {
	defer close(w.ended)
	for {
		b, last := w.take()
		err := w.commit(b)
		if last && err == nil {
			err = w.finish()
		}
		if err != nil {
			b.err = w.fail(err)
		}
		w.release(b)
		if last {
			w.segment.file.Close()
			return
		}
	}
}

// take waits for a batch. The last one may be empty.
func (w *writer) take() (b *batch, last bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.next.lines) == 0 && !w.next.durable && !w.closing {
		w.work.Wait()
	}
	b = w.next
	w.next, w.spare = newBatch(w.spare), nil
	w.room.Broadcast()
	return b, w.closing
}

// release tells those who wait for a batch, and keeps its room for another.
func (w *writer) release(b *batch) {
	close(b.done)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.spare = b.lines[:0]
}

// commit writes a batch and syncs if that is wanted or due.
func (w *writer) commit(b *batch) error {
	w.loose = append(w.loose, b.lines...)
	if w.failed != nil {
		return w.failed
	}
	if len(b.lines) > 0 {
		if err := w.write(b.lines); err != nil {
			return err
		}
	}
	if !b.durable && len(w.loose) < looseSize {
		return nil
	}
	return w.settle()
}

func (w *writer) write(lines []byte) error {
	s := w.segment
	if s.size > s.start && s.size+int64(len(lines)) > w.limit {
		if err := w.roll(); err != nil {
			return err
		}
		w.loose = append(w.loose[:0], lines...)
	}
	return w.segment.write(w.segment.tell(lines))
}

// roll seals the segment and begins the next one.
func (w *writer) roll() error {
	s := w.segment
	hash, err := s.seal()
	if err != nil {
		return err
	}
	open := storedOpen{Format: formatVersion, Run: s.run, Segment: s.number + 1, Previous: hash}
	next, err := createSegment(w.fs, w.dir, open, nil, w.limit)
	if err != nil {
		return err
	}
	w.segment = next
	return nil
}

// settle makes all that was written durable.
func (w *writer) settle() error {
	if err := w.segment.sync(); err != nil {
		return err
	}
	w.loose = w.loose[:0]
	return nil
}

// finish leaves the segment in a state in which every byte is accounted for.
func (w *writer) finish() error {
	if err := w.settle(); err != nil {
		return err
	}
	if last := w.segment.tell(nil); last != nil {
		if err := w.segment.write(last); err != nil {
			return err
		}
	}
	return w.segment.close()
}

// fail makes an error final and brings what is not durable to safety.
func (w *writer) fail(err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed == nil {
		w.failed = &FailedError{Err: err, Rescue: w.rescue.begin()}
		w.room.Broadcast()
	}
	w.rescue.add(w.loose)
	w.loose = w.loose[:0]
	return w.failed
}
