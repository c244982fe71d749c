package program

import (
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/steps"
)

// kinds are those of expressions for those of the catalogue.
var kinds = map[steps.Kind]eval.Kind{
	steps.Any:     eval.KindAny,
	steps.String:  eval.KindString,
	steps.Integer: eval.KindInt,
	steps.Time:    eval.KindInt,
	steps.Number:  eval.KindNumber,
	steps.Boolean: eval.KindBool,
	steps.List:    eval.KindList,
	steps.Object:  eval.KindObject,
}

// KindOf gives the kind that a value of the catalogue has in expressions.
func KindOf(t steps.Type) eval.Kind { return kinds[t.Kind] }

// typeOf turns a type of the catalogue into one that expressions are checked
// against.
func typeOf(t steps.Type) *eval.Type {
	out := &eval.Type{Kind: kinds[t.Kind], Open: t.Open}
	switch {
	case t.Kind == steps.List && t.Elem != nil:
		out.Elem = typeOf(*t.Elem)
	case t.Kind == steps.Object:
		out.Fields = make(map[string]*eval.Type, len(t.Fields))
		for _, f := range t.Fields {
			out.Fields[f.Name] = typeOf(f.Type)
		}
		out.Open = out.Open || len(t.Fields) == 0
	}
	return out
}

// errorType is steps.ID.error.
var errorType = &eval.Type{Kind: eval.KindObject, Fields: map[string]*eval.Type{
	"code":    {Kind: eval.KindString},
	"message": {Kind: eval.KindString},
	"status":  {Kind: eval.KindInt},
}}

// Word names the kind of a value that is known, for messages; "" for null.
func Word(v eval.Value) string { return kindWords[eval.KindOf(v)] }

// kindWords has no word for any kind.
var kindWords = map[eval.Kind]string{
	eval.KindBool: "a boolean", eval.KindInt: "an integer", eval.KindNumber: "a number",
	eval.KindString: "a string", eval.KindList: "a list", eval.KindObject: "an object",
}

// outputType is the type of what an action answers, made once for all steps.
func (l *loader) outputType(action *steps.Action) *eval.Type {
	t := l.outputs[action]
	if t == nil {
		t = typeOf(action.Output)
		l.outputs[action] = t
	}
	return t
}

// stepType is what steps.ID holds.
func (l *loader) stepType(s *Step) *eval.Type {
	fields := map[string]*eval.Type{
		"status": {Kind: eval.KindString},
		"error":  errorType,
	}
	switch {
	case s.Loop != nil:
		fields["counts"] = countsType
		fields["items"] = &eval.Type{Kind: eval.KindList, Elem: l.itemType(s)}
	case s.Action != nil:
		fields["data"] = l.outputType(s.Action)
	case s.Source.Action != nil: // it is not known, which is reported
		fields["data"] = nil
	}
	return &eval.Type{Kind: eval.KindObject, Fields: fields}
}

// itemType is an element of steps.ID.items.
func (l *loader) itemType(s *Step) *eval.Type {
	fields := map[string]*eval.Type{
		"key":    {Kind: eval.KindString},
		"status": {Kind: eval.KindString},
	}
	if s.Action != nil {
		fields["data"] = l.outputType(s.Action)
		return &eval.Type{Kind: eval.KindObject, Fields: fields}
	}
	inner := map[string]*eval.Type{}
	for _, each := range s.Steps {
		if each.ID != "" {
			inner[each.ID] = l.stepType(each)
		}
	}
	fields["steps"] = &eval.Type{Kind: eval.KindObject, Fields: inner, Noun: "step"}
	return &eval.Type{Kind: eval.KindObject, Fields: fields}
}

// statusNames are what an instance or a row can end as.
var statusNames = []string{"done", "unchanged", "skipped", "failed", "in_doubt", "pending"}

// countsType is steps.ID.counts.
var countsType = func() *eval.Type {
	fields := map[string]*eval.Type{"total": {Kind: eval.KindInt}}
	for _, status := range statusNames {
		fields[status] = &eval.Type{Kind: eval.KindInt}
	}
	return &eval.Type{Kind: eval.KindObject, Fields: fields}
}()
