package runner

import (
	"slices"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
	"github.com/tidwall/gjson"
)

// A record that the run created is deleted only if nobody has filled it in
// since: what stands in it must be what the run set.

// deletes reports whether records that an action creates are deleted to take
// that back, and have other fields than the ones that a version tells of.
func (m *undoMaker) deletes(action *steps.Action) bool {
	if action.Effect != steps.Create || action.Goal != steps.Fields || action.Undo == nil {
		return false
	}
	return m.hard(action.Undo) || steps.Find(action.Undo.Action).Effect == steps.Delete
}

// findMade finds the records that the run created and that are to be deleted.
func (m *undoMaker) findMade(all *deeds) error {
	m.made, m.stays = map[uint64]bool{}, map[string][]imageField{}
	if !slices.ContainsFunc(m.program.All, func(s *program.Step) bool { return s.Action != nil && m.deletes(s.Action) }) {
		return nil
	}
	return all.backwards(func(d deed) error {
		s := stepOf(m.program, d.Addr)
		if s != nil && d.Image != nil && d.Image.ID == "" && m.deletes(s.Action) {
			record, _ := d.names(s.Action)
			m.made[m.stages.hash(record)] = true
		}
		return nil
	})
}

// keeps notes a field that keeps what the run set in it. Of several writes the
// last one counts, which comes first here.
func (m *undoMaker) keeps(action *steps.Action, d deed, each imageField) {
	record, _ := d.names(action)
	if m.made[m.stages.hash(record)] && !hasField(m.stays[record], each) {
		m.stays[record] = append(m.stays[record], each)
	}
}

// leftIn are the fields that a record shows which a write created, as the run
// left them.
func (m *undoMaker) leftIn(action *steps.Action, d deed) []imageField {
	record, _ := d.names(action)
	left := m.stays[record]
	for _, each := range d.Image.Fields {
		if !hasField(left, each) {
			left = append(left, each)
		}
	}
	return shownFields(action, left)
}

func hasField(fields []imageField, each imageField) bool {
	return slices.ContainsFunc(fields, func(f imageField) bool { return f.Input == each.Input && f.Member == each.Member })
}

// filled names a field of a record that has a value and is none of these; "" if
// there is none.
func filled(action *steps.Action, record eval.Value, but []imageField) string {
	for _, maker := range steps.All() {
		if maker.Resource != action.Resource || maker.Effect != steps.Create {
			continue
		}
		for _, f := range maker.Inputs {
			path, shown := f.Shown()
			if !shown || f.In != steps.Body || f.Type.Enum != nil || ofLead(f, record) {
				continue
			}
			value := valueAt(record, path)
			if members, open := openObject(f, value); open {
				if name := filledMember(f, members, but); name != "" {
					return path + "." + name
				}
			} else if !isEmpty(value) && !hasField(but, imageField{Input: f.Name}) {
				return path
			}
		}
	}
	return ""
}

// ofLead reports whether a field is one that Intercom itself sets of a lead.
func ofLead(f steps.Field, record eval.Value) bool {
	return f.Name == externalID && textValue(valueAt(record, "role")) == "lead"
}

const externalID = "external_id"

// filledMember is [filled] for an object that is merged key by key.
func filledMember(f steps.Field, members eval.Object, but []imageField) string {
	for name, value := range members {
		if !isEmpty(value) && name != creationSource && !hasField(but, imageField{Input: f.Name, Member: name}) {
			return name
		}
	}
	return ""
}

// creationSource is the attribute that Intercom gives a company that is created.
const creationSource = "creation_source"

// isEmpty reports whether a field says nothing: Intercom shows some that were
// never set as null, others as 0, false or "".
func isEmpty(value eval.Value) bool {
	switch gjson.ParseBytes(asJSON(value)).String() {
	case "", "0", "false", "{}", "[]":
		return true
	}
	return false
}
