package eval

// A Scope holds the values of names. A child sees the names of its parent
// and may hide them. Once a scope is in use by several goroutines, as a
// parent usually is, it must not be set any more.
type Scope struct {
	parent *Scope
	names  []namedValue
}

type namedValue struct {
	name  string
	value Value
}

// NewScope returns a scope without names.
func NewScope() *Scope { return &Scope{} }

// Child returns a new scope inside s.
func (s *Scope) Child() *Scope { return &Scope{parent: s, names: make([]namedValue, 0, usualNames)} }

// usualNames is how many names the scope of an item has.
const usualNames = 3

// Set gives name a value in s itself.
func (s *Scope) Set(name string, v Value) {
	for i := range s.names {
		if s.names[i].name == name {
			s.names[i].value = v
			return
		}
	}
	s.names = append(s.names, namedValue{name, v})
}

func (s *Scope) lookup(name string) (Value, bool) {
	for ; s != nil; s = s.parent {
		for i := range s.names {
			if s.names[i].name == name {
				return s.names[i].value, true
			}
		}
	}
	return nil, false
}
