//go:build unix

package cli

import "syscall"

// noCore sees to it that this process leaves no core dump, which would hold the
// token. A system that does not let it is left as it is.
func noCore() { _ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}) }
