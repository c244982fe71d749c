package intercom

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

const (
	firstByteTimeout = 30 * time.Second // until the head of an answer, unless Retry says otherwise
	longestAsked     = 5 * time.Minute  // of a Retry-After
)

// Do sends req and gives Intercom's answer, waiting for the pace and sending
// again where that is safe:
//
//   - a request that never went out: up to five times;
//   - a 429: as often as it takes, bounded by ctx only;
//   - a 408, a 5xx, or a lost or unreadable answer: up to five times, if req is
//     a read or may be repeated;
//   - any other refusal: never.
//
// When many calls fail, they are not sent again: retries are bounded to about a
// tenth of the calls that are done. When Intercom keeps failing, calls are held
// back, and after a quarter of an hour of that an [*UnavailableError] is in the
// error of every call.
//
// The error is an [*APIError], a [*NotSentError] or an [*UnknownError]. When ctx
// ends, it wraps the cause. Paths and queries may hold personal data; queries
// are in no error.
func (c *Client) Do(ctx context.Context, req Request) (Response, error) {
	call, err := c.prepare(req)
	if err != nil {
		return Response{}, &NotSentError{Method: req.Method, Path: req.Path, Err: err}
	}

	var earlier *UnknownError
	var pause time.Duration
	for try, throttled := 1, 0; ; {
		ticket, wait, err := c.turn(ctx, pause)
		if err != nil {
			return Response{}, call.stopped(err, earlier)
		}
		got := c.attempt(ctx, call, ticket)
		c.report(call, got, try, wait)
		if got.err == nil {
			c.retries.earn()
			return got.Response, nil
		}

		if got.Status == http.StatusTooManyRequests {
			throttled++
			pause = max(got.retryAfter, c.backoff(call.retry, throttled))
			continue
		}
		earlier = doubt(earlier, got.err)
		if ctx.Err() != nil || try == call.retry.MaxAttempts || !call.again(got.err) || !c.retries.spend(got.health) {
			return Response{}, settle(got.err, earlier)
		}
		pause = max(got.retryAfter, c.backoff(call.retry, try))
		try++
	}
}

// turn waits for pause and then for the pace, and gives the time both took.
func (c *Client) turn(ctx context.Context, pause time.Duration) (ticket, time.Duration, error) {
	start := time.Now()
	if pause > 0 {
		select {
		case <-time.After(pause):
		case <-c.pace.over:
		case <-ctx.Done():
		}
	}
	t, err := c.pace.acquire(ctx)
	return t, time.Since(start), err
}

func (c *Client) report(call *call, got result, try int, wait time.Duration) {
	if c.log == nil {
		return
	}
	c.log(Attempt{
		Method: call.method, Path: call.path, Status: got.Status, Try: try,
		Wait: wait, Duration: got.took, RequestID: got.RequestID,
	})
}

// again reports whether a call that ended with err may be sent once more.
func (c *call) again(err error) bool {
	switch err := err.(type) {
	case *NotSentError:
		return !isFinal(err)
	case *UnknownError:
		return c.repeat
	}
	return false
}

// doubt gives the attempt that decides whether a call may have been applied.
// One that Intercom called done outweighs later ones that are only unknown.
func doubt(earlier *UnknownError, err error) *UnknownError {
	latest, ok := err.(*UnknownError)
	if !ok || earlier != nil && earlier.Applied {
		return earlier
	}
	return latest
}

// settle gives the error of a call whose last attempt ended with err. That an
// attempt went out and its effect is unknown stays true whatever came later.
func settle(err error, earlier *UnknownError) error {
	if earlier == nil {
		return err
	}
	if refused, ok := err.(*APIError); ok {
		refused.Earlier = earlier
		return refused
	}
	return earlier
}

// stopped gives the error of a call that was cut short while it waited.
func (c *call) stopped(cause error, earlier *UnknownError) error {
	if earlier == nil {
		return &NotSentError{Method: c.method, Path: c.path, Err: cause}
	}
	unknown := *earlier
	unknown.Err = fmt.Errorf("%w; before that: %w", cause, earlier.Err)
	return &unknown
}

// withDefaults gives r without zeros.
func (r Retry) withDefaults() (Retry, error) {
	switch r.Backoff {
	case "":
		r.Backoff = "exponential"
	case "exponential", "linear", "constant":
	default:
		return Retry{}, fmt.Errorf(`unknown backoff %q; there are "exponential", "linear" and "constant"`, r.Backoff)
	}
	if r.MaxAttempts < 0 || r.MinInterval < 0 || r.MaxInterval < 0 || r.Timeout < 0 {
		return Retry{}, errors.New("a number of attempts, interval or timeout is below zero")
	}
	if r.MaxAttempts == 0 {
		r.MaxAttempts = 5
	}
	if r.MaxInterval == 0 {
		r.MaxInterval = max(30*time.Second, r.MinInterval)
	}
	if r.Timeout == 0 {
		r.Timeout = time.Minute
	}
	return r, nil
}

// backoff gives the pause after attempt number n, counted from 1: a random
// time, so that calls that failed together do not come back together. It lies
// between MinInterval and a bound that begins at MinInterval, or half a second,
// and grows up to MaxInterval.
func (c *Client) backoff(r Retry, n int) time.Duration {
	bound := r.MinInterval
	if bound == 0 {
		bound = 500 * time.Millisecond
	}
	switch r.Backoff {
	case "linear":
		bound *= time.Duration(min(n, 1000))
	case "exponential":
		for ; n > 1 && bound < r.MaxInterval; n-- {
			bound *= 2
		}
	}
	bound = min(bound, r.MaxInterval)
	shortest := min(r.MinInterval, bound)
	return shortest + c.random(bound-shortest)
}
