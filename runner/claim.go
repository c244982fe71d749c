package runner

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"

	"github.com/flowrun-dev/flowrun/internal/journal"
)

// Claim says under a state directory that this process runs a workflow in a
// workspace, until release is called or the process ends. If another one does
// so, it is named, and nothing has to be released: two runs may go on beside
// each other, though perhaps nobody wanted that. Command is told to others.
func (p *Program) Claim(stateDir, workspace, command string) (release func(), other string) {
	dir := filepath.Join(stateDir, "workflows")
	if os.MkdirAll(dir, 0o700) != nil {
		return func() {}, "" // who cannot write there is told by more than this
	}
	name := digest([]byte(workspace + "\n" + cmp.Or(p.Name(), p.File())))[:16]
	unlock, err := journal.OS{}.Lock(filepath.Join(dir, name+".lock"), journal.Self(command))
	if locked, ok := errors.AsType[*journal.LockedError](err); ok {
		return func() {}, locked.Holder.String()
	}
	if err != nil {
		return func() {}, ""
	}
	return func() { _ = unlock() }, ""
}
