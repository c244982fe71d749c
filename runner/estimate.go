package runner

import (
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
)

// estimate lets the item of a loop stand for the record that its steps would
// read, in a plan that is to be an estimate. Lists and searches lag behind
// writes, so that nothing else takes them for the record itself.
func (w *walk) estimate(s *program.Step, item eval.Value) {
	if !w.planning || !w.opt.Estimate || s.Loop.Action == nil {
		return
	}
	if action, req, err := readOf(item); action != nil && err == nil {
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
