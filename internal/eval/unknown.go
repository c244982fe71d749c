package eval

import (
	"maps"
	"slices"
	"strings"
)

// An Unknown is a value that a plan cannot know yet.
type Unknown struct {
	Origins []string // what it becomes known after, such as `mark["a"].attach`; sorted, no duplicates
	NotNull bool     // it will be there and will not be null
	Kind    Kind     // KindAny if that is unknown, too
	MayOmit bool     // it may turn out to be omit

	// Bounds of the length of a list or, if Count is set, of the value of an
	// integer that counts something. MaxLen holds only if Bounded.
	MinLen, MaxLen int
	Bounded, Count bool
}

// String says what the value waits for: "known after tag, find".
func (u *Unknown) String() string {
	if len(u.Origins) == 0 {
		return "not known yet"
	}
	return "known after " + strings.Join(u.Origins, ", ")
}

// IsUnknown returns the unknown that v is, or one with all origins of the
// unknowns that v holds anywhere inside.
func IsUnknown(v Value) (*Unknown, bool) {
	if u, ok := v.(*Unknown); ok {
		return u, true
	}
	var o origins
	o.add(v)
	if !o.found {
		return nil, false
	}
	return &Unknown{Origins: o.sorted(), Kind: KindOf(v), NotNull: true}, true
}

// origins collects what unknowns wait for. They are sorted at the end, since
// objects are walked in no particular order.
type origins struct {
	found bool
	names []string
}

func (o *origins) add(v Value) {
	switch v := v.(type) {
	case *Unknown:
		if v != nil {
			o.found = true
			o.names = append(o.names, v.Origins...)
		}
	case List:
		for _, e := range v {
			o.add(e)
		}
	case Object:
		for _, e := range v {
			o.add(e)
		}
	}
}

func (o *origins) sorted() []string {
	slices.Sort(o.names)
	return slices.Compact(o.names)
}

// unknown returns an unknown of a kind that waits for all that the values
// wait for. It is not null: an operation that has a result has a value.
func unknown(kind Kind, values ...Value) *Unknown {
	var o origins
	for _, v := range values {
		o.add(v)
	}
	return &Unknown{Origins: o.sorted(), Kind: kind, NotNull: true}
}

// either returns what is known about a value that is one of several, which
// one depending on guard.
func either(guard *Unknown, values ...Value) *Unknown {
	out := unknown(KindAny, append([]Value{guard}, values...)...)
	for i, v := range values {
		if !notNull(v) {
			out.NotNull = false
		}
		out.MayOmit = out.MayOmit || mayOmit(v)
		if kind := KindOf(v); i == 0 {
			out.Kind = kind
		} else if kind != out.Kind {
			out.Kind = KindAny
		}
	}
	return out
}

// mayOmit reports whether v leaves out the key or element it stands for, or
// may do so.
func mayOmit(v Value) bool {
	if u, ok := v.(*Unknown); ok {
		return u.MayOmit
	}
	_, omit := v.(Omit)
	return omit
}

// fieldsOpen reports whether it is not known which fields an object has.
func fieldsOpen(o Object) bool {
	for _, v := range o {
		if mayOmit(v) {
			return true
		}
	}
	return false
}

// notNull reports whether v is certain not to be null.
func notNull(v Value) bool {
	switch v := v.(type) {
	case nil, Missing, Omit:
		return false
	case *Unknown:
		return v.NotNull
	}
	return true
}

// unknownList returns an unknown list of lo to hi elements. A negative hi is
// no bound.
func unknownList(u *Unknown, lo, hi int) *Unknown {
	out := &Unknown{Origins: u.Origins, Kind: KindList, NotNull: true, MinLen: lo}
	if hi >= 0 {
		out.MaxLen, out.Bounded = hi, true
	}
	return out
}

// unknownCount returns an unknown integer from lo to hi. A negative hi is no
// bound.
func unknownCount(u *Unknown, lo, hi int) *Unknown {
	out := unknownList(u, lo, hi)
	out.Kind, out.Count = KindInt, true
	return out
}

// listBounds returns the bounds of the length of an unknown list; hi is -1
// without a bound.
func (u *Unknown) listBounds() (lo, hi int) {
	if u.Kind != KindList {
		return 0, -1
	}
	if !u.Bounded {
		return u.MinLen, -1
	}
	return u.MinLen, u.MaxLen
}

// identical reports whether two values are known and the same in kind and
// content, so that no one could tell which of them he got.
func (r *run) identical(a, b Value) bool {
	_, unknownA := IsUnknown(a)
	_, unknownB := IsUnknown(b)
	_, omitA := a.(Omit)
	_, omitB := b.(Omit)
	switch {
	case unknownA, unknownB, KindOf(a) != KindOf(b):
		return false
	case omitA, omitB:
		return omitA && omitB
	}
	return r.equal(a, b) == yes
}

// sortedKeys returns the keys of an object in a fixed order.
func sortedKeys(o Object) []string { return slices.Sorted(maps.Keys(o)) }
