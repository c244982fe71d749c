package runner

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/internal/secret"
)

// approved is the plan that a run applies, in the folder of the run: what was
// read, and what each write was weighed against. Of a line only its place is in
// memory.
type approved struct {
	file  *os.File
	veil  secret.Veil // over the secret inputs
	seed  maphash.Seed
	lines []plannedAt
	open  map[string]bool // addresses of loops whose items the plan could not know, or not for certain
	again map[string]bool // ids of steps that may read something else now
	loose []bool          // by the place of a step in the file: whether it depends on one of them
}

// plannedAt is where the line of an instance stands.
type plannedAt struct {
	address uint64 // its hash
	at      int64
	size    int32
}

// openApproved reads the plan in the folder of a run; nil if there is none.
func openApproved(dir string) (*approved, error) {
	file, err := os.Open(filepath.Join(dir, plannedFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p := &approved{file: file, seed: maphash.MakeSeed(), open: map[string]bool{}, again: map[string]bool{}}
	err = readPlanned(file, func(at int64, size int, line *plannedLine) error {
		address := ""
		switch {
		case line.Read != nil:
			address = line.Read.Addr
		case line.Event != nil && line.Event.Ended != nil:
			address = line.Event.Ended.Addr
		case line.Open != nil && line.Open.Read != "":
			p.again[line.Open.Read] = true
			return nil
		case line.Open != nil:
			p.open[line.Open.Loop] = true
			return nil
		case line.List != nil && (line.List.Later || line.List.AffectedBy != nil):
			p.open[line.List.Loop] = true
			return nil
		default:
			return nil
		}
		p.lines = append(p.lines, plannedAt{maphash.String(p.seed, address), at, int32(size)})
		return nil
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the plan of the run: %w", err), file.Close())
	}
	slices.SortFunc(p.lines, func(a, b plannedAt) int { return cmp.Compare(a.address, b.address) })
	return p, nil
}

// readPlanned hands out the lines of a plan, each with its place.
func readPlanned(file io.Reader, visit func(at int64, size int, line *plannedLine) error) error {
	at := int64(0)
	return eachLine(file, func(text []byte) error {
		var line plannedLine
		if err := json.Unmarshal(text, &line); err != nil {
			return err
		}
		begin := at
		at += int64(len(text))
		return visit(begin, len(text), &line)
	})
}

// find gives what the plan says of an instance; nil where it says nothing.
func (p *approved) find(address string) (*plannedLine, error) {
	if p == nil {
		return nil, nil
	}
	hash := maphash.String(p.seed, address)
	first, _ := slices.BinarySearchFunc(p.lines, hash, func(l plannedAt, h uint64) int { return cmp.Compare(l.address, h) })
	for _, l := range p.lines[first:] {
		if l.address != hash {
			break
		}
		text := make([]byte, l.size)
		if _, err := p.file.ReadAt(text, l.at); err != nil {
			return nil, err
		}
		var line plannedLine
		if err := json.Unmarshal(p.veil.Show(text), &line); err != nil {
			return nil, err
		}
		if line.address() == address {
			return &line, nil
		}
	}
	return nil, nil
}

func (l *plannedLine) address() string {
	switch {
	case l.Read != nil:
		return l.Read.Addr
	case l.Event != nil && l.Event.Ended != nil:
		return l.Event.Ended.Addr
	}
	return ""
}

// read gives the answer that the plan had of an instance.
func (p *approved) read(at *place) (eval.Value, bool, error) {
	line, err := p.find(at.addr())
	if err != nil || line == nil || line.Read == nil {
		return nil, false, err
	}
	return eval.RawTrusted(line.Read.Data), true, nil
}

// foresaw reports whether the plan could know for certain what a step would do
// here. It could not where a loop around it, or a step that decides about it,
// reads something else once the plan is being applied.
func (p *approved) foresaw(s *program.Step, at *place) bool {
	for _, row := range at.path {
		if p.open[row.Loop] {
			return false
		}
	}
	return !p.loose[s.Index]
}

// loosen finds the steps that depend on a read that is made again.
func (p *approved) loosen(prog *Program) {
	p.loose = make([]bool, len(prog.All))
	ids := maps.Clone(p.again)
	for i, s := range prog.All { // a step reads only what stands before it
		p.loose[i] = s.Outer != nil && p.loose[s.Outer.Index] || slices.ContainsFunc(s.Depends, func(id string) bool { return ids[id] })
		if p.loose[i] && s.ID != "" {
			ids[s.ID] = true
		}
	}
}

func (p *approved) close() error {
	if p == nil {
		return nil
	}
	return p.file.Close()
}
