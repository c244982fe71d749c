package steps

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
)

// Clock knows how far Intercom's clock is ahead of this machine's, by the Date
// of the answers that it is shown. The zero value knows nothing yet. It may be
// used by several goroutines at once.
type Clock struct {
	mu    sync.Mutex
	seen  time.Time // when the answer came that says so; zero without one
	ahead time.Duration
}

// outshone is how long an answer counts that came faster than later ones.
const outshone = 10 * time.Second

// See takes in an answer that came just now. The longer it was on its way, the
// less Intercom's clock seems to be ahead: of some seconds, the answer counts
// that says the most.
func (c *Clock) See(answer http.Header) {
	date, err := http.ParseTime(answer.Get("Date"))
	if err != nil {
		return
	}
	now := time.Now()
	ahead := date.Sub(now)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen.IsZero() || ahead > c.ahead || now.Sub(c.seen) > outshone {
		c.seen, c.ahead = now, ahead
	}
}

// Ahead gives how far Intercom's clock is ahead, and whether an answer has shown
// it.
func (c *Clock) Ahead() (ahead time.Duration, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ahead, !c.seen.IsZero()
}

// ask gives how far Intercom's clock is ahead. Where no answer has shown it,
// one is asked for: GET /me needs no permission.
func (c *Clock) ask(ctx context.Context, do intercom.Doer) (time.Duration, error) {
	if ahead, ok := c.Ahead(); ok {
		return ahead, nil
	}
	resp, err := do.Do(ctx, get("/me"))
	if err != nil {
		return 0, err
	}
	c.See(resp.Header)
	ahead, ok := c.Ahead()
	if !ok {
		return 0, errors.New("the answer has no Date, so that times in it cannot be compared with those of the call")
	}
	return ahead, nil
}
