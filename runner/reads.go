package runner

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/steps"
)

const (
	fresh    = time.Minute // how long a record that was read may stand for the one in Intercom
	keptRead = 512         // records that are kept
)

// reads keeps the records that were read lately, so that the steps of one row
// share them.
type reads struct {
	mu    sync.Mutex
	kept  map[string]*keptRecord
	order []string // of kept, the oldest first
}

// keptRecord is a record, or the error of reading it. Those who want it while
// it is being read wait.
type keptRecord struct {
	done  chan struct{} // closed when the rest is there
	at    time.Time
	value eval.Value
	list  *roll // the same, to look into; empty where there is none
	err   error
}

// getters are the reads that show a record by its id, with the name of that
// input, by the type that Intercom gives the record.
var getters = map[string]struct{ action, id string }{
	"contact": {"getContact", "contact_id"},
	"company": {"getCompany", "company_id"},
	"ticket":  {"getTicket", "ticket_id"},
}

// readOf is the read that shows the record that an item of a list is. The
// action is nil where there is none.
func readOf(item eval.Value) (*steps.Action, intercom.Request, error) {
	by := getters[textValue(valueAt(item, "type"))]
	id, known := valueAt(item, "id").(string)
	action := steps.Find(by.action)
	if action == nil || !known {
		return nil, intercom.Request{}, nil
	}
	req, err := action.Request(map[string]any{by.id: id})
	return action, req, err
}

// read gives what a read answers, as the data of its action, and the key it is
// kept under.
func (w *walk) read(ctx context.Context, action *steps.Action, req intercom.Request) (*keptRecord, string, error) {
	key := readKey(req)
	r, mine := w.reads.get(key)
	if mine {
		var resp intercom.Response
		if resp, r.err = w.Do(ctx, req); r.err == nil {
			r.err = whole(action, req, resp)
		}
		if r.err == nil {
			r.value = eval.RawTrusted(action.Data(resp))
		}
		r.list, r.at = &roll{list: r.value}, time.Now()
		close(r.done)
	}
	select {
	case <-r.done:
		return r, key, r.err
	case <-ctx.Done():
		return nil, key, context.Cause(ctx)
	}
}

// get gives the place of a record. Where none is kept that is fresh, it is a
// new one, and whoever asked reads it.
func (r *reads) get(key string) (k *keptRecord, mine bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if k := r.kept[key]; k != nil && k.usable() {
		return k, false
	}
	if r.kept == nil {
		r.kept = map[string]*keptRecord{}
	}
	if len(r.order) == keptRead {
		delete(r.kept, r.order[0])
		r.order = r.order[1:]
	}
	k = &keptRecord{done: make(chan struct{})}
	r.kept[key] = k
	r.order = append(r.order, key)
	return k, true
}

// drop forgets what a write may have changed, but for one key.
func (r *reads) drop(changed extent, but string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key := range r.kept {
		if key != but && changed.holds(key) {
			delete(r.kept, key)
		}
	}
	r.order = slices.DeleteFunc(r.order, func(key string) bool { return r.kept[key] == nil })
}

// usable reports whether a record is being read, or was a short while ago.
func (k *keptRecord) usable() bool {
	select {
	case <-k.done:
		return k.err == nil && time.Since(k.at) < fresh
	default:
		return true
	}
}

// change keeps what a write has made of a record.
func (r *reads) change(key string, change func(*keptRecord)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	kept := r.kept[key]
	if kept == nil {
		return
	}
	select {
	case <-kept.done:
		written := &keptRecord{done: kept.done, at: time.Now(), value: kept.value, list: kept.list}
		change(written)
		r.kept[key] = written
	default: // it is being read anew, and nobody knows on which side of the write
		delete(r.kept, key)
	}
}
