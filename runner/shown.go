package runner

import (
	"bytes"

	"github.com/flowrun-dev/flowrun/internal/eval"
)

// plannedInputs are the inputs of a write as a plan shows and keeps them: a value
// that is not known yet, or is made of a secret, is described.
type plannedInputs eval.Object

// MarshalJSON writes what is not known as {"known_after": [steps]}.
func (i plannedInputs) MarshalJSON() ([]byte, error) {
	return eval.AppendJSON(nil, showable(eval.Object(i)))
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (i *plannedInputs) UnmarshalJSON(text []byte) error {
	v, err := eval.Raw(bytes.Clone(text))
	if err != nil {
		return err
	}
	object, _ := understood(v).(eval.Object)
	*i = plannedInputs(object)
	return nil
}

const knownAfterKey = "known_after"

// showable gives v with a description in place of what is not known.
func showable(v eval.Value) eval.Value {
	switch v := v.(type) {
	case *eval.Unknown:
		after := make(eval.List, len(v.Origins))
		for i, name := range v.Origins {
			after[i] = name
		}
		return eval.Object{knownAfterKey: after}
	case eval.List:
		list := make(eval.List, len(v))
		for i, each := range v {
			list[i] = showable(each)
		}
		return list
	case eval.Object:
		object := make(eval.Object, len(v))
		for name, each := range v {
			object[name] = showable(each)
		}
		return object
	}
	return v
}

// understood takes back what showable did.
func understood(v eval.Value) eval.Value {
	switch eval.KindOf(v) {
	case eval.KindList:
		var list eval.List
		for _, each := range elements(v) {
			list = append(list, understood(each))
		}
		return list
	case eval.KindObject:
		object, _ := fieldsOf(v)
		if after, ok := object[knownAfterKey]; ok && len(object) == 1 {
			unknown := &eval.Unknown{}
			for _, name := range elements(after) {
				unknown.Origins = append(unknown.Origins, textValue(name))
			}
			return unknown
		}
		for name, each := range object {
			object[name] = understood(each)
		}
		return object
	}
	return v
}
