package runner

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
)

// namesake is who has a value that a planned update sets, and that no two
// records may have, such as the name of a tag.
type namesake struct {
	steps.Unique
	found *found
}

// namesakes looks for those who have what an update sets. In a run Intercom has
// the last word.
func (w *walk) namesakes(ctx context.Context, s *program.Step, in eval.Object, target *found) (others []namesake, err error) {
	if target == nil || target.after != nil {
		return nil, nil
	}
	for i, u := range s.Action.Unique {
		f, _ := s.Action.Input(u.Input)
		path, _ := f.Shown()
		had := target.value != nil && same(f, valueAt(target.value, path), in[u.Input])
		if in[u.Input] == nil || had || target.value != nil && !(namesake{Unique: u}).concerns(target.value, in) {
			continue
		}
		other, err := w.find(ctx, s.Unique[i], s.Retry, in, nil)
		if err != nil {
			return nil, err
		}
		if other.after == nil {
			others = append(others, namesake{u, other})
		}
	}
	return others, nil
}

// weighNames ends an update that gives a record what another one has by then.
// What only may be written contradicts nothing.
func (w *walk) weighNames(s *program.Step, at *place, in eval.Object, target *found, others []namesake, v *verdict) {
	for _, n := range others {
		f, _ := s.Action.Input(n.Input)
		path, _ := f.Shown()
		sets := slices.ContainsFunc(v.changes, func(c Change) bool { return c.Path == path })
		if !sets || !n.concerns(target.value, in) {
			continue
		}
		other, by := w.overlay.holder(n, target)
		if other == nil || by != nil && at.unsure(*by) {
			continue
		}
		v.end = &outcome{status: Failed, failure: w.failure(at, s.Source.Action, n.taken(other, by))}
		return
	}
}

// concerns reports whether a record is held to what is unique, as it will be
// with these inputs. What is not known of one that the plan makes, and is not
// written, Intercom fills in: a contact becomes a user, and nobody gives it more.
func (u namesake) concerns(record eval.Value, in eval.Object) bool {
	role := cmp.Or(u.Of, "user")
	for _, v := range []eval.Value{valueAt(record, "role"), in["role"]} {
		if text, known := v.(string); known {
			role = text
		}
	}
	return (u.Of == "" || role == u.Of) && (u.Unless == "" || in[u.Unless] == nil && !isFilled(valueAt(record, u.Unless)))
}

// isFilled reports whether there is a value that is neither null nor empty.
func isFilled(v eval.Value) bool {
	switch v := v.(type) {
	case nil, eval.Missing, *eval.Unknown:
		return false
	case string:
		return v != ""
	}
	return true
}

// holder gives a record besides the target that has a value by now, and who
// gives it that in this plan; nil where nobody does.
func (o *overlay) holder(n namesake, target *found) (other eval.Value, by *author) {
	t := n.found
	if rec := o.know(t); rec != nil && rec != target.planned && !rec.gone {
		if value := rec.kept.value(); n.concerns(value, nil) {
			if set, some := rec.wrote[n.Input]; some {
				by = &set.author
			}
			return value, by
		}
	}
	rows := []eval.Value{t.value}
	if t.list != nil {
		rows = t.list.find(t.look.Call, t.match)
	}
	for _, row := range rows {
		id, known := valueAt(row, "id").(string)
		if known && id != target.id() && o.records[t.kind+" "+id] == nil && n.concerns(row, nil) {
			return row, nil
		}
	}
	return nil, nil
}

// id is that of the record; empty where it is not known.
func (f *found) id() string {
	id, _ := valueAt(f.value, "id").(string)
	return id
}

// taken says who has the value.
func (u namesake) taken(other eval.Value, by *author) error {
	kind := strings.TrimSuffix(u.found.kind, "s")
	message := fmt.Sprintf("the %s %s has this %s already", kind, idOf(other), u.Input)
	if by != nil {
		message = fmt.Sprintf("%s gives this %s to another %s", by, u.Input, kind)
	}
	return &codedError{code: "conflict", message: message, hint: "no two of them can have it; take it from the other one first, or leave this one out"}
}
