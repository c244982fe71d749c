package runner

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
)

// undoMaker makes of the writes of a run what takes them back.
type undoMaker struct {
	*Undo
	program *Program
	limits  map[string]int // place in Limits, by step, how and reason
	gone    map[string]*goneRecord
	met     map[string]bool         // keys of UndoOptions.Keys that a write has
	made    map[uint64]bool         // records that the run created, and that are to be deleted, by a hash
	stays   map[string][]imageField // what the run set in one of them and is not taken back
	stages  *stages
	doubts  []string
	err     error // the first one
}

// undoRow is one row of a loop that takes writes back.
type undoRow struct {
	Key     string                     `json:"key"`
	Of      string                     `json:"of"` // address of the write
	With    map[string]json.RawMessage `json:"with"`
	Expect  *expectation               `json:"expect,omitempty"`
	Holders []string                   `json:"holders,omitempty"` // that get back what comes back
}

// expectation is what must still be so for a row to be taken back.
type expectation struct {
	Fields  []imageField `json:"fields,omitempty"`  // as the run left them
	Version string       `json:"version,omitempty"` // of the record, as it was answered
	Unused  bool         `json:"unused,omitempty"`  // nobody has the record
	Only    bool         `json:"only,omitempty"`    // no other field of the record has a value
	Gone    bool         `json:"gone,omitempty"`    // the record is not there, or it is as it was
}

// takeBack takes in a write; they come from the last one to the first.
func (m *undoMaker) takeBack(d deed) error {
	s := stepOf(m.program, d.Addr)
	if s == nil || s.Action.Effect == steps.Read || d.Effect == steps.Read.String() {
		return nil
	}
	updated := s.Action.Effect == steps.Create && d.Image != nil && d.Image.ID != "" && d.Image.ID == d.ID
	call := s.Action.Undo
	if updated {
		call = s.Action.UndoUpdate
	}
	switch {
	case d.Image == nil && (call != nil || s.Action.Effect == steps.Delete):
		m.limit(s, d, Never, "what was there before is not on record: undo: false, or a run of an older flowrun")
		return nil
	case d.Met && s.Action.Effect == steps.Create && (s.Action.Goal != steps.Fields || len(d.Image.Fields) == 0):
		m.limit(s, d, Never, "an answer was lost, and it is not known whether the run created this or met it")
		return nil
	case call == nil:
		m.limit(s, d, Never, s.Action.UndoNote)
		m.deleted(s.Action, d)
		return nil
	case d.Open != "" && (d.Open != steps.Repeatable.String() || d.ID == "" && needsData(call)):
		m.doubts = append(m.doubts, d.Addr)
		return nil
	case m.hard(call):
		call = &steps.Call{Action: "deleteContact", With: call.With}
	}
	return m.invert(s, d, call)
}

// hard reports whether a contact that was created is to be deleted.
func (m *undoMaker) hard(call *steps.Call) bool {
	return m.opt.Hard && call.Action == "archiveContact" && needsData(call)
}

func needsData(call *steps.Call) bool {
	for _, text := range call.With {
		if strings.Contains(text, "data.") {
			return true
		}
	}
	return false
}

// stepOf is the step of an instance; nil if that is no action.
func stepOf(prog *Program, addr string) *program.Step {
	parts := addrParts(addr)
	label := parts[len(parts)-1].label
	at := slices.IndexFunc(prog.All, func(s *program.Step) bool { return s.Label == label })
	if at < 0 || prog.All[at].Action == nil {
		return nil
	}
	return prog.All[at]
}

// limit notes that a write cannot be taken back, or not wholly.
func (m *undoMaker) limit(s *program.Step, d deed, how Reversal, reason string) {
	key := Limit{Step: s.Label, How: how, Reason: reason}
	at, known := m.limits[limitKey(key)]
	if !known {
		at = len(m.Limits)
		m.limits[limitKey(key)] = at
		m.Limits = append(m.Limits, key)
	}
	l := &m.Limits[at]
	if l.Count++; len(l.Addrs) < maxLimitAddrs {
		l.Addrs = append(l.Addrs, d.Addr)
	}
}

func limitKey(l Limit) string { return l.Step + "\x00" + string(l.How) + "\x00" + l.Reason }

