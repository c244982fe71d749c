package runner

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/internal/secret"
	"github.com/flowrun-dev/flowrun/steps"
)

// Draft keeps what a plan reads and foresees, in a folder, so that exactly this
// plan can be applied: the lists of the loops, the answers that expressions
// need, and for each write what it was weighed against. A run that is begun
// from it reads none of that again.
//
// The methods of a nil Draft do nothing. They may be called from several
// goroutines at once.
type Draft struct {
	Dir string

	veil secret.Veil // over the secret inputs

	mu    sync.Mutex
	file  *os.File
	write *bufio.Writer
	size  int64
	lines []draftLine
	again map[int]bool // steps that read something else when the plan is applied
	err   error        // the first one of writing
}

// draftLine says where a line of the draft stands, and in which place of the
// walk it was made: rows end in no order, and a plan that is saved has one.
type draftLine struct {
	order string
	at    int64
	size  int
	list  string // the file of a list that the line is about
}

// plannedLine is the stored form of a line; fields may only be added. One of
// the first four is set.
type plannedLine struct {
	List  *plannedList  `json:"list,omitempty"`
	Open  *plannedOpen  `json:"open,omitempty"`
	Read  *plannedRead  `json:"read,omitempty"`
	Event *Event        `json:"event,omitempty"`
	With  plannedInputs `json:"with,omitempty"` // of a write
	Seen  *weighed      `json:"seen,omitempty"` // of a write
}

// plannedList is a list that a loop runs over. Its items stand behind it in a
// plan that is saved, and in a file of their own in a folder.
type plannedList struct {
	Loop   string       `json:"loop"`
	In     journal.Path `json:"in,omitempty"`
	File   string       `json:"file,omitempty"` // empty where the list is made of what is kept anyway
	Count  int64        `json:"count"`
	Read   int64        `json:"read"`
	Source *sourceNote  `json:"source,omitempty"`

	Later      bool     `json:"later,omitempty"` // some of its items are not known yet, and so is what they are called
	AffectedBy []string `json:"affected_by,omitempty"`
}

// plannedOpen is what a plan leaves open: the items of a loop, which nobody can
// know before the steps in After have run, or a read that an apply may have to
// make once more, because of what the plan itself writes.
type plannedOpen struct {
	Loop  string   `json:"loop,omitempty"`
	After []string `json:"after,omitempty"`
	Read  string   `json:"read,omitempty"` // id of the step
}

// plannedRead is an answer that expressions need.
type plannedRead struct {
	Addr string          `json:"addr"`
	Data json.RawMessage `json:"data"`
}

const (
	plannedFile = "plan.ndjson"
	draftBuffer = 64 << 10
)

// NewDraft begins a draft in a folder that is there.
func NewDraft(dir string) (*Draft, error) {
	file, err := os.OpenFile(filepath.Join(dir, plannedFile), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	return &Draft{Dir: dir, file: file, write: bufio.NewWriterSize(file, draftBuffer)}, nil
}

// Close makes the draft complete and durable. It returns the first error of
// keeping it.
func (d *Draft) Close() error {
	if d == nil || d.file == nil {
		return nil
	}
	err := errors.Join(d.err, d.write.Flush(), d.file.Sync(), d.file.Close())
	d.file = nil
	return err
}

// failure is the first error of keeping the draft.
func (d *Draft) failure() error {
	if d == nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

// add keeps a line.
func (d *Draft) add(order []byte, line plannedLine) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil {
		return
	}
	text, err := json.Marshal(line)
	if err == nil {
		text = d.veil.Hide(text)
		_, err = d.write.Write(append(text, '\n'))
	}
	kept := draftLine{order: string(order), at: d.size, size: len(text) + 1}
	if line.List != nil {
		kept.list = line.List.File
	}
	d.lines = append(d.lines, kept)
	d.size += int64(kept.size)
	d.err = err
}

// inOrder hands out the lines in the order of the walk.
func (d *Draft) inOrder(visit func(text []byte, list string) error) error {
	if err := d.write.Flush(); err != nil {
		return err
	}
	slices.SortStableFunc(d.lines, func(a, b draftLine) int { return strings.Compare(a.order, b.order) })
	var text []byte
	for _, line := range d.lines {
		text = slices.Grow(text[:0], line.size)[:line.size]
		if _, err := d.file.ReadAt(text, line.at); err != nil && err != io.EOF {
			return err
		}
		if err := visit(text, line.list); err != nil {
			return err
		}
	}
	return nil
}

// listed keeps the list of a loop.
func (d *Draft) listed(s *program.Step, at *place, items *spool, src source) {
	if d == nil {
		return
	}
	list := &plannedList{Loop: at.addr(), In: at.path, Count: items.count, Read: items.read, AffectedBy: items.affected}
	if !items.inRAM {
		list.File = filepath.Base(items.name)
	}
	list.Later = slices.ContainsFunc(items.memory, func(row spooled) bool {
		_, some := eval.IsUnknown(row.value)
		return some
	})
	list.Source = src.note()
	d.add(at.orderOf(s), plannedLine{List: list})
}

// open keeps that a loop runs over what nobody can know yet.
func (d *Draft) open(s *program.Step, at *place, after []string) {
	if d != nil {
		d.add(at.orderOf(s), plannedLine{Open: &plannedOpen{Loop: at.addr(), After: after}})
	}
}

// withoutRequest is an event without what differs each time.
func withoutRequest(e *StepEnded) *StepEnded {
	event := *e
	event.Failure = e.Failure.withoutRequest()
	return &event
}

// withoutRequest is a failure without the number of the request, which differs
// each time.
func (f *Failure) withoutRequest() *Failure {
	if f == nil || f.RequestID == "" {
		return f
	}
	alone := *f
	alone.Message = strings.ReplaceAll(f.Message, " (request "+f.RequestID+")", "")
	alone.RequestID = ""
	return &alone
}

// ended keeps what became of an instance: of a read that something needs its
// answer, of all else how it ended.
func (d *Draft) ended(s *program.Step, at *place, out outcome, event *StepEnded) {
	switch {
	case d == nil:
	case out.effect != steps.Read || out.failure != nil:
		d.add(at.orderOf(s), plannedLine{Event: &Event{Ended: withoutRequest(event)}, With: plannedInputs(event.With), Seen: out.seen})
	case event.AffectedBy != nil:
		d.affected(s)
	case s.Used && out.has && out.status == Done:
		if text, err := eval.AppendJSON(nil, out.data); err == nil { // else it is not known
			d.add(at.orderOf(s), plannedLine{Read: &plannedRead{at.addr(), text}})
		}
	}
}

// affected keeps, once, that a read is to be made again.
func (d *Draft) affected(s *program.Step) {
	d.mu.Lock()
	told := d.again[s.Index]
	if d.again == nil {
		d.again = map[int]bool{}
	}
	d.again[s.Index] = true
	d.mu.Unlock()
	if !told && s.ID != "" {
		d.add(binary.BigEndian.AppendUint32(nil, uint32(s.Index)), plannedLine{Open: &plannedOpen{Read: s.ID}})
	}
}

// failed keeps a failure that is no instance's.
func (d *Draft) failed(at *place, e Event) {
	if d != nil {
		d.add(append(slices.Clone(at.order), 0xff), plannedLine{Event: &e})
	}
}
