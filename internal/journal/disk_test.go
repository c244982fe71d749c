package journal

import (
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// disk is a file system in memory that knows what is durable. It can lose the
// power and fail at any call.
type disk struct {
	mu     sync.Mutex
	files  map[string]*blob // as a process sees them
	names  map[string]*blob // whose names are durable
	held   bool             // the lock
	calls  int
	counts map[string]int
	fault  func(call int, op string) fault // may be nil
	delay  time.Duration                   // of a sync
}

// blob is the content of a file.
type blob struct {
	data   []byte
	synced []byte // durable
	low    int    // the least length since the last sync
}

// fault is what a call does instead of its work. The zero value is no fault.
type fault struct {
	err   error
	write int // bytes that a failing write writes all the same
}

var errPower = errors.New("power lost")

func newDisk() *disk {
	return &disk{files: map[string]*blob{}, names: map[string]*blob{}, counts: map[string]int{}}
}

// call counts a call and gives its fault.
func (d *disk) call(op string) fault {
	d.calls++
	d.counts[op]++
	if d.fault == nil {
		return fault{}
	}
	return d.fault(d.calls, op)
}

func (d *disk) MkdirAll(string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.call("mkdir").err
}

func (d *disk) Lock(name string, _ Holder) (func() error, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.held {
		return nil, &LockedError{Dir: filepath.Dir(name)}
	}
	d.held = true
	return func() error {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.held = false
		return nil
	}, nil
}

func (d *disk) List(string) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Sorted(maps.Keys(d.files)), nil
}

func (d *disk) Read(name string, room []byte) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	b := d.files[filepath.Base(name)]
	if b == nil {
		return nil, fs.ErrNotExist
	}
	return append(room[:0], b.data...), nil
}

func (d *disk) Create(name string) (File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f := d.call("create"); f.err != nil {
		return nil, f.err
	}
	if d.files[filepath.Base(name)] != nil {
		return nil, fs.ErrExist
	}
	b := new(blob)
	d.files[filepath.Base(name)] = b
	return &handle{d, b}, nil
}

func (d *disk) Append(name string) (File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f := d.call("append"); f.err != nil {
		return nil, f.err
	}
	return &handle{d, d.files[filepath.Base(name)]}, nil
}

func (d *disk) SyncDir(string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f := d.call("syncdir"); f.err != nil {
		return f.err
	}
	d.names = maps.Clone(d.files)
	return nil
}

// handle is an open file.
type handle struct {
	d *disk
	b *blob
}

func (h *handle) Write(p []byte) (int, error) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if f := h.d.call("write"); f.err != nil {
		n := min(f.write, len(p))
		h.b.data = append(h.b.data, p[:n]...)
		return n, f.err
	}
	h.b.data = append(h.b.data, p...)
	return len(p), nil
}

func (h *handle) Sync() error {
	time.Sleep(h.d.delay)
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if f := h.d.call("sync"); f.err != nil {
		return f.err
	}
	h.b.synced, h.b.low = slices.Clone(h.b.data), len(h.b.data)
	return nil
}

func (h *handle) Truncate(size int64) error {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if f := h.d.call("truncate"); f.err != nil {
		return f.err
	}
	h.b.data = h.b.data[:size]
	h.b.low = min(h.b.low, int(size))
	return nil
}

func (h *handle) Reserve(int64) error {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	return h.d.call("reserve").err
}

func (h *handle) Close() error { return nil }

// loseAt makes the power fail in one call: a write gets part of the way, and
// nothing works behind it.
func (d *disk) loseAt(n int, rnd *rand.Rand) {
	part := rnd.IntN(2000)
	d.fault = func(call int, _ string) fault {
		switch {
		case call < n:
			return fault{}
		case call == n:
			return fault{err: errPower, write: part}
		}
		return fault{err: errPower}
	}
}

// afterKill is what another process finds: everything, and as much of it
// durable as before.
func (d *disk) afterKill() *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	found := newDisk()
	for name, b := range d.files {
		found.files[name] = &blob{slices.Clone(b.data), slices.Clone(b.synced), b.low}
	}
	for name := range d.names {
		found.names[name] = found.files[name]
	}
	return found
}

// afterPowerLoss is what a machine finds that comes up again: of what was not
// durable, names and sectors that happened to be written.
func (d *disk) afterPowerLoss(rnd *rand.Rand) *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	found := newDisk()
	for _, name := range slices.Sorted(maps.Keys(d.files)) {
		b := d.files[name]
		if d.names[name] == nil && rnd.IntN(2) == 0 {
			continue
		}
		data := b.torn(rnd)
		found.files[name] = &blob{data: data, synced: slices.Clone(data), low: len(data)}
	}
	found.names = maps.Clone(found.files)
	return found
}

// synced is a disk with what is durable, and nothing else.
func (d *disk) synced() *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	found := newDisk()
	for name, b := range d.names {
		found.files[name] = &blob{data: slices.Clone(b.synced)}
	}
	return found
}

const sector = 512

// torn is the content after a power failure.
func (b *blob) torn(rnd *rand.Rand) []byte {
	least := min(len(b.synced), b.low)
	most := max(len(b.synced), len(b.data))
	data := make([]byte, least+rnd.IntN(most-least+1))
	style := rnd.IntN(4) // 0: nothing more was written
	for from := 0; from < len(data); from += sector {
		to := min(from+sector, len(data))
		copyFrom(data, b.synced, from, to)
		switch {
		case to <= least: // durable, and not touched since
		case style == 1 || style == 2 && rnd.IntN(2) == 0: // written
			copyFrom(data, b.data, from, to)
		case style == 3 && rnd.IntN(3) > 0: // written in part, or with rubbish
			middle := from + rnd.IntN(to-from)
			copyFrom(data, b.data, from, middle)
			if rnd.IntN(2) == 0 {
				for i := max(middle, least); i < to; i++ {
					data[i] = byte(rnd.Uint32())
				}
			}
		}
	}
	return data
}

// copyFrom copies a range as far as the source has it.
func copyFrom(to, source []byte, from, end int) {
	if from < len(source) {
		copy(to[from:end], source[from:])
	}
}

// Without a fault the disk does what a disk does: the tests that use it rest
// on this.
func TestTheDiskOfTheTestsKeepsWhatWasSynced(t *testing.T) {
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		d := newDisk()
		file, err := d.Create("x/a")
		if err != nil {
			t.Fatal(err)
		}
		durable := make([]byte, rnd.IntN(3000))
		for i := range durable {
			durable[i] = byte(i%200 + 1)
		}
		for _, err := range []error{write(file, durable), file.Sync(), d.SyncDir("x"), write(file, make([]byte, rnd.IntN(3000)))} {
			if err != nil {
				t.Fatal(err)
			}
		}
		found := d.afterPowerLoss(rnd).files["a"]
		if found == nil || len(found.data) < len(durable) || string(found.data[:len(durable)]) != string(durable) {
			t.Fatalf("seed %d: what was synced is gone", seed)
		}
	}
}

func write(file File, data []byte) error {
	_, err := file.Write(data)
	return err
}
