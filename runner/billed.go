package runner

import (
	"maps"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
)

// billList puts the list of a loop on the bill, which took so many calls. A plan
// that is kept has it, unless the plan itself may change it.
func (w *walk) billList(s *program.Step, at *place, items *spool) {
	if w.bill == nil {
		return
	}
	if items.affected != nil {
		w.bill.unsure(s)
	}
	if items.affected != nil || !w.bill.saved {
		w.bill.add(w.bill.least(s, at, items.calls), items.calls)
	}
}

// least is how many of so many calls are made for certain.
func (b *bill) least(s *program.Step, at *place, calls int64) int64 {
	if !b.certain(s, at) {
		return 0
	}
	return calls
}

// billRow puts the read on the bill that holds a row against its plan.
func (w *walk) billRow(s *program.Step, at *place, item eval.Value) {
	if w.bill == nil || !w.bill.saved {
		return
	}
	action, req, err := rowRead(s, item)
	if action == nil || err != nil {
		return
	}
	r := oneRead{key: readKey(req), certain: w.bill.certain(s, at), alone: w.alone(s), found: true}
	r.segment, r.id = placeOf(r.key)
	w.bill.read(at.memory, r)
}

// billRead puts a step that reads on the bill. A plan that is kept has the
// answers that something needs, unless the plan itself may change them.
func (w *walk) billRead(s *program.Step, at *place, out outcome, affected bool) {
	if w.bill == nil || out.calls == 0 {
		return
	}
	_, later := eval.IsUnknown(out.data)
	switch {
	case affected:
		w.bill.unsure(s)
	case s.Until != nil && later, later && s.Action.Paging != intercom.NoPages:
		w.bill.open()
	case w.bill.saved && s.Used && out.has && out.status == Done && !later:
		return
	}
	w.bill.add(w.bill.least(s, at, out.calls), out.calls)
}

// billWrite puts a planned write on the bill: the look at its record, if a run
// looks, and what it sends.
func (w *walk) billWrite(s *program.Step, at *place, in eval.Object, target *found, out outcome) {
	certain, but := w.bill.certain(s, at), ""
	looks := target != nil && (w.bill.saved || !s.Blind && !target.searched())
	if looks {
		but = w.billLook(s, at, target, certain)
	}
	least, most := w.sends(s, in, target, out, looks)
	if most == 0 {
		return
	}
	if !certain {
		least = 0
	}
	w.bill.add(least, most)
	if s.Action.Goal != steps.Fields && (target == nil || len(target.match) == 0) || out.status != Done {
		but = ""
	}
	w.bill.wrote(at.memory, extentOf(s.Action, in, answerAhead(at, target, out)), but, certain)
}

// answerAhead is the id that a write will answer with.
func answerAhead(at *place, target *found, out outcome) string {
	if target != nil && target.value != nil && out.effect != steps.Create {
		return nameAhead(valueAt(target.value, "id"))
	}
	return (&eval.Unknown{Origins: []string{at.addr()}}).String()
}

// searched reports whether a record was looked for by a search.
func (f *found) searched() bool {
	return f.look != nil && f.look.Action.Paging == intercom.CursorBody
}

// billLook puts the look at the record of a write on the bill. It gives the key
// of the read that shows the record.
func (w *walk) billLook(s *program.Step, at *place, t *found, certain bool) string {
	if t.look == nil { // nobody knows which way it will be looked for
		w.bill.add(0, 2)
		return ""
	}
	if t.searched() && t.planned != nil { // the search may not have it yet
		w.bill.add(0, 2)
		return ""
	}
	r := readAhead(t)
	r.certain, r.alone, r.found = certain, w.alone(s), len(t.match) > 0 || t.value != nil || t.after != nil
	w.bill.read(at.memory, r)
	if !t.searched() || t.value == nil {
		return r.key
	}
	if action, req, err := readOf(t.value); err == nil && action != nil {
		r.key = readKey(req)
		r.segment, r.id = placeOf(r.key)
		w.bill.read(at.memory, r)
	}
	return r.key
}

// readAhead is the read by which a record is looked for. What is not known of it
// yet stands in its key as when it will be.
func readAhead(t *found) (r oneRead) {
	if _, some := eval.IsUnknown(t.with); !some {
		if given, err := plain(t.with); err == nil {
			if req, err := t.look.Action.Request(given); err == nil {
				r.key = readKey(req)
				r.segment, r.id = placeOf(r.key)
				return r
			}
		}
	}
	r.key, r.segment = t.look.Action.Op, segment(t.look.Action)
	for _, name := range slices.Sorted(maps.Keys(t.with)) {
		r.key += " " + name + " " + nameAhead(t.with[name])
	}
	if name, own := recordInput(t.look.Action); own {
		r.id = nameAhead(t.with[name])
	}
	return r
}

// alone reports whether nothing in the loop around a step makes a run forget
// the records that other rows have read.
func (w *walk) alone(s *program.Step) bool {
	first := s.Outermost()
	for _, each := range w.program.All[first:] {
		if each.Index > first && each.Outermost() != first {
			break
		}
		if a := each.Action; a != nil && a.Effect != steps.Read && extentOf(a, nil, "").others && segment(a) != "contacts" {
			return false
		}
	}
	return true
}

// sends is how many calls a planned write takes, without the look.
func (w *walk) sends(s *program.Step, in eval.Object, target *found, out outcome, looks bool) (least, most int64) {
	_, meets := s.Action.Input("on_conflict")
	images := !w.bill.unkept && !s.Blind
	switch {
	case out.status == Done && out.effect == steps.Delete && s.Holders != nil && images:
		return 2, 1 + max(1, (min(out.holders, maxHolders+1)+holdersPage-1)/holdersPage)
	case out.status == Done && meets && target != nil && target.after != nil:
		return 1, 3 // it may meet a contact
	case out.status == Done && looks && !s.Blind && out.effect == steps.Update && target.isTwin(s, in) && (target.planned == nil || !target.searched()):
		return 1, 1 // it goes to the contact that the look finds
	case out.status == Done && meets && looks && !s.Blind && out.effect == steps.Update && target.planned != nil:
		return 1, 3 // the look may not find it yet, or find less of it than a create meets
	case out.status == Done && meets && out.effect == steps.Update && images:
		return 3, 3 // it meets a contact, which is read and written
	case out.status == Done && meets && out.effect == steps.Update:
		return 2, 2
	case out.status == Done:
		return 1, 1
	case w.bill.saved:
		return 0, 0
	case out.failure != nil && s.Action.Goal == steps.Present && target != nil && target.lost():
		return 1, 1
	case out.failure != nil:
		return w.sendsInVain(out.failure)
	case meets && !looks:
		return 2, 2 // it meets a contact, which is as it is to be, or is left alone
	case out.status == Unchanged && target != nil && !looks:
		return 1, 1
	}
	return 0, 0
}

// holdersPage is how many holders of a record come in one call.
const holdersPage = 150

// sendsInVain is how many calls a write takes in one pass that a plan foresees to
// fail. What only contradicts another write of the plan is sent.
func (w *walk) sendsInVain(f *Failure) (least, most int64) {
	switch {
	case f.Code == "conflicting_writes", f.Code == "ambiguous":
		w.bill.open() // and its row goes on
		return 0, 3
	case f.Code == "conflict", strings.HasPrefix(f.Code, "attribute_"):
		return 1, 1
	}
	return 0, 0
}
