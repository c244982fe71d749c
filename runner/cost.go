package runner

import (
	"fmt"
	"slices"
	"sync"

	"github.com/flowrun-dev/flowrun/internal/program"
)

// Cost is how many calls it takes to apply a plan, by the count of
// [Result.Calls]. A plan that is kept, to be saved or asked about, tells what it
// takes to apply exactly it; any other what it takes to apply the file in one
// pass.
//
// The bounds hold as long as no call has to be sent twice, nobody else changes
// what the plan has read, and a row takes less than the minute that a record is
// kept for.
type Cost struct {
	Least int64 `json:"least"`
	Most  int64 `json:"most"`           // as far as the plan can see
	Open  bool  `json:"open,omitempty"` // it may be more: something depends on what nobody can know before
}

// bill adds up the cost of a plan. It keeps account of the records that a run
// would read and keep for a while, as [reads] does.
type bill struct {
	saved  bool // exactly the plan is applied
	unkept bool // by no run that is kept, so that no images are

	mu    sync.Mutex
	cost  Cost
	known map[string]*billed // by record
	order []string           // of known, the oldest first
	top   []*billed          // those that are read outside of loops
	reads int64
	again map[string]bool // ids of the steps that come to something else, perhaps
}

// billed is a record that a run reads.
type billed struct {
	segment, id string  // as [placeOf] gives them
	owner       *memory // the row that reads it first; nil outside of loops
	shared      bool    // others touch it as well, and nobody knows who comes first
	hits        int64   // reads of the owner that were not counted
	keys        map[string]*billedRead
}

// billedRead is one way of reading a record.
type billedRead struct {
	at    int64 // when it was last read, in reads
	least int64 // how often it is read at least
	kept  kept
}

// kept is whether a run still has what it has read.
type kept int

const (
	notKept kept = iota
	perhapsKept
	surelyKept
)

const (
	keptSurely   = keptRead / 2 // a record that so many others were read after is kept, whoever comes first
	keptPossibly = keptRead * 4 // and after so many it is not
)

// newBill begins the bill of a plan; nil while applying.
func newBill(opt Options, planning bool) *bill {
	if !planning {
		return nil
	}
	return &bill{
		saved: opt.Draft != nil && !opt.Unkept, unkept: opt.Unkept, cost: Cost{Least: opt.Asked, Most: opt.Asked},
		known: map[string]*billed{}, again: map[string]bool{},
	}
}

// add counts calls.
func (b *bill) add(least, most int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count(least, most)
}

func (b *bill) count(least, most int64) {
	b.cost.Least += least
	b.cost.Most += most
}

// open notes that there may be more calls than can be seen.
func (b *bill) open() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cost.Open = true
}

// unsure notes that a step, and what depends on it, may come to something else
// when it is applied.
func (b *bill) unsure(s *program.Step) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cost.Open = true
	b.again[labelled(s)] = true
}

func labelled(s *program.Step) string {
	if s.ID != "" {
		return s.ID
	}
	return fmt.Sprint(s.Index) // no id begins with a digit
}

// certain reports whether a step is reached for certain where the walk stands,
// with the inputs that the plan has seen.
func (b *bill) certain(s *program.Step, at *place) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return at.possible == nil && !b.isUnsure(s)
}

func (b *bill) isUnsure(s *program.Step) bool {
	if s == nil {
		return false
	}
	unsure := b.again[labelled(s)] || b.isUnsure(s.Outer) ||
		slices.ContainsFunc(s.Depends, func(id string) bool { return b.again[id] })
	if unsure {
		b.again[labelled(s)] = true
	}
	return unsure
}

// oneRead is a read that a run makes, unless it has kept the answer.
type oneRead struct {
	key         string
	segment, id string // as [placeOf] gives them
	certain     bool   // it is reached
	alone       bool   // nothing that runs beside it makes a run forget such records
	found       bool   // else the answer is not kept
}

// read counts a read. The second time, a row finds a record kept that no other
// row touches. All else depends on who comes first.
func (b *bill) read(by *memory, r oneRead) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reads++
	e := b.entry(by, r)
	k, again := e.keys[r.key]
	if !again {
		k = &billedRead{}
		e.keys[r.key] = k
	}
	sure := !e.shared && (by == nil || r.alone && r.id != "")
	least := int64(0)
	switch {
	case sure && k.kept == surelyKept && b.reads-k.at < keptSurely:
		e.hits++
		return
	case r.certain && (k.least == 0 || sure && k.kept == notKept):
		least = 1
	}
	b.count(least, 1)
	k.at, k.least, k.kept = b.reads, k.least+least, notKept
	switch {
	case r.found && r.certain:
		k.kept = surelyKept
	case r.found:
		k.kept = perhapsKept
	}
}

// entry is the account of the record of a read.
func (b *bill) entry(by *memory, r oneRead) *billed {
	name := recordName(r.segment, r.id)
	if r.id == "" {
		name = r.key
	}
	e := b.known[name]
	if e == nil {
		e = &billed{segment: r.segment, id: r.id, owner: by, keys: map[string]*billedRead{}}
		b.known[name] = e
		if by == nil {
			b.top = append(b.top, e)
		}
		if b.order = append(b.order, name); len(b.order) > keptPossibly {
			delete(b.known, b.order[0])
			b.order = b.order[1:]
		}
	}
	if e.owner != by {
		b.share(e)
	}
	return e
}

func recordName(segment, id string) string { return segment + " " + id }

// share notes that several touch a record. What was counted as if it were its
// owner's alone is counted anew.
func (b *bill) share(e *billed) {
	if e.shared {
		return
	}
	e.shared = true
	b.cost.Most += e.hits
	for _, k := range e.keys {
		if k.least > 1 {
			b.cost.Least -= k.least - 1
			k.least = 1
		}
	}
}

// wrote notes what a write makes a run forget, but for one key.
func (b *bill) wrote(by *memory, changed extent, but string, certain bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.top {
		if changed.includes(e.segment, e.id) {
			b.forget(e, by, but, certain)
		}
	}
	if e := b.known[recordName(changed.segment, changed.record)]; e != nil && e.owner != nil {
		b.forget(e, by, but, certain)
	}
}

func (b *bill) forget(e *billed, by *memory, but string, certain bool) {
	if e.owner != by {
		b.share(e)
		return
	}
	for key, k := range e.keys {
		switch {
		case key == but && certain:
			k.kept = surelyKept
		case key != but && certain:
			k.kept = notKept
		case k.kept == surelyKept:
			k.kept = perhapsKept
		}
	}
}
