package runner

import (
	"context"
	"sync"
)

// turns lets one write at a time look at a record and change it: the next one
// sees what the one before has made of it. Nil lets all of them do so at once.
type turns struct {
	mu    sync.Mutex
	taken map[string]chan struct{} // closed when the turn is over
}

// take waits until a record is nobody else's turn. It is that of the caller
// until leave is called.
func (t *turns) take(ctx context.Context, record string) (leave func(), err error) {
	if t == nil {
		return func() {}, nil
	}
	for {
		over := t.begin(record)
		if over == nil {
			return func() { t.end(record) }, nil
		}
		select {
		case <-over:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// begin takes a record. Where somebody has it, it gives what is closed when that
// turn is over.
func (t *turns) begin(record string) (over chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if over := t.taken[record]; over != nil {
		return over
	}
	if t.taken == nil {
		t.taken = map[string]chan struct{}{}
	}
	t.taken[record] = make(chan struct{})
	return nil
}

func (t *turns) end(record string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.taken[record])
	delete(t.taken, record)
}
