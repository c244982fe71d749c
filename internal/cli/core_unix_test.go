//go:build unix

package cli

import (
	"syscall"
	"testing"
)

func TestNoCoreIsDumped(t *testing.T) {
	hostile(t, map[string]string{"f.yaml": "version: 1\nsteps: [{action: listTags}]\n"}, "plan", "DIR/f.yaml")
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_CORE, &limit); err != nil || limit.Cur != 0 {
		t.Errorf("a core dump may be of %d bytes (%v)", limit.Cur, err)
	}
}
