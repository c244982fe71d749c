package intercom

import "sync"

// budget bounds the retries of a client to about a tenth of its calls, with
// some to spare for a short disturbance. Without it, a server that fails under
// its load would get several times that load.
type budget struct {
	mu    sync.Mutex
	spent float64
}

const (
	budgetSize   = 100
	budgetEarned = 0.1 // by a call that is done
)

// earn takes in a call that is done.
func (b *budget) earn() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spent = max(b.spent-budgetEarned, 0)
}

// spend reports whether a call that ended so may be sent again, and takes the
// price of that: one, or two after a time-out, which held a place for long.
func (b *budget) spend(h health) bool {
	price := 1.0
	if h == timedOut {
		price = 2
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.spent+price > budgetSize {
		return false
	}
	b.spent += price
	return true
}
