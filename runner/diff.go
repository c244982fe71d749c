package runner

import (
	"encoding/json"
	"maps"
	"math/big"
	"reflect"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
	"github.com/tidwall/gjson"
)

// Change is one field that a write changes.
type Change struct {
	Path   string          `json:"path"`             // custom_attributes.plan
	Before json.RawMessage `json:"before,omitempty"` // nil where the record has no such field, or there is no record
	Absent bool            `json:"absent,omitempty"` // the record has no such field
	After  json.RawMessage `json:"after,omitempty"`  // nil where it is not known yet
	Known  []string        `json:"known_after,omitempty"`
	Since  []string        `json:"before_known_after,omitempty"` // steps before this one that decide what is there
	Secret bool            `json:"secret,omitempty"`             // After is the expression that makes the value; Before is not shown
	Told   bool            `json:"literal,omitempty"`            // the workflow has After written out, without a template

	input, member string // the input that sets it, and which member of it
	field         steps.Field
	before, after json.RawMessage // also of what is secret
}

// diff compares the inputs of a write with the record as it is: only the
// fields that the step sets. An input that no record shows counts as a change.
func diff(s *program.Step, in eval.Object, record eval.Value) []Change {
	var changes []Change
	for _, f := range s.Action.Inputs {
		after, given := in[f.Name]
		if !given || f.In != steps.Body {
			continue
		}
		path, shown := pathOf(s.Action, f)
		was := record
		if !shown {
			was = nil
		}
		object, isObject := openObject(f, after)
		from := s.With.Field(f.Name)
		if !isObject {
			changes = appendChange(changes, Change{Path: path, Absent: was != nil, input: f.Name}, f, valueAt(was, path), after, from)
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(object)) {
			full := path + "." + gjson.Escape(name)
			changes = appendChange(changes, Change{Path: full, Absent: was != nil, input: f.Name, member: name}, steps.Field{Name: full}, valueAt(was, full), object[name], from.Member(name))
		}
	}
	return changes
}

// pathOf is the path under which a change of an input is told, and whether
// records show its value there.
func pathOf(action *steps.Action, f steps.Field) (path string, shown bool) {
	path, shown = f.Shown()
	if !shown || action.Goal != steps.Fields {
		return f.Name, shown
	}
	return path, shown
}

// appendChange adds a field, if it changes. From is what the workflow has for
// it. Absent is what to say where the record has nothing.
func appendChange(changes []Change, c Change, f steps.Field, before, after eval.Value, from *program.Value) []Change {
	if same(f, before, after) {
		return changes
	}
	c.Path, c.field = strings.ReplaceAll(c.Path, `\`, ""), f
	unknown, some := eval.IsUnknown(before)
	_, missing := before.(eval.Missing)
	switch {
	case some:
		c.Since = unknown.Origins
	case !missing:
		c.before = asJSON(before)
	}
	c.Absent = c.Absent && missing
	c.Before, c.Secret, c.Told = c.before, from.HoldsSecret(), from != nil && from.Fixed
	if unknown, some = eval.IsUnknown(after); !some {
		c.after = asJSON(after)
	}
	switch {
	case c.Secret:
		c.Before, c.After = nil, asJSON(from.Shown(after))
	case some:
		c.Known = unknown.Origins
	default:
		c.After = c.after
	}
	return append(changes, c)
}

// same reports whether a field has the value already that a step sets. Absent,
// null and "" are three things, but for what the field's rule says.
func same(f steps.Field, before, after eval.Value) bool {
	if _, some := eval.IsUnknown(after); some {
		return false
	}
	if _, some := eval.IsUnknown(before); some {
		return false
	}
	if _, missing := before.(eval.Missing); missing {
		return after == nil // clearing what was never set changes nothing
	}
	was, is := asJSON(before), asJSON(after)
	if f.Same != nil {
		return f.Same(gjson.ParseBytes(was), gjson.ParseBytes(is))
	}
	return sameJSON(f, gjson.ParseBytes(was), gjson.ParseBytes(is))
}

func sameJSON(f steps.Field, was, is gjson.Result) bool {
	switch {
	case was.Type == gjson.Number && is.Type == gjson.Number:
		return sameNumber(was.Raw, is.Raw)
	case f.Type.Kind == steps.String && is.Type == gjson.Number:
		return was.Type == gjson.String && was.String() == is.Raw
	case was.IsObject() || was.IsArray():
		var a, b any
		return json.Unmarshal([]byte(was.Raw), &a) == nil && json.Unmarshal([]byte(is.Raw), &b) == nil && reflect.DeepEqual(a, b)
	}
	return was.Type == is.Type && was.String() == is.String()
}

// sameNumber compares numbers as they are written, of any size.
func sameNumber(a, b string) bool {
	if strings.ContainsAny(a+b, "eE") {
		return gjson.Parse(a).Float() == gjson.Parse(b).Float()
	}
	x, okX := new(big.Rat).SetString(a)
	y, okY := new(big.Rat).SetString(b)
	return okX && okY && x.Cmp(y) == 0
}
