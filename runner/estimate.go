package runner

import (
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/steps"
)

// rowReads are the reads by id that show what a row of a list shows already.
// Lists and searches lag behind writes, so that only an estimate takes them for
// the record itself.
var rowReads = map[string]struct{ action, input string }{
	"listContacts":   {"getContact", "contact_id"},
	"searchContacts": {"getContact", "contact_id"},
	"listCompanies":  {"getCompany", "company_id"},
}

// estimate lets the item of a loop stand for the record that its steps would
// read, in a plan that is to be an estimate.
func (w *walk) estimate(s *step, item eval.Value) {
	if !w.planning || !w.opt.Estimate || s.loop.action == nil {
		return
	}
	by, some := rowReads[s.loop.action.Name]
	id, known := valueAt(item, true, "id").(string)
	if !some || !known {
		return
	}
	if req, err := steps.Find(by.action).Request(map[string]any{by.input: id}); err == nil {
		w.reads.put(readKey(req), item)
	}
}

// readKey is what a read is kept under.
func readKey(req intercom.Request) string {
	return req.Method + " " + req.Path + "?" + req.Query.Encode() + " " + string(req.Body)
}

// put keeps a record that was not read by itself.
func (r *reads) put(key string, value eval.Value) {
	if k, mine := r.get(key); mine {
		k.value, k.list, k.at = value, &roll{list: value}, time.Now()
		close(k.done)
	}
}
