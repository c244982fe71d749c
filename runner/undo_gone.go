package runner

import (
	"encoding/json"
	"slices"

	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
)

// goneRecord is a record that the run deleted. It comes back with another id,
// so that what the run did to it before cannot be taken back by the old one: it
// is worked into how the record comes back.
type goneRecord struct {
	group *group // nil of what does not come back
	row   undoRow
	made  bool // by this run: then there is nothing to bring back
}

// names are the inputs that name what a write is about: the record, and the
// contact that it is linked to.
func (d deed) names(action *steps.Action) (record, contact string) {
	text := func(name string) string {
		var id string
		_ = json.Unmarshal(d.Image.With[name], &id)
		return id
	}
	switch {
	case action.Effect == steps.Create || action.Effect == steps.Send:
		return action.Resource + " " + d.ID, ""
	case isLink(action) && action.Resource != "contacts":
		return action.Resource + " " + text(action.Inputs[1].Name), "contacts " + text("contact_id")
	}
	return action.Resource + " " + text(action.Inputs[0].Name), ""
}

// reach says which records a write has for itself, and which it shares with
// others that do as it does.
func (d deed) reach(action *steps.Action) reach {
	record, contact := d.names(action)
	switch {
	case contact != "":
		return reach{alone: []string{contact + " " + record}, shared: []string{record, contact}}
	case action.Goal == steps.Fields && (action.Effect == steps.Update || d.Image.ID != ""):
		return reach{alone: []string{record + " fields"}, shared: []string{record}}
	}
	return reach{alone: []string{record}}
}

// deleted notes a record that is gone for good.
func (m *undoMaker) deleted(action *steps.Action, d deed) {
	if action.Effect == steps.Delete && d.Image != nil {
		record, _ := d.names(action)
		m.gone[record] = &goneRecord{}
	}
}

// comesBack keeps the row of a record that was deleted until all is known that
// the run did to it before.
func (m *undoMaker) comesBack(s *program.Step, d deed, inverse *steps.Action, row undoRow) {
	record, _ := d.names(s.Action)
	row.Expect, row.Holders = &expectation{Gone: true}, d.Image.Holders
	t := reach{alone: []string{record}}
	for _, id := range row.Holders {
		t.shared = append(t.shared, "contacts "+id)
	}
	if d.Image.More {
		m.limit(s, d, Partly, "more had it than are kept on record")
	}
	group, err := m.stages.place(s, inverse, t)
	m.failed(err)
	m.gone[record] = &goneRecord{group: group, row: row}
}

// absorbed reports whether a write is worked into how a record comes back that
// the run deleted later, or has become void by that.
func (m *undoMaker) absorbed(action *steps.Action, d deed) bool {
	record, contact := d.names(action)
	if gone := m.gone[contact]; gone != nil {
		return m.void(d)
	}
	gone := m.gone[record]
	switch {
	case gone == nil:
		return false
	case gone.group == nil:
		return m.void(d)
	case action.Effect == steps.Create && d.Image.ID == "":
		gone.made = true
	case contact != "" && action.Goal == steps.Present:
		gone.row.Holders = slices.DeleteFunc(gone.row.Holders, func(id string) bool { return "contacts "+id == contact })
	case contact != "":
		gone.row.Holders = append(gone.row.Holders, contact[len("contacts "):])
	default:
		gone.fields(d.Image.Fields)
	}
	return true
}

// void notes a write to a record that the run deleted for good.
func (m *undoMaker) void(d deed) bool {
	s := stepOf(m.program, d.Addr)
	if s.Action.Effect != steps.Create && s.Action.Effect != steps.Send {
		m.limit(s, d, Never, "the run deleted the record for good later on")
	}
	return true
}

// fields puts back what a write changed before the record was deleted.
func (g *goneRecord) fields(fields []imageField) {
	for _, each := range fields {
		if each.Member != "" {
			var object map[string]json.RawMessage
			if json.Unmarshal(g.row.With[each.Input], &object) == nil && object != nil {
				delete(object, each.Member)
				if each.From != nil {
					object[each.Member] = each.From
				}
				g.row.With[each.Input], _ = json.Marshal(object) // texts that are JSON
			}
			continue
		}
		delete(g.row.With, each.Input)
		if each.From != nil && string(each.From) != "null" {
			g.row.With[each.Input] = each.From
		}
	}
}
