package eval

// A Scope holds the values of names. A child sees the names of its parent
// and may hide them. Once a scope is in use by several goroutines, as a
// parent usually is, it must not be set any more.
type Scope struct {
	parent *Scope
	names  []string
	values []Value
}

// NewScope returns a scope without names.
func NewScope() *Scope { return &Scope{} }

// Child returns a new scope inside s.
func (s *Scope) Child() *Scope { return &Scope{parent: s} }

// Set gives name a value in s itself.
func (s *Scope) Set(name string, v Value) {
	for i, n := range s.names {
		if n == name {
			s.values[i] = v
			return
		}
	}
	s.names = append(s.names, name)
	s.values = append(s.values, v)
}

func (s *Scope) lookup(name string) (Value, bool) {
	for ; s != nil; s = s.parent {
		for i, n := range s.names {
			if n == name {
				return s.values[i], true
			}
		}
	}
	return nil, false
}
