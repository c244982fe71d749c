package runner

import (
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/steps"
)

// overlay is what the writes of a plan will have made of the workspace. A
// record is one record by whatever way it is reached: Intercom's id leads to
// it, and each name that it has at the moment.
type overlay struct {
	mu      sync.Mutex
	records map[string]*planned // by kind and id
	named   map[string]*planned // by kind, field and value
	members map[string]*roll    // what belongs to a contact, by the key of its read
	joined  map[string]string   // the last write to a member, by that key and its name
}

// planned is a record that the plan writes.
type planned struct {
	kept  packed // nil where only its end is known
	gone  bool   // it is archived or deleted, perhaps only if its last write is possible
	final bool   // it is deleted, and nothing brings it back
	by    author // of the last write
	made  string // address of the write that makes it; empty where it is there already
	wrote map[string]authored
}

// author is who plans a write: the address, and the row in its file.
type author struct {
	addr, row string
	possible  bool // nobody knows yet whether it will be made
}

// authored is a field as a write sets it.
type authored struct {
	author
	after string // as JSON; empty where it is not known yet
}

func (a author) String() string {
	if a.row == "" {
		return a.addr
	}
	return a.addr + " (" + a.row + ")"
}

// nameFields are the fields, besides its id, by which a record is found.
var nameFields = map[string][]string{
	"contacts":  {"external_id", "email"},
	"companies": {"company_id"},
	"tags":      {"name"},
}

// nameKey is a record's place among the named ones. Intercom tells capitals
// apart in the ids of others, not in addresses and the names of tags.
func nameKey(kind, field, value string) string {
	if field == "email" || field == "name" {
		value = strings.ToLower(value)
	}
	return kind + " " + field + " " + value
}

// knows reports whether the plan has written the record that is looked for, so
// that it need not be read.
func (o *overlay) knows(t *found) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return t.contact == "" && o.know(t) != nil
}

// know gives the record that is looked for if the plan has written it already,
// or else nil.
func (o *overlay) know(t *found) *planned {
	if t.field == "id" {
		return o.records[t.kind+" "+t.wanted]
	}
	rec := o.named[nameKey(t.kind, t.field, t.wanted)]
	if rec != nil && rec.has(t) {
		return rec
	}
	return nil
}

// has reports whether a record still has the name that it is looked for by.
func (rec *planned) has(t *found) bool {
	if t.field == "id" {
		return true
	}
	return nameKey(t.kind, t.field, rec.kept.field(t.field)) == nameKey(t.kind, t.field, t.wanted)
}

// see holds what was read against what the plan will have made of it so far.
func (o *overlay) see(t *found) {
	if t.contact != "" {
		o.seeMember(t)
		return
	}
	rec := o.know(t)
	if id, known := valueAt(t.value, "id").(string); rec == nil && known {
		rec = o.records[t.kind+" "+id]
	}
	if rec == nil {
		return
	}
	unknown, some := rec.kept.whole.(*eval.Unknown)
	switch {
	case rec.gone && rec.by.possible:
		t.value, t.perhaps = rec.kept.value(), rec.by.addr
	case rec.gone:
		t.value, t.absent = nil, errors.New("an earlier step of this plan archives or deletes it: "+rec.by.String())
	case some:
		t.after = unknown.Origins
	case !rec.has(t):
		t.value, t.absent = nil, errors.New("an earlier step of this plan gives it another "+t.field+": "+rec.by.String())
	default:
		t.value, t.absent = rec.kept.value(), nil
	}
	t.planned, t.by = rec, rec.authors()
}

