package runner

import (
	"maps"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/tidwall/gjson"
)

// packed is a record in little room: a plan keeps one for each record that it
// writes.
type packed struct {
	text  string      // the fields that are known, as a JSON object
	later eval.Object // those that are not
	whole eval.Value  // in place of both, of what is no object
}

func pack(v eval.Value) packed {
	object, ok := v.(eval.Object)
	if !ok {
		return packed{whole: v}
	}
	p := packed{later: eval.Object{}}
	known := make(eval.Object, len(object))
	for name, each := range object {
		if _, some := eval.IsUnknown(each); some {
			p.later[name] = each
		} else {
			known[name] = each
		}
	}
	text, err := eval.AppendJSON(nil, known)
	if err != nil {
		return packed{whole: v} // it holds what has no JSON
	}
	p.text = string(text)
	return p
}

// value is the record as it was packed.
func (p *packed) value() eval.Value {
	if p.text == "" {
		return p.whole
	}
	object := maps.Clone(p.later)
	gjson.Parse(p.text).ForEach(func(key, value gjson.Result) bool {
		object[key.String()] = eval.RawTrusted([]byte(value.Raw))
		return true
	})
	return object
}

// field is the text of a field; "" where it is none.
func (p *packed) field(name string) string {
	if p.text == "" {
		text, _ := valueAt(p.whole, name).(string)
		return text
	}
	if got := gjson.Get(p.text, name); got.Type == gjson.String {
		return got.String()
	}
	return ""
}
