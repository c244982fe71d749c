package runner

import (
	"encoding/json"
	"sync"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
)

// restore ends an instance as it ended in an earlier stretch of the run.
// Nothing is sent.
func (w *walk) restore(s *program.Step, at *place, a *journal.Answer) ending {
	effect, _ := steps.ParseEffect(a.Effect)
	out := outcome{status: Status(a.Status), reason: a.Reason, effect: effect, before: true}
	at.memory.does(out.status, effect != steps.Read && mayDoOnce(s))
	if out.reason == reasonConflict {
		out.note = a.Message
	}
	if a.Data != nil {
		out.data, out.has = eval.RawTrusted(w.opt.Inputs.Veil.Show(a.Data)), true
	}
	return w.end(s, at, out)
}

// made knows which instance made which record, once somebody asks.
type made struct {
	mu sync.Mutex
	by map[string]string // address by Intercom's id; nil until the first question
	id map[string]string // Intercom's id by address
}

// add takes in an answer.
func (m *made) add(a journal.Answer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.by != nil {
		m.take(a)
	}
}

func (m *made) take(a journal.Answer) {
	if a.RemoteID != "" && a.Effect != steps.Update.String() {
		m.keep(a.RemoteID, a.Address)
	}
}

// look takes in what a look found, as soon as it is on record.
func (m *made) look(n journal.Note) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.by != nil {
		m.find(n)
	}
}

// find takes in what a look found. Its answer may not be on record yet.
func (m *made) find(n journal.Note) {
	var f finding
	if n.Kind == noteLookup && json.Unmarshal(n.Data, &f) == nil && f.ID != "" {
		m.keep(f.ID, n.Address)
	}
}

func (m *made) keep(id, addr string) { m.by[id], m.id[addr] = addr, id }

// has reports whether another instance of the run is known to have made the
// record with that id. Where the journal cannot tell, it says so of each.
func (r *Run) has(at *place, id string) bool {
	if r == nil {
		return false
	}
	r.made.mu.Lock()
	defer r.made.mu.Unlock()
	if r.made.by == nil && r.readMade() != nil {
		return true
	}
	by, ok := r.made.by[id]
	return ok && by != at.addr()
}

// madeBy gives the id of the record that an instance of the run has made; "" where
// it is not known to have made one.
func (r *Run) madeBy(addr string) (string, error) {
	r.made.mu.Lock()
	defer r.made.mu.Unlock()
	if r.made.by == nil {
		if err := r.readMade(); err != nil {
			return "", err
		}
	}
	return r.made.id[addr], nil
}

// readMade reads the journal for what was made so far.
func (r *Run) readMade() error {
	if err := r.Sync(); err != nil {
		return err
	}
	found := made{by: map[string]string{}, id: map[string]string{}}
	for record, err := range journal.Records(r.Dir) {
		switch {
		case err != nil:
			return err
		case record.Answer != nil:
			found.take(*record.Answer)
		case record.Note != nil:
			found.find(*record.Note)
		}
	}
	r.made.by, r.made.id = found.by, found.id
	return nil
}
