//go:build !linux

package journal

// Sync makes the content durable.
func (f osFile) Sync() error { return f.File.Sync() }

// Reserve does nothing here.
func (osFile) Reserve(int64) error { return nil }