// invert makes the row that takes a write back.
func (m *undoMaker) invert(s *program.Step, d deed, call *steps.Call) error {
	inverse := steps.Find(call.Action)
	with := d.inputs(call)
	row := undoRow{Of: d.Addr, With: with, Expect: &expectation{}}
	switch {
	case with == nil:
		m.limit(s, d, Never, "not all that it needs is on record")
		return nil
	case s.Action.Effect == steps.Send && d.Version == "" && m.opt.OnConflict != ForceConflict:
		m.limit(s, d, Never, "whether somebody has changed it since cannot be told: its version is not on record")
		return nil
	case call.Restore:
		if m.restore(s, d, inverse, &row); len(row.Expect.Fields) == 0 {
			return nil
		}
	case s.Action.Effect == steps.Create || s.Action.Effect == steps.Send:
		row.Expect.Fields = m.leftIn(s.Action, d)
		row.Expect.Version, row.Expect.Unused, row.Expect.Only = d.Version, inverse.Holders != nil, m.deletes(s.Action)
	}
	if missing := lacking(inverse, with); missing != "" {
		m.limit(s, d, Never, missing)
		return nil
	}
	if m.absorbed(s.Action, d) {
		return nil
	}
	if s.Action.UndoNote != "" {
		m.limit(s, d, Partly, s.Action.UndoNote)
	}
	m.Writes++
	if s.Action.Holders != nil {
		m.comesBack(s, d, inverse, row)
		return m.err
	}
	return m.stages.add(s, inverse, row, d.reach(s.Action))
}

// inputs are those of the call that takes the write back, as far as it names
// them itself; nil where something of them was not kept.
func (d deed) inputs(call *steps.Call) map[string]json.RawMessage {
	compiled := program.MustLookup(&steps.Call{Action: call.Action, With: call.With})
	scope := eval.NewScope()
	with := eval.Object{}
	for name, text := range d.Image.With {
		with[name] = eval.RawTrusted(text)
	}
	scope.Set("with", with)
	scope.Set("data", eval.Object{"id": d.ID})
	scope.Set("before", eval.Value(eval.Absent("the record was not kept")))
	if d.Image.Record != nil {
		scope.Set("before", eval.RawTrusted(d.Image.Record))
	}
	values, err := evalAll(context.Background(), compiled.With, scope)
	if err != nil {
		return nil
	}
	inputs := make(map[string]json.RawMessage, len(values))
	for name, v := range values {
		inputs[name] = asJSON(v)
	}
	return inputs
}

// lacking says why an action cannot be called with these inputs; empty if it
// can.
func lacking(inverse *steps.Action, with map[string]json.RawMessage) string {
	for _, f := range inverse.Inputs {
		if text := with[f.Name]; f.Required && (text == nil || string(text) == `""` || string(text) == "null") {
			return "the " + f.Name + " is not on record"
		}
	}
	return ""
}

// shownFields are the fields that a record shows.
func shownFields(action *steps.Action, fields []imageField) (shown []imageField) {
	for _, each := range fields {
		f, known := action.Input(each.Input)
		if _, some := f.Shown(); known && some {
			each.From = nil
			shown = append(shown, each)
		}
	}
	return shown
}

// restore sets the fields of a row to what they were. What cannot be set again
// is left out, and noted.
func (m *undoMaker) restore(s *program.Step, d deed, inverse *steps.Action, row *undoRow) {
	members := map[string]map[string]json.RawMessage{}
	reason := ""
	for _, each := range d.Image.Fields {
		f, takes := inverse.Input(each.Input)
		old, why := oldValue(f, takes, each)
		if why != "" {
			reason = each.Input + ": " + why
		}
		if old == nil {
			m.keeps(s.Action, d, each)
			continue
		}
		if each.Member == "" {
			row.With[each.Input] = old
		} else if members[each.Input] == nil {
			members[each.Input] = map[string]json.RawMessage{each.Member: old}
		} else {
			members[each.Input][each.Member] = old
		}
		row.Expect.Fields = append(row.Expect.Fields, each)
	}
	for name, object := range members {
		row.With[name], _ = json.Marshal(object) // texts that are JSON
	}
	how := Partly
	if len(row.Expect.Fields) == 0 {
		how = Never
	}
	if reason != "" {
		m.limit(s, d, how, reason)
	}
}

// oldValue is what a field is set to, so that it is as it was; nil where it
// cannot be. Why says what is not as before then, or even so.
func oldValue(f steps.Field, takes bool, each imageField) (old json.RawMessage, why string) {
	_, shown := f.Shown()
	empty := each.From == nil || string(each.From) == "null" || string(each.From) == `""` && f.Type.Enum == nil && f.Type.Nullable
	switch {
	case each.Lost:
		return nil, "a secret stood in it, which is not kept"
	case !takes || !shown:
		return nil, "Intercom does not show what it was"
	case f.Type.Enum != nil && f.UndoNote != "":
		return nil, f.UndoNote
	case empty && each.Member != "" && f.Type.Nullable && each.From == nil:
		return json.RawMessage("null"), f.UndoNote
	case empty && f.Type.Nullable:
		return json.RawMessage("null"), ""
	case empty:
		return nil, f.UndoNote
	case f.Type.Kind == steps.String && each.From[0] != '"':
		text, _ := json.Marshal(string(each.From)) // a number where a text is sent
		return text, ""
	}
	return each.From, ""
}
