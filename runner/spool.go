package runner

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/internal/repeats"
	"github.com/flowrun-dev/flowrun/internal/secret"
)

// spool keeps the items of a loop in a file, one JSON line each, so that a
// list of any length needs no memory and is fixed before the first change. A
// plan keeps a list that is in memory there.
type spool struct {
	read   int64  // items before where and limit
	cut    bool   // the limit was met before the end of the source
	source string // the name of its file, for messages

	affected []string // in a plan: the steps whose writes may change what is listed

	count  int64         // items kept
	header []string      // the columns of a CSV file
	rows   *journal.Rows // of an earlier stretch of the run; nil in a first one

	veil   secret.Veil // over what is in the file
	name   string
	file   *os.File
	write  *bufio.Writer
	lines  *bufio.Reader
	text   []byte // of the line being written
	memory []spooled
	inRAM  bool
	calls  int64 // that it took to read it
	at     int
}

// spooled is an item that a loop runs for.
type spooled struct {
	raw      []byte
	value    eval.Value
	index    int64
	key      string
	line     int
	place    string // people.csv:17
	possible []string
	failure  *Failure // where or key could not be evaluated
	header   []string // the columns of its CSV file
}

// newSpool makes the spool of a loop, in the folder of the run.
func (w *walk) newSpool(s *program.Step) (*spool, error) {
	if w.planning && s.Loop.In != nil {
		return &spool{inRAM: true}, nil // its values may be unknown, which no file holds
	}
	p := &spool{veil: w.opt.Inputs.Veil}
	err := fs.ErrExist
	for errors.Is(err, fs.ErrExist) { // an earlier stretch of the run may have left some
		p.name = filepath.Join(w.opt.Dir, fmt.Sprintf("list-%d.ndjson", w.spools.Add(1)))
		err = p.open()
	}
	if err != nil {
		return nil, unkept(err)
	}
	return p, nil
}

func (p *spool) open() error {
	file, err := os.OpenFile(p.name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	p.file, p.write = file, bufio.NewWriterSize(file, 64<<10)
	return err
}

// anew begins the list again under another name.
func (p *spool) anew() error {
	p.count, p.at = 0, 0
	if p.inRAM {
		p.memory = nil
		return nil
	}
	p.name += ".numbered"
	return p.open()
}

func (p *spool) remove() error {
	if p.inRAM {
		return nil
	}
	return errors.Join(p.file.Close(), os.Remove(p.name))
}

// bytes is the item as JSON.
func (s *spooled) bytes() []byte {
	if s.raw == nil {
		if text, err := eval.AppendJSON(nil, s.value); err == nil {
			s.raw = text
		}
	}
	return s.raw
}

// add keeps an item.
func (p *spool) add(row spooled) error {
	row.index = p.count
	p.count++
	if p.inRAM {
		p.memory = append(p.memory, row)
		return nil
	}
	item := row.bytes()
	if item == nil {
		item = []byte("null")
	}
	line := spoolLine{row.key, row.line, row.place, row.possible, row.failure, item}
	text, err := line.append(p.text[:0])
	if err != nil {
		return err
	}
	p.text = append(text, '\n')
	_, err = p.write.Write(p.veil.Hide(p.text))
	return unkept(err)
}

// settle deals with items that have one key: where the file gives the keys that
// is an error, else the second and further ones are numbered.
func (p *spool) settle(keys *repeats.Finder, given bool) error {
	next, stop := iter.Pull2(keys.InOrder())
	defer stop()
	again, err, some := next()
	switch {
	case err != nil || !some:
		return unkept(err)
	case given:
		return p.refuse(again)
	}
	return p.number(again, next)
}

// refuse names an item whose key an earlier one has.
func (p *spool) refuse(again repeats.Repetition) error {
	var key string
	var names [2]string
	var place string
	err := p.each(func(row spooled) error {
		if row.index == again.First {
			key, names[0] = row.key, row.name()
		}
		if row.index == again.Index {
			names[1], place = row.name(), row.place
		}
		return nil
	})
	return cmp.Or(err, error(&codedError{
		code:    "duplicate_key",
		message: fmt.Sprintf("two items have the key %q: %s and %s", key, names[0], names[1]),
		hint:    "choose a key that differs, or take one of the items out; nothing of this loop was sent",
		row:     place,
	}))
}

// name calls an item by its line, or by its number.
func (s *spooled) name() string {
	if s.line > 0 {
		return fmt.Sprintf("line %d", s.line)
	}
	return fmt.Sprintf("number %d", s.index+1)
}

// number writes the list anew, with numbers behind the keys of repetitions.
func (p *spool) number(again repeats.Repetition, next func() (repeats.Repetition, error, bool)) error {
	old := *p
	if err := p.anew(); err != nil {
		return unkept(err)
	}
	err := old.each(func(row spooled) (err error) {
		if row.index == again.Index {
			row.key = fmt.Sprintf("%s-%d", row.key, again.Nth)
			if again, err, _ = next(); err != nil { // behind the last it is zero, as is no item's
				return unkept(err)
			}
		}
		return p.add(row)
	})
	return errors.Join(err, old.remove())
}

// each reads the list from its beginning.
func (p *spool) each(visit func(spooled) error) error {
	if err := p.finish(); err != nil {
		return err
	}
	for p.at = 0; ; {
		row, ok, err := p.next()
		if err != nil {
			return err
		}
		if !ok {
			p.at = 0
			return nil
		}
		if err := visit(row); err != nil {
			return err
		}
	}
}

// finish makes the list durable and goes back to its beginning.
func (p *spool) finish() error {
	if p.inRAM {
		return nil
	}
	if err := errors.Join(p.write.Flush(), p.file.Sync(), journal.OS{}.SyncDir(filepath.Dir(p.name))); err != nil {
		return unkept(err)
	}
	_, err := p.file.Seek(0, io.SeekStart)
	p.lines = bufio.NewReaderSize(p.file, 64<<10)
	return err
}

// next gives the items in order; ok is false behind the last.
func (p *spool) next() (row spooled, ok bool, err error) {
	if p.at == int(p.count) {
		return spooled{}, false, nil
	}
	index := p.at
	p.at++
	if p.inRAM {
		return p.memory[index], true, nil
	}
	text, err := p.lines.ReadString('\n')
	if err != nil {
		return spooled{}, false, fmt.Errorf("read the list back: %w", err)
	}
	if len(p.veil) > 0 {
		text = string(p.veil.Show([]byte(text)))
	}
	if row, err = parseSpooled(text); err != nil {
		return spooled{}, false, fmt.Errorf("read the list back: %w", err)
	}
	row.index, row.header = int64(index), p.header
	return row, true, nil
}

// before is how an earlier stretch of the run settled a row; "" where it did
// not.
func (p *spool) before(index int64) Status {
	if p.rows == nil {
		return ""
	}
	if status := p.rows.Status(index); status.Settled() {
		return Status(status)
	}
	return ""
}

// settled is how many rows an earlier stretch of the run has settled.
func (p *spool) settled() int64 {
	if p.rows == nil {
		return 0
	}
	return p.rows.Count(journal.Done) + p.rows.Count(journal.Unchanged) + p.rows.Count(journal.Skipped)
}

func (p *spool) close() {
	if p.file != nil {
		p.file.Close()
	}
}
