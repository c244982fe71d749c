//go:build !unix

package cli

// noCore does nothing: there are no core dumps here.
func noCore() {}
