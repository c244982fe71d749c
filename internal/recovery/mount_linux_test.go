package recovery_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// disk is a file system in memory, of a size.
type disk struct{ dir string }

// mount makes a disk that is gone behind the test.
func mount(t testing.TB, kib int) *disk {
	t.Helper()
	d := &disk{t.TempDir()}
	if err := syscall.Mount("flowrun-test", d.dir, "tmpfs", 0, sizeOption(kib)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(d.dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return d
}

// grow gives the disk another size.
func (d *disk) grow(t testing.TB, kib int) {
	t.Helper()
	if err := syscall.Mount("flowrun-test", d.dir, "tmpfs", syscall.MS_REMOUNT, sizeOption(kib)); err != nil {
		t.Fatal(err)
	}
}

func sizeOption(kib int) string { return fmt.Sprintf("size=%dk,mode=0700", kib) }

// mayMount reports whether this process may mount something.
func mayMount(t testing.TB) bool {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("flowrun-test", dir, "tmpfs", 0, sizeOption(4)); err != nil {
		t.Logf("mount: %v", err)
		return false
	}
	return syscall.Unmount(dir, syscall.MNT_DETACH) == nil
}

// inANamespace runs the test again as a process that is root in namespaces of
// its own, where anybody may mount. It skips the test where that is forbidden as
// well.
func inANamespace(t *testing.T) {
	t.Helper()
	const inside = "RECOVERY_IN_A_NAMESPACE"
	if os.Getenv(inside) != "" {
		t.Skip("nothing can be mounted, not even in a namespace")
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=0")
	cmd.Env = append(os.Environ(), inside+"=yes")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	switch {
	case cmd.ProcessState == nil:
		t.Skipf("nothing can be mounted, and there is no namespace for it: %v", err)
	case err != nil:
		t.Errorf("in a namespace: %v\n%s", err, out)
	case strings.Contains(string(out), "--- SKIP"):
		t.Skipf("in a namespace:\n%s", out)
	}
}