// seeMember is see for what belongs to a contact.
func (o *overlay) seeMember(t *found) {
	if rec := o.records["contacts "+t.contact]; rec != nil {
		unknown, some := rec.kept.whole.(*eval.Unknown)
		switch {
		case rec.gone && rec.by.possible:
			t.perhaps = rec.by.addr
		case rec.gone:
			t.value, t.absent = nil, errors.New("an earlier step of this plan archives or deletes the contact: "+rec.by.String())
			return
		case some && t.absent != nil: // it is brought back, and nobody could look before that
			t.after, t.absent = unknown.Origins, nil
			return
		}
	}
	if rec := o.records[t.kind+" "+t.wanted]; rec != nil && rec.gone && !rec.by.possible { // nobody has it any more
		t.value, t.planned, t.by = nil, rec, rec.authors()
		return
	}
	if list, ok := o.members[t.key]; ok {
		t.in(list)
		if by := o.joined[t.member()]; by != "" {
			t.by = []string{by}
		}
	}
}

// member names what belongs to a contact: the read of it, and what was looked
// for in that.
func (t *found) member() string { return t.key + " " + t.wanted }

// write keeps what a planned write will make of the record that was looked for.
func (o *overlay) write(action *steps.Action, t *found, out outcome, by author) {
	switch {
	case t.after != nil:
	case t.contact != "":
		o.writeMember(action, t, out)
		o.joined[t.member()] = by.addr
	case action.Goal == steps.Gone:
		rec := o.record(t)
		rec.kept, rec.gone, rec.final, rec.by = pack(t.value), true, action.Effect == steps.Delete, by
	case action.Goal == steps.Present && t.field == "id": // it is brought back as it was
		rec := o.record(t)
		if rec.kept.value() == nil {
			rec.kept = pack(&eval.Unknown{Origins: []string{by.addr}, NotNull: true})
		}
		rec.gone, rec.by = false, by
	default:
		if t.value == nil {
			t.planned = nil // what is made is another one than what had the name before
		}
		rec := o.record(t)
		if t.value == nil {
			rec.made = by.addr
		}
		rec.kept, rec.by = pack(out.data), by
		rec.sets(out.changes, by)
		o.name(t.kind, rec)
	}
}

func (o *overlay) writeMember(action *steps.Action, t *found, out outcome) {
	if o.members == nil {
		o.members, o.joined = map[string]*roll{}, map[string]string{}
	}
	o.members[t.key] = t.list
	if action.Goal == steps.Absent {
		t.list.drop(t.value)
		return
	}
	t.list.put(t.value, out.data)
}

// record gives the place of the record that was looked for, whether it is
// there or will be made.
func (o *overlay) record(t *found) *planned {
	if t.planned != nil {
		return t.planned
	}
	if o.records == nil {
		o.records, o.named = map[string]*planned{}, map[string]*planned{}
	}
	rec := &planned{wrote: map[string]authored{}}
	id, known := valueAt(t.value, "id").(string)
	if t.field == "id" {
		id, known = t.wanted, true
	}
	if known {
		o.records[t.kind+" "+id] = rec
	}
	return rec
}

// name makes a record known by the names it has now.
func (o *overlay) name(kind string, rec *planned) {
	for _, field := range nameFields[kind] {
		if value := rec.kept.field(field); value != "" {
			o.named[nameKey(kind, field, value)] = rec
		}
	}
}

// authors are the addresses of the writes that made the record what it is.
func (rec *planned) authors() []string {
	addrs := []string{rec.by.addr}
	for _, each := range rec.wrote {
		addrs = append(addrs, each.addr)
	}
	slices.Sort(addrs)
	return slices.Compact(addrs)
}

// sets notes who sets which fields.
func (rec *planned) sets(changes []Change, by author) {
	for _, c := range changes {
		rec.wrote[c.Path] = authored{by, string(c.After)}
	}
}

// left leaves out the changes that the plan makes already, and gives the first
// that it makes differently, with who does. What is only possible contradicts
// nothing.
func (rec *planned) left(changes []Change, by author) (left []Change, path string, other author) {
	for _, c := range changes {
		earlier, some := rec.wrote[c.Path]
		switch {
		case some && earlier.after != "" && earlier.after == string(c.After):
			continue
		case some && path == "" && earlier.after != "" && c.After != nil && !earlier.possible && !by.possible:
			path, other = c.Path, earlier.author
		}
		left = append(left, c)
	}
	return left, path, other
}
