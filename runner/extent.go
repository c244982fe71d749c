package runner

import (
	"strings"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/steps"
)

// extent is what a write may change of what was read.
type extent struct {
	segment string // the first segment of the path of what it writes; "" where that may be anything
	record  string // Intercom's id of the one record there; "" where several may be concerned
	others  bool   // what stands under other segments may change as well
}

// extentOf is the extent of a write with these inputs. The answer, if there is
// one, has that id.
func extentOf(action *steps.Action, in eval.Object, answered string) extent {
	first := segment(action)
	switch first {
	case "contacts", "companies", "tags":
	default:
		return extent{others: true}
	}
	x := extent{segment: first, record: answered, others: action.Goal == steps.Gone}
	if name, own := recordInput(action); own { // else the answer is the record
		x.record = nameAhead(in[name])
	}
	return x
}

// recordInput is the input that has the id of the record that an action writes;
// own is false where its path has none.
func recordInput(action *steps.Action) (name string, own bool) {
	_, path, _ := strings.Cut(action.Op, "/")
	_, rest, _ := strings.Cut(path, "/")
	id, _, _ := strings.Cut(rest, "/")
	return strings.Trim(id, "{}"), id != ""
}

// holds reports whether what was read under a key may have been changed.
func (x extent) holds(key string) bool { return x.includes(placeOf(key)) }

func (x extent) includes(first, id string) bool {
	if first != x.segment {
		return x.others
	}
	return id == "" || x.record == "" || id == x.record
}

// nameAhead is a value as text: of one that is not known yet, when it will be.
// It is empty where there is none.
func nameAhead(v eval.Value) string {
	if unknown, some := eval.IsUnknown(v); some {
		return unknown.String()
	}
	if v == nil {
		return ""
	}
	return textValue(v)
}

// placeOf gives the first segment of the path of a read, and the id of the one
// record that it is about; "" where that is none, or is found by another name.
func placeOf(key string) (first, id string) {
	_, path, _ := strings.Cut(key, " /")
	path, _, _ = strings.Cut(path, "?")
	first, rest, _ := strings.Cut(path, "/")
	if id, _, _ = strings.Cut(rest, "/"); len(id) != idLength {
		return first, ""
	}
	return first, id
}

// idLength is that of Intercom's ids of contacts and companies. Nothing else
// that stands there is so long: find_by_external_id, search, scroll, list.
const idLength = 24
