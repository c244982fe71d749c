package runner

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/flowrun-dev/flowrun/internal/eval"
)

// spool keeps the items of a loop in a file, one JSON line each, so that a
// list of any length needs no memory and is fixed before the first change. A
// plan keeps a list that is in memory there.
type spool struct {
	read  int64 // items before where and limit
	count int64 // items kept

	file   *os.File
	write  *bufio.Writer
	lines  *bufio.Reader
	memory []spooled
	inRAM  bool
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
}

// spoolLine is the stored form of an item; fields may only be added.
type spoolLine struct {
	Key      string          `json:"key"`
	Line     int             `json:"line,omitempty"`
	Place    string          `json:"place,omitempty"`
	Possible []string        `json:"possible,omitempty"`
	Failure  *Failure        `json:"failure,omitempty"`
	Item     json.RawMessage `json:"item"`
}

// newSpool makes the spool of a loop, in the folder of the run.
func (w *walk) newSpool(s *step) (*spool, error) {
	if w.planning && s.loop.in != nil {
		return &spool{inRAM: true}, nil // its values may be unknown, which no file holds
	}
	w.spools++
	name := filepath.Join(w.opt.Dir, fmt.Sprintf("list-%d.ndjson", w.spools))
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("keep the list of %s: %w", s.label, err)
	}
	return &spool{file: file, write: bufio.NewWriter(file)}, nil
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
	text, err := json.Marshal(spoolLine{row.key, row.line, row.place, row.possible, row.failure, item})
	if err != nil {
		return err
	}
	_, err = p.write.Write(append(text, '\n'))
	return err
}

// finish makes the list durable and goes back to its beginning.
func (p *spool) finish() error {
	if p.inRAM {
		return nil
	}
	if err := errors.Join(p.write.Flush(), p.file.Sync()); err != nil {
		return err
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
	text, err := p.lines.ReadBytes('\n')
	if err != nil {
		return spooled{}, false, fmt.Errorf("read the list back: %w", err)
	}
	var line spoolLine
	if err := json.Unmarshal(text, &line); err != nil {
		return spooled{}, false, fmt.Errorf("read the list back: %w", err)
	}
	return spooled{
		raw: line.Item, value: eval.RawTrusted(line.Item), index: int64(index),
		key: line.Key, line: line.Line, place: line.Place, possible: line.Possible, failure: line.Failure,
	}, true, nil
}

func (p *spool) close() {
	if p.file != nil {
		p.file.Close()
	}
}
