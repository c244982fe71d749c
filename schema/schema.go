// Package schema holds two JSON Schemas: of workflow files, and of plans as
// JSON. With the first an editor completes keys, actions and their inputs,
// explains them and marks mistakes while a file is being written. The second is
// for programs that read plans.
//
// What the first says comes from two places: the keys of the format are
// written down here, the actions and their inputs come from the catalogue in
// package steps. It can say less than flowrun validate, which also checks
// expressions and what refers to what; it never refuses what that takes.
package schema

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"slices"
)

//go:embed workflow.schema.json
var file []byte

//go:embed plan.schema.json
var planFile []byte

// Plan gives the JSON Schema of what plan prints as JSON: the document, and
// under $defs/line a line of ndjson.
func Plan() []byte { return bytes.Clone(planFile) }

// JSON gives the schema: JSON Schema, draft 2020-12. It is what [Generate]
// made from the catalogue of this version.
func JSON() []byte { return bytes.Clone(file) }

// Generate makes the schema from the format and the catalogue.
func Generate() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(workflowFile()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// object is a JSON object that keeps the order of its members.
type object []member

type member struct {
	name  string
	value any
}

// obj makes an object of names and values, in turn.
func obj(members ...any) object {
	var o object
	for i := 0; i < len(members); i += 2 {
		o = append(o, member{members[i].(string), members[i+1]})
	}
	return o
}

// and gives the object with further members.
func (o object) and(members ...any) object {
	return append(slices.Clip(o), obj(members...)...)
}

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := enc.Encode(m.name); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := enc.Encode(m.value); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
